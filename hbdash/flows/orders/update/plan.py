"""What a package has yet to be told, from what Omnitron says of its order (flows section 6).

Forward only: Open, InTransit, then Delivered or Undelivered. With Send Shipping Info off only the
invoice is ours to tell (R2.23).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from hbdash.domain.orders import ATTEMPTED, DELIVERED, SHIPPED, item_status
from hbdash.domain.tracking import tracking_url
from hbdash.flows.orders.packages.faults import OrderFault
from hbdash.flows.orders.packages.targets import ENDED, IN_TRANSIT, OPEN, Target
from hbdash.flows.orders.update.steps import DELIVER, INVOICE, SHIP, UNDELIVER, Step
from hbdash.hepsiburada.package_writes import Shipment
from hbdash.omnitron.models.channel import Cargo
from hbdash.omnitron.models.order import Order
from hbdash.runs.context import RunContext
from hbdash.texts.orders import nobody_there

#: Hepsiburada takes no date that is older (H§11.5).
OLDEST = timedelta(days=7)
#: Of a parcel whose arrival nobody named [our].
TRAVELS = timedelta(days=3)
_SERIAL = 3


class Planner:
    """Plans the steps of packages; one per run. Carriers are read once."""

    def __init__(self, ctx: RunContext) -> None:
        self.ctx = ctx
        self._cargos: dict[int, Cargo] | None = None

    def steps(self, order: Order, target: Target, *, alone: bool) -> Iterator[Step]:
        """The steps that are missing, in order; ``OrderFault`` for one that can't be told.

        alone: the order has no other standing package, so its own status and number count too.
        """
        if order.e_archive_url and not target.row["invoice_link"]:
            yield self._invoice(order, target)
        if not self.ctx.settings.send_shipping_info:
            return
        wanted = wanted_status(order, target, alone=alone)
        number = _tracking_number(order, target, alone=alone)
        if wanted == OPEN or target.stage == ENDED:
            return
        if target.stage == OPEN:
            if not number:
                # Without a number nothing of it can be told; the number makes the order due again.
                return
            yield self._ship(order, target, number)
        if wanted == DELIVERED:
            yield self._deliver(target)
        elif wanted == ATTEMPTED:
            yield self._undeliver(target)

    def _invoice(self, order: Order, target: Target) -> Step:
        link, number = order.e_archive_url, order.invoice_number.strip()
        at = order.invoice_date or order.modified_date

        def call() -> None:
            self.ctx.hepsiburada.put_invoice(
                target.number, link, number[:_SERIAL], number[_SERIAL:], at
            )

        return Step(INVOICE, call, "", {"invoice_link": link})

    def _ship(self, order: Order, target: Target, number: str) -> Step:
        at = self._fresh(_shipped_at(order, target), target, "intransit")
        named = [item.estimated_delivery_date for item in target.items]
        url = self.url_of(order, target, number)
        shipment = Shipment(
            shipped=at,
            arrival=max([one for one in named if one is not None], default=at + TRAVELS),
            tracking_number=number,
            tracking_url=url,
            # Demanded, and not to be had from Omnitron (flows section 12).
            phone=self.ctx.settings.tracking_phone_number or "-",
            deci=target.deci,
        )

        def call() -> None:
            self.ctx.hepsiburada.ship_package(target.number, shipment)

        columns = {"status": "InTransit", "tracking_number": number, "tracking_url": url}
        return Step(SHIP, call, "InTransit", columns)

    def _deliver(self, target: Target) -> Step:
        at = self._fresh(_moved_at(target), target, "deliver")
        receiver = target.recipient or nobody_there()

        def call() -> None:
            self.ctx.hepsiburada.deliver_package(target.number, at, receiver)

        return Step(DELIVER, call, "Delivered", {"status": "Delivered"})

    def _undeliver(self, target: Target) -> Step:
        at = self._fresh(_moved_at(target), target, "undeliver")

        def call() -> None:
            # Omnitron gives no reason with an attempted delivery.
            self.ctx.hepsiburada.undeliver_package(target.number, at, "Teslim edilemedi")

        return Step(UNDELIVER, call, "Undelivered", {"status": "Undelivered"})

    def _fresh(self, at: datetime, target: Target, step: str) -> datetime:
        """A date that is too old is not bent to fit: it would be untrue.

        What was packed anew after its units were shipped left with the new package at the earliest.
        """
        at = max(at, target.row.get("added_at") or at)
        now = self.ctx.now()
        if now - at > OLDEST:
            raise OrderFault("order.too_old", {"step": step, "date": at.isoformat()})
        return min(at, now)

    def url_of(self, order: Order, target: Target, number: str) -> str:
        """The link to follow the parcel (R2.29); ``OrderFault`` order.no_tracking_url."""
        if order.defined_tracking_url.strip():
            return order.defined_tracking_url.strip()
        pk = next((item.shipping_company for item in target.items if item.shipping_company), None)
        cargo = self._cargo(pk or order.cargo_company)
        names = [*(() if cargo is None else (cargo.shipping_company, cargo.name, cargo.erp_code))]
        for name in filter(None, [*names, target.row["cargo"]]):
            url = tracking_url(self.ctx.settings.shipping_provider, name, number)
            if url:
                return url
        shown = next(filter(None, [*reversed(names[:2]), target.row["cargo"]]), "?")
        raise OrderFault("order.no_tracking_url", {"cargo": shown})

    def _cargo(self, pk: int | None) -> Cargo | None:
        if pk is None:
            return None
        if self._cargos is None:
            self._cargos = {cargo.pk: cargo for cargo in self.ctx.omnitron.cargos()}
        return self._cargos.get(pk)


def wanted_status(order: Order, target: Target, *, alone: bool) -> int:
    """What Omnitron says of the package: ``OPEN``, or the code 500, 540 or 550.

    A package is as far as the last of its units; where the ERP moves only the order, that counts.
    """
    codes = [_known(item.status) for item in target.items]
    least = min(codes, default=OPEN)
    return max(least, _known(order.status)) if alone and least == OPEN else least


def _known(status: str) -> int:
    code = item_status(status)
    if code in (ATTEMPTED, DELIVERED):
        return code
    # Shipped, informed, ready to be picked up: all on their way.
    return SHIPPED if SHIPPED <= code < ATTEMPTED else OPEN


def is_behind(order: Order, target: Target, *, alone: bool) -> bool:
    """Hepsiburada is further than Omnitron: nothing is sent backwards (R8.9c)."""
    wanted = wanted_status(order, target, alone=alone)
    ended = target.row["status"].strip().lower()
    if target.stage == ENDED:
        word = {DELIVERED: "delivered", ATTEMPTED: "undelivered"}.get(wanted)
        return wanted != OPEN and ended != word
    return target.stage == IN_TRANSIT and wanted == OPEN


def _tracking_number(order: Order, target: Target, *, alone: bool) -> str:
    own = next((item.tracking_number for item in target.items if item.tracking_number), "")
    return (own or (order.tracking_number if alone else "")).strip()


def _moved_at(target: Target) -> datetime:
    """When its units came into their state, as Omnitron tells it."""
    named = [item.delivered_date or item.modified_date for item in target.items]
    found: list[datetime] = [one for one in named if one is not None]
    return max(found, default=target.row["seen_at"])


def _shipped_at(order: Order, target: Target) -> datetime:
    moved: list[Any] = [item.modified_date for item in target.items if item.modified_date]
    return min([max(moved, default=order.modified_date), _moved_at(target)])
