"""The mirror: whole readings now and then, changes every five minutes, figures each time (R7.1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from hbdash.flows.mirror.compare import compare
from hbdash.flows.mirror.listings import keep_listings
from hbdash.flows.mirror.products import keep_products, keep_values
from hbdash.flows.mirror.readings import note_readings
from hbdash.flows.mirror.sweeps import (
    HEPSIBURADA_EVERY,
    OMNITRON_EVERY,
    last_whole,
    sweep_hepsiburada,
    sweep_omnitron,
)
from hbdash.reports.figures import keep_figures
from hbdash.runs.context import RunContext
from hbdash.runs.points import point
from hbdash.store.bulk import table_of, upsert
from hbdash.store.tables import Cursor

#: Changes are asked for from this much before the last time: clocks differ, commits come late.
OVERLAP = timedelta(minutes=10)


def run(ctx: RunContext) -> None:
    """Read both sides, confirm what was sent, find differences, write the figures."""
    begun = ctx.now()
    _read_omnitron(ctx, begun)
    _read_hepsiburada(ctx, begun)
    for kind in ("stock", "price"):
        compare(ctx, kind)
    with ctx.commit() as connection:
        keep_figures(
            connection, ctx.channel_id, ctx.now(), buffer_stock=ctx.settings.buffer_stock or 0
        )


def _read_omnitron(ctx: RunContext, begun: datetime) -> None:
    since = _due_since(ctx, "omnitron", OMNITRON_EVERY)
    if since is None:
        # What changed since its first page was read is asked for from then on.
        begun = sweep_omnitron(ctx)
    else:
        for products in ctx.omnitron.product_pages(modified_since=since):
            with ctx.commit() as connection:
                keep_products(connection, ctx.channel_id, products.rows, ctx.now())
            ctx.progress.ok += len(products.rows)
            ctx.go_on()
        for prices in ctx.omnitron.price_pages(ctx.channel.price_list, modified_since=since):
            with ctx.commit() as connection:
                keep_values(connection, ctx.channel_id, prices.rows, ctx.now())
            ctx.progress.ok += len(prices.rows)
            ctx.go_on()
        for stocks in ctx.omnitron.stock_pages(ctx.channel.stock_list, modified_since=since):
            with ctx.commit() as connection:
                keep_values(connection, ctx.channel_id, stocks.rows, ctx.now())
            ctx.progress.ok += len(stocks.rows)
            ctx.go_on()
    _set_cursor(ctx, "omnitron", begun)


def _read_hepsiburada(ctx: RunContext, begun: datetime) -> None:
    since = _due_since(ctx, "hepsiburada", HEPSIBURADA_EVERY)
    if since is None:
        begun = sweep_hepsiburada(ctx)
    else:
        for page in ctx.hepsiburada.listing_pages(
            update_start=since, update_end=begun + timedelta(minutes=1)
        ):
            now = ctx.now()
            with ctx.commit() as connection:
                kept = keep_listings(connection, ctx.channel_id, page.rows, now)
                note_readings(connection, ctx.channel_id, kept, now)
            ctx.progress.ok += len(page.rows)
            ctx.go_on()
    _set_cursor(ctx, "hepsiburada", begun)


def _due_since(ctx: RunContext, side: str, every: timedelta) -> datetime | None:
    """From when changes are to be read; ``None`` when a whole reading is due."""
    whole = last_whole(ctx, side)
    if whole is None or ctx.now() - whole[0] >= every:
        return None
    cursors = table_of(Cursor)
    with ctx.db.read() as connection:
        at = connection.execute(
            select(cursors.c.at).where(
                cursors.c.channel_id == ctx.channel_id,
                cursors.c.flow == ctx.spec.id,
                cursors.c.name == side,
            )
        ).scalar()
    return None if at is None else at - OVERLAP


def _set_cursor(ctx: RunContext, side: str, at: datetime) -> None:
    point("cursor_due")
    with ctx.commit() as connection:
        upsert(
            connection,
            Cursor,
            [{"channel_id": ctx.channel_id, "flow": ctx.spec.id, "name": side, "at": at}],
            key=("channel_id", "flow", "name"),
        )
