"""Reading what became of packages: shipped, not delivered, delivered (R5.13, flows section 6).

The feeds refuse dates and show a month, so they are read whole and filtered here. What they say is
kept with the package: a unit that can't be moved on now is moved on by a later run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update

from hbdash.domain.orders import ATTEMPTED, DELIVERED, SHIPPED
from hbdash.flows.orders.feeds.gap import fetch_unknown
from hbdash.flows.orders.feeds.reading import cursor_at
from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.faults import unreadable
from hbdash.flows.orders.packages.units import UnitBook
from hbdash.hepsiburada.models.packages import PackageEvent
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import MarketPackage

#: Cursor: when the feeds were read last.
READ = "updated"
#: R6.9: shipped or delivered within the 24 hours before the run.
REACH = timedelta(hours=24)
OVERLAP = timedelta(hours=1)

#: Hepsiburada's word for where a package is → Omnitron's status of its items; the later one counts.
TARGETS = {"InTransit": SHIPPED, "Undelivered": ATTEMPTED, "Delivered": DELIVERED}
_BY_WORD = {word.lower(): word for word in TARGETS}


def since(ctx: RunContext) -> datetime:
    """From when on events count: 24 hours, or since the last success, if that is longer ago (A20:
    a run that was missed loses no day)."""
    last = cursor_at(ctx, READ)
    start = ctx.now() - REACH
    return start if last is None else min(start, last - OVERLAP)


def read_feeds(
    ctx: RunContext, units: UnitBook, begin: datetime, end: datetime
) -> tuple[list[str], list[str]]:
    """Read the three feeds; the packages that moved within the window, and the orders of those that
    Omnitron does not know yet."""
    events: dict[str, PackageEvent] = {}
    for word, feed in (
        ("InTransit", ctx.hepsiburada.shipped()),
        ("Undelivered", ctx.hepsiburada.undelivered()),
        ("Delivered", ctx.hepsiburada.delivered()),
    ):
        for page in feed:
            for fault in page.faulty:
                unreadable(ctx, fault)
            note_status(ctx, {row.package_number: word for row in page.rows})
            events.update(
                (row.package_number, row)
                for row in page.rows
                if row.happened_at is None or begin <= row.happened_at <= end
            )
            ctx.go_on()
    unwritten = keep_unknown(ctx, units, list(events.values()))
    return list(events), unwritten


def keep_unknown(ctx: RunContext, units: UnitBook, events: Sequence[PackageEvent]) -> list[str]:
    """order_create's gap path for packages that we never saw; orders of those it has to write."""
    fresh = fetch_unknown(ctx, units, events)
    named = {row.package_number: row for row in events}
    return list(dict.fromkeys(
        order for number in fresh for order in (named[number].orders if number in named else ())
    ))  # fmt: skip


def note_status(ctx: RunContext, words: dict[str, str]) -> None:
    """Packages of ours that are further than we knew; never back."""
    table = table_of(MarketPackage)
    with ctx.db.read() as connection:
        known = keeping.packages_by_number(connection, ctx.channel_id, words)
    behind: dict[str, list[str]] = {}
    for number, row in known.items():
        if TARGETS.get(row["status"], 0) < TARGETS[words[number]]:
            behind.setdefault(words[number], []).append(number)
    if not behind:
        return
    with ctx.commit() as connection:
        for word, numbers in behind.items():
            for part in sliced(sorted(numbers), 500):
                connection.execute(
                    update(table)
                    .where(table.c.channel_id == ctx.channel_id, table.c.package_number.in_(part))
                    .values(status=word)
                )


def word_of(status: str) -> str | None:
    """Our word for a package's status; None for one that has not left yet."""
    return _BY_WORD.get(status.strip().lower())
