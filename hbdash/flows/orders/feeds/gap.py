"""Packages that left the list before they were seen: shipped ones, found by their order's number.

The package list shows a package only while it is with the merchant. After a gap, and once a day,
the three feeds of what became of packages are read whole, since they refuse dates (flows section 6,
design rule 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import update

from hbdash.flows.orders.feeds.reading import cursor_at, set_cursor
from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.faults import CONTENT_TYPE, KIND, unreadable
from hbdash.flows.orders.packages.parcel import is_cancelled, line_payload, packages_of, parcel_of
from hbdash.flows.orders.packages.units import UnitBook
from hbdash.hepsiburada.models.orders import Order
from hbdash.hepsiburada.models.packages import PackageEvent
from hbdash.runs.context import RunContext
from hbdash.store.bulk import insert_ignore, sliced, table_of
from hbdash.store.tables import MarketPackage
from hbdash.texts.orders import lines_not_told

FEEDS, GAP_SEEN = "feeds", "gap"
#: A cursor older than this means that a package may have come and gone unseen.
GAP = timedelta(minutes=10)
DAILY = timedelta(days=1)

#: Where a package is, by the feed that shows it; a later one outdoes an earlier one.
_BECAME = {"shipped": "InTransit", "undelivered": "Undelivered", "delivered": "Delivered"}


def note_gap(ctx: RunContext, cursor: datetime | None) -> None:
    """Remember a gap before the package list is read, whose cursor will hide it.

    cursor: how far the list was read before this run.
    """
    if cursor is None or ctx.now() - cursor > GAP:
        set_cursor(ctx, GAP_SEEN, ctx.now())


def read_feeds(ctx: RunContext, units: UnitBook, since: datetime) -> None:
    """Read the feeds after a gap and once a day; packages unknown to us are kept, to be written.

    since: begin of the run's window. The first reading looks at what was shipped since then only:
    older packages are not ours to make again.
    """
    begun, last, gap = ctx.now(), cursor_at(ctx, FEEDS), cursor_at(ctx, GAP_SEEN)
    if last is not None:
        if begun - last < DAILY and (gap is None or gap <= last):
            return
        since = min(since, last)
    events: dict[str, PackageEvent] = {}
    for name, feed in (
        ("shipped", ctx.hepsiburada.shipped()),
        ("undelivered", ctx.hepsiburada.undelivered()),
        ("delivered", ctx.hepsiburada.delivered()),
    ):
        for page in feed:
            for fault in page.faulty:
                unreadable(ctx, fault)
            _note_status(ctx, page.rows, _BECAME[name])
            if name == "shipped" or last is not None:
                events.update(
                    (row.package_number, row)
                    for row in page.rows
                    if row.happened_at is None or row.happened_at >= since
                )
            ctx.go_on()
    fetch_unknown(ctx, units, list(events.values()))
    set_cursor(ctx, FEEDS, begun)


def _note_status(ctx: RunContext, rows: Sequence[PackageEvent], status: str) -> None:
    """Packages of ours that are further than we knew."""
    table = table_of(MarketPackage)
    with ctx.db.read() as connection:
        known = keeping.packages_by_number(
            connection, ctx.channel_id, [row.package_number for row in rows]
        )
    behind = [
        number for number, row in known.items()
        if row["status"] in ("Open", "Unpacked", "InTransit") and row["status"] != status
    ]  # fmt: skip
    if behind:
        with ctx.commit() as connection:
            connection.execute(
                update(table)
                .where(
                    table.c.channel_id == ctx.channel_id, table.c.package_number.in_(sorted(behind))
                )
                .values(status=status)
            )


def fetch_unknown(ctx: RunContext, units: UnitBook, events: Sequence[PackageEvent]) -> list[str]:
    """Keep the packages of these events that we do not know; their numbers."""
    with ctx.db.read() as connection:
        known = keeping.packages_by_number(
            connection, ctx.channel_id, [row.package_number for row in events]
        )
    unknown = [row for row in events if row.package_number not in known]
    in_omnitron = _orders_of(ctx, [row.package_number for row in unknown])
    with ctx.commit() as connection:
        insert_ignore(
            connection,
            MarketPackage,
            [
                _written_before(ctx, row, in_omnitron[row.package_number])
                for row in unknown
                if row.package_number in in_omnitron
            ],
        )
    kept: list[str] = []
    for row in unknown:
        if row.package_number in in_omnitron:
            continue
        fresh: list[str] = []
        for number in row.orders:
            fresh += keep_order(ctx, units, number)
        kept += fresh
        if row.package_number not in fresh and row.package_number not in kept:
            ctx.journal.add(
                "warning", "skipped", lines_not_told(row.package_number), kind=KIND,
                key=row.orders[0] if row.orders else row.package_number,
                params={"package": row.package_number},
            )  # fmt: skip
            ctx.progress.skipped += 1
        ctx.go_on()
    return kept


def _orders_of(ctx: RunContext, package_numbers: Sequence[str]) -> dict[str, int]:
    """Package number → Omnitron's order, of packages written by us or by another application."""
    found: dict[str, int] = {}
    for part in sliced(sorted(package_numbers), 500):
        actions = ctx.omnitron.integration_actions(CONTENT_TYPE, remote_ids=part)
        found.update({a.remote_id: a.object_id for a in actions if a.remote_id})
    return found


def _written_before(ctx: RunContext, row: PackageEvent, order_pk: int) -> dict[str, Any]:
    now = ctx.now()
    status = _BECAME["delivered" if row.delivered_date else "shipped"]
    return {
        "channel_id": ctx.channel_id,
        "package_number": row.package_number,
        "order_number": row.orders[0] if row.orders else "",
        "status": status,
        "state": "written",
        "barcode": row.barcode,
        "omnitron_order_id": order_pk,
        "total": Decimal(0),
        "cargo": "",
        "city": "",
        "town": "",
        "first_seen": now,
        "seen_at": now,
        "payload": {},
    }


def keep_order(ctx: RunContext, units: UnitBook, order_number: str) -> list[str]:
    """Ask for an order by its number and keep what is new of it; new package numbers.

    Unknown numbers, and orders that Hepsiburada shows to nobody yet (not paid), bring nothing.
    """
    order = units.order(order_number)
    return [] if order is None else keep_packages_of(ctx, order)


def keep_packages_of(ctx: RunContext, order: Order) -> list[str]:
    """Keep the lines of an order, and its packages that are new to us."""
    named = packages_of(order)
    with ctx.db.read() as connection:
        known = keeping.packages_by_number(connection, ctx.channel_id, named)
    parcels = []
    for number, lines in named.items():
        if number not in known and not all(is_cancelled(line) for line in lines):
            payload = line_payload(order, number)
            parcels.append((parcel_of(payload), payload))
    with ctx.commit() as connection:
        keeping.keep_order_lines(connection, ctx.channel_id, order, ctx.now())
        return keeping.keep_packages(connection, ctx.channel_id, parcels, ctx.now())


def find_in_feeds(ctx: RunContext, wanted: Iterable[str]) -> dict[str, PackageEvent]:
    """Package number → its row in one of the three feeds, for packages asked for by hand."""
    left, found = set(wanted), {}
    for feed in (
        ctx.hepsiburada.shipped(), ctx.hepsiburada.delivered(), ctx.hepsiburada.undelivered()
    ):  # fmt: skip
        for page in feed:
            for row in page.rows:
                if row.package_number in left:
                    found[row.package_number] = row
                    left.discard(row.package_number)
            if not left:
                return found
            ctx.go_on()
    return found
