"""One package becomes one order of Omnitron, exactly once (flows section 6, "Write"; O§6.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hbdash.flows.orders.packages import faults, keeping
from hbdash.flows.orders.packages.faults import KIND, OrderFault, PackageRow
from hbdash.flows.orders.packages.ledger import keep_order
from hbdash.flows.orders.packages.parcel import Parcel, parcel_of
from hbdash.flows.orders.packages.units import Allotted, UnitBook
from hbdash.flows.orders.writing import labels, translate
from hbdash.flows.orders.writing.goods import ProductBook
from hbdash.flows.orders.writing.people import Registry, billed_like_shipping
from hbdash.flows.orders.writing.places import PlaceBook, report_place
from hbdash.flows.orders.writing.standing import still_standing
from hbdash.omnitron.models.order import Order
from hbdash.runs import intents
from hbdash.runs.context import RunContext
from hbdash.runs.penalties import PenaltyView
from hbdash.texts.causes import log_text
from hbdash.texts.orders import gone, linked, outcome_unknown, would_link, would_write, written
from hbdash.transport.errors import (
    AuthRefused,
    BadShape,
    BreakerOpen,
    Refused,
    RemoteError,
    Walled,
)
from hbdash.transport.recorder import Exchange

#: Kind of the intents of this family.
CREATE = "order.create"
#: So many packages in a row that the other side failed: the run ends, the breaker may wait.
PATIENCE = 3


@dataclass
class Writer:
    """Writes packages one after the other; a faulty one never stops the next."""

    ctx: RunContext
    units: UnitBook
    products: ProductBook
    registry: Registry
    punished: dict[str, PenaltyView] = field(default_factory=dict)
    versions: dict[int, tuple[datetime, dict[int, datetime | None]]] = field(default_factory=dict)
    """Order → its version and those of its items, as they were read when it was written."""
    tried: set[str] = field(default_factory=set)
    """Packages of this run: one is tried once in it."""
    in_a_row: int = 0
    _labels: dict[str, labels.Label] = field(default_factory=dict)
    """Package → the label that its order is being written with."""

    @classmethod
    def of(cls, ctx: RunContext) -> Writer:
        """With fresh look-up books."""
        places = PlaceBook(
            ctx.omnitron,
            ctx.clock,
            ctx.channel.remote_id,
            with_channel=ctx.settings.use_channel_id_in_address_mapping,
        )
        return cls(ctx, UnitBook(ctx), ProductBook(ctx), Registry(ctx, places))

    def prepare(self, rows: list[PackageRow]) -> None:
        """Ask for products and items of many packages at a time."""
        parcels = []
        for row in rows:
            try:
                parcels.append(parcel_of(row.payload))
            except ValueError:
                continue
        try:
            self.products.learn(parcels)
            self.units.learn(line.line_id for parcel in parcels for line in parcel.lines)
        except (Refused, BadShape):
            # One of them can't be asked for; alone it will say so, and the others go.
            self.ctx.progress.note["asked_singly"] = True

    def write(self, row: PackageRow) -> None:
        """Write one package, or keep what is wrong with it.

        Raises a ``RemoteError`` only when going on makes no sense: credentials, an open breaker, or
        :data:`PATIENCE` packages in a row that the other side failed.
        """
        self.tried.add(row.number)
        try:
            self._write(row)
        except OrderFault as fault:
            self._faulty(row, fault)
        except (AuthRefused, Walled, BreakerOpen):
            raise
        except RemoteError as error:
            if isinstance(error, Refused):
                self._refused(row, error)
                return
            # A creation in doubt never comes here; the package waits as it was.
            faults.settle_transient(self.ctx, row, error, row.state)
            self._count(error)
            return
        self.in_a_row = 0

    def _faulty(self, row: PackageRow, fault: OrderFault) -> None:
        self.in_a_row = 0
        if self.ctx.dry_run:
            self._say("failed", row, log_text(fault.code, fault.params))
            self.ctx.progress.failed += 1
            return
        faults.settle_fault(self.ctx, row, fault, self.punished)
        if fault.code == "order.address":
            try:
                report_place(self.ctx.omnitron, fault, log_text(fault.code, fault.params))
            except RemoteError as error:
                self.ctx.progress.note["place_not_reported"] = str(error)[:200]

    def _refused(self, row: PackageRow, error: RemoteError) -> None:
        """Said no, in words that no table knows: a failure with those words, and a penalty."""
        self.in_a_row = 0
        params = {**error.params, "text": error.message[:300]}
        fault = OrderFault(error.failure_id, params, str(error))
        if self.ctx.dry_run:
            self._faulty(row, fault)
        else:
            faults.settle_fault(self.ctx, row, fault, self.punished)

    def _write(self, row: PackageRow) -> None:
        ctx = self.ctx
        try:
            parcel = parcel_of(row.payload)
        except ValueError:
            parcel = None
        if row.state == "failed" or parcel is None:
            parcel = self._asked_again(row, parcel)
            if parcel is None:
                return
        translate.check(parcel)
        self.products.learn([parcel])
        allotted = self.units.allot(parcel)
        if not allotted.lines:
            self._link(row, allotted)
            return
        order = translate.draft(ctx.settings, parcel, allotted.lines)
        products = {
            unit.line.line_id: self.products.of(unit.line.merchant_sku, unit.line.hb_sku)
            for unit in order.units
        }
        # An address that is not known leaves no customer behind.
        self.registry.drafts(parcel, customer=0)
        if ctx.dry_run:
            self._say("skipped", row, would_write(order.number, len(order.units),
                                                  order.amounts.amount))  # fmt: skip
            ctx.progress.ok += 1
            return
        customer = self.registry.customer(parcel)
        shipping, billing = self.registry.addresses(parcel, customer)
        known = ctx.omnitron.find_orders(order.number)
        if known:
            self.adopt(row, known[0], None)
            return
        label = self._labels[row.number] = labels.label_of(ctx, row.number, parcel.cargo)
        body = translate.order_body(
            order,
            ctx.settings,
            label=label.fields,
            customer=customer,
            shipping_address=shipping,
            billing_address=billing,
            billed_like_shipping=billed_like_shipping(ctx, parcel),
        )
        items = translate.item_bodies(order, products, ctx.channel)
        self._create(row, order, body, items)

    def _create(
        self,
        row: PackageRow,
        order: translate.OrderDraft,
        body: dict[str, Any],
        items: list[dict[str, Any]],
    ) -> None:
        ctx = self.ctx
        payload = {"package": row.number, "number": order.number}
        intent_id: int | None = None
        try:
            with ctx.intent(CREATE, order.number, payload) as intent_id:
                made = ctx.omnitron.create_order(body, items)
        except RemoteError as error:
            # A lost answer, or "that number exists": either way Omnitron knows which.
            found = ctx.omnitron.find_orders(order.number)
            if found:
                self.adopt(row, found[0], intent_id)
                return
            if not error.unknown_outcome:
                raise
            self._in_doubt(row, error)
            return
        self.adopt(row, made, intent_id, ctx.wire.exchange)

    def _in_doubt(self, row: PackageRow, error: RemoteError) -> None:
        """Nobody knows yet: the next run asks again, not before a minute has passed."""
        faults.settle_transient(self.ctx, row, error, "unknown")
        self._say("waiting", row, outcome_unknown())
        self._count(error)

    def _count(self, error: RemoteError) -> None:
        """An answer that can't be read may be this record's own; a side that is down is not."""
        self.in_a_row += error.transient
        if self.in_a_row >= PATIENCE:
            raise error

    def adopt(
        self,
        row: PackageRow,
        order: Order,
        intent_id: int | None,
        exchange: Exchange | None = None,
    ) -> None:
        """The order stands in Omnitron: read its items, and keep that it is written.

        exchange: the call that made it, for the log; the newest one where it was found instead.
        """
        ctx = self.ctx
        exchange = exchange or ctx.wire.exchange
        items = ctx.omnitron.order_items(order.pk)
        now = ctx.now()
        with ctx.commit(durable=True) as connection:
            keep_order(connection, ctx.channel_id, row, order, items, now)
            if intent_id is not None:
                intents.settle(
                    connection, intent_id, "done", now,
                    {"order": order.pk, "items": [item.pk for item in items]},
                )  # fmt: skip
            keeping.set_package(
                connection, ctx.channel_id, row.number, state="written",
                omnitron_order_id=order.pk,
                **labels.standing(ctx, order, self._labels.get(row.number)),
            )  # fmt: skip
            text = written(order.number, len(items), order.amount or row.total)
            self._say("ok", row, text, exchange)
            faults.settle_pass(ctx, connection, row)
        self.versions[order.pk] = (
            order.modified_date, {item.pk: item.modified_date for item in items}
        )  # fmt: skip
        ctx.progress.ok += 1

    def _link(self, row: PackageRow, allotted: Allotted) -> None:
        """Another order holds every unit, or they were cancelled meanwhile: nothing to write."""
        ctx = self.ctx
        if ctx.dry_run:
            self._say("skipped", row, would_link(allotted.holder))
            ctx.progress.skipped += 1
            return
        state = "left" if allotted.holder is None else "linked"
        with ctx.commit(durable=True) as connection:
            keeping.set_package(
                connection, ctx.channel_id, row.number, state=state,
                omnitron_order_id=allotted.holder,
                **({} if allotted.holder is None else labels.standing(ctx, None, None)),
            )  # fmt: skip
            text = gone() if allotted.holder is None else linked(row.number)
            self._say("skipped", row, text)
            faults.settle_pass(ctx, connection, row)
        ctx.progress.skipped += 1

    def _asked_again(self, row: PackageRow, parcel: Parcel | None) -> Parcel | None:
        """Before a retry: is the package still what it was? ``None``: it is not ours to write."""
        ctx = self.ctx
        standing = still_standing(ctx, self.units, row, parcel)
        if standing is not None:
            return standing
        if ctx.dry_run:
            self._say("skipped", row, gone())
            return None
        with ctx.commit(durable=True) as connection:
            keeping.leave_package(connection, ctx.channel_id, row.number, "Unpacked", ctx.now())
            keeping.set_package(connection, ctx.channel_id, row.number, state="left")
            self._say("skipped", row, gone())
            faults.settle_pass(ctx, connection, row)
        ctx.progress.skipped += 1
        return None

    def _say(
        self, status: str, row: PackageRow, text: str, exchange: Exchange | None = None
    ) -> None:
        self.ctx.journal.add(
            "warning" if status in ("failed", "waiting") else "info",
            status,
            text,
            kind=KIND,
            key=row.key,
            params={"package": row.number, "order": row.order_number},
            exchange=exchange,
        )
