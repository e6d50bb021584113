"""Which packages are to be written: fresh ones, retries whose penalty is over, and last of all
those for which a side failed before, so that they end no run before the others had their turn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, exists, or_, select

from hbdash.flows.orders.packages.faults import CONTENT_TYPE, KIND, PackageRow
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import Failure, MarketPackage, Penalty

packages, penalties, failures = table_of(MarketPackage), table_of(Penalty), table_of(Failure)

_COLUMNS = (
    packages.c.package_number, packages.c.order_number, packages.c.state, packages.c.status,
    packages.c.payload, packages.c.total, packages.c.due_at,
)  # fmt: skip
#: Rows taken from the database at a time.
AT_ONCE = 50


def due(
    ctx: RunContext, state: str, after: int, most: int = AT_ONCE, *, troubled: bool = False
) -> list[tuple[int, PackageRow]]:
    """(id, package) in the order in which they were first seen, beyond the id ``after``.

    state: ``seen`` for fresh ones, ``failed`` for those that serve no penalty any more. troubled:
    of the fresh ones those whose order has an open failure, else the others.
    """
    statement = select(packages.c.id, *_COLUMNS).where(
        packages.c.channel_id == ctx.channel_id, packages.c.state == state, packages.c.id > after
    )
    if state == "seen":
        failed_before = exists().where(
            failures.c.channel_id == packages.c.channel_id,
            failures.c.kind == KIND,
            failures.c.key == packages.c.order_number,
            failures.c.state.in_(OPEN_STATES),
        )
        statement = statement.where(failed_before if troubled else ~failed_before)
    if state == "failed":
        # An order's penalty is our own row, lifted when its cause is gone (design rule 8).
        serving = exists().where(
            and_(
                penalties.c.channel_id == packages.c.channel_id,
                penalties.c.content_type == CONTENT_TYPE,
                penalties.c.key.in_((packages.c.order_number, packages.c.package_number)),
                or_(penalties.c.ended, penalties.c.next_at > ctx.now()),
            )
        )
        statement = statement.where(~serving)
    with ctx.db.read() as connection:
        rows = connection.execute(statement.order_by(packages.c.id).limit(most)).all()
    return [(row[0], PackageRow(*_values(row[1:]))) for row in rows]


def load(ctx: RunContext, numbers: Iterable[str]) -> list[PackageRow]:
    """Packages by their numbers."""
    return _where(ctx, packages.c.package_number, numbers)


def of_orders(ctx: RunContext, order_numbers: Iterable[str]) -> list[PackageRow]:
    """Packages of these orders."""
    return _where(ctx, packages.c.order_number, order_numbers)


def _where(ctx: RunContext, column: Any, keys: Iterable[str]) -> list[PackageRow]:
    found: list[PackageRow] = []
    with ctx.db.read() as connection:
        for part in sliced(sorted(set(keys)), 500):
            rows = connection.execute(
                select(*_COLUMNS)
                .where(packages.c.channel_id == ctx.channel_id, column.in_(part))
                .order_by(packages.c.id)
            )
            found.extend(PackageRow(*_values(row)) for row in rows)
    return found


def _values(row: Any) -> tuple[Any, ...]:
    number, order, state, status, payload, total, due_at = row
    return (number, order, state, status, payload, total, due_at)
