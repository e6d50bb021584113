"""Calls about the channel and its set-up (O§2, O§4.7, O§6.7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from hbdash.omnitron.calls import API, Calls, page_of
from hbdash.omnitron.models.channel import (
    CancellationReason,
    Cargo,
    Catalog,
    Channel,
    ContentType,
)
from hbdash.transport.wire import parse_one


class ChannelCalls(Calls):
    """The channel, its catalog and the lists that are small."""

    _content_types: dict[str, ContentType]
    _has_all_content_types: bool = False

    def ping(self) -> datetime | None:
        """The cheapest call with the token: raises what a flow would meet. Their clock, if told."""
        reply = self.remote.request("GET", f"{API}/active_user/")
        try:
            return parsedate_to_datetime(reply.headers.get("date", ""))
        except (ValueError, TypeError):
            return None

    def channel(self) -> Channel:
        """The channel with its settings, read anew. `NotFound` for an unknown channel id."""
        return self._one(f"{API}/channels/{self.channel_id}/", Channel)

    def patch_channel(
        self,
        *,
        conf: Mapping[str, Any] | None = None,
        schema: Mapping[str, Any] | None = None,
        category_tree: int | None = None,
    ) -> Channel:
        """Write the given parts whole (O§2.1): read, merge, then patch. Harmless twice."""
        body: dict[str, object] = {}
        if conf is not None:
            body["conf"] = dict(conf)
        if schema is not None:
            body["schema"] = dict(schema)
        if category_tree is not None:
            body["category_tree"] = category_tree
        path = f"{API}/channels/{self.channel_id}/"
        reply = self.remote.request("PATCH", path, json=body, repeatable=True)
        return parse_one(Channel, reply.json(), reply)

    def catalog(self, pk: int) -> Catalog:
        """The catalog, with its price list and stock list."""
        return self._one(f"{API}/catalogs/{pk}/", Catalog)

    def content_types(self) -> Mapping[str, ContentType]:
        """All content types by model name, read once per client."""
        if not self._has_all_content_types:
            found = self._all(f"{API}/content_types/", ContentType)
            self._content_types.update({one.model: one for one in found})
            self._has_all_content_types = True
        return self._content_types

    def content_type(self, model: str) -> ContentType:
        """The content type of that model, kept. `BadShape` if Omnitron has not exactly one."""
        known = self._content_types.get(model)
        if known is not None:
            return known
        path = f"{API}/content_types/"
        reply = self.remote.request("GET", path, params={"model": model, "limit": 2})
        page = page_of(reply, ContentType)
        matching = [one for one in page.rows if one.model == model]
        if len(matching) != 1:
            raise reply.bad_shape("results", f"{len(matching)} content types named {model}")
        self._content_types[model] = matching[0]
        return matching[0]

    def cargos(self) -> tuple[Cargo, ...]:
        """All carriers."""
        return self._all(self._path("cargos"), Cargo)

    def cancellation_reasons(self, kind: str | None = None) -> tuple[CancellationReason, ...]:
        """Active reasons; kind "cancel" or "refund", None for both."""
        params = {"cancellation_type": kind, "is_active": True}
        return self._all(self._path("cancellation_reasons"), CancellationReason, params)
