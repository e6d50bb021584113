"""What a call to another system can end in, one class each.

Every class is a `RemoteError` and says, without the reader knowing HTTP, who failed (`side`,
`service`), with what (`code`, `params`), what was sent and answered (masked), under which
correlation id support can find it, and whether the effect may have happened (`unknown_outcome`).
`failure_id` is the id of flows §11. Nothing here imports httpx, so anyone may catch these.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, TypeVar


class CallStopped(Exception):
    """A stop flag was raised while the call waited for its turn or for its next try.

    Not a failure of the other side: nothing is on its way when this is raised.
    """


class RemoteError(Exception):
    """A call that did not bring what it was made for.

    side: "hepsiburada" or "omnitron". service: "catalogue", "listing", "oms", "shipping",
    "ticket" or "omnitron". code: the other side's own code, or the HTTP status, or "".
    params: what names the cause (endpoint, status, field, …), all text.
    request_text, response_text: masked and cut. unknown_outcome: the call was a write and nobody
    knows whether it took effect, so the other side must be asked before it is repeated.
    """

    failure_id: ClassVar[str] = "remote.server"
    # Whether the same call may succeed when nothing but time has passed.
    transient: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        side: str = "",
        service: str = "",
        code: str = "",
        params: Mapping[str, str] | None = None,
        request_text: str = "",
        response_text: str = "",
        correlation_id: str = "",
        unknown_outcome: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.side = side
        self.service = service
        self.code = code
        self.params: dict[str, str] = {"side": side, "service": service, **(params or {})}
        self.request_text = request_text
        self.response_text = response_text
        self.correlation_id = correlation_id
        self.unknown_outcome = unknown_outcome

    @property
    def status(self) -> int | None:
        """HTTP status of the answer; None if there was none."""
        text = self.params.get("status", "")
        return int(text) if text else None

    def __str__(self) -> str:
        return f"{self.side}/{self.service}: {self.message}"


class Unreachable(RemoteError):
    """No connection: name not found, refused, TLS failed, or broken before anything was sent."""

    failure_id = "remote.unreachable"
    transient = True


class BreakerOpen(Unreachable):
    """Not called at all: the side failed too often just now. `next_try` says when it is asked."""

    def __init__(
        self, message: str, *, next_try: datetime | None, side: str = "", service: str = ""
    ) -> None:
        super().__init__(message, side=side, service=service)
        self.next_try = next_try


class Slow(Unreachable):
    """The deadline of the call passed. A write may have taken effect."""

    failure_id = "remote.timeout"


class LostAnswer(Unreachable):
    """The connection broke after the request was sent. A write may have taken effect."""


class RateLimited(RemoteError):
    """Too many calls. `retry_after`: seconds the other side asks to wait, None if it does not say.

    The catalogue says this with a 403 (H§4), the order service with 429.
    """

    failure_id = "remote.rate"
    transient = True
    retry_after: float | None = None


class ServerError(RemoteError):
    """A 5xx. A write may have taken effect. `retry_after`: seconds, if the answer names them."""

    failure_id = "remote.server"
    transient = True
    retry_after: float | None = None


class AuthRefused(RemoteError):
    """The credentials (or, at Hepsiburada, the User-Agent: H§2) were refused."""

    failure_id = "remote.auth"


class Walled(RemoteError):
    """A 403 page in HTML: the firewall in front of the service, not the service (H§1)."""

    failure_id = "remote.wall"


class BadShape(RemoteError):
    """The answer can't be read: HTML, broken JSON, or a field that is missing or of no use.

    `params` has endpoint and field ("" when the whole answer is unreadable). `row`: the row of a
    list that can't be read, as it came.
    """

    failure_id = "remote.shape"
    row: object = None


class Refused(RemoteError):
    """The other side said no in its own words (`reason`), with a 4xx or with success:false."""

    failure_id = "remote.refused"

    @property
    def reason(self) -> str:
        """The other side's own text, or the status if it gave none."""
        return self.message


class NotFound(Refused):
    """404: the thing named in the path is not there."""


class Conflict(Refused):
    """409: it is there already, or no longer in the state the call needs."""


KindT = TypeVar("KindT", bound=RemoteError)


def retyped(kind: type[KindT], error: RemoteError, *, certain: bool = True) -> KindT:
    """The same event as a more exact class. certain: the other side refused, nothing was done."""
    return kind(
        error.message,
        side=error.side,
        service=error.service,
        code=error.code,
        params=error.params,
        request_text=error.request_text,
        response_text=error.response_text,
        correlation_id=error.correlation_id,
        unknown_outcome=False if certain else error.unknown_outcome,
    )
