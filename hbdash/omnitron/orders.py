"""Calls about orders, items and cancellation requests (O§6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from hbdash.omnitron.calls import Calls, Page, joined, slices, stamp
from hbdash.omnitron.models.order import CancellationRequest, Order, OrderItem, ShippingInfo
from hbdash.transport.wire import parse_one

REFUND = "refund"
CANCEL = "cancel"


class OrderCalls(Calls):
    """Orders. What creates something is never repeated here: ask first (flows §10)."""

    def create_order(self, order: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> Order:
        """`POST create_orders/` with the fields of O§6.2; one item per unit.

        Amounts as `Decimal` or text, times as `datetime` or text. The number is unique in the
        channel: after a lost answer `find_orders` tells whether it was written.
        """
        body = {
            "order": {"channel": self.channel_id, **_plain(order)},
            "order_item": [_plain(item) for item in items],
        }
        reply = self.remote.request("POST", self._path("create_orders"), json=body)
        return parse_one(Order, reply.json(), reply)

    def find_orders(self, number: str) -> tuple[Order, ...]:
        """Orders of this channel with that number: one or none."""
        params = {"number": number, "channel_id": self.channel_id}
        return self._all(self._path("orders"), Order, params)

    def order(self, pk: int) -> Order:
        """One order."""
        return self._one(self._path("orders", pk), Order)

    def orders(self, pks: Sequence[int]) -> tuple[Order, ...]:
        """Orders by number; unknown ones are left out."""
        found: list[Order] = []
        for portion in slices(pks):
            found.extend(self._all(self._path("orders"), Order, {"pk__in": joined(portion)}))
        return tuple(found)

    def order_updates(self, limit: int = 50) -> Page[Order]:
        """Orders changed since the last sync; first page."""
        return self._page(self._path("orders", "updates"), Order, {"limit": limit})

    def order_items(self, order_pk: int) -> tuple[OrderItem, ...]:
        """The items of an order, in number order."""
        params = {"order": order_pk, "sort": "id"}
        return self._all(self._path("order_items"), OrderItem, params)

    def order_items_by_pk(self, pks: Sequence[int]) -> tuple[OrderItem, ...]:
        """Items by number; unknown ones are left out."""
        found: list[OrderItem] = []
        for portion in slices(pks):
            params = {"pk__in": joined(portion), "sort": "id"}
            found.extend(self._all(self._path("order_items"), OrderItem, params))
        return tuple(found)

    def patch_order_item(self, pk: int, **fields: Any) -> OrderItem:
        """Write fields of O§6.5; absolute values, so harmless twice."""
        path = self._path("order_items", pk)
        reply = self.remote.request("PATCH", path, json=_plain(fields), repeatable=True)
        return parse_one(OrderItem, reply.json(), reply)

    def cancel_order_items(self, order_pk: int, reasons: Mapping[int, int]) -> None:
        """Cancel items at once (O§6.6); reasons: item → reason id."""
        body = {
            "order": order_pk,
            "cancel_items": list(reasons),
            "reasons": {str(item): reason for item, reason in reasons.items()},
            "forced_refund_amount": None,
        }
        self.remote.request("POST", self._path("orders", order_pk, "cancel"), json=body)

    def order_shipping_info(
        self, order_pk: int, order_number: str, shipping_company: int | None, *, is_send: bool
    ) -> ShippingInfo | None:
        """Tell Omnitron how an order is shipped (O§6.10). None: an answer without a row."""
        body = {
            "order": order_pk,
            "order_number": order_number,
            "shipping_company": shipping_company,
            "is_send": is_send,
        }
        path = self._path("order_shipping_infos")
        reply = self.remote.request("POST", path, json=body)
        data = reply.json() if reply.content.strip() else None
        has_number = isinstance(data, dict) and ("pk" in data or "id" in data)
        return parse_one(ShippingInfo, data, reply) if has_number else None

    def create_cancellation_request(
        self,
        order_item: int,
        reason: int,
        remote_id: str,
        description: str,
        kind: str = REFUND,
    ) -> CancellationRequest:
        """A request over one item (O§6.8); kind "refund" or "cancel"."""
        body = {
            "order_item": order_item,
            "reason": reason,
            "remote_id": remote_id,
            "description": description,
            "cancellation_type": kind,
        }
        path = self._path("cancellation_requests")
        reply = self.remote.request("POST", path, json=body)
        return parse_one(CancellationRequest, reply.json(), reply)

    def cancellation_requests(
        self,
        *,
        kind: str | None = None,
        status: str | None = None,
        order_item: int | None = None,
    ) -> tuple[CancellationRequest, ...]:
        """Requests that match. status is the server's word; its case is not certain (O§6.8)."""
        params = {"cancellation_type": kind, "status": status, "order_item": order_item}
        found = self._all(self._path("cancellation_requests"), CancellationRequest, params)
        # Not every filter is documented; one that is not known is ignored.
        return tuple(one for one in found if order_item in (None, one.order_item))

    def cancellation_request(self, pk: int) -> CancellationRequest:
        """One request as it stands."""
        return self._one(self._path("cancellation_requests", pk), CancellationRequest)

    def cancellation_request_updates(self) -> tuple[CancellationRequest, ...]:
        """Requests made by this app and changed since; all pages."""
        return self._all(self._path("cancellation_requests", "updates"), CancellationRequest)

    def reject_cancellation_request(self, pk: int) -> CancellationRequest:
        """Refuse a request; the answer has status "rejected" (O§6.8)."""
        path = self._path("cancellation_requests", pk, "reject")
        reply = self.remote.request("POST", path, json={})
        return parse_one(CancellationRequest, reply.json(), reply)


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Amounts as text and times as Omnitron writes them (O§1.9)."""
    plain: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, Decimal):
            plain[name] = f"{value:f}"
        elif isinstance(value, datetime):
            plain[name] = stamp(value)
        else:
            plain[name] = value
    return plain
