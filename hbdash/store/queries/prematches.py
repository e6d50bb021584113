"""Products that Hepsiburada would match with one of its own, and what a person said to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from hbdash.store.bulk import table_of
from hbdash.store.tables import CatalogueItem, MarketProduct

PRE_MATCHED = "PRE_MATCHED"

product_t, item_t = table_of(MarketProduct), table_of(CatalogueItem)


@dataclass(frozen=True)
class Proposal:
    """A product of Hepsiburada's that it takes for ours (``matchedHbProductInfo``, H§7.2).

    variants: ``(name, value)`` of its variant attributes.
    """

    hb_sku: str
    name: str
    brand: str
    images: tuple[str, ...]
    variants: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Prematch:
    """One of our products beside what is proposed for it. ``decision`` is ``""`` while it waits."""

    sku_key: str
    product_pk: int | None
    name: str
    """Our own product's name; empty if the mirror does not have it."""
    base_code: str
    since: datetime
    seen_at: datetime
    proposals: tuple[Proposal, ...]
    decision: str
    decision_state: str
    decided_by: str
    decided_at: datetime | None


def prematches(
    connection: Connection, channel_id: int, keys: Sequence[str] | None = None
) -> tuple[Prematch, ...]:
    """All that wait for a person's word or for it to be carried out, the oldest first.

    keys: only these SKU keys.
    """
    statement = (
        select(product_t, item_t.c.name, item_t.c.base_code)
        .select_from(
            product_t.outerjoin(
                item_t,
                (item_t.c.channel_id == product_t.c.channel_id)
                & (item_t.c.sku_key == product_t.c.sku_key),
            )
        )
        .where(product_t.c.channel_id == channel_id, product_t.c.status == PRE_MATCHED)
        .order_by(product_t.c.since, product_t.c.sku_key)
    )
    if keys is not None:
        statement = statement.where(product_t.c.sku_key.in_(list(keys)))
    return tuple(_prematch(row) for row in connection.execute(statement).mappings())


def count_prematches(connection: Connection, channel_id: int) -> int:
    """How many wait for a person."""
    return int(
        connection.execute(
            select(func.count()).where(
                product_t.c.channel_id == channel_id,
                product_t.c.status == PRE_MATCHED,
                func.coalesce(product_t.c.decision_state, "") != "waiting",
            )
        ).scalar_one()
    )


def _prematch(row: Mapping[Any, Any]) -> Prematch:
    return Prematch(
        sku_key=row["sku_key"],
        product_pk=row["product_pk"],
        name=row["name"] or "",
        base_code=row["base_code"] or "",
        since=row["since"],
        seen_at=row["seen_at"],
        proposals=tuple(_proposal(one) for one in row["matched"] or ()),
        decision=row["decision"] or "",
        decision_state=row["decision_state"] or "",
        decided_by=row["decided_by"] or "",
        decided_at=row["decided_at"],
    )


def _proposal(one: Mapping[str, Any]) -> Proposal:
    return Proposal(
        hb_sku=str(one.get("hb_sku") or ""),
        name=str(one.get("product_name") or ""),
        brand=str(one.get("brand") or ""),
        images=tuple(str(url) for url in one.get("images") or ()),
        variants=tuple((str(name), str(value)) for name, value in one.get("variants") or ()),
    )
