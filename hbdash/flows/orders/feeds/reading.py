"""Reading what customers ordered: unpaid lines, paid lines, packages in windows (flows section 6).

Unpaid first, packages last: a line moves that way, so it is never missed between two readings.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from hbdash.domain.windows import run_window, slices
from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.faults import left_out, unreadable
from hbdash.flows.orders.packages.lines import LineSeen, keep_lines, seen_open, seen_unpaid
from hbdash.flows.orders.packages.parcel import package_payload, parcel_of
from hbdash.hepsiburada.models.orders import OrderLine
from hbdash.hepsiburada.models.packages import Package
from hbdash.hepsiburada.packages import PACKAGES_PAGE
from hbdash.hepsiburada.paging import FeedPage
from hbdash.runs.context import RunContext
from hbdash.runs.points import point
from hbdash.store.bulk import table_of, upsert
from hbdash.store.tables import Cursor

#: Cursor of the package list.
PACKAGES = "packages"
#: Pages of ten that are asked for at a time.
ABREAST = 8
#: How often page 0 is asked again for packages that came while the list was read.
_LAST_LOOKS = 5
#: Package added at first sight, in Hepsiburada's list only these are still with the merchant.
OPEN, UNPACKED = "Open", "Unpacked"


@dataclass
class Ordered:
    """Units of lines as the two line feeds showed them in this run: line id → units."""

    unpaid: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    lines: list[OrderLine] = field(default_factory=list)
    """The rows of ``waiting``, as they were read."""
    broken_up: set[str] = field(default_factory=set)
    """Lines of packages that were seen broken up in this run."""

    def packed(self, line_id: str, units: int) -> None:
        """We packed these ourselves after the feed was read."""
        left = self.waiting.get(line_id, 0) - units
        if left > 0:
            self.waiting[line_id] = left
        else:
            self.waiting.pop(line_id, None)


def read_lines(ctx: RunContext, ordered: Ordered) -> None:
    """Lines that wait for payment or for packing; they hold stock (design rule 12)."""
    for unpaid in ctx.hepsiburada.awaiting_payment():
        for fault in unpaid.faulty:
            unreadable(ctx, fault)
        for line in unpaid.rows:
            ordered.unpaid[line.id] = max(ordered.unpaid.get(line.id, 0), line.quantity)
        with ctx.commit() as connection:
            keep_lines(connection, ctx.channel_id, _once(seen_unpaid(unpaid.rows)))
        ctx.go_on()
    for waiting in ctx.hepsiburada.paid_orders():
        for fault in waiting.faulty:
            unreadable(ctx, fault)
        ordered.lines += waiting.rows
        for paid in waiting.rows:
            ordered.waiting[paid.id] = max(ordered.waiting.get(paid.id, 0), paid.quantity)
        with ctx.commit() as connection:
            keeping.keep_orders(
                connection,
                ctx.channel_id,
                [(o.order_number, o.customer_id, o.customer_name, o.order_date)
                 for o in waiting.rows],
                ctx.now(),
            )  # fmt: skip
            keep_lines(connection, ctx.channel_id, _once(seen_open(waiting.rows)))
        ctx.go_on()


def _once(seen: list[LineSeen]) -> list[LineSeen]:
    """A feed names a line once; a second row of it on a page is the moving of the feed."""
    return list({one.line_id: one for one in seen}.values())


def regular_window(ctx: RunContext) -> tuple[datetime, datetime, datetime | None]:
    """Begin and end of what this run asks, and how far the last one came."""
    cursor = cursor_at(ctx, PACKAGES)
    begin, end = run_window(ctx.now(), cursor)
    return begin, end, cursor


def read_window(
    ctx: RunContext, begin: datetime, end: datetime, ordered: Ordered, *, move_cursor: bool
) -> Iterator[list[str]]:
    """Read the window slice by slice, oldest first; the package numbers of each slice.

    The cursor goes to a slice's end once every page of it was read and kept.
    """
    ctx.progress.note["window"] = (begin.isoformat(), end.isoformat())
    for start, until in slices(begin, end):
        found: list[str] = []
        for page in _pages(ctx, start, until):
            found += _keep_page(ctx, page, until, ordered)
            ctx.go_on()
        if move_cursor:
            point("cursor_due")
            set_cursor(ctx, PACKAGES, until)
        yield found


def _pages(ctx: RunContext, begin: datetime, end: datetime) -> Iterator[FeedPage[Package]]:
    """Every package of a slice once: up to an empty page, then page 0 until it is known whole."""
    seen: set[str] = set()
    first = ctx.hepsiburada.package_page(begin, end, 0)
    yield _unseen(first, seen)
    if first.seen == 0:
        return
    if first.seen < PACKAGES_PAGE:
        offset = first.seen
        while (page := ctx.hepsiburada.package_page(begin, end, offset)).seen:
            yield _unseen(page, seen)
            offset += min(page.seen, PACKAGES_PAGE)
    else:
        yield from _abreast(ctx, begin, end, seen)
    for _ in range(_LAST_LOOKS):
        again = _unseen(ctx.hepsiburada.package_page(begin, end, 0), seen)
        if not again.rows:
            return
        yield again


def _abreast(
    ctx: RunContext, begin: datetime, end: datetime, seen: set[str]
) -> Iterator[FeedPage[Package]]:
    """Several pages at a time; the limit of calls is the client's own business."""
    with ThreadPoolExecutor(ABREAST, thread_name_prefix="packages") as pool:
        offset = PACKAGES_PAGE
        while True:
            asked = [
                pool.submit(
                    copy_context().run, ctx.hepsiburada.package_page, begin, end, offset + n * 10
                )
                for n in range(ABREAST)
            ]
            pages = [one.result() for one in asked]
            for page in pages:
                yield _unseen(page, seen)
            if any(page.seen == 0 for page in pages):
                return
            ctx.go_on()
            offset += ABREAST * PACKAGES_PAGE


def _unseen(page: FeedPage[Package], seen: set[str]) -> FeedPage[Package]:
    fresh: list[Package] = []
    for row in page.rows:
        if row.package_number not in seen:
            seen.add(row.package_number)
            fresh.append(row)
    return FeedPage(tuple(fresh), page.faulty, total=page.total, offset=page.offset)


def _keep_page(
    ctx: RunContext, page: FeedPage[Package], until: datetime, ordered: Ordered
) -> list[str]:
    for fault in page.faulty:
        unreadable(ctx, fault)
    if not page.rows:
        return []
    with ctx.db.read() as connection:
        known = keeping.packages_by_number(
            connection, ctx.channel_id, [row.package_number for row in page.rows]
        )
    new = [row for row in page.rows if row.package_number not in known]
    broken = [
        row
        for row in page.rows
        if row.is_unpacked
        and (row.package_number not in known or known[row.package_number]["status"] != UNPACKED)
    ]
    ordered.broken_up |= {item.line_item_id for row in broken for item in row.items}
    whole = [row.package_number for row in page.rows if not row.is_unpacked]
    if not new and not broken:
        return whole
    parcels: list[tuple[Any, dict[str, Any]]] = []
    for row in new:
        payload = package_payload(row)
        parcels.append((parcel_of(payload), payload))
    with ctx.commit() as connection:
        keeping.keep_packages(connection, ctx.channel_id, parcels, ctx.now(), added_at=until)
        for row in broken:
            keeping.leave_package(
                connection, ctx.channel_id, row.package_number, UNPACKED,
                row.unpacked_date or ctx.now(),
            )  # fmt: skip
            if known.get(row.package_number, {}).get("state") == "failed":
                left_out(ctx, connection, known[row.package_number])
    return whole


def cursor_at(ctx: RunContext, name: str) -> datetime | None:
    """How far that feed was read."""
    table = table_of(Cursor)
    with ctx.db.read() as connection:
        at: datetime | None = connection.execute(
            select(table.c.at).where(
                table.c.channel_id == ctx.channel_id,
                table.c.flow == ctx.spec.id,
                table.c.name == name,
            )
        ).scalar()
    return at


def set_cursor(ctx: RunContext, name: str, at: datetime) -> None:
    """Move a cursor on, never back."""
    before = cursor_at(ctx, name)
    if before is not None and before >= at:
        return
    with ctx.commit() as connection:
        upsert(
            connection,
            Cursor,
            [{"channel_id": ctx.channel_id, "flow": ctx.spec.id, "name": name, "at": at}],
            key=("channel_id", "flow", "name"),
        )
