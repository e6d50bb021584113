"""Products, prices and stocks read from Omnitron, kept per SKU key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from hbdash.domain.turkish import fold, sku_key
from hbdash.omnitron.models.catalogue import Price, Product, Stock
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of, upsert
from hbdash.store.tables import CatalogueItem

_PRODUCT = (
    "product_pk", "sku", "name", "name_folded", "base_code", "is_simple", "is_active",
    "is_listed", "has_image",
)  # fmt: skip


def keep_products(
    connection: Connection,
    channel_id: int,
    products: Iterable[Product],
    read_at: datetime,
    *,
    sweep: int | None = None,
) -> list[str]:
    """Upsert the product part of the rows; price, stock and categories stay as they are."""
    rows: list[dict[str, Any]] = [
        {
            "channel_id": channel_id,
            "sku_key": sku_key(product.sku),
            "product_pk": product.pk,
            "sku": product.sku,
            "name": product.name,
            "name_folded": fold(product.name),
            "base_code": product.base_code,
            "is_simple": product.product_type in ("0", ""),
            "is_active": product.is_active,
            "is_listed": True,
            "categories": 0,
            "has_image": any(image.is_usable for image in product.productimage_set),
            "changed_at": product.modified_date,
            "read_at": read_at,
            "sweep": sweep or 0,
        }
        for product in products
    ]
    written = [*_PRODUCT, "read_at"] + (["sweep"] if sweep is not None else [])
    compare = [*_PRODUCT] + (["sweep"] if sweep is not None else [])
    upsert(
        connection,
        CatalogueItem,
        list({row["sku_key"]: row for row in rows}.values()),
        key=("channel_id", "sku_key"),
        update=written,
        compare=compare,
    )
    return [row["sku_key"] for row in rows]


def keep_values(
    connection: Connection,
    channel_id: int,
    rows: Sequence[Price | Stock],
    read_at: datetime,
) -> int:
    """Write prices or stocks into the rows of their products; unknown products are left out."""
    items = table_of(CatalogueItem)
    written = 0
    for part in sliced(rows, 500):
        keys = connection.execute(
            select(items.c.product_pk, items.c.sku_key).where(
                items.c.channel_id == channel_id,
                items.c.product_pk.in_([row.product for row in part]),
            )
        )
        key_of = {row.product_pk: row.sku_key for row in keys}
        values = [
            {"b_key": key_of[row.product], "changed_at": row.modified_date, **_raw(row)}
            for row in part
            if row.product in key_of
        ]
        if not values:
            continue
        names = [name for name in values[0] if name != "b_key"]
        connection.execute(
            update(items)
            .where(items.c.channel_id == channel_id, items.c.sku_key == bindparam("b_key"))
            .values({name: bindparam(f"v_{name}") for name in names} | {"read_at": read_at}),
            [
                {"b_key": v["b_key"], **{f"v_{name}": v[name] for name in names}}
                for v in sorted(values, key=lambda v: v["b_key"])
            ],
        )
        written += len(values)
    return written


def _raw(row: Price | Stock) -> dict[str, Any]:
    if isinstance(row, Stock):
        return {
            "stock": int(row.on_hand),
            "stock_pk": row.pk,
            "max_quantity": row.max_quantity,
        }
    asked = row.asked
    return {"price": None if asked is None else round(asked, 5), "price_pk": row.pk}


def keep_categories(ctx: RunContext, per_product: Mapping[int, int]) -> None:
    """Write how many categories each product stands in; products not named stand in none."""
    items = table_of(CatalogueItem)
    after = ""
    while True:
        with ctx.db.read() as connection:
            part = connection.execute(
                select(items.c.sku_key, items.c.product_pk, items.c.categories)
                .where(items.c.channel_id == ctx.channel_id, items.c.sku_key > after)
                .order_by(items.c.sku_key)
                .limit(1000)
            ).all()
        if not part:
            return
        after = part[-1].sku_key
        changed = [
            {"b_key": row.sku_key, "b_n": per_product.get(row.product_pk, 0)}
            for row in part
            if row.categories != per_product.get(row.product_pk, 0)
        ]
        if changed:
            with ctx.commit() as connection:
                connection.execute(
                    update(items)
                    .where(
                        items.c.channel_id == ctx.channel_id, items.c.sku_key == bindparam("b_key")
                    )
                    .values(categories=bindparam("b_n")),
                    changed,
                )


def product_pks(connection: Connection, channel_id: int, keys: Iterable[str]) -> dict[str, int]:
    """SKU key → product pk, of those the mirror knows."""
    items = table_of(CatalogueItem)
    found: dict[str, int] = {}
    for part in sliced(sorted(set(keys)), 500):
        rows = connection.execute(
            select(items.c.sku_key, items.c.product_pk).where(
                items.c.channel_id == channel_id, items.c.sku_key.in_(part)
            )
        )
        found.update({row.sku_key: row.product_pk for row in rows})
    return found
