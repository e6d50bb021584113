"""Orders of earlier days, as the application before hbdash left them in Omnitron.

A claim is made on goods delivered days ago; a shop that has been running for a while has that
order in its back office, one Omnitron order per package and one item per unit.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from starlette.requests import Request

from hbdash.sandbox.omnitron import actions, create_orders, people
from hbdash.sandbox.omnitron.contenttypes import ORDER, ORDER_ITEM
from hbdash.sandbox.omnitron.places import upper
from hbdash.sandbox.omnitron.sweeps import Sweeps
from hbdash.sandbox.omnitron.web import Call, State
from hbdash.sandbox.seed.places import turkish_title
from hbdash.sandbox.world import World

_TITLE = "Hepsiburada"


def write_to_omnitron(world: World, order_number: str) -> list[str]:
    """Write each package of an order as one order with an item per unit; the new numbers."""
    db = world.db
    order = db.execute("SELECT * FROM hb_order WHERE order_number = ?", (order_number,)).fetchone()
    customer, address = _buyer(world, order)
    numbers = []
    for package in db.execute(
        "SELECT * FROM hb_package WHERE order_number = ? ORDER BY seq", (order_number,)
    ).fetchall():
        number = f"HB-{order_number}-{package['package_number']}"
        items = _items(db, package["package_number"])
        body = {
            "order": {
                "number": number,
                "status": "550",
                "channel": world.channel_id,
                "customer": customer,
                "shipping_address": address,
                "billing_address": address,
                "cargo_company": 1,
                "currency": "try",
                "amount": str(sum((Decimal(item["price"]) for item in items), Decimal(0))),
                "extra_field": {"id": package["package_number"]},
                "date_placed": _iso(order["placed"]),
                "tracking_number": package["barcode"],
            },
            "order_item": items,
        }
        made = create_orders.create(_call(world, body)).data
        _note(world, ORDER, made, package["package_number"])
        for row in db.execute(
            "SELECT pk, remote_id, modified FROM om_order_item WHERE order_pk = ?", (made["pk"],)
        ).fetchall():
            item = {"pk": row["pk"], "modified_date": _iso(row["modified"])}
            _note(world, ORDER_ITEM, item, row["remote_id"])
        numbers.append(number)
    return numbers


def _buyer(world: World, order: sqlite3.Row) -> tuple[int, int]:
    """Customer and address, as numbers of Omnitron."""
    home, names = json.loads(order["delivery"]), order["customer_name"].split()
    first, last = " ".join(names[:-1]), names[-1]
    email = f"{order['customer_id']}@hepsiburada.invalid"
    who = {"email": email, "first_name": first, "last_name": last}
    customer = people.create_customer(
        _call(
            world,
            who
            | {
                "channel": world.channel_id,
                "channel_code": order["customer_id"],
                "is_active": True,
            },
        )
    ).data["pk"]
    city = world.db.execute("SELECT * FROM om_city WHERE name = ?", (home["city"],)).fetchone()
    place = {
        "customer": customer,
        "country": city["country"],
        "city": city["pk"],
        "township": _township(world.db, city["pk"], home["town"]),
        "title": _TITLE,
        "line": home["line"].replace("\r\n", " "),
    }
    address = people.create_address(_call(world, who | place)).data["pk"]
    return int(customer), int(address)


def _township(db: sqlite3.Connection, city: int, town: str) -> int | None:
    row = db.execute(
        "SELECT pk FROM om_township WHERE city = ? AND name_upper = ?",
        (city, upper(turkish_title(town))),
    ).fetchone()
    row = (
        row
        or db.execute(
            "SELECT place FROM om_place_mapping WHERE level = 'township' AND code = ?", (town,)
        ).fetchone()
    )
    return None if row is None else int(row[0])


def _items(db: sqlite3.Connection, package_number: str) -> list[dict[str, Any]]:
    rows = db.execute(
        "SELECT l.*, pl.quantity AS packed, p.pk AS product FROM hb_package_line pl"
        " JOIN hb_line l USING (line_id) JOIN om_product p ON p.sku = l.merchant_sku"
        " WHERE pl.package_number = ? ORDER BY l.seq",
        (package_number,),
    )
    items = []
    for row in rows:
        price = (Decimal(row["unit_price"]) / 100_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
        items += [
            {
                "product": row["product"],
                "status": "550",
                "price": str(price),
                "price_currency": "try",
                "tax_rate": str(row["vat_rate"]),
                "extra_field": {"id": f"{row['line_id']}-{unit}"},
            }
            for unit in range(1, row["packed"] + 1)
        ]
    return items


def _note(world: World, content_type: int, made: dict[str, Any], remote_id: str) -> None:
    """The integration action that says the object is in step."""
    body = {
        "content_type_id": content_type,
        "object_id": made["pk"],
        "remote_id": remote_id,
        "version_date": made["modified_date"],
    }
    actions.create(_call(world, body))


def _call(world: World, body: dict[str, Any]) -> Call:
    request = Request({"type": "http", "method": "POST", "query_string": b"", "headers": []})
    return Call(world, State(Sweeps()), request, body)


def _iso(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1e6, UTC).isoformat()
