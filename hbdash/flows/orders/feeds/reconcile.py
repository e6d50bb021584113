"""Lines that hold stock although nothing shows them any more (design rule 12).

A line that waited for its payment or for packing and is in no feed and no package now was
cancelled, or never paid, or packed and shipped unseen; the order itself says which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from hbdash.flows.orders.feeds.gap import keep_packages_of
from hbdash.flows.orders.feeds.reading import Ordered
from hbdash.flows.orders.packages.lines import lines_of, set_cancelled
from hbdash.flows.orders.packages.parcel import is_cancelled
from hbdash.flows.orders.packages.patience import set_aside
from hbdash.flows.orders.packages.units import UnitBook
from hbdash.hepsiburada.models.orders import Order
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.queries.wanted import held_by_line
from hbdash.store.tables import MarketLine, PackageLine

#: Orders asked about in one run; the rest in the next.
MOST = 200

lines_t, inside_t = table_of(MarketLine), table_of(PackageLine)


@dataclass(frozen=True)
class _Line:
    line_id: str
    order_number: str
    living: int
    """quantity − cancelled."""
    packed: int
    shown: int
    """In a package, or in one of the two feeds, now."""


def reconcile(ctx: RunContext, ordered: Ordered, units: UnitBook) -> None:
    """Find lines whose units do not add up, ask for their orders, and mend what we know."""
    odd: dict[str, list[_Line]] = {}
    for line in _holding(ctx, ordered):
        if line.shown != line.living:
            odd.setdefault(line.order_number, []).append(line)
    for number in sorted(odd)[:MOST]:
        # An order that is not shown (not paid) and in no feed of such orders never will be.
        with set_aside(ctx, number):
            _settle(ctx, odd[number], units.order(number), ordered)
        ctx.go_on()


def _holding(ctx: RunContext, ordered: Ordered) -> list[_Line]:
    """Lines that hold units, or stand in a feed, and what shows of them."""
    held = held_by_line(ctx.channel_id)
    packed_t = (
        select(inside_t.c.line_item_id, func.sum(inside_t.c.quantity).label("units"))
        .where(inside_t.c.channel_id == ctx.channel_id, inside_t.c.until.is_(None))
        .group_by(inside_t.c.line_item_id)
        .subquery()
    )
    statement = (
        select(
            lines_t.c.line_item_id,
            lines_t.c.order_number,
            lines_t.c.quantity - lines_t.c.cancelled,
            func.coalesce(packed_t.c.units, 0),
        )
        .join(held, held.c.line_item_id == lines_t.c.line_item_id)
        .outerjoin(packed_t, packed_t.c.line_item_id == lines_t.c.line_item_id)
        .where(lines_t.c.channel_id == ctx.channel_id, held.c.units > 0)
    )
    with ctx.db.read() as connection:
        rows = connection.execute(statement).all()
    return [
        _Line(line, number, living, int(packed), int(packed) + _in_feeds(ordered, line))
        for line, number, living, packed in rows
    ]


def _in_feeds(ordered: Ordered, line: str) -> int:
    return ordered.waiting.get(line, 0) or ordered.unpaid.get(line, 0)


def _settle(ctx: RunContext, lines: list[_Line], order: Order | None, ordered: Ordered) -> None:
    if order is not None:
        keep_packages_of(ctx, order)
    alive = _alive(order)
    with ctx.db.read() as connection:
        rows = lines_of(connection, ctx.channel_id, [line.line_id for line in lines])
        packed = dict(
            connection.execute(
                select(inside_t.c.line_item_id, func.sum(inside_t.c.quantity))
                .where(
                    inside_t.c.channel_id == ctx.channel_id,
                    inside_t.c.until.is_(None),
                    inside_t.c.line_item_id.in_([line.line_id for line in lines]),
                )
                .group_by(inside_t.c.line_item_id)
            ).all()
        )
    gone: dict[str, int] = {}
    for line in lines:
        quantity = rows[line.line_id]["quantity"]
        shown = int(packed.get(line.line_id, 0)) + _in_feeds(ordered, line.line_id)
        if line.line_id in ordered.broken_up and alive.get(line.line_id):
            # Broken up between the two readings: the next run sees it among the open ones.
            continue
        if shown < quantity - rows[line.line_id]["cancelled"]:
            gone[line.line_id] = quantity - shown
    with ctx.commit() as connection:
        set_cancelled(connection, ctx.channel_id, gone)


def _alive(order: Order | None) -> Mapping[str, int]:
    alive: Counter[str] = Counter()
    for line in order.items if order is not None else ():
        if not is_cancelled(line):
            alive[line.id] += line.quantity
    return alive
