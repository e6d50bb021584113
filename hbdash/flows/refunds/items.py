"""Which items of Omnitron a claim is about: one per unit of its line (flows sections 2 and 7)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, RowMapping, select

from hbdash.domain.orders import unit_id
from hbdash.runs import intents
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import CancellationRequest, MarketLine, OmnitronItem

REQUEST = "refund_request"
"""Kind of the intent behind each request."""
DELIVERED = "550"
#: A request in one of these holds its item no longer.
OVER = ("rejected", "completed")
#: Units asked for where the line's quantity is not known here.
_UNITS_AT_LEAST = 10

item_t = table_of(OmnitronItem)
request_t = table_of(CancellationRequest)


def known_items(connection: Connection, channel_id: int, line_item_id: str) -> list[int]:
    """Items of our own ledger: delivered ones without any request first, lowest unit first.

    An item whose request is still open is left out: Omnitron takes one at a time.
    """
    rows = connection.execute(
        select(item_t.c.item_pk, item_t.c.n, item_t.c.status).where(
            item_t.c.channel_id == channel_id,
            item_t.c.line_item_id == line_item_id,
            item_t.c.state == "live",
        )
    ).all()
    asked = _requested(connection, channel_id, [row.item_pk for row in rows])
    free = [row for row in rows if asked.get(row.item_pk, "completed") in OVER]
    free.sort(key=lambda row: (row.item_pk in asked, row.status != DELIVERED, row.n))
    return [row.item_pk for row in free]


def remote_items(ctx: RunContext, claim: RowMapping) -> list[int]:
    """Items that Omnitron knows by the unit's remote id, else by the bare line id.

    The latter are orders of Akinon's own application; they are taken in pk order.
    """
    line = claim["line_item_id"]
    with ctx.db.read() as connection:
        quantity = connection.execute(
            select(table_of(MarketLine).c.quantity).where(
                table_of(MarketLine).c.channel_id == ctx.channel_id,
                table_of(MarketLine).c.line_item_id == line,
            )
        ).scalar()
    most = max(claim["quantity"], quantity or _UNITS_AT_LEAST)
    names = [unit_id(line, n) for n in range(1, most + 1)]
    actions = ctx.omnitron.integration_actions("orderitem", remote_ids=names)
    place = {name: n for n, name in enumerate(names)}
    found = sorted(
        (one for one in actions if one.remote_id in place),
        key=lambda one: place[one.remote_id or ""],
    )
    if not found:
        bare = ctx.omnitron.integration_actions("orderitem", remote_id=line)
        found = sorted(bare, key=lambda one: one.object_id)
    pks = list(dict.fromkeys(one.object_id for one in found))
    with ctx.db.read() as connection:
        asked = _requested(connection, ctx.channel_id, pks)
    free = [pk for pk in pks if asked.get(pk, "completed") in OVER]
    return sorted(free, key=lambda pk: pk in asked)


def on_their_way(connection: Connection, channel_id: int) -> set[int]:
    """Items for which a request was sent whose outcome is not known."""
    waiting = intents.unsettled(connection, channel_id, REQUEST)
    return {int(one.payload["order_item"]) for one in waiting}


def _requested(connection: Connection, channel_id: int, pks: Collection[int]) -> dict[int, str]:
    """Item → status of its newest request."""
    if not pks:
        return {}
    rows = connection.execute(
        select(request_t.c.item_pk, request_t.c.status)
        .where(request_t.c.channel_id == channel_id, request_t.c.item_pk.in_(list(pks)))
        .order_by(request_t.c.id)
    )
    return {row.item_pk: row.status for row in rows}
