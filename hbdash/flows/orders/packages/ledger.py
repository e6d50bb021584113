"""Our ledger of Omnitron's orders: which order a package became, which item holds which unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from hbdash.domain.orders import APPROVED, CANCELLATION_WAITING, CANCELLED, item_status
from hbdash.flows.orders.packages.faults import PackageRow
from hbdash.omnitron.models.order import Order, OrderItem
from hbdash.store.bulk import insert_ignore, sliced, table_of, upsert
from hbdash.store.tables import OmnitronItem, OmnitronOrder


def keep_order(
    connection: Connection,
    channel_id: int,
    row: PackageRow,
    order: Order,
    items: tuple[OrderItem, ...],
    now: datetime,
) -> None:
    """Write the order and who holds which unit into our ledger."""
    upsert(
        connection,
        OmnitronOrder,
        [
            {
                "channel_id": channel_id,
                "number": order.number,
                "remote_pk": order.pk,
                "package_number": row.number,
                "amount": round(order.amount or row.total, 5),
                "written_at": now,
                "batch_closed": False,
            }
        ],
        key=("channel_id", "number"),
        update=("remote_pk", "package_number", "amount"),
    )
    insert_ignore(
        connection,
        OmnitronItem,
        [
            {**one, "order_pk": order.pk}
            for one in item_rows(channel_id, [(item, item.remote_id) for item in items])
        ],
    )


def held_units(
    connection: Connection, channel_id: int, line_ids: Iterable[str]
) -> dict[str, dict[int, int]]:
    """Line id → unit number → Omnitron's order, of units that live items hold."""
    table = table_of(OmnitronItem)
    found: dict[str, dict[int, int]] = {}
    for part in sliced(sorted(set(line_ids)), 500):
        rows = connection.execute(
            select(table.c.line_item_id, table.c.n, table.c.order_pk).where(
                table.c.channel_id == channel_id,
                table.c.line_item_id.in_(part),
                table.c.state == "live",
            )
        )
        for row in rows:
            found.setdefault(row.line_item_id, {})[row.n] = row.order_pk
    return found


def note_items(
    connection: Connection, channel_id: int, items: Iterable[OrderItem]
) -> dict[int, int]:
    """Bring our ledger up to what Omnitron says of items; item → status code."""
    table = table_of(OmnitronItem)
    found: dict[int, int] = {}
    for item in items:
        code = item_status(item.status)
        found[item.pk] = code
        values: dict[str, Any] = {"status": str(code or item.status)}
        if is_cancelled(item.status):
            # Never back to live: what was cancelled holds its unit no more.
            values["state"] = "cancelled"
        connection.execute(
            update(table)
            .where(table.c.channel_id == channel_id, table.c.item_pk == item.pk)
            .values(**values)
        )
    return found


def item_rows(channel_id: int, items: Sequence[tuple[OrderItem, str]]) -> list[dict[str, Any]]:
    """Rows of ``OmnitronItem`` for (item, its remote id), in number order.

    Items that carry the bare line id (orders of Akinon's own application, several of one id) are
    counted in number order (flows section 2, "Unit ↔ item").
    """
    rows: list[dict[str, Any]] = []
    used: dict[str, set[int]] = {}
    bare: list[tuple[OrderItem, str]] = []
    for item, remote_id in sorted(items, key=lambda pair: pair[0].pk):
        line, _, number = remote_id.rpartition("-")
        # A line id is a UUID: what is left of `{uuid}-{n}` has four dashes.
        if line.count("-") >= 4 and number.isascii() and number.isdigit() and int(number) > 0:
            if _is_live(item):
                used.setdefault(line, set()).add(int(number))
            rows.append(_row(channel_id, item, line, int(number)))
        elif remote_id:
            bare.append((item, remote_id))
    for item, line in bare:
        taken = used.setdefault(line, set())
        number_left = next(n for n in range(1, len(items) + len(taken) + 2) if n not in taken)
        taken.add(number_left)
        rows.append(_row(channel_id, item, line, number_left))
    return rows


def _is_live(item: OrderItem) -> bool:
    return not is_cancelled(item.status)


def is_cancelled(status: str) -> bool:
    """An item in this status holds nothing any more: cancelled, or waiting to be."""
    return item_status(status) in (CANCELLED, CANCELLATION_WAITING)


def _row(channel_id: int, item: OrderItem, line: str, n: int) -> dict[str, Any]:
    return {
        "channel_id": channel_id,
        "line_item_id": line,
        "n": n,
        "item_pk": item.pk,
        "order_pk": item.order or 0,
        "state": "live" if _is_live(item) else "cancelled",
        "status": str(item_status(item.status) or item.status or APPROVED),
    }
