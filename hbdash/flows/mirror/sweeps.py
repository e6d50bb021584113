"""Whole readings of a side, numbered; rows of an unfinished one never count as gone.

A sweep with under half of yesterday's rows is an alarm and changes nothing (design rule 13).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update

from hbdash.flows.mirror.listings import keep_listings
from hbdash.flows.mirror.products import keep_categories, keep_products, keep_values
from hbdash.flows.mirror.readings import note_readings
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import CatalogueItem, Listing, Sweep
from hbdash.texts.mirror import shrunk, swept

#: How old the last whole reading may get (flows section 8).
HEPSIBURADA_EVERY = timedelta(hours=6)
OMNITRON_EVERY = timedelta(hours=24)
#: A smaller share of the last count is not believed.
BELIEVED_SHARE = 0.5


def last_whole(ctx: RunContext, side: str) -> tuple[datetime, int] | None:
    """Start and rows of the newest whole sweep of a side."""
    table = table_of(Sweep)
    with ctx.db.read() as connection:
        row = connection.execute(
            select(table.c.started_at, table.c.rows)
            .where(
                table.c.channel_id == ctx.channel_id,
                table.c.side == side,
                table.c.whole.is_(True),
            )
            .order_by(table.c.id.desc())
            .limit(1)
        ).first()
    return None if row is None else (row.started_at, row.rows)


def sweep_hepsiburada(ctx: RunContext) -> None:
    """All listings, page by page, whatever page size the service really gives."""
    _sweep(ctx, "hepsiburada", _read_listings)


def sweep_omnitron(ctx: RunContext) -> None:
    """All products, then their prices, stocks and categories."""
    _sweep(ctx, "omnitron", _read_catalogue)


def _sweep(ctx: RunContext, side: str, read: Callable[[RunContext, int], int]) -> None:
    before = last_whole(ctx, side)
    number = _begin(ctx, side)
    rows = read(ctx, number)
    if before is not None and rows < before[1] * BELIEVED_SHARE:
        params = {"side": side, "rows": rows, "before": before[1]}
        ctx.journal.add(
            "error",
            "failed",
            shrunk(side, rows, before[1]),
            kind="mirror",
            code="mirror.shrunk",
            params=params,
        )
        ctx.progress.failed += 1
        ctx.progress.note["shrunk"] = params
        _end(ctx, side, number, rows, whole=False)
        return
    _forget_gone(ctx, side)
    _end(ctx, side, number, rows, whole=True)
    ctx.progress.ok += rows
    ctx.journal.add(
        "info", "ok", swept(side, rows), kind="mirror", code="mirror.swept",
        params={"side": side, "rows": rows},
    )  # fmt: skip


def _begin(ctx: RunContext, side: str) -> int:
    table = table_of(Sweep)
    with ctx.commit() as connection:
        last = connection.execute(
            select(func.max(table.c.number)).where(
                table.c.channel_id == ctx.channel_id, table.c.side == side
            )
        ).scalar_one()
        number = (last or 0) + 1
        connection.execute(
            insert(table).values(
                channel_id=ctx.channel_id,
                side=side,
                number=number,
                started_at=ctx.now(),
                rows=0,
                whole=False,
                position={},
            )
        )
    return number


def _end(ctx: RunContext, side: str, number: int, rows: int, *, whole: bool) -> None:
    table = table_of(Sweep)
    with ctx.commit() as connection:
        connection.execute(
            update(table)
            .where(
                table.c.channel_id == ctx.channel_id,
                table.c.side == side,
                table.c.number == number,
            )
            .values(ended_at=ctx.now(), rows=rows, whole=whole)
        )


def _read_listings(ctx: RunContext, number: int) -> int:
    seen: set[str] = set()
    for page in ctx.hepsiburada.listing_pages():
        now = ctx.now()
        with ctx.commit() as connection:
            kept = keep_listings(connection, ctx.channel_id, page.rows, now, sweep=number)
            note_readings(connection, ctx.channel_id, kept, now)
        seen.update(row.listing_id for row in page.rows)
        ctx.progress.total = page.total
        ctx.go_on()
    return len(seen)


def _read_catalogue(ctx: RunContext, number: int) -> int:
    rows = 0
    for products in ctx.omnitron.product_pages():
        with ctx.commit() as connection:
            keep_products(connection, ctx.channel_id, products.rows, ctx.now(), sweep=number)
        rows += len(products.rows)
        ctx.go_on()
    for prices in ctx.omnitron.price_pages(ctx.channel.price_list):
        with ctx.commit() as connection:
            keep_values(connection, ctx.channel_id, prices.rows, ctx.now())
        ctx.go_on()
    for stocks in ctx.omnitron.stock_pages(ctx.channel.stock_list):
        with ctx.commit() as connection:
            keep_values(connection, ctx.channel_id, stocks.rows, ctx.now())
        ctx.go_on()
    per_product: Counter[int] = Counter()
    root = _tree_root(ctx)
    for categories in ctx.omnitron.product_category_pages():
        per_product.update(
            row.product
            for row in categories.rows
            if row.category is None or row.category.path.startswith(root)
        )
        ctx.go_on()
    keep_categories(ctx, per_product)
    return rows


def _tree_root(ctx: RunContext) -> str:
    """Path of the channel tree's root: a product may lie in other trees as well (O§3.6)."""
    tree = ctx.settings.category_tree_id
    found = ctx.omnitron.category_tree(tree) if tree is not None else None
    return found.category_root.path if found is not None and found.category_root else ""


def _forget_gone(ctx: RunContext, side: str) -> None:
    """Gone = absent from two whole sweeps: this one and the whole one before it.

    Sweeps that were cut off count for nothing, though they have numbers; and what was read since
    the former began, by whatever call, is there.
    """
    sweeps = table_of(Sweep)
    with ctx.commit() as connection:
        former = connection.execute(
            select(sweeps.c.number, sweeps.c.started_at)
            .where(
                sweeps.c.channel_id == ctx.channel_id,
                sweeps.c.side == side,
                sweeps.c.whole.is_(True),
            )
            .order_by(sweeps.c.id.desc())
            .limit(1)
        ).first()
        if former is None:
            return
        if side == "hepsiburada":
            listings = table_of(Listing)
            connection.execute(
                update(listings)
                .where(
                    listings.c.channel_id == ctx.channel_id,
                    listings.c.sweep < former.number,
                    listings.c.read_at < former.started_at,
                    listings.c.gone.is_(False),
                )
                .values(gone=True)
            )
        else:
            items = table_of(CatalogueItem)
            connection.execute(
                update(items)
                .where(
                    items.c.channel_id == ctx.channel_id,
                    items.c.sweep < former.number,
                    items.c.read_at < former.started_at,
                    items.c.is_listed.is_(True),
                )
                .values(is_listed=False)
            )
