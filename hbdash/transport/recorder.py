"""What was said on the wire, handed to whoever keeps the log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from hbdash.domain.masking import mask_url
from hbdash.transport.masked import masked_text
from hbdash.transport.waiting import Waiter

if TYPE_CHECKING:
    from collections.abc import Iterator


# `v1` of `/api/v1/` is a name, whatever else has a digit is a key.
_KEY_SEGMENT = re.compile(r"(?<=/)(?!v\d(?:/|$))[^/]*(?:\d|%)[^/]*")


def route_of(path: str) -> str:
    """The path without its keys, so that failures over forty orders have one cause."""
    return _KEY_SEGMENT.sub("{}", path)


@dataclass(frozen=True)
class Exchange:
    """One try of one call. Bodies are masked only when somebody reads them: 4,000 rows cost.

    at: UTC, when it was sent. path: below the base URL. status: None without an answer.
    elapsed_ms: until the last byte or the fault. failure_id: "" when the answer was good.
    request_id: ours, sent as `x-request-id`. correlation_id: theirs (H§2), "" if none.
    """

    side: str
    service: str
    method: str
    path: str
    at: datetime
    params: Mapping[str, object]
    attempt: int
    request_id: str
    status: int | None
    elapsed_ms: float
    correlation_id: str
    failure_id: str
    error: str
    request_body: bytes = field(repr=False)
    response_body: bytes = field(repr=False)
    url: str = ""

    @property
    def endpoint(self) -> str:
        """Method and path with the keys left out: `GET /packages/merchantid/{}`."""
        return f"{self.method} {route_of(self.path)}"

    @cached_property
    def request_text(self) -> str:
        """`METHOD - url - body` (O§5.8), secrets and personal data masked, cut."""
        return f"{self.method} - {mask_url(self.url)} - {masked_text(self.request_body)}"

    @cached_property
    def response_text(self) -> str:
        """The answer's body, secrets and personal data masked, cut."""
        return masked_text(self.response_body)


class Recorder(Protocol):
    """Gets every exchange, in the thread that made the call. Must not raise."""

    def record(self, exchange: Exchange) -> None: ...


class SilentRecorder:
    """Keeps nothing."""

    def record(self, exchange: Exchange) -> None:
        return None


@dataclass(frozen=True)
class _Calling:
    recorder: Recorder | None
    waiter: Waiter | None


_NOBODY = _Calling(None, None)
_calling: ContextVar[_Calling] = ContextVar("hbdash_calling", default=_NOBODY)


@contextmanager
def _set_calling(calling: _Calling) -> Iterator[None]:
    token = _calling.set(calling)
    try:
        yield
    finally:
        _calling.reset(token)


def calling(
    *, recorder: Recorder | None = None, waiter: Waiter | None = None
) -> AbstractContextManager[None]:
    """For the calls made inside the `with`: who records them, whose stop flag ends their waits.

    Remotes are shared by all threads, runs are not; so what belongs to a run is set here and not
    on the remote. A thread the run starts itself needs `contextvars.copy_context().run`.
    """
    outer = _calling.get()
    return _set_calling(_Calling(recorder or outer.recorder, waiter or outer.waiter))


def current_recorder(fallback: Recorder) -> Recorder:
    """The recorder of the innermost `calling`, else the remote's own."""
    return _calling.get().recorder or fallback


def current_waiter(fallback: Waiter) -> Waiter:
    """The waiter of the innermost `calling`, else the remote's own."""
    return _calling.get().waiter or fallback
