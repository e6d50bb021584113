"""Omnitron as one object."""

from __future__ import annotations

from types import TracebackType

from hbdash.domain.clock import Clock
from hbdash.omnitron.actions import ActionCalls
from hbdash.omnitron.addresses import AddressCalls
from hbdash.omnitron.attributes import AttributeCalls
from hbdash.omnitron.batches import BatchCalls
from hbdash.omnitron.calls import API
from hbdash.omnitron.catalogue import CatalogueCalls
from hbdash.omnitron.categories import CategoryCalls
from hbdash.omnitron.channels import ChannelCalls
from hbdash.omnitron.models.channel import ContentType
from hbdash.omnitron.orders import OrderCalls
from hbdash.omnitron.token import TokenAuth
from hbdash.transport.auth import NoAuth
from hbdash.transport.breaker import Breaker, BreakerMemory
from hbdash.transport.call import RetryPolicy
from hbdash.transport.errors import AuthRefused, Refused, retyped
from hbdash.transport.recorder import Recorder
from hbdash.transport.remote import Remote
from hbdash.transport.waiting import Waiter
from hbdash.transport.wire import member

SIDE = "omnitron"


class OmnitronClient(
    ChannelCalls,
    CatalogueCalls,
    CategoryCalls,
    AttributeCalls,
    BatchCalls,
    ActionCalls,
    AddressCalls,
    OrderCalls,
):
    """All calls about one channel of one Omnitron. Thread-safe; made once, kept for life.

    base_url: without `/api/v1`. Either a token or a user name with its password; with the latter
    it logs in once, and again once when the token is refused. breaker_name: under which the
    breaker's state is kept, one per channel. Every call raises `RemoteError` or `CallStopped`.
    """

    def __init__(
        self,
        base_url: str,
        channel_id: int,
        *,
        clock: Clock,
        username: str = "",
        password: str = "",
        token: str | None = None,
        user_agent: str = "hbdash",
        breaker_memory: BreakerMemory | None = None,
        breaker_name: str = SIDE,
        recorder: Recorder | None = None,
        waiter: Waiter | None = None,
        deadline: float = 30.0,
        retry: RetryPolicy | None = None,
        max_connections: int = 16,
    ) -> None:
        self.channel_id = channel_id
        self._username = username
        self._password = password
        self._content_types: dict[str, ContentType] = {}
        self.auth = TokenAuth(token=token, login=None if token else self._log_in)
        self.remote = Remote(
            SIDE,
            SIDE,
            base_url,
            auth=self.auth,
            user_agent=user_agent,
            clock=clock,
            breaker=Breaker(breaker_name, now=clock.now, memory=breaker_memory),
            recorder=recorder,
            waiter=waiter,
            deadline=deadline,
            retry=retry,
            max_connections=max_connections,
        )

    @property
    def remotes(self) -> tuple[Remote, ...]:
        """For showing the breaker's state."""
        return (self.remote,)

    def _log_in(self) -> str:
        body = {"username": self._username, "password": self._password}
        path = f"{API}/auth/login/"
        try:
            reply = self.remote.request(
                "POST", path, json=body, auth=NoAuth(), repeatable=True, secret=True
            )
        except Refused as error:
            if error.status == 400:
                # A wrong pair is answered with 400 (O§1.2), not with 401.
                raise retyped(AuthRefused, error) from None
            raise
        key = member(reply.json(), "key")
        if not isinstance(key, str) or not key.isascii() or not key.strip():
            raise reply.bad_shape("key", "the token is missing")
        return key.strip()

    def hang_up(self) -> None:
        """Break the calls under way; the client stays usable."""
        self.remote.hang_up()

    def close(self) -> None:
        """Close all connections."""
        self.remote.close()

    def __enter__(self) -> OmnitronClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
