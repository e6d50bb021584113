"""Which SKU a price or stock row belongs to, and what its listing looks like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from hbdash.domain.turkish import sku_key
from hbdash.flows.mirror.listings import keep_listings
from hbdash.flows.mirror.products import keep_products
from hbdash.flows.stock_price.kinds import ListingFacts
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import CatalogueItem, Listing

#: Listings asked for in one call (H§4).
ASKED_AT_ONCE = 50


def sku_keys_of(ctx: RunContext, product_pks: Sequence[int]) -> dict[int, str]:
    """Product pk → SKU key; products the mirror does not know are read from Omnitron."""
    items = table_of(CatalogueItem)
    found: dict[int, str] = {}
    with ctx.db.read() as connection:
        for part in sliced(product_pks, 500):
            rows = connection.execute(
                select(items.c.product_pk, items.c.sku_key).where(
                    items.c.channel_id == ctx.channel_id, items.c.product_pk.in_(part)
                )
            )
            found.update({row.product_pk: row.sku_key for row in rows})
    missing = [pk for pk in product_pks if pk not in found]
    if missing:
        products = ctx.omnitron.products(missing)
        with ctx.commit() as connection:
            keep_products(connection, ctx.channel_id, products, ctx.now())
        found.update({product.pk: sku_key(product.sku) for product in products})
    return found


def listings_of(ctx: RunContext, keys: Iterable[str]) -> dict[str, ListingFacts]:
    """SKU key → listing; those the mirror lacks are asked for at the marketplace, 50 at a time."""
    wanted = sorted(set(keys))
    with ctx.db.read() as connection:
        found = _known(connection, ctx.channel_id, wanted)
    missing = [key for key in wanted if key not in found]
    for part in sliced(missing, ASKED_AT_ONCE):
        page = ctx.hepsiburada.listings(merchant_skus=part, limit=len(part))
        if page.rows:
            with ctx.commit() as connection:
                keep_listings(connection, ctx.channel_id, page.rows, ctx.now())
            with ctx.db.read() as connection:
                found |= _known(connection, ctx.channel_id, part)
    return found


def _known(connection: Connection, channel_id: int, keys: Sequence[str]) -> dict[str, ListingFacts]:
    table = table_of(Listing)
    found: dict[str, ListingFacts] = {}
    for part in sliced(keys, 500):
        rows = connection.execute(
            select(
                table.c.sku_key,
                table.c.hb_sku,
                table.c.merchant_sku,
                table.c.stock,
                table.c.price,
                table.c.by_hepsiburada,
                table.c.price_increase_disabled,
                table.c.price_decrease_disabled,
                table.c.stock_decrease_disabled,
                table.c.price_min,
                table.c.price_max,
            ).where(
                table.c.channel_id == channel_id,
                table.c.sku_key.in_(part),
                table.c.gone.is_(False),
            )
        )
        found.update({row[0]: ListingFacts(*row[1:]) for row in rows})
    return found
