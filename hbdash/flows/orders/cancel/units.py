"""Which units of a line are to be cancelled in Omnitron (flows section 6, order_cancel).

A cancellation names no unit. Omnitron may hold as many units of a line as are alive at Hepsiburada;
what it holds beyond that is cancelled: units in no open package first, then the highest n. So a
unit that was cancelled before it was written takes nothing from those that were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from hbdash.flows.orders.packages.lines import lines_of, named_cancelled
from hbdash.flows.orders.packages.whereabouts import Unit, units_of
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import MarketCancellation, MarketLine, OmnitronItem

rows_t, lines_t = table_of(MarketCancellation), table_of(MarketLine)
items_t = table_of(OmnitronItem)


@dataclass(frozen=True)
class LineState:
    """A line with cancellations: what Hepsiburada says of it, and what Omnitron holds."""

    line_id: str
    quantity: int
    cancelled: int
    """Units that Hepsiburada cancelled, at most all."""
    units: tuple[Unit, ...]
    codes: tuple[str, ...]
    """``cancelReasonCode`` of each cancelled unit, oldest first."""

    @property
    def beyond(self) -> int:
        """How many units Omnitron holds that are alive no more."""
        return max(len(self.units) - (self.quantity - self.cancelled), 0)

    @property
    def needs_choice(self) -> bool:
        """Some of its units go and some stay, and they lie in different packages."""
        places = {(unit.order_pk, unit.package) for unit in self.units}
        return 0 < self.beyond < len(self.units) and len(places) > 1

    def chosen(self) -> list[tuple[Unit, str]]:
        """The units to cancel, each with the code of a cancellation; the newest ones."""
        units = choose(self.units, self.beyond)
        codes = self.codes[-len(units) :] if units else ()
        padded = (*([""] * (len(units) - len(codes))), *codes)
        return list(zip(units, padded, strict=True))


def choose(units: Sequence[Unit], count: int) -> list[Unit]:
    """Units in no open package first, then the highest n; shipped ones only if nothing else is
    left, since Hepsiburada can't cancel those either."""
    ranked = sorted(units, key=lambda unit: (unit.shipped, not unit.loose, -unit.n))
    return ranked[:count]


def lines_of_orders(
    connection: Connection, channel_id: int, order_numbers: Iterable[str]
) -> dict[str, list[str]]:
    """Order number → its lines with cancellations."""
    found: dict[str, list[str]] = {}
    for part in sliced(sorted(set(order_numbers)), 500):
        rows = connection.execute(
            select(rows_t.c.order_number, rows_t.c.line_item_id)
            .where(rows_t.c.channel_id == channel_id, rows_t.c.order_number.in_(part))
            .distinct()
            .order_by(rows_t.c.line_item_id)
        )
        for row in rows:
            found.setdefault(row.order_number, []).append(row.line_item_id)
    return found


def states_of(
    connection: Connection, channel_id: int, line_ids: Iterable[str]
) -> dict[str, LineState]:
    """Line id → how it stands, of lines that have cancellations."""
    wanted = sorted(set(line_ids))
    lines = lines_of(connection, channel_id, wanted)
    named = named_cancelled(connection, channel_id, wanted)
    units = units_of(connection, channel_id, wanted)
    codes = _codes(connection, channel_id, wanted)
    return {
        line: LineState(
            line,
            quantity := int(lines[line]["quantity"]),
            min(named[line], quantity),
            tuple(units.get(line, ())),
            codes.get(line, ()),
        )
        for line in wanted
        if line in lines and line in named
    }


def _codes(
    connection: Connection, channel_id: int, line_ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for part in sliced(line_ids, 500):
        rows = connection.execute(
            select(rows_t.c.line_item_id, rows_t.c.reason_code, rows_t.c.quantity)
            .where(rows_t.c.channel_id == channel_id, rows_t.c.line_item_id.in_(part))
            .order_by(rows_t.c.cancelled_at, rows_t.c.id)
        )
        for row in rows:
            found.setdefault(row.line_item_id, []).extend([row.reason_code] * row.quantity)
    return {line: tuple(codes) for line, codes in found.items()}


def orders_held_beyond(
    connection: Connection, channel_id: int, since: datetime | None = None
) -> list[str]:
    """Order numbers of lines of which Omnitron holds more units than are alive, by our ledger.

    Each run finds again what an earlier one could not do. since: of cancellations first seen then
    or later.
    """
    cancelled = (
        select(
            rows_t.c.line_item_id,
            func.min(rows_t.c.order_number).label("order_number"),
            func.sum(rows_t.c.quantity).label("units"),
        )
        .where(rows_t.c.channel_id == channel_id)
        .group_by(rows_t.c.line_item_id)
    )
    if since is not None:
        cancelled = cancelled.having(func.max(rows_t.c.first_seen) >= since)
    named = cancelled.subquery()
    held = (
        select(items_t.c.line_item_id, func.count().label("units"))
        .where(items_t.c.channel_id == channel_id, items_t.c.state == "live")
        .group_by(items_t.c.line_item_id)
        .where(items_t.c.line_item_id.in_(select(named.c.line_item_id)))
        .subquery()
    )
    rows = connection.execute(
        select(named.c.order_number)
        .join(held, held.c.line_item_id == named.c.line_item_id)
        .join(
            lines_t,
            (lines_t.c.channel_id == channel_id) & (lines_t.c.line_item_id == named.c.line_item_id),
        )
        # Never more than its units are cancelled, so a line that holds none is not asked about.
        .where(held.c.units > lines_t.c.quantity - named.c.units)
        .distinct()
        .order_by(named.c.order_number)
    )
    return [row.order_number for row in rows]


def by_order(states: Mapping[str, LineState]) -> dict[int, dict[int, str]]:
    """Omnitron's order → item → code, of all units that these lines are to lose and can."""
    found: dict[int, dict[int, str]] = {}
    for state in states.values():
        for unit, code in state.chosen():
            if not unit.shipped:
                found.setdefault(unit.order_pk, {})[unit.item_pk] = code
    return found
