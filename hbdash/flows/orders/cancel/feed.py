"""Reading what was cancelled at Hepsiburada, and keeping it (R5.11, flows section 6).

The feed refuses dates and shows a month; a row names a line and a quantity, never a unit. Rows have
no id, so equal ones are told apart by counting, as long as the feed stood still while it was read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from hbdash.domain.turkish import sku_key
from hbdash.flows.orders.feeds.reading import cursor_at, set_cursor
from hbdash.flows.orders.packages.faults import unreadable
from hbdash.flows.orders.packages.lines import lines_of, named_cancelled, set_cancelled
from hbdash.flows.orders.packages.parcel import plain
from hbdash.hepsiburada.models.orders import CancelledLine
from hbdash.hepsiburada.orders import FEED_PAGE
from hbdash.hepsiburada.paging import FeedPage
from hbdash.runs.context import RunContext
from hbdash.store.bulk import insert_ignore, sliced, table_of
from hbdash.store.tables import MarketCancellation, MarketLine

#: How far the cancellations were looked at; and when the feed was last read whole.
CANCELLED, WHOLE = "cancelled", "whole"
#: A feed longer than this is read whole once an hour, its first and last pages in every run.
LONG = 5000
HOURLY = timedelta(hours=1)
ENDS = 3

rows_t = table_of(MarketCancellation)


@dataclass(frozen=True)
class Cancelled:
    """A row of the feed; ``element`` counts rows that are equal in every value."""

    row: CancelledLine
    element: int

    @property
    def mark(self) -> str:
        """What makes it this row and no other."""
        at = "" if self.row.cancel_date is None else self.row.cancel_date.isoformat()
        parts = (at, self.row.cancel_reason_code, self.row.cancelled_by, self.row.quantity)
        return str(plain("|".join((*(str(part) for part in parts), str(self.element)))))


def read_feed(ctx: RunContext) -> None:
    """Read the feed and keep what is new of it, with the lines that it names."""
    begun = ctx.now()
    pages: list[FeedPage[CancelledLine]] = []
    whole = True
    first = ctx.hepsiburada.cancelled_page(0)
    if (first.total or 0) > LONG and _read_lately(ctx):
        whole = False
        rest = _ends(ctx, first)
    else:
        rest = _all(ctx, first)
    for page in (first, *rest):
        for fault in page.faulty:
            unreadable(ctx, fault)
        pages.append(page)
    for part in sliced(counted(pages), 500):
        with ctx.commit() as connection:
            _keep(connection, ctx.channel_id, part, ctx.now())
        ctx.go_on()
    if whole and not ctx.dry_run:
        set_cursor(ctx, WHOLE, begun)


def _read_lately(ctx: RunContext) -> bool:
    last = cursor_at(ctx, WHOLE)
    return last is not None and ctx.now() - last < HOURLY


def _all(ctx: RunContext, first: FeedPage[CancelledLine]) -> Iterator[FeedPage[CancelledLine]]:
    page, offset = first, 0
    while True:
        offset += min(page.seen, FEED_PAGE)
        if page.seen == 0 or (page.total is not None and offset >= page.total):
            return
        ctx.go_on()
        page = ctx.hepsiburada.cancelled_page(offset)
        yield page


def _ends(ctx: RunContext, first: FeedPage[CancelledLine]) -> Iterator[FeedPage[CancelledLine]]:
    """The first and the last pages: whichever way the feed is sorted, the new rows are there."""
    last = ((first.total or 1) - 1) // FEED_PAGE
    for number in sorted({*range(1, ENDS), *range(max(last - ENDS + 1, 1), last + 1)}):
        yield ctx.hepsiburada.cancelled_page(number * FEED_PAGE)
        ctx.go_on()


def counted(pages: Sequence[FeedPage[CancelledLine]]) -> list[Cancelled]:
    """The rows, each once.

    If as many rows came as the feed counts, equal rows are so many cancellations. If the feed moved
    meanwhile, a row may have come twice: then only those equal on one page count.
    """
    totals = {page.total for page in pages if page.seen}
    still = len(totals) == 1 and totals == {sum(page.seen for page in pages)}
    found: dict[tuple[str, str], Cancelled] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for page in pages:
        if not still:
            seen.clear()
        for row in page.rows:
            plainly = (row.line_item_id, Cancelled(row, 0).mark)
            one = Cancelled(row, seen[plainly])
            seen[plainly] += 1
            found[row.line_item_id, one.mark] = one
    return list(found.values())


def _keep(
    connection: Connection, channel_id: int, rows: Sequence[Cancelled], now: datetime
) -> None:
    insert_ignore(
        connection,
        MarketCancellation,
        [
            {
                "channel_id": channel_id,
                "line_item_id": one.row.line_item_id,
                "mark": one.mark,
                "order_number": one.row.order_number,
                "quantity": max(one.row.quantity, 0),
                "cancelled_at": one.row.cancel_date,
                "reason_code": plain(one.row.cancel_reason_code),
                "cancelled_by": plain(one.row.cancelled_by),
                "first_seen": now,
                "looked_at": None,
            }
            for one in rows
        ],
    )
    _remember_lines(connection, channel_id, rows)


def _remember_lines(connection: Connection, channel_id: int, rows: Sequence[Cancelled]) -> None:
    """A line never seen before is remembered with what was cancelled of it; a known one has so
    many living units less. order_create leaves those units out."""
    by_line = {one.row.line_item_id: one.row for one in rows}
    named = named_cancelled(connection, channel_id, by_line)
    known = lines_of(connection, channel_id, by_line)
    insert_ignore(
        connection,
        MarketLine,
        [
            {
                "channel_id": channel_id,
                "line_item_id": line,
                "order_number": row.order_number,
                "sku_key": plain(sku_key(row.merchant_sku)),
                "hb_sku": plain(row.sku),
                "name": "",
                "quantity": named[line],
                "cancelled": named[line],
            }
            for line, row in by_line.items()
            if line not in known
        ],
    )
    less = {
        line: min(named[line], row["quantity"])
        for line, row in known.items()
        if row["cancelled"] < min(named[line], row["quantity"])
    }
    set_cancelled(connection, channel_id, less)


def mark_looked_at(
    connection: Connection, channel_id: int, order_numbers: Sequence[str], now: datetime
) -> None:
    """What the rows of these orders ask for is done."""
    for part in sliced(sorted(set(order_numbers)), 500):
        connection.execute(
            update(rows_t)
            .where(
                rows_t.c.channel_id == channel_id,
                rows_t.c.order_number.in_(part),
                rows_t.c.looked_at.is_(None),
            )
            .values(looked_at=now)
        )


def pass_over_old(ctx: RunContext, before: datetime) -> None:
    """At the first reading the month's older rows are not looked at: they are long settled.

    Units of them that our ledger holds are found all the same.
    """
    with ctx.commit() as connection:
        connection.execute(
            update(rows_t)
            .where(
                rows_t.c.channel_id == ctx.channel_id,
                rows_t.c.looked_at.is_(None),
                rows_t.c.cancelled_at < before,
            )
            .values(looked_at=ctx.now())
        )


def orders_not_looked_at(ctx: RunContext) -> list[str]:
    """Order numbers of rows that are not done with, oldest first."""
    with ctx.db.read() as connection:
        found = connection.execute(
            select(rows_t.c.order_number)
            .where(rows_t.c.channel_id == ctx.channel_id, rows_t.c.looked_at.is_(None))
            .order_by(rows_t.c.id)
        ).scalars()
        return list(dict.fromkeys(found))


def orders_between(ctx: RunContext, begin: datetime, end: datetime) -> list[str]:
    """Order numbers of units that were cancelled in the window."""
    with ctx.db.read() as connection:
        found = connection.execute(
            select(rows_t.c.order_number)
            .where(
                rows_t.c.channel_id == ctx.channel_id,
                rows_t.c.cancelled_at >= begin,
                rows_t.c.cancelled_at < end,
            )
            .order_by(rows_t.c.id)
        ).scalars()
        return list(dict.fromkeys(found))
