"""Calls to Akinon's order system about its web hooks (O§9)."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from hbdash.domain.clock import Clock
from hbdash.omnitron.calls import API, Calls
from hbdash.omnitron.client import SIDE, OmnitronClient
from hbdash.omnitron.models.webhook import Hook, OmsChannel
from hbdash.transport.errors import Refused, retyped
from hbdash.transport.remote import Remote
from hbdash.transport.wire import parse_one

TWICE = "webhook_100_2"


class HookExists(Refused):
    """406: this user has a hook of that address and event already, perhaps an inactive one."""


class WebhookCalls(Calls):
    """Hooks and channels of the order system, with the token of an Omnitron user.

    base_url: of the order system where it has an address of its own; by default it stands under
    Omnitron's, where the guide reads its channels (R9.3). Every call raises `RemoteError`.
    """

    def __init__(self, omnitron: OmnitronClient, *, clock: Clock, base_url: str = "") -> None:
        self.channel_id = omnitron.channel_id
        self._own = bool(base_url)
        self.remote = omnitron.remote
        if base_url:
            self.remote = Remote(
                SIDE, "oms", base_url, auth=omnitron.auth, user_agent="hbdash", clock=clock
            )

    def oms_channels(self) -> tuple[OmsChannel, ...]:
        """All channels by their numbers there."""
        path = f"{API}/oms/channels/" if self._own else "/oms/channels/"
        return self._all(path, OmsChannel)

    def hooks(self, event_type: str) -> tuple[Hook, ...]:
        """Hooks of one event, inactive ones too."""
        found = self._all("/whisperer/hooks/", Hook, {"event_type": event_type})
        # Whether the filter is known there is not written anywhere.
        return tuple(hook for hook in found if hook.event_type == event_type)

    def create_hook(self, fields: Mapping[str, Any]) -> Hook:
        """A new hook. `HookExists` when there is one of this address and event."""
        return self._write("POST", "/whisperer/hooks/", fields)

    def change_hook(self, pk: int, fields: Mapping[str, Any]) -> Hook:
        """The given fields of a hook. Harmless twice. `HookExists` as above."""
        return self._write("PATCH", f"/whisperer/hooks/{pk}/", fields, repeatable=True)

    def _write(
        self, method: str, path: str, fields: Mapping[str, Any], *, repeatable: bool = False
    ) -> Hook:
        try:
            reply = self.remote.request(method, path, json=dict(fields), repeatable=repeatable)
        except Refused as error:
            if TWICE in f"{error.code} {error.message} {error.response_text}":
                raise retyped(HookExists, error) from None
            raise
        return parse_one(Hook, reply.json(), reply)

    def close(self) -> None:
        """Close the connections that are its own."""
        if self._own:
            self.remote.close()

    def __enter__(self) -> WebhookCalls:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
