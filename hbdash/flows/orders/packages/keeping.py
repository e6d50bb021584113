"""Orders and packages are kept at first sight, so that a retry needs no feed (flows §2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert, select, update

from hbdash.flows.orders.packages.lines import keep_lines, seen_in_package, seen_open
from hbdash.flows.orders.packages.parcel import Parcel, plain
from hbdash.hepsiburada.models.orders import Order
from hbdash.store.bulk import insert_ignore, sliced, table_of, upsert
from hbdash.store.tables import MarketOrder, MarketPackage, PackageLine

_FIVE = Decimal("0.00001")


def keep_orders(
    connection: Connection,
    channel_id: int,
    orders: Iterable[tuple[str, str, str, datetime | None]],
    now: datetime,
) -> None:
    """Order number, customer id and name, when it was placed."""
    rows = {
        number: {
            "channel_id": channel_id,
            "order_number": number,
            "customer_id": plain(customer_id),
            "customer_name": plain(name),
            "placed_at": placed_at,
            "first_seen": now,
        }
        for number, customer_id, name, placed_at in orders
    }
    named = [row for row in rows.values() if row["customer_id"]]
    upsert(
        connection,
        MarketOrder,
        named,
        key=("channel_id", "order_number"),
        update=("customer_id", "customer_name", "placed_at"),
        compare=("customer_id", "customer_name", "placed_at"),
    )
    insert_ignore(connection, MarketOrder, [row for row in rows.values() if not row["customer_id"]])


def keep_order_lines(connection: Connection, channel_id: int, order: Order, now: datetime) -> None:
    """An order asked for by its number: its lines, whole."""
    customer = order.customer
    keep_orders(
        connection,
        channel_id,
        [
            (
                order.order_number,
                customer.customer_id if customer else "",
                customer.name if customer else "",
                order.order_date,
            )
        ],
        now,
    )
    keep_lines(connection, channel_id, seen_open(order.items))


def keep_packages(
    connection: Connection,
    channel_id: int,
    packages: Sequence[tuple[Parcel, dict[str, Any]]],
    now: datetime,
    *,
    added_at: datetime | None = None,
) -> list[str]:
    """Write packages that are new to us, with their lines; the numbers of those.

    ``added_at``: before which they were surely added, if that is all that is known.
    """
    fresh = [
        {
            "channel_id": channel_id,
            "package_number": parcel.number,
            "order_number": parcel.order_number,
            "status": plain(parcel.status),
            "state": "seen",
            "due_at": parcel.due_at,
            "added_at": added_at,
            "cargo": plain(parcel.cargo),
            "barcode": plain(parcel.barcode),
            "total": round(parcel.total, 5).quantize(_FIVE),
            "city": plain(parcel.shipping.city),
            "town": plain(parcel.shipping.town),
            "omnitron_order_id": None,
            "first_seen": now,
            "seen_at": now,
            "payload": payload,
        }
        for parcel, payload in packages
    ]
    if not fresh:
        return []
    connection.execute(insert(table_of(MarketPackage)), fresh)
    inside = [
        {
            "channel_id": channel_id,
            "package_number": parcel.number,
            "line_item_id": line.line_id,
            "element": element,
            "quantity": line.quantity,
            "until": None,
        }
        for parcel, _ in packages
        for element, line in enumerate(parcel.lines)
    ]
    if inside:
        connection.execute(insert(table_of(PackageLine)), inside)
    keep_orders(
        connection,
        channel_id,
        [(p.order_number, p.customer_id, p.customer_name, p.placed_at) for p, _ in packages],
        now,
    )
    for parcel, _ in packages:
        alive = parcel.status.strip().lower() != "unpacked"
        keep_lines(connection, channel_id, seen_in_package(parcel), alive=alive)
    return [parcel.number for parcel, _ in packages]


def packages_by_number(
    connection: Connection, channel_id: int, numbers: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Package number → its row."""
    table = table_of(MarketPackage)
    found: dict[str, dict[str, Any]] = {}
    for part in sliced(sorted(set(numbers)), 500):
        rows = connection.execute(
            select(table).where(table.c.channel_id == channel_id, table.c.package_number.in_(part))
        ).mappings()
        found.update({row["package_number"]: dict(row) for row in rows})
    return found


def set_package(connection: Connection, channel_id: int, number: str, **values: Any) -> None:
    """Change columns of one package."""
    table = table_of(MarketPackage)
    connection.execute(
        update(table)
        .where(table.c.channel_id == channel_id, table.c.package_number == number)
        .values(**values)
    )


def leave_package(
    connection: Connection, channel_id: int, number: str, status: str, at: datetime
) -> None:
    """A package that was broken up: its units lie in it no more, and unwritten it stays so."""
    table, inside = table_of(MarketPackage), table_of(PackageLine)
    connection.execute(
        update(table)
        .where(table.c.channel_id == channel_id, table.c.package_number == number)
        .values(status=status, seen_at=at)
    )
    connection.execute(
        update(table)
        .where(
            table.c.channel_id == channel_id,
            table.c.package_number == number,
            table.c.state.in_(("seen", "failed")),
        )
        .values(state="left")
    )
    connection.execute(
        update(inside)
        .where(
            inside.c.channel_id == channel_id,
            inside.c.package_number == number,
            inside.c.until.is_(None),
        )
        .values(until=at)
    )
