"""Reading which packages were broken up at Hepsiburada, and keeping it (R5.17, flows section 6).

A row has no lines: what lay in the package stands in our ledger. A package that we never saw was
never written; it is remembered, so that nobody writes it later.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from hbdash.domain.windows import slices
from hbdash.flows.orders.feeds.reading import UNPACKED
from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.faults import KIND, left_out, unreadable
from hbdash.hepsiburada.models.packages import UnpackedPackage
from hbdash.hepsiburada.paging import FeedPage
from hbdash.runs.context import RunContext
from hbdash.store.bulk import insert_ignore
from hbdash.store.tables import MarketPackage
from hbdash.texts.orders_in import broken_unknown, broken_up
from hbdash.transport.errors import Refused

#: Hepsiburada's word where a feed refuses dates that it documents (H§10.2).
WRONG_DATE = "WrongDateFormat"


def read_feed(ctx: RunContext, begin: datetime, end: datetime) -> list[str]:
    """Read the window and keep what is new; the numbers of all its packages."""
    found: list[str] = []
    for page in _pages(ctx, begin, end):
        for fault in page.faulty:
            unreadable(ctx, fault)
        found += keep_broken(ctx, page.rows)
        ctx.go_on()
    return list(dict.fromkeys(found))


def _pages(ctx: RunContext, begin: datetime, end: datetime) -> Iterator[FeedPage[UnpackedPackage]]:
    try:
        for start, until in slices(begin, end):
            yield from ctx.hepsiburada.unpacked(start, until)
    except Refused as refusal:
        if WRONG_DATE.lower() not in refusal.message.lower():
            raise
        # Four other feeds refuse the dates they document; this one has another way to ask.
        hours = math.ceil((ctx.now() - begin) / timedelta(hours=1))
        for page in ctx.hepsiburada.unpacked_last(max(hours, 1)):
            rows = tuple(row for row in page.rows if _within(row, begin, end))
            yield FeedPage(rows, page.faulty, total=page.total, offset=page.offset)


def _within(row: UnpackedPackage, begin: datetime, end: datetime) -> bool:
    return row.unpacked_date is None or begin <= row.unpacked_date <= end


def keep_broken(ctx: RunContext, rows: Sequence[UnpackedPackage]) -> list[str]:
    """Note that these packages stand no more; their numbers."""
    if not rows:
        return []
    numbers = [row.package_number for row in rows]
    with ctx.db.read() as connection:
        known = keeping.packages_by_number(connection, ctx.channel_id, numbers)
    unknown = [row for row in rows if row.package_number not in known]
    broken = [
        row for row in rows
        if row.package_number in known and known[row.package_number]["status"] != UNPACKED
    ]  # fmt: skip
    if not unknown and not broken:
        return numbers
    now = ctx.now()
    with ctx.commit() as connection:
        insert_ignore(
            connection, MarketPackage, [_remembered(ctx.channel_id, row, now) for row in unknown]
        )
        for row in unknown:
            ctx.journal.add(
                "info", "skipped", broken_unknown(row.package_number), kind=KIND,
                key=row.package_number, params={"package": row.package_number},
            )  # fmt: skip
        for row in broken:
            before = known[row.package_number]
            keeping.leave_package(
                connection, ctx.channel_id, row.package_number, UNPACKED, row.unpacked_date or now
            )
            if before["state"] == "failed":
                left_out(ctx, connection, before)
            elif before["state"] in ("written", "linked"):
                ctx.journal.add(
                    "info", "waiting", broken_up(row.package_number), kind=KIND,
                    key=before["order_number"] or row.package_number,
                    params={"package": row.package_number},
                )  # fmt: skip
    ctx.progress.skipped += len(unknown)
    return numbers


def _remembered(channel_id: int, row: UnpackedPackage, now: datetime) -> dict[str, object]:
    return {
        "channel_id": channel_id,
        "package_number": row.package_number,
        "order_number": "",
        "status": UNPACKED,
        "state": "left",
        "barcode": row.barcode,
        "total": Decimal(0),
        "cargo": "",
        "city": "",
        "town": "",
        "first_seen": now,
        "seen_at": row.unpacked_date or now,
        "payload": {},
    }
