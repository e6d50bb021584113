"""What the brand's ERP does to orders in Omnitron: invoices, ships, delivers, cancels (O§6.11).

Acts of the control endpoint, like those of ``backoffice``. Each raises LookupError for an order
that Omnitron does not have.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from hbdash.sandbox.omnitron import due, statuses
from hbdash.sandbox.omnitron.contenttypes import ORDER
from hbdash.sandbox.omnitron.orders import move_stock
from hbdash.sandbox.omnitron.wire import iso, micros
from hbdash.sandbox.world import World


def invoice_order(
    world: World, number: str, *, link: str | None = None, invoice_number: str | None = None
) -> dict[str, Any]:
    """The invoice of an order is made; its link shows on the order."""
    row = _order(world, number)
    made = invoice_number or f"LLZ{2026_000_000_000 + row['pk']}"
    link = link or f"https://efatura.example/{made}.pdf"
    fields = {"e_archive_url": link, "invoice_number": made, "invoice_date": iso(_now(world))}
    _change(world, row, row["status"], fields)
    return {"order": number, "link": link}


def ship_order(
    world: World,
    number: str,
    tracking_number: str | None = None,
    *,
    items: list[int] | None = None,
    tracking_url: str | None = None,
) -> dict[str, Any]:
    """The warehouse hands an order, or some items of it, to the carrier (500)."""
    row = _order(world, number)
    code = tracking_number or f"YK{row['pk']:010d}"
    fields: dict[str, Any] = {"tracking_number": code}
    if tracking_url is not None:
        fields["defined_tracking_url"] = tracking_url
    _move_items(world, row, "500", items, {"tracking_number": code})
    _change(world, row, "500" if items is None else row["status"], fields)
    return {"order": number, "tracking_number": code}


def deliver_order(world: World, number: str, *, items: list[int] | None = None) -> dict[str, Any]:
    """The carrier reports that it arrived (550)."""
    return _arrive(world, number, "550", items)


def fail_delivery(world: World, number: str, *, items: list[int] | None = None) -> dict[str, Any]:
    """The carrier could not deliver (540)."""
    return _arrive(world, number, "540", items)


def _arrive(world: World, number: str, status: str, items: list[int] | None) -> dict[str, Any]:
    row = _order(world, number)
    arrived = {"delivered_date": iso(_now(world))} if status == "550" else {}
    _move_items(world, row, status, items, arrived)
    _change(world, row, status if items is None else row["status"], {})
    return {"order": number, "status": status}


def cancel_in_omnitron(world: World, number: str, count: int = 1) -> dict[str, Any]:
    """Somebody cancels items in Omnitron itself; at Hepsiburada they stay open."""
    row = _order(world, number)
    items = world.db.execute(
        "SELECT pk, product FROM om_order_item WHERE order_pk = ? AND status <> '100'"
        " ORDER BY pk LIMIT ?",
        (row["pk"], count),
    ).fetchall()
    if not items:
        raise ValueError(f"order {number} has nothing left to cancel")
    _move_items(world, row, statuses.CANCELLED, [item["pk"] for item in items], {})
    for item in items:
        move_stock(world.db, _now(world), item["product"], -1)
    _change(world, row, row["status"], {})
    return {"order": number, "items": [item["pk"] for item in items]}


def _order(world: World, number: str) -> sqlite3.Row:
    row: sqlite3.Row | None = world.db.execute(
        "SELECT * FROM om_order WHERE number = ?", (number,)
    ).fetchone()
    if row is None:
        raise LookupError(f"Omnitron has no order {number}")
    return row


def _move_items(
    world: World, order: sqlite3.Row, status: str, items: list[int] | None, fields: dict[str, Any]
) -> None:
    """Set the status of items (all that live, if none are named) and some of their fields."""
    world.db.execute(
        "UPDATE om_order_item SET status = ?1, modified = max(?2, modified + 1),"
        " payload = json_patch(payload, ?3) WHERE order_pk = ?4 AND status <> '100'"
        " AND (?5 IS NULL OR pk IN (SELECT value FROM json_each(?5)))",
        (
            status,
            _now(world),
            json.dumps(fields),
            order["pk"],
            None if items is None else json.dumps(items),
        ),
    )


def _change(world: World, order: sqlite3.Row, status: str, fields: dict[str, Any]) -> None:
    """Change the order itself, so that it is in updates."""
    payload = json.loads(order["payload"]) | fields
    world.db.execute(
        "UPDATE om_order SET status = ?, payload = ?, modified = max(?, modified + 1) WHERE pk = ?",
        (status, json.dumps(payload, ensure_ascii=False), _now(world), order["pk"]),
    )
    due.refresh(world.db, ORDER, [order["pk"]])


def _now(world: World) -> int:
    return micros(world.clock.now())


def order_to_serve(world: World) -> tuple[str, str] | None:
    """An order and what the ERP does next with it; None when nothing is to be done.

    Invoiced first. Shipped and delivered as Hepsiburada's carrier did it, or, where the merchant
    ships on its own account, by itself.
    """
    row = world.db.execute(
        "SELECT o.number, o.status, json_extract(o.payload, '$.e_archive_url') AS invoice,"
        " p.status AS package, p.cargo FROM om_order o JOIN hb_package p"
        " ON p.package_number = o.remote_id"
        " WHERE o.status NOT IN ('100', '540', '550') AND p.status <> 'Unpacked' AND ("
        "  invoice IS NULL OR (CAST(o.status AS INTEGER) < 500"
        "   AND (p.cargo = 'Mağaza Hesabı' OR p.status <> 'Open'))"
        "  OR (o.status = '500' AND (p.cargo = 'Mağaza Hesabı' AND p.status = 'InTransit'"
        "   OR p.status = 'Delivered')))"
        " ORDER BY o.modified, o.pk LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    if row["invoice"] is None:
        return row["number"], "invoice"
    return row["number"], "deliver" if row["status"] == "500" else "ship"
