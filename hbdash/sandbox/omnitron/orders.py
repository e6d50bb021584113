"""Orders: created whole with one item per unit, read, their items changed (O§6.2-6.5)."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from hbdash.sandbox.omnitron import plans, statuses
from hbdash.sandbox.omnitron.catalogue import queue
from hbdash.sandbox.omnitron.contenttypes import ORDER, STOCK
from hbdash.sandbox.omnitron.due import refresh
from hbdash.sandbox.omnitron.fields import Field, clean, integer, mapping, reference, text
from hbdash.sandbox.omnitron.listing import Source, keys, lookups, number, page, times
from hbdash.sandbox.omnitron.web import Call, Reply
from hbdash.sandbox.omnitron.wire import invalid, iso, not_found, refused


def _orders(call: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            **json.loads(row["payload"]),
            "pk": row["pk"],
            "id": row["pk"],
            "number": row["number"],
            "status": row["status"],
            "channel": call.world.channel_id,
            "customer": row["customer"],
            "created_date": iso(row["created"]),
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


ORDERS = Source(
    "om_order t",
    _orders,
    keys()
    | lookups("number", "t.number")
    | lookups("status", "t.status")
    | lookups("customer", "t.customer", number)
    | times("created_date", "modified_date"),
    sorts={"modified_date": "t.modified", "number": "t.number"},
)


def items_wire(_: Call, rows: Any) -> list[dict[str, Any]]:
    """Order items as JSON."""
    return [
        {
            **json.loads(row["payload"]),
            "pk": row["pk"],
            "id": row["pk"],
            "order": row["order_pk"],
            "product": row["product"],
            "status": row["status"],
            "created_date": iso(row["created"]),
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


ITEMS = Source(
    "om_order_item t",
    items_wire,
    keys()
    | lookups("order", "t.order_pk", number)
    | lookups("order__pk", "t.order_pk", number)
    | lookups("product", "t.product", number)
    | lookups("status", "t.status")
    | times("created_date", "modified_date"),
    sorts={"order": "t.order_pk"},
)
updates = queue(ORDER, ORDERS, ("update",))
_ITEM_STATE = {"tracking_number", "invoice_number", "invoice_date", "extra_field"}


def index(call: Call) -> Any:
    """GET orders/?number=&channel_id="""
    channel = call.request.query_params.get("channel_id")
    return page(call, ORDERS, "1" if channel in (None, "", str(call.world.channel_id)) else "0")


def order_row(call: Call, pk: int) -> sqlite3.Row:
    """The row of an order, or 404."""
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM om_order WHERE pk = ?", (pk,)
    ).fetchone()
    if row is None:
        raise not_found()
    return row


def show(call: Call) -> Any:
    """GET orders/{pk}/, with customer and addresses as objects."""
    plain = _orders(call, [order_row(call, call.number("pk"))])[0]
    for name, table in (
        ("shipping_address", "om_address"),
        ("billing_address", "om_address"),
    ):
        row = call.db.execute(f"SELECT * FROM {table} WHERE pk = ?", (plain[name],)).fetchone()
        plain[name] = {"pk": row["pk"], "id": row["pk"], **json.loads(row["payload"])}
    return plain


def items(call: Call) -> Any:
    """GET order_items/?order=&sort=id"""
    return page(call, ITEMS)


def _item_row(call: Call) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM om_order_item WHERE pk = ?", (call.number("pk"),)
    ).fetchone()
    if row is None:
        raise not_found()
    return row


def item(call: Call) -> Any:
    """GET order_items/{pk}/"""
    return items_wire(call, [_item_row(call)])[0]


def change_item(call: Call) -> Any:
    """PATCH order_items/{pk}/: a status only goes forward, else 406 (R8.9)."""
    row = _item_row(call)
    values = clean(
        call.document,
        {
            "status": Field(statuses.parse),
            "invoice_number": Field(text(128), null=True),
            "invoice_date": Field(text(64), null=True),
            "tracking_number": Field(text(256), null=True),
            "order_number": Field(text(128), null=True),
            "shipping_company": Field(reference(call.db, "om_cargo"), null=True),
            "shipment_code": Field(text(256), null=True),
            "extra_field": Field(mapping),
        },
        partial=True,
    )
    status = values.pop("status", row["status"])
    if int(status) < int(row["status"]) or row["status"] == statuses.CANCELLED != status:
        raise refused(
            f"Order item status can not be changed from {row['status']} to {status}.",
            "order_item_status_100_1",
        )
    payload = json.loads(row["payload"]) | values
    call.db.execute(
        "UPDATE om_order_item SET status = ?, payload = ?, modified = ? WHERE pk = ?",
        (status, json.dumps(payload, ensure_ascii=False), call.now, row["pk"]),
    )
    call.world.books.effect(
        "omnitron.order_item_change", row["remote_id"], {"status": status, **values}
    )
    return item(call)


def move_stock(db: sqlite3.Connection, now: int, product: int, units: int) -> None:
    """Take sold units off the product's stock, or give cancelled ones back (negative)."""
    rows = db.execute("SELECT pk FROM om_stock WHERE product = ?", (product,)).fetchall()
    db.execute(
        "UPDATE om_stock SET stock = max(stock - ?, 0),"
        " sold_unreported = max(sold_unreported + ?, 0), modified = max(?, modified + 1)"
        " WHERE product = ?",
        (units, units, now, product),
    )
    refresh(db, STOCK, [row["pk"] for row in rows])


_SHIPPING_INFO = {
    "order_number": Field(text(128, blank=False), required=True),
    "is_send": Field(lambda value: bool(value), default=False),
}


def create_shipping_info(call: Call) -> Reply:
    """POST order_shipping_infos/ {order, order_number, shipping_company, is_send} (O§6.10)."""
    fields = {
        **_SHIPPING_INFO,
        "order": Field(reference(call.db, "om_order"), required=True),
        "shipping_company": Field(reference(call.db, "om_cargo"), required=True),
    }
    values = clean(call.document, fields)
    pk = call.db.execute(
        "INSERT INTO om_shipping_info (order_pk, order_number, shipping_company, is_send, created)"
        " VALUES (?, ?, ?, ?, ?)",
        (values["order"], values["order_number"], values["shipping_company"],
         int(values["is_send"]), call.now),
    ).lastrowid  # fmt: skip
    call.world.books.effect("omnitron.shipping_info", values["order_number"])
    return Reply(201, {"pk": pk, "id": pk, **values, "created_date": iso(call.now)})


def cancel(call: Call) -> Any:
    """POST orders/{pk}/cancel/ {order, cancel_items, reasons, forced_refund_amount} (O§6.6)."""
    order = order_row(call, call.number("pk"))
    fields = {
        "order": Field(integer, required=True),
        "cancel_items": Field(_item_numbers, required=True),
        "reasons": Field(mapping, required=True),
    }
    values = clean(call.document, fields)
    if values["order"] != order["pk"]:
        raise invalid("order", f'Invalid pk "{values["order"]}" - not the order of this address.')
    rows = [_to_cancel(call, order, pk, values["reasons"]) for pk in values["cancel_items"]]
    now = call.now
    for row in rows:
        call.db.execute(
            "UPDATE om_order_item SET status = ?, modified = ? WHERE pk = ?",
            (statuses.CANCELLED, now, row["pk"]),
        )
        move_stock(call.db, now, row["product"], -1)
        reason = values["reasons"][str(row["pk"])]
        call.world.books.effect("omnitron.cancel", row["remote_id"], {"reason": reason})
    plans.made(call.db, now, order, rows, values["reasons"])
    left = call.db.execute(
        "SELECT count(*) FROM om_order_item WHERE order_pk = ? AND status <> ?",
        (order["pk"], statuses.CANCELLED),
    ).fetchone()[0]
    status = order["status"] if left else statuses.CANCELLED
    call.db.execute(
        "UPDATE om_order SET status = ?, modified = max(?, modified + 1) WHERE pk = ?",
        (status, now, order["pk"]),
    )
    refresh(call.db, ORDER, [order["pk"]])
    return _orders(call, [order_row(call, order["pk"])])[0]


MOST_CANCEL_ITEMS = 6
"""The setup guide's "maximum of 6 cancellation plan numbers" read as items a call (O§6.9, A5)."""


def _item_numbers(value: Any) -> list[int]:
    if not isinstance(value, list) or not value:
        raise ValueError("This list may not be empty.")
    if len(value) > MOST_CANCEL_ITEMS:
        raise ValueError(f"Ensure this field has no more than {MOST_CANCEL_ITEMS} elements.")
    return list(dict.fromkeys(integer(entry) for entry in value))


def _to_cancel(call: Call, order: sqlite3.Row, pk: int, reasons: dict[str, Any]) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM om_order_item WHERE pk = ? AND order_pk = ?", (pk, order["pk"])
    ).fetchone()
    if row is None:
        raise invalid("cancel_items", f'Invalid pk "{pk}" - object does not exist.')
    known = call.db.execute(
        "SELECT 1 FROM om_reason WHERE pk = ? AND cancellation_type = 'cancel' AND is_active",
        (reasons.get(str(pk)),),
    ).fetchone()
    if known is None:
        raise invalid("reasons", f'Invalid reason "{reasons.get(str(pk))}" for item {pk}.')
    if row["status"] == statuses.CANCELLED or int(row["status"]) >= statuses.SHIPPED:
        raise refused(f"Order item {pk} can not be cancelled in status {row['status']}.")
    return row
