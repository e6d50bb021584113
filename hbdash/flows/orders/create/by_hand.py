"""Orders asked for by number: order numbers, package numbers, or Omnitron's own (design rule 9)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from hbdash.flows.orders.create.due import load, of_orders
from hbdash.flows.orders.feeds.gap import fetch_unknown, find_in_feeds, keep_order
from hbdash.flows.orders.packages.faults import KIND, PackageRow
from hbdash.flows.orders.writing.writer import Writer
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import OmnitronOrder
from hbdash.texts.orders import already, not_found, not_packed, outcome_unknown

_SETTLED = ("written", "linked", "left")


def write_keys(ctx: RunContext, writer: Writer, keys: Sequence[str], doubtful: set[str]) -> None:
    """Bring these orders to Omnitron, whatever penalty they serve; what is there stays as it is."""
    rows: dict[str, PackageRow] = {}
    missing: list[str] = []
    for key in dict.fromkeys(key.strip() for key in keys):
        found = _packages(ctx, writer, key)
        if found is None:
            missing.append(key)
        else:
            rows |= {row.number: row for row in found}
        ctx.go_on()
    rows |= {row.number: row for row in _from_feeds(ctx, writer, missing)}
    _write(ctx, writer, list(rows.values()), doubtful)


def _packages(ctx: RunContext, writer: Writer, key: str) -> list[PackageRow] | None:
    """The packages that a number means; ``None`` for a number that nobody knows so far."""
    rows = load(ctx, [key]) or of_orders(ctx, [key]) or _by_omnitron_number(ctx, key)
    order_numbers = list(dict.fromkeys(row.order_number for row in rows if row.order_number))
    for number in order_numbers or [key]:
        keep_order(ctx, writer.units, number)
    if not (rows and rows[0].number == key):
        rows = of_orders(ctx, order_numbers or [key])
    if rows:
        return rows
    if writer.units.order(key) is None:
        return None
    _say(ctx, "info", key, not_packed(key))
    return []


def _by_omnitron_number(ctx: RunContext, key: str) -> list[PackageRow]:
    table = table_of(OmnitronOrder)
    with ctx.db.read() as connection:
        package = connection.execute(
            select(table.c.package_number).where(
                table.c.channel_id == ctx.channel_id, table.c.number == key
            )
        ).scalar()
    return load(ctx, [package]) if package else []


def _from_feeds(ctx: RunContext, writer: Writer, keys: Sequence[str]) -> list[PackageRow]:
    if not keys:
        return []
    events = find_in_feeds(ctx, keys)
    fetch_unknown(ctx, writer.units, list(events.values()))
    rows = load(ctx, events)
    for key in keys:
        if key not in {row.number for row in rows}:
            _say(ctx, "error", key, not_found(key))
            ctx.progress.failed += 1
    return rows


def _write(ctx: RunContext, writer: Writer, rows: Sequence[PackageRow], doubtful: set[str]) -> None:
    numbers = _written_as(ctx, [row.number for row in rows])
    ctx.progress.total = len(rows)
    writer.prepare([row for row in rows if row.state not in _SETTLED])
    for row in rows:
        if row.state in _SETTLED:
            _say(ctx, "info", row.key, already(numbers.get(row.number, row.number)))
            ctx.progress.skipped += 1
        elif row.number in doubtful:
            _say(ctx, "warning", row.key, outcome_unknown())
            ctx.progress.skipped += 1
        else:
            writer.write(row)
        ctx.go_on()


def _written_as(ctx: RunContext, packages: Sequence[str]) -> dict[str, str]:
    table = table_of(OmnitronOrder)
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(table.c.package_number, table.c.number).where(
                table.c.channel_id == ctx.channel_id, table.c.package_number.in_(packages)
            )
        )
        return {row.package_number: row.number for row in rows}


def _say(ctx: RunContext, level: str, key: str, text: str) -> None:
    status = "failed" if level == "error" else "skipped"
    ctx.journal.add(level, status, text, kind=KIND, key=key)
