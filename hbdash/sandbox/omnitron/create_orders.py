"""The creation of an order with its items in one call (O§6.2)."""

from __future__ import annotations

import json
from typing import Any

from hbdash.sandbox.omnitron import statuses
from hbdash.sandbox.omnitron.fields import (
    Field,
    boolean,
    decimal,
    integer,
    mapping,
    natural,
    problems,
    reference,
    text,
    time,
)
from hbdash.sandbox.omnitron.orders import ORDERS, move_stock
from hbdash.sandbox.omnitron.web import Call, Reply
from hbdash.sandbox.omnitron.wire import Refused, invalid, iso, refused

_CURRENCIES = ("try", "usd", "eur", "gbp")


def _currency(value: Any) -> str:
    if value not in _CURRENCIES:
        raise ValueError(f'"{value}" is not a valid choice.')
    return str(value)


def _remote(value: Any) -> dict[str, Any]:
    """An extra_field that names the remote id."""
    found = mapping(value)
    if not str(found.get("id") or "").strip():
        raise ValueError("id: This field is required.")
    return found


def _order_fields(call: Call) -> dict[str, Field]:
    def required(table: str) -> Field:
        return Field(reference(call.db, table), required=True)

    return {
        "number": Field(text(128, blank=False), required=True),
        "status": Field(statuses.parse, required=True),
        "channel": Field(integer, required=True),
        "customer": required("om_customer"),
        "shipping_address": required("om_address"),
        "billing_address": required("om_address"),
        "cargo_company": required("om_cargo"),
        "currency": Field(_currency, required=True),
        "amount": Field(decimal, required=True),
        "shipping_amount": Field(decimal, default="0.00"),
        "shipping_tax_rate": Field(decimal, null=True, default=None),
        "discount_amount": Field(decimal, default="0.00"),
        "net_shipping_amount": Field(decimal, default="0.00"),
        "extra_field": Field(_remote, required=True),
        "date_placed": Field(lambda value: iso(time(value)), required=True),
        "delivery_type": Field(text(64), null=True, default=None),
        "tracking_number": Field(text(256), null=True, default=None),
        "carrier_shipping_code": Field(text(256), null=True, default=""),
        "remote_addr": Field(text(64), null=True, default=None),
        "has_gift_box": Field(boolean, default=False),
        "gift_box_note": Field(text(160), null=True, default=""),
        "client_type": Field(text(64), default="default"),
        "language_code": Field(text(16), null=True, default=""),
        "notes": Field(text(320), null=True, default=""),
        "delivery_range": Field(mapping, null=True, default=None),
        "shipping_option_slug": Field(text(128), null=True, default=""),
        "invoice_number": Field(text(128), null=True, default=None),
        "invoice_date": Field(text(64), null=True, default=None),
        "e_archive_url": Field(text(512), null=True, default=None),
    }


def _item_fields(call: Call, oas: bool) -> dict[str, Field]:
    """The library's shape (price of one unit), or the one of the published pages (O§6.2)."""
    catalog = call.db.execute("SELECT price_list, stock_list FROM om_catalog LIMIT 1").fetchone()
    lists = {
        name: Field(reference(call.db, f"om_{name}"), default=catalog[name])
        for name in ("price_list", "stock_list")
    }
    shape = {
        "price": Field(decimal, required=True),
        "price_currency": Field(_currency, required=True),
    }
    if oas:
        shape = {
            "quantity": Field(natural, required=True),
            "unit_price": Field(decimal, required=True),
            "total_price": Field(decimal, required=True),
            "price_currency": Field(_currency, default="try"),
        }
    return {
        "product": Field(reference(call.db, "om_product"), required=True),
        "status": Field(statuses.parse, default="400"),
        "tax_rate": Field(decimal, required=not oas),
        **shape,
        "retail_price": Field(decimal, null=True, default=None),
        "discount_amount": Field(decimal, default="0.00"),
        **lists,
        "tracking_number": Field(text(256), null=True, default=None),
        "carrier_shipping_code": Field(text(256), null=True, default=""),
        "extra_field": Field(_remote, required=True),
        "attributes": Field(mapping, default={}),
        "attributes_kwargs": Field(mapping, default={}),
        "parent": Field(integer, null=True, default=None),
        "delivered_date": Field(text(64), null=True, default=None),
        "estimated_delivery_date": Field(text(64), null=True, default=None),
    }


def _clean(call: Call) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    body = call.document
    raw_order, raw_items = body.get("order"), body.get("order_item")
    if not isinstance(raw_order, dict):
        raise invalid("order", "This field is required.", "required")
    if not isinstance(raw_items, list) or not raw_items:
        raise invalid("order_item", "This list may not be empty.", "empty")
    order, wrong = problems(raw_order, _order_fields(call))
    found: dict[str, Any] = {"order": wrong} if wrong else {}
    items, wrongs = [], []
    for entry in raw_items:
        if not isinstance(entry, dict):
            raise invalid("order_item", "Invalid data. Expected a dictionary.")
        item, wrong = problems(entry, _item_fields(call, "unit_price" in entry))
        items.append(item)
        wrongs.append(wrong)
    if any(wrongs):
        found["order_item"] = wrongs
    if found:
        raise Refused(400, {**found, "code": "invalid"})
    if order["channel"] != call.world.channel_id:
        raise invalid("channel", f'Invalid pk "{order["channel"]}" - object does not exist.')
    return order, [unit for item in items for unit in _units(item)]


def _units(item: dict[str, Any]) -> list[dict[str, Any]]:
    """One item per unit: a quantity of the published shape becomes so many items."""
    quantity = item.pop("quantity", 1)
    if "unit_price" in item:
        item["price"] = item.pop("unit_price")
        item.pop("total_price")
        item.setdefault("tax_rate", None)
    return [dict(item) for _ in range(quantity)]


def create(call: Call) -> Reply:
    """POST create_orders/ {order, order_item}: 201 with the order; a known number is a 406."""
    order, items = _clean(call)
    number = order["number"]
    if call.db.execute("SELECT 1 FROM om_order WHERE number = ?", (number,)).fetchone() is not None:
        raise refused("The fields number, channel must make a unique set.", "order_100_1")
    now, remote = call.now, str(order["extra_field"]["id"])
    pk = call.db.execute(
        "INSERT INTO om_order (number, remote_id, status, customer, payload, created, modified)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, remote, order["status"], order["customer"],
         json.dumps(order, ensure_ascii=False), now, now),
    ).lastrowid  # fmt: skip
    call.world.books.effect("omnitron.order", number, {"pk": pk, "remote_id": remote})
    for item in items:
        unit = str(item["extra_field"]["id"])
        item_pk = call.db.execute(
            "INSERT INTO om_order_item (order_pk, product, remote_id, status, payload, created,"
            " modified) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (pk, item["product"], unit, item["status"],
             json.dumps(item, ensure_ascii=False), now, now),
        ).lastrowid  # fmt: skip
        move_stock(call.db, now, item["product"], 1)
        call.world.books.effect(
            "omnitron.order_item", unit, {"pk": item_pk, "order": number, "price": item["price"]}
        )
    rows = call.db.execute("SELECT * FROM om_order WHERE pk = ?", (pk,)).fetchall()
    return Reply(201, ORDERS.wire(call, rows)[0])
