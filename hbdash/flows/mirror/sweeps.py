"""Whole readings of a side, numbered; rows of an unfinished one never count as gone.

One that is cut off (by the run's budget, a stop, a side that fell silent) goes on at the next run
where it was: a catalogue that takes longer than one run would else never be read whole. A sweep
with under half of yesterday's rows is an alarm and changes nothing (design rule 13).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from hbdash.flows.mirror.listings import keep_listings
from hbdash.flows.mirror.products import keep_categories, keep_products, keep_values
from hbdash.flows.mirror.readings import note_readings
from hbdash.omnitron.calls import Page
from hbdash.omnitron.models.catalogue import Price, Stock
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import CatalogueItem, Listing, Sweep
from hbdash.texts.mirror import shrunk, swept

#: How old the last whole reading may get (flows section 8).
HEPSIBURADA_EVERY = timedelta(hours=6)
OMNITRON_EVERY = timedelta(hours=24)
#: A smaller share of the last count is not believed.
BELIEVED_SHARE = 0.5
#: A reading that was cut off longer ago begins anew: its first pages are too old.
RESUMED_WITHIN = timedelta(hours=3)

#: Parts of a reading of Omnitron, in their order.
PRODUCTS, PRICES, STOCKS, CATEGORIES = "products", "prices", "stocks", "categories"


@dataclass
class Reading:
    """A whole reading under way. ``position``: where it goes on, written with each page."""

    id: int
    number: int
    started_at: datetime
    position: dict[str, Any]

    def reached(self, connection: Connection, **position: Any) -> None:
        """All before this position is kept, in the same transaction."""
        self.position = position
        table = table_of(Sweep)
        connection.execute(update(table).where(table.c.id == self.id).values(position=position))


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


def sweep_hepsiburada(ctx: RunContext) -> datetime:
    """All listings, page by page, whatever page size the service really gives.

    Returns when the reading began: what changed since is not in its first pages.
    """
    return _sweep(ctx, "hepsiburada", _read_listings)


def sweep_omnitron(ctx: RunContext) -> datetime:
    """All products, then their prices, stocks and categories; returns when it began."""
    return _sweep(ctx, "omnitron", _read_catalogue)


def _sweep(ctx: RunContext, side: str, read: Callable[[RunContext, Reading], None]) -> datetime:
    before = last_whole(ctx, side)
    reading = _begin(ctx, side)
    read(ctx, reading)
    rows = _rows_of(ctx, side, reading.number)
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
        _end(ctx, reading, rows, whole=False)
        return reading.started_at
    _forget_gone(ctx, side)
    _end(ctx, reading, rows, whole=True)
    ctx.progress.ok += rows
    ctx.journal.add(
        "info", "ok", swept(side, rows), kind="mirror", code="mirror.swept",
        params={"side": side, "rows": rows},
    )  # fmt: skip
    return reading.started_at


def _begin(ctx: RunContext, side: str) -> Reading:
    """The reading that was cut off, or a new one with the next number."""
    table = table_of(Sweep)
    here = (table.c.channel_id == ctx.channel_id) & (table.c.side == side)
    now = ctx.now()
    with ctx.commit() as connection:
        last = connection.execute(
            select(table).where(here).order_by(table.c.id.desc()).limit(1)
        ).first()
        if (
            last is not None
            and last.ended_at is None
            and timedelta(0) <= now - last.started_at < RESUMED_WITHIN
        ):
            ctx.progress.note["resumed"] = last.position
            return Reading(last.id, last.number, last.started_at, last.position)
        number = (last.number if last is not None else 0) + 1
        reading_id = connection.execute(
            insert(table)
            .values(
                channel_id=ctx.channel_id,
                side=side,
                number=number,
                started_at=now,
                rows=0,
                whole=False,
                position={},
            )
            .returning(table.c.id)
        ).scalar_one()
    return Reading(reading_id, number, now, {})


def _end(ctx: RunContext, reading: Reading, rows: int, *, whole: bool) -> None:
    table = table_of(Sweep)
    with ctx.commit() as connection:
        connection.execute(
            update(table)
            .where(table.c.id == reading.id)
            .values(ended_at=ctx.now(), rows=rows, whole=whole, position={})
        )


def _rows_of(ctx: RunContext, side: str, number: int) -> int:
    """Distinct rows that the reading has seen, in however many runs."""
    table = table_of(Listing if side == "hepsiburada" else CatalogueItem)
    with ctx.db.read() as connection:
        return int(
            connection.execute(
                select(func.count()).where(
                    table.c.channel_id == ctx.channel_id, table.c.sweep == number
                )
            ).scalar_one()
        )


def _read_listings(ctx: RunContext, reading: Reading) -> None:
    offset = int(reading.position.get("offset", 0))
    for page in ctx.hepsiburada.listing_pages(offset=offset):
        now = ctx.now()
        offset += min(page.seen, page.limit)
        with ctx.commit() as connection:
            kept = keep_listings(connection, ctx.channel_id, page.rows, now, sweep=reading.number)
            note_readings(connection, ctx.channel_id, kept, now)
            reading.reached(connection, offset=offset)
        ctx.progress.total = page.total
        ctx.go_on()


def _read_catalogue(ctx: RunContext, reading: Reading) -> None:
    """Part after part; categories are counted over all pages, so that part is never resumed."""
    part = reading.position.get("part", PRODUCTS)
    if part == PRODUCTS:
        _read_products(ctx, reading)
        part = PRICES
    if part == PRICES:
        _read_values(ctx, reading, PRICES)
        part = STOCKS
    if part == STOCKS:
        _read_values(ctx, reading, STOCKS)
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


def _read_products(ctx: RunContext, reading: Reading) -> None:
    after = int(reading.position.get("after", 0))
    for page in ctx.omnitron.product_pages(after_pk=after):
        after = max((row.pk for row in page.rows), default=after)
        with ctx.commit() as connection:
            keep_products(connection, ctx.channel_id, page.rows, ctx.now(), sweep=reading.number)
            reading.reached(connection, part=PRODUCTS, after=after)
        ctx.go_on()
    with ctx.commit() as connection:
        reading.reached(connection, part=PRICES)


def _read_values(ctx: RunContext, reading: Reading, part: str) -> None:
    """Prices or stocks; the last page is read again, in case rows left before it."""
    number = max(1, int(reading.position.get("page", 1)) - 1)
    pages: Iterable[Page[Price] | Page[Stock]] = (
        ctx.omnitron.price_pages(ctx.channel.price_list, first_page=number)
        if part == PRICES
        else ctx.omnitron.stock_pages(ctx.channel.stock_list, first_page=number)
    )
    for page in pages:
        number += 1
        with ctx.commit() as connection:
            keep_values(connection, ctx.channel_id, page.rows, ctx.now())
            reading.reached(connection, part=part, page=number)
        ctx.go_on()
    with ctx.commit() as connection:
        reading.reached(connection, part=STOCKS if part == PRICES else CATEGORIES)


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
