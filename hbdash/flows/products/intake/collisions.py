"""Two products whose SKUs become one key: neither is sent, since nobody can say which is meant.

Upper case and without spaces, as Hepsiburada does it (H§7.1), `lzr 1` and `LZR1` are one SKU.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from hbdash.domain.turkish import sku_key
from hbdash.flows.products.records.model import PRODUCT, Cause
from hbdash.omnitron.models.catalogue import Product
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES
from hbdash.store.bulk import table_of
from hbdash.store.tables import CatalogueItem, Failure

CODE = "product.sku_collision"


def collisions(
    ctx: RunContext, products: Sequence[Product], waiting: Iterable[Product]
) -> dict[int, Cause]:
    """Product pk → its cause, of the new and of the waiting products that share a key.

    Others are sought in the mirror, among the products that were sent, and among those that
    collided before; Omnitron is asked whether they still exist.
    """
    by_key: dict[str, dict[int, Product]] = {}
    for product in (*products, *waiting):
        by_key.setdefault(sku_key(product.sku), {})[product.pk] = product
    keys = {sku_key(product.sku) for product in products}
    suspects = {
        pk
        for key, pks in _elsewhere(ctx, sorted(keys)).items()
        for pk in pks
        if pk not in by_key[key]
    }
    for product in ctx.omnitron.products(sorted(suspects)) if suspects else ():
        by_key.get(sku_key(product.sku), {})[product.pk] = product
    found: dict[int, Cause] = {}
    for key in keys:
        same = by_key[key]
        if len(same) > 1:
            params = {
                "sku": key,
                "skus": ", ".join(product.sku for _, product in sorted(same.items())),
                "pks": ",".join(str(pk) for pk in sorted(same)),
            }
            found |= {pk: Cause(CODE, params) for pk in same}
    return found


def _elsewhere(ctx: RunContext, keys: Sequence[str]) -> dict[str, set[int]]:
    """SKU key → products that have or had it, as far as we and Omnitron's actions know."""
    found: dict[str, set[int]] = {key: set() for key in keys}
    items, failures = table_of(CatalogueItem), table_of(Failure)
    with ctx.db.read() as connection:
        for row in connection.execute(
            select(items.c.sku_key, items.c.product_pk).where(
                items.c.channel_id == ctx.channel_id, items.c.sku_key.in_(keys)
            )
        ):
            found[row.sku_key].add(row.product_pk)
        for row in connection.execute(
            select(failures.c.key, failures.c.params).where(
                failures.c.channel_id == ctx.channel_id,
                failures.c.kind == PRODUCT,
                failures.c.code == CODE,
                failures.c.key.in_(keys),
                failures.c.state.in_(OPEN_STATES),
            )
        ):
            pks = str(row.params.get("pks", "")).split(",")
            found[row.key].update(int(pk) for pk in pks if pk)
    for action in ctx.omnitron.integration_actions(PRODUCT, remote_ids=keys):
        key = sku_key(action.remote_id or "")
        if key in found:
            found[key].add(action.object_id)
    return found
