"""Product Delete, step 3: deactivate, read back, and let go of it at Omnitron (flows section 4).

Success is only what the listing shows: stock 0 and not salable. Without a listing there is nothing
to take off sale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection, RowMapping, delete, select

from hbdash.domain.turkish import sku_key
from hbdash.flows.mirror.listings import keep_listings
from hbdash.flows.products.delete import faults, removals
from hbdash.flows.products.delete.gone import Gone
from hbdash.flows.products.delete.zeroing import send_zeros
from hbdash.flows.products.records.model import PRICE, PRODUCT, STOCK
from hbdash.flows.products.records.reports import Said, report
from hbdash.hepsiburada.models.listing import Listing as RemoteListing
from hbdash.omnitron.models.batch import IntegrationAction
from hbdash.runs import batches, intents
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import CatalogueItem, Listing, Offer, Removal
from hbdash.texts.removals import off_sale, sku_taken_over
from hbdash.transport.errors import Refused

DEACTIVATE, ACTIVATE = "deactivate", "activate"
ASKED_AT_ONCE = 50
#: Remote ids asked for at once when actions are deleted (flows section 4).
_IDS_AT_ONCE = 10
_LET_GO_OF = (PRODUCT, PRICE, STOCK, "productimage")
#: So often 0 is sent and not seen before it is a failure.
_MOST_ZEROS = 3
_BETWEEN_ZEROS = timedelta(minutes=5)


def settle_doubts(ctx: RunContext) -> None:
    """On or off twice is the same as once: a call whose answer was lost is simply made again."""
    with ctx.db.read() as connection:
        open_ones = [
            one
            for kind in (DEACTIVATE, ACTIVATE)
            for one in intents.unsettled(connection, ctx.channel_id, kind)
        ]
    if open_ones:
        with ctx.commit(durable=True) as connection:
            for one in open_ones:
                intents.settle(connection, one.id, "abandoned", ctx.now(), {"made": "again"})


def go_on(ctx: RunContext) -> None:
    """One step for every removal under way, fifty listings at a time."""
    rows = removals.load(ctx, removals.ACTIVE)
    waits = faults.waiting(ctx, [row["sku_key"] for row in rows])
    due = [row for row in rows if row["sku_key"] not in waits and row["batch_id"] is not None]
    zeros: list[tuple[str, RemoteListing]] = []
    for part in sliced(due, ASKED_AT_ONCE):
        zeros += _step(ctx, part)
        ctx.go_on()
    for chunk in sliced(zeros, ctx.config.engine.upload_rows):
        send_zeros(ctx, chunk)


def _step(ctx: RunContext, rows: Sequence[RowMapping]) -> list[tuple[str, RemoteListing]]:
    """Finish what is off sale, switch off what shows 0; returns what still needs its 0."""
    there = read_listings(ctx, [row["sku_key"] for row in rows])
    in_flight = unsettled(ctx, [row["sku_key"] for row in rows])
    done: dict[str, bool] = {}
    zeros: list[tuple[str, RemoteListing]] = []
    stuck: list[str] = []
    for row in rows:
        key = row["sku_key"]
        listing = there.get(key)
        if listing is None:
            done[key] = False
        elif row["state"] == removals.OFF_SALE and _is_off(listing):
            done[key] = True
        elif listing.available_stock == 0 or listing.is_fulfilled_by_hb:
            if _switch_off(ctx, key, listing):
                done[key] = True
        elif key in in_flight:
            continue
        elif row["uploads"] >= _MOST_ZEROS:
            # It does not take the 0: at least it goes off sale, and somebody hears of it.
            _switch_off(ctx, key, listing)
            stuck.append(key)
        elif row["uploads"] == 0 or ctx.now() - row["changed_at"] >= _BETWEEN_ZEROS:
            zeros.append((key, listing))
    if stuck:
        with ctx.commit() as connection:
            faults.fail(ctx, connection, {key: ("offer.not_taken", {}) for key in stuck})
            removals.change(connection, ctx.channel_id, stuck, uploads=0)
    finish(ctx, [row for row in rows if row["sku_key"] in done], done, there)
    return zeros


def _is_off(listing: RemoteListing) -> bool:
    """What Hepsiburada stores itself keeps its stock; not salable is all there is to reach."""
    return not listing.is_salable and (listing.available_stock == 0 or listing.is_fulfilled_by_hb)


def unsettled(ctx: RunContext, keys: Sequence[str]) -> set[str]:
    """SKU keys with a stock upload under way, of whichever flow: its end is waited for."""
    table = table_of(Offer)
    with ctx.db.read() as connection:
        return set(
            connection.execute(
                select(table.c.sku_key).where(
                    table.c.channel_id == ctx.channel_id,
                    table.c.kind == "stock",
                    table.c.sku_key.in_(keys),
                    table.c.upload_id.is_not(None),
                )
            ).scalars()
        )


def read_listings(ctx: RunContext, keys: Sequence[str]) -> dict[str, RemoteListing]:
    """SKU key → its listing as it is now. One that the mirror knows and the answer lacks is asked
    for once more by Hepsiburada's own SKU: an empty answer is never proof (design rule 13)."""
    table = table_of(Listing)
    with ctx.db.read() as connection:
        known = {
            row.sku_key: row
            for row in connection.execute(
                select(table.c.sku_key, table.c.merchant_sku, table.c.hb_sku).where(
                    table.c.channel_id == ctx.channel_id,
                    table.c.sku_key.in_(list(keys)),
                    table.c.gone.is_(False),
                )
            )
        }
    spelt = [known[key].merchant_sku if key in known else key for key in keys]
    found = list(ctx.hepsiburada.listings(merchant_skus=spelt, limit=len(spelt)).rows)
    seen = {sku_key(one.merchant_sku) for one in found}
    missing = [known[key].hb_sku for key in keys if key in known and key not in seen]
    if missing:
        found += ctx.hepsiburada.listings(hb_skus=missing, limit=len(missing)).rows
    with ctx.commit() as connection:
        keep_listings(connection, ctx.channel_id, found, ctx.now())
    return {sku_key(one.merchant_sku): one for one in found}


def _switch_off(ctx: RunContext, key: str, listing: RemoteListing) -> bool:
    """Deactivate and read back; whether it shows as off sale now."""
    hb_sku = listing.hepsiburada_sku
    try:
        with ctx.intent(DEACTIVATE, hb_sku, {"sku": key}) as intent_id:
            ctx.hepsiburada.deactivate(hb_sku)
    except Refused as refused:
        with ctx.commit() as connection:
            fault = ("remote.refused", {**refused.params, "text": refused.message[:300]})
            faults.fail(ctx, connection, {key: fault})
        return False
    with ctx.commit(durable=True) as connection:
        intents.settle(connection, intent_id, "done", ctx.now())
        removals.change(
            connection, ctx.channel_id, [key], state=removals.OFF_SALE, changed_at=ctx.now()
        )
    again = read_listings(ctx, [key]).get(key)
    return again is None or _is_off(again)


def finish(
    ctx: RunContext,
    rows: Sequence[RowMapping],
    had_listing: Mapping[str, bool],
    there: Mapping[str, RemoteListing],
) -> None:
    """Off sale: the verdict, then Omnitron's actions go, so that it is not offered again."""
    for part in sliced(rows, _IDS_AT_ONCE):
        _delete_actions(ctx, part, there)
        with ctx.commit(durable=True) as connection:
            batches.give_verdicts(
                connection,
                [
                    batches.ObjectVerdict(row["batch_id"], row["action_pk"], None, row["remote_id"])
                    for row in part
                    if row["batch_id"] is not None
                ],
            )
            keys = [row["sku_key"] for row in part]
            faults.passed(ctx, connection, keys)
            removals.change(
                connection, ctx.channel_id, keys, state=removals.REMOVED, changed_at=ctx.now()
            )
            unlisted = [key for key in keys if not had_listing.get(key)]
            drop(ctx, connection, unlisted)
            for key in keys:
                ctx.journal.add(
                    "info", "ok", off_sale(bool(had_listing.get(key))), kind=PRODUCT, key=key,
                    code="product.removed",
                )  # fmt: skip
        ctx.progress.ok += len(part)
        for row in part:
            if row["batch_id"] is not None:
                said = Said(row["product_pk"], off_sale(bool(had_listing.get(row["sku_key"]))))
                report(ctx, row["batch_id"], [said])


def drop(ctx: RunContext, connection: Connection, keys: Sequence[str]) -> None:
    """Forget removals of which nothing is left to hold back."""
    table = table_of(Removal)
    for part in sliced(sorted(keys), 500):
        connection.execute(
            delete(table).where(table.c.channel_id == ctx.channel_id, table.c.sku_key.in_(part))
        )


def _delete_actions(
    ctx: RunContext, rows: Sequence[RowMapping], there: Mapping[str, RemoteListing]
) -> None:
    """Actions of the product, its price, stock and pictures: by remote id in either form, and by
    the numbers that the mirror knows. What belongs to another product stays."""
    names = {one: ctx.omnitron.content_type(one).pk for one in _LET_GO_OF}
    ids = sorted(
        {
            remote
            for row in rows
            for remote in (
                row["remote_id"],
                row["sku_key"],
                there[row["sku_key"]].hepsiburada_sku if row["sku_key"] in there else None,
            )
            if remote and "," not in remote
        }
    )
    found: dict[int, IntegrationAction] = {}
    for some in sliced(ids, _IDS_AT_ONCE):
        found |= {one.pk: one for one in ctx.omnitron.integration_actions(remote_ids=some)}
    products = {row["product_pk"] for row in rows}
    mine = [
        one
        for one in found.values()
        if _is_type(one, names.values())
        and (not _is_type(one, [names[PRODUCT]]) or one.object_id in products)
    ]
    prices, stocks = _numbers(ctx, [row["sku_key"] for row in rows])
    for name, pks in ((PRODUCT, sorted(products)), (PRICE, prices), (STOCK, stocks)):
        if pks:
            mine += ctx.omnitron.integration_actions(name, object_ids=pks)
    for pk in sorted({one.pk for one in mine}):
        ctx.before_write()
        ctx.omnitron.delete_action(pk)


def _is_type(action: IntegrationAction, numbers: Iterable[int]) -> bool:
    number = action.content_type_pk
    if number is None and action.content_type is not None:
        number = action.content_type.pk
    return number in set(numbers)


def _numbers(ctx: RunContext, keys: Sequence[str]) -> tuple[list[int], list[int]]:
    """Omnitron's numbers of the price and stock of these SKUs, as far as the mirror has them."""
    table = table_of(CatalogueItem)
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(table.c.price_pk, table.c.stock_pk).where(
                table.c.channel_id == ctx.channel_id, table.c.sku_key.in_(list(keys))
            )
        ).all()
    return (
        [row.price_pk for row in rows if row.price_pk is not None],
        [row.stock_pk for row in rows if row.stock_pk is not None],
    )


def let_go_of_old(ctx: RunContext, gone: Sequence[Gone]) -> None:
    """Products whose SKU another one has now: only their own action goes, the listing stays."""
    for one in gone:
        ctx.before_write()
        ctx.omnitron.delete_action(one.action.pk)
        with ctx.commit() as connection:
            drop(ctx, connection, [one.key])
            ctx.journal.add(
                "info", "skipped", sku_taken_over(), kind=PRODUCT, key=one.key,
                code="removal.taken_over",
            )  # fmt: skip
        ctx.progress.skipped += 1
