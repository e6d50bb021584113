"""What people in the back office do, by name: used by live activity and by the control endpoint.

Every act takes the world first, raises LookupError for something unknown and ValueError for
something impossible, and answers what it did.
"""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal
from typing import Any

from hbdash.sandbox.omnitron import conf, due, machine, requests
from hbdash.sandbox.omnitron.contenttypes import ORDER, PRICE, PRODUCT, STOCK
from hbdash.sandbox.omnitron.places import upper
from hbdash.sandbox.omnitron.product_rows import (
    PRICE_LIST,
    PRICES_FROM,
    STOCK_LIST,
    STOCKS_FROM,
    ProductWriter,
)
from hbdash.sandbox.omnitron.schema import bump
from hbdash.sandbox.omnitron.seed import COUNTRY
from hbdash.sandbox.omnitron.snapshot import snapshot
from hbdash.sandbox.omnitron.statuses import CANCELLED
from hbdash.sandbox.omnitron.statuses import parse as parse_status
from hbdash.sandbox.omnitron.wire import micros, money
from hbdash.sandbox.seed.catalogue import SeedProduct
from hbdash.sandbox.seed.places import turkish_title
from hbdash.sandbox.world import World

__all__ = ["snapshot", "tick"]

_CHANGEABLE = frozenset({"name", "brand", "barcode", "colour", "size", "base_code"})


def tick(world: World) -> None:
    """Let time do its work: penalties that end, and batches whose result never came (R3.5)."""
    now = _now(world)
    due.retire(world.db, now)
    machine.sweep(world.db, now)


def _now(world: World) -> int:
    return micros(world.clock.now())


def _product(world: World, sku: str) -> sqlite3.Row:
    row: sqlite3.Row | None = world.db.execute(
        "SELECT * FROM om_product WHERE sku = ?", (sku,)
    ).fetchone()
    if row is None:
        raise LookupError(f"Omnitron has no product {sku}")
    return row


def _touch_product(world: World, pk: int) -> None:
    world.db.execute(
        "UPDATE om_product SET modified = max(?, modified + 1) WHERE pk = ?", (_now(world), pk)
    )
    due.refresh(world.db, PRODUCT, [pk])


def set_stock(
    world: World, sku: str, stock: int, *, extra_field: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Set the stock of a SKU; `extra_field` replaces the row's own when given."""
    if stock < 0:
        raise ValueError("stock can't be below 0")
    product = _product(world, sku)
    changed = world.db.execute(
        "UPDATE om_stock SET stock = ?, extra_field = coalesce(?, extra_field),"
        " modified = max(?, modified + 1) WHERE product = ? RETURNING pk",
        (stock, None if extra_field is None else json.dumps(extra_field), _now(world),
         product["pk"]),
    ).fetchall()  # fmt: skip
    if not changed:
        raise LookupError(f"{sku} has no stock row; add_stock makes one")
    due.refresh(world.db, STOCK, [row["pk"] for row in changed])
    return {"sku": sku, "stock": stock}


def set_price(world: World, sku: str, price: Decimal) -> dict[str, Any]:
    """Set the price of a SKU."""
    if price < 0:
        raise ValueError("a price can't be below 0")
    product = _product(world, sku)
    changed = world.db.execute(
        "UPDATE om_price SET price = ?, modified = max(?, modified + 1) WHERE product = ?"
        " RETURNING pk",
        (money(price), _now(world), product["pk"]),
    ).fetchall()
    if not changed:
        raise LookupError(f"{sku} has no price row; add_price makes one")
    due.refresh(world.db, PRICE, [row["pk"] for row in changed])
    return {"sku": sku, "price": money(price)}


def add_price(world: World, sku: str, price: Decimal) -> dict[str, Any]:
    """Give a SKU that has none a price row."""
    product, now = _product(world, sku), _now(world)
    pk = PRICES_FROM + product["pk"]
    try:
        world.db.execute(
            "INSERT INTO om_price VALUES (?,?,?,?,NULL,'20.00','try',NULL,NULL,?,?)",
            (pk, product["pk"], PRICE_LIST, money(price), now, now),
        )
    except sqlite3.IntegrityError as error:
        raise ValueError(f"{sku} has a price already") from error
    bump(world.db, "price")
    due.refresh(world.db, PRICE, [pk])
    return {"sku": sku, "price": money(price)}


def add_stock(world: World, sku: str, stock: int) -> dict[str, Any]:
    """Give a SKU that has none a stock row."""
    product, now = _product(world, sku), _now(world)
    pk = STOCKS_FROM + product["pk"]
    try:
        world.db.execute(
            "INSERT INTO om_stock VALUES (?,?,?,?,0,NULL,NULL,?,?)",
            (pk, product["pk"], STOCK_LIST, stock, now, now),
        )
    except sqlite3.IntegrityError as error:
        raise ValueError(f"{sku} has a stock already") from error
    bump(world.db, "stock")
    due.refresh(world.db, STOCK, [pk])
    return {"sku": sku, "stock": stock}


def add_category(world: World, sku: str) -> dict[str, Any]:
    """Put a product into the node of the channel's tree that its attribute set belongs to."""
    product = _product(world, sku)
    node = world.db.execute(
        "SELECT node FROM om_attribute_set WHERE pk = ?", (product["attribute_set"],)
    ).fetchone()["node"]
    world.db.execute(
        "INSERT INTO om_product_category (product, category, modified) VALUES (?, ?, ?)",
        (product["pk"], node, _now(world)),
    )
    bump(world.db, "category")
    _touch_product(world, product["pk"])
    return {"sku": sku, "category": node}


def add_image(world: World, sku: str) -> dict[str, Any]:
    """Give a product one more image."""
    product, now = _product(world, sku), _now(world)
    position = world.db.execute(
        "SELECT count(*) FROM om_image WHERE product = ?", (product["pk"],)
    ).fetchone()[0]
    path = f"/files/products/{sku}/{position + 1}.jpg"
    world.db.execute(
        "INSERT INTO om_image (product, image, position, status, created, modified)"
        " VALUES (?, ?, ?, 'active', ?, ?)",
        (product["pk"], path, position, now, now),
    )
    bump(world.db, "image")
    _touch_product(world, product["pk"])
    return {"sku": sku, "image": path}


def map_product(world: World, sku: str) -> dict[str, Any]:
    """Map the attribute value whose absence made the Mapper refuse a product."""
    product = _product(world, sku)
    world.db.execute("UPDATE om_product SET mapped = 1 WHERE pk = ?", (product["pk"],))
    _touch_product(world, product["pk"])
    return {"sku": sku}


def new_product(world: World, product: SeedProduct) -> dict[str, Any]:
    """A product comes into the catalog; it is then in inserts."""
    leaves = {
        int(row["remote_id"]): (row["node"], row["pk"])
        for row in world.db.execute("SELECT * FROM om_attribute_set WHERE node IS NOT NULL")
    }
    writer = ProductWriter(world, leaves, _now(world))
    writer.add(product, fresh=True)
    writer.flush()
    for name in ("product", "price", "stock", "category", "image"):
        bump(world.db, name)
    due.refresh(world.db, PRODUCT, [product.pk])
    return {"sku": product.sku, "pk": product.pk}


def remove_product(world: World, sku: str) -> dict[str, Any]:
    """Take a product out of the channel's catalog; it is then in integration_actions/deleted."""
    product = _product(world, sku)
    world.db.execute("UPDATE om_product SET in_catalog = 0 WHERE pk = ?", (product["pk"],))
    for name in ("product", "price", "stock", "category", "image"):
        bump(world.db, name)
    _touch_product(world, product["pk"])
    return {"sku": sku}


def return_product(world: World, sku: str) -> dict[str, Any]:
    """Put a product back into the channel's catalog."""
    product = _product(world, sku)
    world.db.execute("UPDATE om_product SET in_catalog = 1 WHERE pk = ?", (product["pk"],))
    for name in ("product", "price", "stock", "category", "image"):
        bump(world.db, name)
    _touch_product(world, product["pk"])
    return {"sku": sku}


def change_product(world: World, sku: str, **fields: Any) -> dict[str, Any]:
    """Change what a product says of itself: name, brand, barcode, colour, size, base_code."""
    unknown = sorted(set(fields) - _CHANGEABLE)
    if unknown or not fields:
        raise ValueError(f"no such field of a product: {', '.join(unknown) or 'none given'}")
    product = _product(world, sku)
    columns = ", ".join(f"{name} = ?" for name in fields)
    world.db.execute(
        f"UPDATE om_product SET {columns} WHERE pk = ?",
        (*(str(value) for value in fields.values()), product["pk"]),
    )
    bump(world.db, "product")
    _touch_product(world, product["pk"])
    return {"sku": sku, **fields}


def set_product_active(world: World, sku: str, active: bool) -> dict[str, Any]:
    """Switch a product on or off."""
    product = _product(world, sku)
    world.db.execute(
        "UPDATE om_product SET is_active = ? WHERE pk = ?", (int(active), product["pk"])
    )
    bump(world.db, "product")
    _touch_product(world, product["pk"])
    return {"sku": sku, "active": active}


def map_township(world: World, city: str, township: str) -> dict[str, Any]:
    """Map a marketplace's township, as spelt there, to one of Omnitron's.

    The codes mapped are the bare name, the name with the channel's number, and every code that
    was reported for it (O§4.4). Omnitron has no township of that name: one named after the city
    takes it.
    """
    db = world.db
    home = db.execute("SELECT * FROM om_city WHERE name = ?", (city,)).fetchone()
    if home is None:
        raise LookupError(f"Omnitron has no city {city}")
    name = f"{city} {turkish_title(township)}"
    place = db.execute(
        "SELECT pk FROM om_township WHERE city = ? AND name IN (?, ?)",
        (home["pk"], turkish_title(township), name),
    ).fetchone()
    if place is None:
        pk = db.execute(
            "INSERT INTO om_township (name, name_upper, country, city, postcode, is_active)"
            " VALUES (?, ?, ?, ?, NULL, 1)",
            (name, upper(name), COUNTRY, home["pk"]),
        ).lastrowid
    else:
        pk = place["pk"]
    codes = {township, f"{world.channel_id}_{township}"}
    codes |= {
        row["remote_code"]
        for row in db.execute(
            "SELECT remote_code FROM om_address_report WHERE level = 'township'"
            " AND coalesce(city_id, ?1) = ?1",
            (home["pk"],),
        )
        if upper(row["remote_code"]).endswith(upper(township))
    }
    db.executemany(
        "INSERT OR IGNORE INTO om_place_mapping (level, place, code, integration_type)"
        " VALUES ('township', ?, ?, 'sales_channel')",
        [(pk, code) for code in sorted(codes)],
    )
    return {"township": pk, "codes": sorted(codes)}


def set_conf(world: World, **changes: Any) -> dict[str, Any]:
    """Change settings of the channel by key; the others stay."""
    stored = conf.stored_conf(world.db)
    conf.write_conf(world.db, _now(world), stored | changes, world.base_url)
    return changes


def set_active(world: World, active: bool) -> dict[str, Any]:
    """Switch the channel on or off (R2.4)."""
    world.db.execute(
        "UPDATE om_channel SET is_active = ?, modified = ?", (int(active), _now(world))
    )
    return {"is_active": active}


def decide_request(world: World, request_id: int, status: str) -> dict[str, Any]:
    """Approve, reject or complete a cancellation request by hand in Omnitron."""
    if status.lower() not in requests.STATUSES:
        raise ValueError(f"status must be one of {', '.join(requests.STATUSES)}")
    known = world.db.execute("SELECT 1 FROM om_request WHERE pk = ?", (request_id,)).fetchone()
    if known is None:
        raise LookupError(f"Omnitron has no cancellation request {request_id}")
    requests.decide(world.db, _now(world), request_id, status.lower())
    return {"request": request_id, "status": status.lower()}


def set_order_status(
    world: World, number: str, status: str, *, tracking_number: str | None = None
) -> dict[str, Any]:
    """Move an order and its items on (shipped, delivered …), as the warehouse does; never back."""
    row = world.db.execute("SELECT * FROM om_order WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise LookupError(f"Omnitron has no order {number}")
    code, now = parse_status(status), _now(world)
    if int(code) < int(row["status"]) or row["status"] == CANCELLED != code:
        raise ValueError(f"order {number} can't go from {row['status']} to {code}")
    payload = json.loads(row["payload"])
    payload["tracking_number"] = tracking_number or payload.get("tracking_number")
    world.db.execute(
        "UPDATE om_order SET status = ?, payload = ?, modified = max(?, modified + 1) WHERE pk = ?",
        (code, json.dumps(payload, ensure_ascii=False), now, row["pk"]),
    )
    world.db.execute(
        "UPDATE om_order_item SET status = ?1, modified = ?2 WHERE order_pk = ?3"
        " AND status <> '100' AND CAST(status AS INTEGER) < CAST(?1 AS INTEGER)",
        (code, now, row["pk"]),
    )
    due.refresh(world.db, ORDER, [row["pk"]])
    return {"order": number, "status": code}
