"""What keeps an order from being told, and what only a person can settle (R8.9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from hbdash.domain.claims import CLOSED
from hbdash.domain.orders import CANCELLED, item_status
from hbdash.flows.orders.packages.lines import lines_of
from hbdash.flows.orders.packages.targets import Target, contents, lines_of_items, stage_of
from hbdash.omnitron.models.order import OrderItem
from hbdash.omnitron.orders import REFUND
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import Claim

#: Omnitron's words for a request that is over (O§6.8).
_OVER = ("completed", "rejected", "cancelled", "canceled")


def return_open(ctx: RunContext, items: Sequence[OrderItem]) -> bool:
    """Whether a return of any of these items is open or running, on either side (R8.9a)."""
    claims = table_of(Claim)
    lines = set(lines_of_items(ctx, items).values())
    with ctx.db.read() as connection:
        claimed = connection.execute(
            select(claims.c.id).where(
                claims.c.channel_id == ctx.channel_id,
                claims.c.line_item_id.in_(sorted(lines)),
                claims.c.status.not_in(CLOSED),
            )
        ).first()
    if claimed is not None:
        return True
    return any(
        not request.has_status(*_OVER)
        for item in items
        for request in ctx.omnitron.cancellation_requests(kind=REFUND, order_item=item.pk)
    )


def cancelled_here(ctx: RunContext, target: Target, items: Sequence[OrderItem]) -> int:
    """Units cancelled in Omnitron that still lie in an open package at Hepsiburada.

    items: of the whole order, cancelled ones too. Units that Hepsiburada itself cancelled lie in
    no package: it breaks the package for them.
    """
    gone = [item for item in items if item_status(item.status) == CANCELLED]
    if not gone or stage_of(target.row["status"]) != 0:
        return 0
    of_item = lines_of_items(ctx, items)
    cancelled = Counter(of_item[item.pk] for item in gone if item.pk in of_item)
    living = Counter(of_item[item.pk] for item in target.items if item.pk in of_item)
    inside = contents(ctx, target.number)
    with ctx.db.read() as connection:
        rows = lines_of(connection, ctx.channel_id, cancelled)
    found = 0
    for line, units in cancelled.items():
        there = rows[line]["cancelled"] if line in rows else 0
        found += max(0, min(inside.get(line, 0) - living[line], units - there))
    return found
