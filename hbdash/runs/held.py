"""Held units: ordered at the marketplace and not yet an item in Omnitron (flows section 5).

Hepsiburada takes a sale off its own stock at once, Omnitron only when the order is written; without
them a replenished SKU would be sold twice.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from hbdash.store.bulk import sliced
from hbdash.store.queries.wanted import held_by_sku


def held_units(connection: Connection, channel_id: int, keys: Iterable[str]) -> dict[str, int]:
    """SKU key → units, only those above 0."""
    held = held_by_sku(channel_id)
    found: dict[str, int] = {}
    for part in sliced(sorted(set(keys)), 500):
        rows = connection.execute(
            select(held.c.sku_key, held.c.units).where(held.c.sku_key.in_(part))
        )
        found.update({row.sku_key: int(row.units) for row in rows})
    return found
