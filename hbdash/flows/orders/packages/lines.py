"""Lines at Hepsiburada: how many units are alive, as each feed's rows tell it.

``MarketLine.quantity`` is the most units of a line that one row ever showed, ``cancelled`` those of
them that are at Hepsiburada no more; a row that shows more living units than their difference
takes ``cancelled`` back, but not below what the feed of cancellations named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from hbdash.domain.turkish import sku_key
from hbdash.flows.orders.packages.parcel import Parcel, is_cancelled, plain
from hbdash.hepsiburada.models.orders import AwaitingPayment, OrderLine
from hbdash.store.bulk import insert_ignore, sliced, table_of
from hbdash.store.tables import MarketCancellation, MarketLine


@dataclass(frozen=True)
class LineSeen:
    """A row of any feed: ``units`` of the line are alive at Hepsiburada."""

    line_id: str
    order_number: str
    sku_key: str
    hb_sku: str
    name: str
    units: int


def seen_in_package(parcel: Parcel) -> list[LineSeen]:
    """The lines of a package."""
    return [
        LineSeen(
            line.line_id, parcel.order_number, sku_key(line.merchant_sku), line.hb_sku, line.name,
            line.quantity,
        )
        for line in parcel.lines
    ]  # fmt: skip


def seen_open(lines: Iterable[OrderLine]) -> list[LineSeen]:
    """Lines of the paid-not-packed feed, or of an order asked for by its number."""
    return [
        LineSeen(
            line.id, line.order_number, sku_key(line.merchant_sku), line.sku, line.name,
            line.quantity,
        )
        for line in lines
        if not is_cancelled(line)
    ]  # fmt: skip


def seen_unpaid(lines: Iterable[AwaitingPayment]) -> list[LineSeen]:
    """Lines that wait for their payment."""
    return [
        LineSeen(
            line.id, line.order_number, sku_key(line.merchant_sku), line.sku, line.name,
            line.quantity,
        )
        for line in lines
    ]  # fmt: skip


def keep_lines(
    connection: Connection, channel_id: int, seen: Sequence[LineSeen], *, alive: bool = True
) -> None:
    """Note lines; several rows of one line are parts of it and count together.

    alive False: the rows are of a broken package, which proves nothing about what still lives.
    """
    together: dict[str, LineSeen] = {}
    for one in seen:
        known = together.get(one.line_id)
        if known is not None:
            one = LineSeen(*(*_fields(one)[:-1], known.units + one.units))
        together[one.line_id] = one
    table = table_of(MarketLine)
    standing = lines_of(connection, channel_id, together)
    named = named_cancelled(connection, channel_id, together)
    fresh, changed = [], []
    for line_id, one in together.items():
        row = standing.get(line_id)
        if row is None:
            fresh.append(
                {
                    "channel_id": channel_id,
                    "line_item_id": line_id,
                    "order_number": one.order_number,
                    "sku_key": plain(one.sku_key),
                    "hb_sku": plain(one.hb_sku),
                    "name": plain(one.name),
                    "quantity": one.units,
                    "cancelled": min(named.get(line_id, 0), one.units),
                }
            )
            continue
        quantity = max(row["quantity"], one.units)
        cancelled = row["cancelled"]
        if alive:
            cancelled = min(cancelled, quantity - one.units)
        cancelled = max(cancelled, min(named.get(line_id, 0), quantity))
        if (quantity, cancelled) != (row["quantity"], row["cancelled"]):
            changed.append({"b_id": row["id"], "b_quantity": quantity, "b_cancelled": cancelled})
    insert_ignore(connection, MarketLine, fresh)
    if changed:
        connection.execute(
            update(table)
            .where(table.c.id == bindparam("b_id"))
            .values(quantity=bindparam("b_quantity"), cancelled=bindparam("b_cancelled")),
            changed,
        )


def _fields(one: LineSeen) -> tuple[Any, ...]:
    return (one.line_id, one.order_number, one.sku_key, one.hb_sku, one.name, one.units)


def lines_of(
    connection: Connection, channel_id: int, line_ids: Iterable[str]
) -> dict[str, Mapping[str, Any]]:
    """Line id → its row."""
    table = table_of(MarketLine)
    found: dict[str, Mapping[str, Any]] = {}
    for part in sliced(sorted(set(line_ids)), 500):
        rows = connection.execute(
            select(table).where(table.c.channel_id == channel_id, table.c.line_item_id.in_(part))
        ).mappings()
        found.update({row["line_item_id"]: dict(row) for row in rows})
    return found


def named_cancelled(
    connection: Connection, channel_id: int, line_ids: Iterable[str]
) -> dict[str, int]:
    """Line id → units that the feed of cancellations named: the sum of all rows of the line."""
    table = table_of(MarketCancellation)
    found: dict[str, int] = {}
    for part in sliced(sorted(set(line_ids)), 500):
        rows = connection.execute(
            select(table.c.line_item_id, func.sum(table.c.quantity).label("units"))
            .where(table.c.channel_id == channel_id, table.c.line_item_id.in_(part))
            .group_by(table.c.line_item_id)
        )
        found.update({row.line_item_id: int(row.units) for row in rows})
    return found


def set_cancelled(connection: Connection, channel_id: int, cancelled: Mapping[str, int]) -> None:
    """Line id → units that are at Hepsiburada no more: cancelled, or never paid."""
    table = table_of(MarketLine)
    if cancelled:
        connection.execute(
            update(table)
            .where(table.c.channel_id == channel_id, table.c.line_item_id == bindparam("b_line"))
            .values(cancelled=bindparam("b_cancelled")),
            [{"b_line": line, "b_cancelled": units} for line, units in sorted(cancelled.items())],
        )
