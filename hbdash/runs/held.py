"""Held units: ordered at the marketplace and not yet an item in Omnitron (flows section 5).

Hepsiburada takes a sale off its own stock at once, Omnitron only when the order is written; without
them a replenished SKU would be sold twice.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import MarketLine, MarketPackage, OmnitronItem, PackageLine


def held_units(connection: Connection, channel_id: int, keys: Iterable[str]) -> dict[str, int]:
    """SKU key → units, only those above 0."""
    lines, items = table_of(MarketLine), table_of(OmnitronItem)
    packages, inside = table_of(MarketPackage), table_of(PackageLine)
    in_omnitron = (
        select(func.count())
        .where(
            items.c.channel_id == lines.c.channel_id,
            items.c.line_item_id == lines.c.line_item_id,
        )
        .scalar_subquery()
    )
    # Lines of packages that are not ours to write any more hold nothing.
    settled = (
        select(inside.c.line_item_id)
        .join(
            packages,
            (packages.c.channel_id == inside.c.channel_id)
            & (packages.c.package_number == inside.c.package_number),
        )
        .where(inside.c.channel_id == channel_id, packages.c.state.in_(("left", "linked")))
    )
    held: dict[str, int] = {}
    for part in sliced(sorted(set(keys)), 500):
        rows = connection.execute(
            select(
                lines.c.sku_key,
                func.sum(lines.c.quantity - lines.c.cancelled - in_omnitron).label("units"),
            )
            .where(
                lines.c.channel_id == channel_id,
                lines.c.sku_key.in_(part),
                lines.c.line_item_id.not_in(settled),
            )
            .group_by(lines.c.sku_key)
        )
        held.update({row.sku_key: int(row.units) for row in rows if row.units and row.units > 0})
    return held
