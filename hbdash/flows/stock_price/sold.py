"""Values that were worked out while an order was being written are worked out once more.

Omnitron takes the units of an order off its stock when the item is written; here they stop being
held when that is committed. A stock that is read between the two has both taken off: too little
would be on sale, and since nothing is due in Omnitron any more, until the correction found it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from hbdash.domain.offers import wanted_stock
from hbdash.domain.states import OfferState
from hbdash.flows.stock_price.due import read_keys
from hbdash.flows.stock_price.kinds import STOCK
from hbdash.runs import penalties
from hbdash.runs.context import RunContext
from hbdash.runs.held import held_units
from hbdash.runs.removed import removed_keys
from hbdash.store.bulk import table_of
from hbdash.store.queries.wanted import IN_CATALOGUE, items
from hbdash.store.tables import MarketLine, MarketPackage, Offer, PackageLine

#: Orders that are to leave, or should have left just now; older ones are the correction's.
STILL_TO_LEAVE = timedelta(hours=6)


def read_sold(ctx: RunContext) -> None:
    """Read the stocks again whose value is not what stock, buffer and held units make now."""
    keys = _outdated(ctx)
    if keys:
        read_keys(ctx, STOCK, keys, free=True)


def _outdated(ctx: RunContext) -> Sequence[str]:
    """SKU keys of goods in fresh orders, settled, with another value than they should have."""
    packages, packed = table_of(MarketPackage), table_of(PackageLine)
    lines, offers = table_of(MarketLine), table_of(Offer)
    buffer = ctx.settings.buffer_stock or 0
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(items.c.sku_key, items.c.sku, items.c.stock, offers.c.wanted)
            .select_from(packages)
            .join(
                packed,
                (packed.c.channel_id == packages.c.channel_id)
                & (packed.c.package_number == packages.c.package_number),
            )
            .join(
                lines,
                (lines.c.channel_id == packed.c.channel_id)
                & (lines.c.line_item_id == packed.c.line_item_id),
            )
            .join(
                offers,
                (offers.c.channel_id == lines.c.channel_id)
                & (offers.c.sku_key == lines.c.sku_key)
                & (offers.c.kind == STOCK.name),
            )
            .join(
                items,
                (items.c.channel_id == lines.c.channel_id) & (items.c.sku_key == lines.c.sku_key),
            )
            .where(
                packages.c.channel_id == ctx.channel_id,
                packages.c.state == "written",
                packages.c.due_at >= ctx.now() - STILL_TO_LEAVE,
                offers.c.upload_id.is_(None),
                offers.c.state.in_((OfferState.AWAITING_RESULT, OfferState.CONFIRMED)),
                items.c.stock.is_not(None),
                IN_CATALOGUE,
            )
            .distinct()
        ).all()
        held = held_units(connection, ctx.channel_id, [row.sku_key for row in rows])
        outdated = {
            row.sku_key: row.sku
            for row in rows
            if row.wanted != wanted_stock(row.stock, None, buffer, held.get(row.sku_key, 0))
        }
        # What failed waits for its own time: a try a minute would use all of them up.
        punished = penalties.blocked(
            connection, ctx.channel_id, STOCK.content_type, list(outdated), ctx.now()
        )
        for key in removed_keys(connection, ctx.channel_id, outdated) | punished:
            del outdated[key]
    return sorted(outdated.values())
