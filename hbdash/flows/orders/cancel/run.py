"""order_cancel (R5.11): what was cancelled at Hepsiburada is cancelled in Omnitron.

A run settles what is in doubt, reads and keeps the feed, then looks at the orders of new rows and
at those of which Omnitron still holds more units than are alive. A cancellation of an order that
was never imported is known, not a failure: order_create leaves its units out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select

from hbdash.domain.windows import run_window
from hbdash.flows.orders.cancel import feed
from hbdash.flows.orders.cancel.faults import cure, passed, settled_shipped, shipped
from hbdash.flows.orders.cancel.feed import CANCELLED, mark_looked_at
from hbdash.flows.orders.cancel.items import ItemCanceller
from hbdash.flows.orders.cancel.reasons import CancelReasons
from hbdash.flows.orders.cancel.units import (
    LineState,
    by_order,
    lines_of_orders,
    orders_held_beyond,
    states_of,
)
from hbdash.flows.orders.feeds.reading import UNPACKED, cursor_at, set_cursor
from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.faults import KIND
from hbdash.flows.orders.packages.patience import set_aside
from hbdash.flows.orders.packages.units import UnitBook
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import MarketPackage, OmnitronOrder
from hbdash.texts.orders_in import (
    cancelled,
    cancelled_unwritten,
    nothing_to_cancel,
    would_cancel,
)
from hbdash.transport.errors import NotFound

#: Orders asked about together.
AT_ONCE = 50


def run(ctx: RunContext) -> None:
    """Read, keep, cancel (flows section 6)."""
    work = _Work(ctx)
    if not ctx.dry_run:
        work.canceller.recover()
    begun = ctx.now()
    cursor = cursor_at(ctx, CANCELLED)
    window = ctx.request.window or run_window(begun, cursor)
    ctx.progress.note["window"] = tuple(at.isoformat() for at in window)
    feed.read_feed(ctx)
    if ctx.request.keys:
        orders = _orders_of_keys(ctx)
    elif ctx.request.window is not None:
        orders = feed.orders_between(ctx, *window)
    else:
        if cursor is None:
            feed.pass_over_old(ctx, window[0])
        orders = feed.orders_not_looked_at(ctx)
        with ctx.db.read() as connection:
            orders += orders_held_beyond(connection, ctx.channel_id)
    work.look_at(list(dict.fromkeys(orders)))
    if not ctx.request.by_hand and not ctx.dry_run:
        with ctx.db.read() as connection:
            standing = orders_held_beyond(connection, ctx.channel_id)
        cure(ctx, standing)
        set_cursor(ctx, CANCELLED, begun)


def _orders_of_keys(ctx: RunContext) -> list[str]:
    """Order numbers for what was asked: those, package numbers, or Omnitron's own numbers."""
    packages, orders = table_of(MarketPackage), table_of(OmnitronOrder)
    found: list[str] = []
    for key in (key.strip() for key in ctx.request.keys):
        with ctx.db.read() as connection:
            number = connection.execute(
                select(packages.c.order_number)
                .outerjoin(
                    orders,
                    (orders.c.channel_id == packages.c.channel_id)
                    & (orders.c.package_number == packages.c.package_number),
                )
                .where(
                    packages.c.channel_id == ctx.channel_id,
                    or_(packages.c.package_number == key, orders.c.number == key),
                )
            ).scalar()
        found.append(number or key)
    return found


@dataclass
class _Work:
    ctx: RunContext
    canceller: ItemCanceller = field(init=False)
    reasons: CancelReasons = field(init=False)
    units: UnitBook = field(init=False)

    def __post_init__(self) -> None:
        self.canceller = ItemCanceller(self.ctx)
        self.reasons = CancelReasons(self.ctx)
        self.units = UnitBook(self.ctx)

    def look_at(self, orders: Sequence[str]) -> None:
        """One order after the other; what one can't have never holds up the next."""
        ctx = self.ctx
        with ctx.db.read() as connection:
            lines = lines_of_orders(connection, ctx.channel_id, orders)
        blocked = self.canceller.blocked(orders)
        due = [order for order in orders if order not in blocked]
        ctx.progress.total = len(due)
        for part in sliced(due, AT_ONCE):
            fresh = [order for order in part if not self._was_told(order, lines.get(order, []))]
            for order in self._learn({order: lines.get(order, []) for order in fresh}):
                self._look_at(order, lines.get(order, []))
                ctx.go_on()
        self.reasons.settle()

    def _was_told(self, order: str, line_ids: list[str]) -> bool:
        """What is left of it was shipped, and a person knows."""
        if not settled_shipped(self.ctx, order, self._states(line_ids).values()):
            return False
        self._done(order)
        return True

    def _learn(self, orders: Mapping[str, Sequence[str]]) -> list[str]:
        """How many units the lines have in all, which only the order itself tells; and which
        items of Omnitron we have not heard of. The orders that could be asked for."""
        ctx = self.ctx
        learnt: list[str] = []
        for number in orders:
            order = None
            with set_aside(ctx, number) as aside:
                order = self.units.order(number)
            if not aside.happened:
                learnt.append(number)
            if order is not None:
                with ctx.commit() as connection:
                    keeping.keep_order_lines(connection, ctx.channel_id, order, ctx.now())
            ctx.go_on()
        self.units.learn(line for number in learnt for line in orders[number])
        return learnt

    def _look_at(self, order: str, line_ids: list[str]) -> None:
        states = self._states(line_ids)
        if any(state.beyond for state in states.values()):
            with set_aside(self.ctx, order) as aside:
                states = self._as_it_is_now(states)
            if aside.happened:
                return
        if any(state.beyond for state in states.values()):
            self._cancel(order, states)
        else:
            self._agree(order, states)

    def _states(self, line_ids: Sequence[str]) -> dict[str, LineState]:
        with self.ctx.db.read() as connection:
            return states_of(connection, self.ctx.channel_id, line_ids)

    def _as_it_is_now(self, states: dict[str, LineState]) -> dict[str, LineState]:
        """Ask Omnitron for the items, which a person may have changed, and Hepsiburada for the
        packages where it matters which of them still stands."""
        beyond = [state for state in states.values() if state.beyond]
        self.canceller.ask(unit.item_pk for state in beyond for unit in state.units)
        packages = {
            unit.package for state in beyond if state.needs_choice for unit in state.units
        } - {None}
        for number in sorted(str(one) for one in packages):
            self._see_package(number)
        return self._states(list(states))

    def _see_package(self, number: str) -> None:
        ctx = self.ctx
        try:
            status = ctx.hepsiburada.package(number).status
        except NotFound:
            return
        if status.strip().lower() == "unpacked":
            with ctx.commit() as connection:
                keeping.leave_package(connection, ctx.channel_id, number, UNPACKED, ctx.now())

    def _agree(self, order: str, states: dict[str, LineState]) -> None:
        """Nothing is held beyond what lives: never written, or cancelled already."""
        ctx = self.ctx
        units = sum(state.cancelled for state in states.values())
        written = any(state.units for state in states.values())
        if ctx.request.keys or (units and not written):
            text = cancelled_unwritten(units) if units and not written else nothing_to_cancel()
            ctx.journal.add("info", "skipped", text, kind=KIND, key=order)
        ctx.progress.skipped += 1
        passed(ctx, order)
        self._done(order)

    def _cancel(self, order: str, states: dict[str, LineState]) -> None:
        ctx = self.ctx
        chosen = by_order(states)
        doubtful = self.canceller.doubtful
        if any(pk in doubtful for items in chosen.values() for pk in items):
            ctx.progress.skipped += 1
            return
        if ctx.dry_run:
            count = sum(len(items) for items in chosen.values())
            with ctx.commit():
                ctx.journal.add("info", "dry_run", would_cancel(count), kind=KIND, key=order)
            ctx.progress.ok += 1
            return
        done, whole = 0, True
        for order_pk, items in sorted(chosen.items()):
            reasons = {pk: self.reasons.of(code) for pk, code in items.items()}
            known = {pk: reason for pk, reason in reasons.items() if reason is not None}
            if len(known) < len(reasons):
                ctx.progress.failed += 1
                whole = False
            if not known:
                continue
            outcome = self.canceller.cancel(order, order_pk, known)
            done += outcome.cancelled
            whole = whole and not outcome.failed and not outcome.unknown
        if done:
            with ctx.commit():
                ctx.journal.add(
                    "info", "ok", cancelled(done), kind=KIND, key=order,
                    params={"units": done}, exchange=ctx.wire.exchange,
                )  # fmt: skip
            ctx.progress.ok += 1
        if not whole:
            return
        if not shipped(ctx, order, states.values()):
            passed(ctx, order)
        self._done(order)

    def _done(self, order: str) -> None:
        ctx = self.ctx
        if ctx.dry_run:
            return
        with ctx.commit() as connection:
            mark_looked_at(connection, ctx.channel_id, [order], ctx.now())
