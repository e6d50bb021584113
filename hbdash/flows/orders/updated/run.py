"""updated_orders (R5.13): what Hepsiburada shipped and delivered moves Omnitron's items on.

Daily at 06:00 of the channel's zone; widened after a gap (A20). What the feeds say is kept with the
packages, then every package that is further than its items is brought up to date, item by item.
"""

from __future__ import annotations

from collections.abc import Sequence

from hbdash.flows.orders.feeds.gap import find_in_feeds
from hbdash.flows.orders.feeds.reading import set_cursor
from hbdash.flows.orders.packages.faults import CONTENT_TYPE, KIND
from hbdash.flows.orders.packages.units import UnitBook
from hbdash.flows.orders.updated.due import Moved, behind, by_number, units_in
from hbdash.flows.orders.updated.feed import (
    READ,
    keep_unknown,
    note_status,
    read_feeds,
    since,
    word_of,
)
from hbdash.flows.orders.updated.items import ItemMover
from hbdash.runs import penalties
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced
from hbdash.texts.orders import not_found
from hbdash.texts.orders_in import not_written_yet, up_to_date
from hbdash.transport.errors import NotFound

#: Packages taken from our tables at a time.
AT_ONCE = 200


def run(ctx: RunContext) -> None:
    """Read, keep, move on (flows section 6)."""
    mover, units = ItemMover(ctx), UnitBook(ctx)
    if ctx.request.keys:
        _by_hand(ctx, mover, units)
        return
    begun = ctx.now()
    begin, end = ctx.request.window or (since(ctx), begun)
    ctx.progress.note["window"] = (begin.isoformat(), end.isoformat())
    numbers, unwritten = read_feeds(ctx, units, begin, end)
    if not ctx.request.by_hand and not ctx.dry_run:
        set_cursor(ctx, READ, begun)
    done = _move_all(ctx, mover, numbers)
    if ctx.request.window is None:
        _move_rest(ctx, mover, done)
    if unwritten and not ctx.dry_run:
        _ask_to_write(ctx, unwritten)


def _ask_to_write(ctx: RunContext, orders: Sequence[str]) -> None:
    """Orders that Omnitron does not have are written first; then it is our turn again."""
    if ctx.settings.flags.is_on("order_create"):
        ctx.ask_for_run("order_create", tuple(orders), ctx.spec.id)
        ctx.ask_for_run(ctx.spec.id, tuple(orders), "order_create")


def _move_all(ctx: RunContext, mover: ItemMover, numbers: Sequence[str]) -> set[int]:
    """Move the packages of these events on; their ids."""
    done: set[int] = set()
    for part in sliced(numbers, AT_ONCE):
        wanted = set(part)
        with ctx.db.read() as connection:
            found = by_number(connection, ctx.channel_id, part)
        packages = [one for one in found if one.number in wanted and one.is_written and one.target]
        done |= {one.id for one in packages}
        _move_packages(ctx, mover, packages)
    return done


def _move_rest(ctx: RunContext, mover: ItemMover, done: set[int]) -> None:
    """Move on what earlier runs could not."""
    after = 0
    while True:
        with ctx.db.read() as connection:
            packages = behind(connection, ctx.channel_id, after, AT_ONCE)
        if not packages:
            return
        after = packages[-1].id
        _move_packages(ctx, mover, [one for one in packages if one.id not in done])


def _move_packages(ctx: RunContext, mover: ItemMover, packages: Sequence[Moved]) -> None:
    with ctx.db.read() as connection:
        units = units_in(connection, ctx.channel_id, packages)
        blocked = penalties.blocked(
            connection, ctx.channel_id, CONTENT_TYPE, [one.key for one in packages], ctx.now()
        )
    ctx.progress.total = (ctx.progress.total or 0) + len(packages)
    for package in packages:
        if package.key in blocked:
            ctx.progress.skipped += 1
        else:
            mover.move(package, units[package.number])
        ctx.go_on()


def _by_hand(ctx: RunContext, mover: ItemMover, units: UnitBook) -> None:
    """Orders or packages by number, as they are at Hepsiburada now."""
    for key in dict.fromkeys(key.strip() for key in ctx.request.keys):
        found = _packages(ctx, units, key)
        if not found:
            _say(ctx, "error", key, not_found(key))
            ctx.progress.failed += 1
        for package in found:
            _move_one(ctx, mover, package)
            ctx.go_on()


def _packages(ctx: RunContext, units: UnitBook, key: str) -> list[Moved]:
    with ctx.db.read() as connection:
        found = by_number(connection, ctx.channel_id, [key])
    if found:
        return found
    events = find_in_feeds(ctx, [key])
    keep_unknown(ctx, units, list(events.values()))
    with ctx.db.read() as connection:
        return by_number(connection, ctx.channel_id, [key])


def _move_one(ctx: RunContext, mover: ItemMover, package: Moved) -> None:
    if not package.is_written:
        _say(ctx, "info", package.key, not_written_yet(package.number))
        ctx.progress.skipped += 1
        return
    try:
        state = ctx.hepsiburada.package(package.number)
    except NotFound:
        state = None
    if state is not None and (word := word_of(state.status)) is not None:
        note_status(ctx, {package.number: word})
    with ctx.db.read() as connection:
        (package,) = [
            one for one in by_number(connection, ctx.channel_id, [package.number])
            if one.number == package.number
        ]  # fmt: skip
        units = units_in(connection, ctx.channel_id, [package])
    if not package.target:
        _say(ctx, "info", package.key, up_to_date(package.number))
        ctx.progress.skipped += 1
        return
    mover.move(package, units[package.number], loud=True)


def _say(ctx: RunContext, level: str, key: str, text: str) -> None:
    status = "failed" if level == "error" else "skipped"
    with ctx.commit():
        ctx.journal.add(level, status, text, kind=KIND, key=key)
