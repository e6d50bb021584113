"""Products that left the catalogue: what is held, and what is on its way off sale (R5.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from hbdash.store.bulk import table_of
from hbdash.store.tables import CatalogueItem, Listing, Removal

removal_t, listing_t, item_t = table_of(Removal), table_of(Listing), table_of(CatalogueItem)


@dataclass(frozen=True)
class RemovalRow:
    """One product. stock, is_salable: of its listing as last read, ``None`` without a listing."""

    sku_key: str
    state: str
    name: str
    stock: int | None
    is_salable: bool | None
    found_at: datetime
    changed_at: datetime
    decided_by: str


def removals(
    connection: Connection, channel_id: int, states: Sequence[str], limit: int | None = None
) -> tuple[RemovalRow, ...]:
    """Products in these states, in key order."""
    statement = (
        select(
            removal_t.c.sku_key,
            removal_t.c.state,
            func.coalesce(item_t.c.name, ""),
            listing_t.c.stock,
            listing_t.c.is_salable,
            removal_t.c.found_at,
            removal_t.c.changed_at,
            func.coalesce(removal_t.c.decided_by, ""),
        )
        .select_from(
            removal_t.outerjoin(
                item_t,
                (item_t.c.channel_id == removal_t.c.channel_id)
                & (item_t.c.sku_key == removal_t.c.sku_key),
            ).outerjoin(
                listing_t,
                (listing_t.c.channel_id == removal_t.c.channel_id)
                & (listing_t.c.sku_key == removal_t.c.sku_key)
                & listing_t.c.gone.is_(False),
            )
        )
        .where(removal_t.c.channel_id == channel_id, removal_t.c.state.in_(list(states)))
        .order_by(removal_t.c.sku_key)
    )
    if limit is not None:
        statement = statement.limit(limit)
    return tuple(RemovalRow(*row) for row in connection.execute(statement))


def count_removals(connection: Connection, channel_id: int, state: str) -> int:
    """How many products are in this state."""
    return int(
        connection.execute(
            select(func.count()).where(
                removal_t.c.channel_id == channel_id, removal_t.c.state == state
            )
        ).scalar_one()
    )
