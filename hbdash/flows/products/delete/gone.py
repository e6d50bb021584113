"""Product Delete: which SKU each product that left the catalogue had (flows section 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from hbdash.domain.turkish import sku_key
from hbdash.omnitron.models.batch import IntegrationAction
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import CatalogueItem, Listing


@dataclass(frozen=True)
class Gone:
    """A product that left the catalogue, by Omnitron's action of it."""

    key: str
    action: IntegrationAction


def named(ctx: RunContext, actions: Sequence[IntegrationAction]) -> list[Gone]:
    """Each action with its SKU key: by the mirror's product, else by the remote id in either form.

    A SKU that another product has taken over is left out: its listing is that product's now.
    """
    items, listings = table_of(CatalogueItem), table_of(Listing)
    by_pk: dict[int, str] = {}
    by_hb: dict[str, str] = {}
    with ctx.db.read() as connection:
        for part in sliced(sorted({one.object_id for one in actions}), 500):
            by_pk |= {
                row.product_pk: row.sku_key
                for row in connection.execute(
                    select(items.c.product_pk, items.c.sku_key).where(
                        items.c.channel_id == ctx.channel_id, items.c.product_pk.in_(part)
                    )
                )
            }
        for names in sliced(sorted({one.remote_id or "" for one in actions} - {""}), 500):
            by_hb |= {
                row.hb_sku: row.sku_key
                for row in connection.execute(
                    select(listings.c.hb_sku, listings.c.sku_key).where(
                        listings.c.channel_id == ctx.channel_id, listings.c.hb_sku.in_(names)
                    )
                )
            }
    found: list[Gone] = []
    for one in actions:
        remote = one.remote_id or ""
        key = by_pk.get(one.object_id) or by_hb.get(remote) or sku_key(remote)
        if key:
            found.append(Gone(key, one))
    return found


def taken_over(ctx: RunContext, gone: Sequence[Gone]) -> set[int]:
    """Action pk of those whose SKU another product of the catalogue has now.

    Asked of Omnitron by the SKU: the mirror has one row per key, which may be the old product's.
    """
    pks = {one.key: one.action.object_id for one in gone}
    others: set[str] = set()
    for part in sliced(sorted(pks), 50):
        for product in ctx.omnitron.products_by_sku(part):
            key = sku_key(product.sku)
            if key in pks and product.pk != pks[key]:
                others.add(key)
    return {one.action.pk for one in gone if one.key in others}
