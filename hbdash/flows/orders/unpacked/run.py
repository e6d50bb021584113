"""unpacked_orders (R5.17): units of a broken package that nobody packs anew are cancelled.

The units stand in our ledger, since the feed names no lines. Units that lie in another package go
on with their order (the link moves when order_create reads that package); the others are cancelled
in Omnitron, not before half an hour after the package was broken up. What is packed later than
that becomes a new order, as no live item holds its units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from hbdash.domain.orders import CANCELLED, SHIPPED
from hbdash.domain.windows import run_window
from hbdash.flows.orders.cancel.faults import passed
from hbdash.flows.orders.cancel.items import ItemCanceller
from hbdash.flows.orders.cancel.reasons import CancelReasons
from hbdash.flows.orders.feeds.reading import cursor_at, set_cursor
from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.faults import KIND, unreadable
from hbdash.flows.orders.packages.patience import set_aside
from hbdash.flows.orders.packages.units import UnitBook
from hbdash.flows.orders.packages.whereabouts import Unit
from hbdash.flows.orders.unpacked.feed import keep_broken, read_feed
from hbdash.flows.orders.unpacked.units import GRACE, BrokenOrder, broken_orders, in_no_package
from hbdash.hepsiburada.models.packages import UnpackedPackage
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import OmnitronOrder
from hbdash.texts.formats import time
from hbdash.texts.orders import not_found
from hbdash.texts.orders_in import (
    not_broken,
    packed_anew,
    unpacked_cancelled,
    waits,
    would_cancel,
)
from hbdash.transport.errors import NotFound

#: Cursor of the feed.
UNPACKED_UNTIL = "unpacked"


def run(ctx: RunContext) -> None:
    """Read, keep, wait, cancel (flows section 6)."""
    work = _Work(ctx)
    if not ctx.dry_run:
        work.canceller.recover()
    if ctx.request.keys:
        work.cancel_of(_broken_of_keys(ctx))
        return
    begin, end = ctx.request.window or run_window(ctx.now(), cursor_at(ctx, UNPACKED_UNTIL))
    ctx.progress.note["window"] = (begin.isoformat(), end.isoformat())
    packages = read_feed(ctx, begin, end)
    if ctx.request.window is not None:
        work.cancel_of(packages)
        return
    if not ctx.dry_run:
        set_cursor(ctx, UNPACKED_UNTIL, end)
    work.cancel_of(None)


def _broken_of_keys(ctx: RunContext) -> list[str]:
    """Of the packages asked for those that are broken up; the others are said to stand."""
    found: list[str] = []
    for key in dict.fromkeys(key.strip() for key in ctx.request.keys):
        try:
            state = ctx.hepsiburada.package(key)
        except NotFound:
            _say(ctx, "error", key, not_found(key))
            ctx.progress.failed += 1
            continue
        if state.status.strip().lower() != "unpacked":
            _say(ctx, "info", key, not_broken(key, state.status))
            ctx.progress.skipped += 1
            continue
        found += keep_broken(
            ctx, [UnpackedPackage(package_number=state.package_number, barcode=state.barcode)]
        )
        ctx.go_on()
    return found


def _say(ctx: RunContext, level: str, key: str, text: str) -> None:
    status = "failed" if level == "error" else "skipped"
    with ctx.commit():
        ctx.journal.add(level, status, text, kind=KIND, key=key, params={"package": key})


@dataclass
class _Work:
    ctx: RunContext
    canceller: ItemCanceller = field(init=False)
    reasons: CancelReasons = field(init=False)
    units: UnitBook = field(init=False)
    _waiting: dict[str, int] | None = None

    def __post_init__(self) -> None:
        self.canceller = ItemCanceller(self.ctx)
        self.reasons = CancelReasons(self.ctx)
        self.units = UnitBook(self.ctx)

    def cancel_of(self, packages: Sequence[str] | None) -> None:
        """Cancel what had its half hour, of these packages or of all."""
        ctx = self.ctx
        with ctx.db.read() as connection:
            orders = broken_orders(connection, ctx.channel_id, ctx.now(), packages)
        if ctx.request.keys:
            self._tell(packages or (), orders)
        ripe = [part for order in orders if (part := order.ripe(ctx.now()))]
        blocked = self.canceller.blocked([order.number for order in ripe])
        due = [order for order in ripe if order.number not in blocked]
        ctx.progress.total = len(due)
        for order in due:
            self._cancel(order)
            ctx.go_on()
        self.reasons.settle()

    def _tell(self, packages: Sequence[str], orders: Sequence[BrokenOrder]) -> None:
        """Asked for by hand: what is not cancelled now, and why."""
        ctx = self.ctx
        broken = max((order.broken_at for order in orders if order.broken_at), default=None)
        for package in packages:
            if not orders:
                _say(ctx, "info", package, packed_anew(package))
                ctx.progress.skipped += 1
            elif broken is not None and ctx.now() - broken < GRACE:
                until = time(broken + GRACE, ctx.now(), ctx.channel.zone)
                _say(ctx, "info", package, waits(package, until))
                ctx.progress.skipped += 1

    def _cancel(self, order: BrokenOrder) -> None:
        ctx = self.ctx
        gone: list[Unit] = []
        with set_aside(ctx, order.number):
            gone = self._gone(order)
        if not gone:
            return
        if any(unit.item_pk in self.canceller.doubtful for unit in gone):
            ctx.progress.skipped += 1
            return
        status = {} if ctx.dry_run else self.canceller.ask(unit.item_pk for unit in gone)
        by_order: dict[int, list[int]] = {}
        for unit in gone:
            if _may_go(unit, status.get(unit.item_pk)):
                by_order.setdefault(unit.order_pk, []).append(unit.item_pk)
        if not by_order:
            return
        if ctx.dry_run:
            with ctx.commit():
                ctx.journal.add(
                    "info", "dry_run", would_cancel(sum(len(pks) for pks in by_order.values())),
                    kind=KIND, key=order.number,
                )  # fmt: skip
            ctx.progress.ok += 1
            return
        reason = self.reasons.of()
        if reason is None:
            ctx.progress.failed += 1
            return
        whole = True
        for order_pk, pks in sorted(by_order.items()):
            outcome = self.canceller.cancel(order.number, order_pk, dict.fromkeys(pks, reason))
            whole = whole and not outcome.failed and not outcome.unknown
            if outcome.cancelled:
                self._done(order.number, order_pk, outcome.cancelled)
        if whole:
            passed(ctx, order.number)

    def _gone(self, order: BrokenOrder) -> list[Unit]:
        """Units in no package at all: the order by its number tells whether a package that we have
        not read yet holds them."""
        ctx = self.ctx
        found = self.units.order(order.number)
        if found is None:
            return []
        with ctx.commit() as connection:
            keeping.keep_order_lines(connection, ctx.channel_id, found, ctx.now())
        waiting = self._in_the_feed()
        gone: list[Unit] = []
        with ctx.db.read() as connection:
            for line, units in order.units.items():
                most = in_no_package(
                    connection, ctx.channel_id, found, line, order.held[line], waiting.get(line, 0)
                )
                gone += units[:most]
        return gone

    def _in_the_feed(self) -> dict[str, int]:
        """Line → units that wait to be packed, as the feed shows them; read once a run."""
        if self._waiting is None:
            found: dict[str, int] = {}
            for page in self.ctx.hepsiburada.paid_orders():
                for fault in page.faulty:
                    unreadable(self.ctx, fault)
                for row in page.rows:
                    found[row.id] = max(found.get(row.id, 0), row.quantity)
                self.ctx.go_on()
            self._waiting = found
        return self._waiting

    def _done(self, number: str, order_pk: int, count: int) -> None:
        ctx = self.ctx
        table = table_of(OmnitronOrder)
        with ctx.commit() as connection:
            package = connection.execute(
                select(table.c.package_number).where(
                    table.c.channel_id == ctx.channel_id, table.c.remote_pk == order_pk
                )
            ).scalar()
            ctx.journal.add(
                "info", "ok", unpacked_cancelled(package or "", count), kind=KIND, key=number,
                params={"package": package or "", "units": count}, exchange=ctx.wire.exchange,
            )  # fmt: skip
        ctx.progress.ok += 1


def _may_go(unit: Unit, status: int | None) -> bool:
    """Still to be cancelled: not by a person meanwhile, and not shipped, which a broken package
    can't be: Hepsiburada may have sent the units in a package that we do not know."""
    code = unit.status if status is None else status
    return CANCELLED < code < SHIPPED
