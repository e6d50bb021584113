"""SKUs that are being taken off sale: no stock, price or correction goes to them (R5.6, A3)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import Removal

#: States in which nothing but the 0 may go. A removal that is held, or that a person has thrown
#: away, stops nothing; nor does one whose product came back.
STOPPED = ("waiting", "zero_sent", "off_sale", "removed")


def removed_keys(connection: Connection, channel_id: int, keys: Iterable[str]) -> set[str]:
    """Those of the SKU keys that stand still."""
    table = table_of(Removal)
    found: set[str] = set()
    for part in sliced(sorted(set(keys)), 500):
        found.update(
            connection.execute(
                select(table.c.sku_key).where(
                    table.c.channel_id == channel_id,
                    table.c.sku_key.in_(part),
                    table.c.state.in_(STOPPED),
                )
            ).scalars()
        )
    return found
