"""A product that came back into the catalogue is put on sale again (flows section 4).

Its SKU is free at once; it is activated when its price and its stock of today were confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, select

from hbdash.domain.money import round2
from hbdash.domain.states import OfferState
from hbdash.domain.turkish import sku_key
from hbdash.flows.mirror.products import keep_products
from hbdash.flows.products.delete import faults, removals
from hbdash.flows.products.delete.off_sale import ACTIVATE, drop, read_listings, unsettled
from hbdash.flows.products.delete.returned import came_back
from hbdash.flows.products.records.model import PRODUCT
from hbdash.hepsiburada.models.listing import Listing as RemoteListing
from hbdash.runs import batches, intents, offers
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import BatchObject, CatalogueItem
from hbdash.texts.removals import on_sale_again
from hbdash.transport.errors import Refused


def notice(ctx: RunContext, still_gone: set[str]) -> None:
    """End removals whose product is in the catalogue again.

    still_gone: SKU keys that Omnitron lists as deleted. Whether the others are back is asked of
    Omnitron, product by product; those taken off sale long ago only where the mirror saw them.
    """
    states = (*removals.ACTIVE, removals.HELD, removals.KEPT)
    rows = [row for row in removals.load(ctx, states) if row["sku_key"] not in still_gone]
    rows += _seen_again(ctx, removals.load(ctx, (removals.REMOVED,)))
    for part in sliced(rows, 200):
        _notice(ctx, part)
        ctx.go_on()


def _seen_again(ctx: RunContext, rows: Sequence[RowMapping]) -> list[RowMapping]:
    table = table_of(CatalogueItem)
    seen: set[str] = set()
    with ctx.db.read() as connection:
        for part in sliced([row["sku_key"] for row in rows], 500):
            seen.update(
                connection.execute(
                    select(table.c.sku_key).where(
                        table.c.channel_id == ctx.channel_id,
                        table.c.sku_key.in_(part),
                        table.c.is_listed.is_(True),
                    )
                ).scalars()
            )
    return [row for row in rows if row["sku_key"] in seen]


def _notice(ctx: RunContext, rows: Sequence[RowMapping]) -> None:
    products = ctx.omnitron.products([row["product_pk"] for row in rows])
    back = {sku_key(product.sku) for product in products}
    mine = [row for row in rows if row["sku_key"] in back]
    # Neither deleted nor in the catalogue: somebody took its action away; nothing is left to do.
    lost = [
        row["sku_key"]
        for row in rows
        if row["sku_key"] not in back and row["state"] in (removals.HELD, removals.KEPT)
    ]
    if not mine and not lost:
        return
    untouched = [r["sku_key"] for r in mine if r["state"] in (removals.HELD, removals.KEPT)]
    objects = table_of(BatchObject)
    with ctx.commit(durable=True) as connection:
        keep_products(connection, ctx.channel_id, products, ctx.now())
        drop(ctx, connection, [*lost, *untouched])
        found = came_back(
            ctx, connection, [r["sku_key"] for r in mine if r["sku_key"] not in untouched]
        )
        faults.passed(ctx, connection, [row["sku_key"] for row in mine])
        for row in mine:
            if row["batch_id"] is not None:
                connection.execute(
                    objects.update()
                    .where(
                        objects.c.batch_id == row["batch_id"],
                        objects.c.object_pk == row["action_pk"],
                        objects.c.verdict.is_(None),
                    )
                    .values(verdict=batches.RELEASED)
                )
    found.ask_for_offers(ctx)


def put_on_sale(ctx: RunContext) -> None:
    """Activate what is back and whose price and stock of today are there."""
    rows = removals.load(ctx, (removals.RETURNING,))
    waits = faults.waiting(ctx, [row["sku_key"] for row in rows])
    for part in sliced([row for row in rows if row["sku_key"] not in waits], 50):
        there = read_listings(ctx, [row["sku_key"] for row in part])
        ready = _confirmed(ctx, part, there)
        # A 0 that is still on its way would take it off sale again.
        in_flight = unsettled(ctx, [row["sku_key"] for row in part])
        for row in part:
            key = row["sku_key"]
            listing = there.get(key)
            if key in in_flight:
                continue
            if listing is None or listing.is_salable:
                # Not listed any more, or on sale by somebody's hand: nothing is left to do.
                with ctx.commit() as connection:
                    drop(ctx, connection, [key])
            elif key in ready:
                _activate(ctx, key, listing)
        ctx.go_on()


def _confirmed(
    ctx: RunContext, rows: Sequence[RowMapping], there: dict[str, RemoteListing]
) -> set[str]:
    """SKU keys whose listing shows the stock and the price that are wanted since they are back."""
    keys = [row["sku_key"] for row in rows]
    items = table_of(CatalogueItem)
    with ctx.db.read() as connection:
        stocks = offers.load(connection, ctx.channel_id, "stock", keys)
        prices = {
            row.sku_key: row.price
            for row in connection.execute(
                select(items.c.sku_key, items.c.price).where(
                    items.c.channel_id == ctx.channel_id, items.c.sku_key.in_(keys)
                )
            )
        }
    ready: set[str] = set()
    for row in rows:
        key = row["sku_key"]
        listing, stock, price = there.get(key), stocks.get(key), prices.get(key)
        if listing is None or stock is None or price is None:
            continue
        is_new = stock["state"] == OfferState.CONFIRMED and (
            stock["confirmed_at"] is not None and stock["confirmed_at"] >= row["changed_at"]
        )
        if (
            is_new
            and listing.available_stock == stock["wanted"] > 0
            and round2(listing.price) == round2(price) > 0
        ):
            ready.add(key)
    return ready


def _activate(ctx: RunContext, key: str, listing: RemoteListing) -> None:
    hb_sku = listing.hepsiburada_sku
    try:
        with ctx.intent(ACTIVATE, hb_sku, {"sku": key}) as intent_id:
            ctx.hepsiburada.activate(hb_sku)
    except Refused as refused:
        with ctx.commit() as connection:
            fault = ("remote.refused", {**refused.params, "text": refused.message[:300]})
            faults.fail(ctx, connection, {key: fault})
        return
    again = read_listings(ctx, [key]).get(key)
    with ctx.commit(durable=True) as connection:
        intents.settle(connection, intent_id, "done", ctx.now())
        faults.passed(ctx, connection, [key])
        if again is None or again.is_salable or again.is_locked or again.is_frozen:
            # A lock or a freeze has its own way out.
            drop(ctx, connection, [key])
        ctx.journal.add(
            "info", "ok", on_sale_again(), kind=PRODUCT, key=key, code="product.on_sale_again"
        )
    ctx.progress.ok += 1
