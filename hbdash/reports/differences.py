"""Price and stock differences: one query for the figure, the report and the correction (R7.2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, func, select, type_coerce

from hbdash.store.bulk import table_of
from hbdash.store.queries.wanted import (
    IN_CATALOGUE,
    held_by_sku,
    items,
    joined,
    listings,
    on_its_way,
    price_in_kurus,
    wanted_stock_sql,
)
from hbdash.store.tables import Difference
from hbdash.store.types import LIRA_SCALE

KURUS = LIRA_SCALE // 100


@dataclass(frozen=True)
class Differing:
    """A SKU whose value there is not what it should be. Pieces, or 10⁻⁵ lira."""

    sku_key: str
    product_pk: int
    merchant_sku: str
    name: str
    ours: int
    theirs: int


@dataclass(frozen=True)
class DifferenceRow(Differing):
    """A difference that stands after both sides were asked again."""

    found_at: datetime
    asked_at: datetime


def _differing(channel_id: int, kind: str, buffer_stock: int) -> Select[Any]:
    source = joined()
    ours: Any
    theirs: Any
    wrong: Any
    if kind == "stock":
        held = held_by_sku(channel_id)
        source = source.outerjoin(held, held.c.sku_key == items.c.sku_key)
        ours = wanted_stock_sql(buffer_stock, held)
        theirs = listings.c.stock
        wrong = items.c.stock.is_not(None) & listings.c.by_hepsiburada.is_(False)
        wrong &= ours != theirs
    else:
        ours = price_in_kurus(items.c.price) * KURUS
        theirs = type_coerce(listings.c.price, BigInteger)
        wrong = items.c.price.is_not(None)
        wrong &= price_in_kurus(items.c.price) != price_in_kurus(listings.c.price)
    return (
        select(
            items.c.sku_key,
            items.c.product_pk,
            listings.c.merchant_sku,
            items.c.name,
            ours.label("ours"),
            theirs.label("theirs"),
        )
        .select_from(source)
        .where(
            items.c.channel_id == channel_id, IN_CATALOGUE, listings.c.sku_key.is_not(None), wrong
        )
        .order_by(items.c.sku_key)
    )


def differing(
    connection: Connection, channel_id: int, kind: str, *, buffer_stock: int
) -> list[Differing]:
    """Suspects: mirror rows that differ and have no value on its way. ``kind``: stock, price."""
    statement = _differing(channel_id, kind, buffer_stock).where(~on_its_way(kind))
    return [Differing(*row) for row in connection.execute(statement)]


def differences(
    connection: Connection,
    channel_id: int,
    kind: str,
    *,
    buffer_stock: int,
    limit: int | None = None,
) -> list[DifferenceRow]:
    """The report (R7.2.5): suspects that were asked again and still differ."""
    table = table_of(Difference)
    suspects = _differing(channel_id, kind, buffer_stock).where(~on_its_way(kind)).subquery()
    statement = (
        select(suspects, table.c.found_at, table.c.asked_at)
        .join(
            table,
            (table.c.channel_id == channel_id)
            & (table.c.sku_key == suspects.c.sku_key)
            & (table.c.kind == kind),
        )
        .where(table.c.corrected_at.is_(None))
        .order_by(suspects.c.sku_key)
    )
    if limit is not None:
        statement = statement.limit(limit)
    return [DifferenceRow(*row) for row in connection.execute(statement)]


def count_differences(
    connection: Connection, channel_id: int, kind: str, *, buffer_stock: int
) -> tuple[int, int]:
    """Differences that stand, and those corrected within the last day (A25)."""
    table = table_of(Difference)
    suspects = _differing(channel_id, kind, buffer_stock).where(~on_its_way(kind)).subquery()
    standing = connection.execute(
        select(func.count())
        .select_from(suspects)
        .join(
            table,
            (table.c.channel_id == channel_id)
            & (table.c.sku_key == suspects.c.sku_key)
            & (table.c.kind == kind),
        )
        .where(table.c.corrected_at.is_(None))
    ).scalar_one()
    corrected = connection.execute(
        select(func.count()).where(
            table.c.channel_id == channel_id,
            table.c.kind == kind,
            table.c.corrected_at.is_not(None),
        )
    ).scalar_one()
    return int(standing), int(corrected)
