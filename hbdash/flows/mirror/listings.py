"""Listings read from Hepsiburada, kept in key order, changed ones only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update

from hbdash.domain.turkish import sku_key
from hbdash.hepsiburada.models.listing import Listing as RemoteListing
from hbdash.store.bulk import table_of, upsert
from hbdash.store.tables import Listing

_COMPARED = (
    "hb_sku", "merchant_sku", "price", "stock", "max_quantity", "is_salable", "is_locked",
    "is_suspended", "is_frozen", "by_hepsiburada", "price_increase_disabled",
    "price_decrease_disabled", "stock_decrease_disabled", "sweep", "gone",
)  # fmt: skip


def keep_listings(
    connection: Connection,
    channel_id: int,
    listings: Iterable[RemoteListing],
    read_at: datetime,
    *,
    sweep: int | None = None,
) -> dict[str, RemoteListing]:
    """Upsert what was read; returns SKU key → listing (the last one, should two fall together).

    ``sweep`` numbers a whole reading; without it the row's own number stays.
    """
    found = {sku_key(row.merchant_sku): row for row in listings if row.merchant_sku.strip()}
    rows: list[dict[str, Any]] = []
    for key, row in found.items():
        values: dict[str, Any] = {
            "channel_id": channel_id,
            "sku_key": key,
            "hb_sku": row.hepsiburada_sku,
            "merchant_sku": row.merchant_sku,
            "listing_id": row.listing_id,
            "price": round(row.price, 5),
            "stock": row.available_stock,
            "max_quantity": row.maximum_purchasable_quantity or 0,
            "is_salable": row.is_salable,
            "is_locked": row.is_locked,
            "is_suspended": row.is_suspended,
            "is_frozen": row.is_frozen,
            "by_hepsiburada": row.is_fulfilled_by_hb,
            "price_increase_disabled": row.price_increase_disabled,
            "price_decrease_disabled": row.price_decrease_disabled,
            "stock_decrease_disabled": row.stock_decrease_disabled,
            "reasons": [*row.lock_reasons, *row.freeze_reasons, *row.deactivation_reasons],
            "read_at": read_at,
            "gone": False,
        }
        if sweep is not None:
            values["sweep"] = sweep
        rows.append(values)
    if rows:
        compare = [c for c in _COMPARED if c in rows[0]]
        for row_values in rows:
            row_values.setdefault("sweep", 0)
        update_columns = [c for c in rows[0] if c != "sweep" or sweep is not None]
        upsert(
            connection,
            Listing,
            rows,
            key=("channel_id", "sku_key"),
            update=update_columns,
            compare=compare,
        )
    return found


def touch_read(
    connection: Connection, channel_id: int, keys: Iterable[str], read_at: datetime
) -> None:
    """Note that these were read again, equal or not: a difference counts only after that."""
    table = table_of(Listing)
    rows = [{"b_key": key} for key in sorted(set(keys))]
    if rows:
        connection.execute(
            update(table)
            .where(table.c.channel_id == channel_id, table.c.sku_key == bindparam("b_key"))
            .values(read_at=read_at),
            rows,
        )
