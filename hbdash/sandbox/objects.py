"""Single objects as both sides hold them, for the control endpoint."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from hbdash.sandbox.figures import stock_wanted
from hbdash.sandbox.world import World

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = 10**15  # microseconds; no other number in the tables is as large
_JSON = frozenset({"payload", "delivery", "invoice", "lock_reasons", "conf", "schema"})


def order(world: World, number: str) -> dict[str, Any] | None:
    """An order at Hepsiburada with lines, packages, cancellations and claims, and every order of
    Omnitron that holds units of it; None if Hepsiburada has no such order."""
    db = world.db
    found = _one(db, "SELECT * FROM hb_order WHERE order_number = ?", number)
    if found is None:
        return None
    lines = _all(db, "SELECT * FROM hb_line WHERE order_number = ? ORDER BY ordinal", number)
    packages = _all(db, "SELECT * FROM hb_package WHERE order_number = ? ORDER BY seq", number)
    for package in packages:
        package["lines"] = _all(
            db,
            "SELECT line_id, quantity FROM hb_package_line WHERE package_number = ?",
            package["package_number"],
        )
    return {
        "hepsiburada": found
        | {
            "lines": lines,
            "packages": packages,
            "cancellations": _all(
                db, "SELECT * FROM hb_cancellation WHERE order_number = ? ORDER BY seq", number
            ),
            "claims": [
                row["number"]
                for row in db.execute(
                    "SELECT number FROM hb_claim WHERE order_number = ? ORDER BY seq", (number,)
                )
            ],
        },
        "omnitron": _omnitron_orders(db, [line["line_id"] for line in lines]),
    }


def claim(world: World, number: str) -> dict[str, Any] | None:
    """A claim, the photos of its rejection (``sha256``, ``size``, ``media_type``), its requests
    in Omnitron and every decision that came in; None if there is none."""
    db = world.db
    found = _one(db, "SELECT * FROM hb_claim WHERE number = ?", number)
    if found is None:
        return None
    requests = [
        request
        for request in _all(
            db, "SELECT * FROM om_request WHERE remote_id LIKE ? ORDER BY pk", f"{number}%"
        )
        if request["remote_id"].rpartition("-")[0] in (number, "")
    ]
    decisions = [
        effect.as_json()
        for kind in ("hepsiburada.claim_reject", "hepsiburada.claim_accept")
        for effect in world.books.effects(kind, number)
    ]
    return {
        "hepsiburada": found | {"reports": photos(world, number)},
        "omnitron": {"requests": requests},
        "decisions": decisions,
    }


def photos(world: World, claim_number: str) -> list[dict[str, Any]]:
    """The photos that the merchant sent with a rejection, in order, without their bytes."""
    return _all(
        world.db,
        "SELECT ordinal, sha256, size, media_type FROM hb_claim_report WHERE claim = ?"
        " ORDER BY ordinal",
        claim_number,
    )


def photo(world: World, claim_number: str, ordinal: int) -> tuple[bytes, str] | None:
    """One photo's bytes and media type, exactly as they came in."""
    row = world.db.execute(
        "SELECT content, media_type FROM hb_claim_report WHERE claim = ? AND ordinal = ?",
        (claim_number, ordinal),
    ).fetchone()
    return None if row is None else (bytes(row["content"]), str(row["media_type"]))


def listing(world: World, sku: str) -> dict[str, Any] | None:
    """A SKU on both sides with the sum behind its stock and how often it was set; None if
    neither side knows it."""
    db = world.db
    key = sku.replace(" ", "").upper()
    there = _one(db, "SELECT * FROM hb_listing WHERE sku_key = ?", key)
    product = _one(db, "SELECT * FROM hb_product WHERE sku_key = ?", key)
    here = _one(db, "SELECT * FROM om_product WHERE sku = ?", sku)
    if there is None and here is None and product is None:
        return None
    if here is not None:
        pk = here["pk"]
        here["prices"] = _all(db, "SELECT * FROM om_price WHERE product = ?", pk)
        here["stocks"] = _all(db, "SELECT * FROM om_stock WHERE product = ?", pk)
        here["images"] = _all(db, "SELECT * FROM om_image WHERE product = ?", pk)
        here["categories"] = _all(db, "SELECT * FROM om_product_category WHERE product = ?", pk)
    kinds = ("hepsiburada.stock", "hepsiburada.price", "hepsiburada.import")
    return {
        "hepsiburada": there,
        "hepsiburada_product": product,
        "omnitron": here,
        "stock": stock_wanted(world, sku),
        "effects": {
            kind: [effect.as_json() for effect in world.books.effects(kind, sku)] for kind in kinds
        },
    }


def _omnitron_orders(db: sqlite3.Connection, line_ids: list[str]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for line_id in line_ids:
        items += _all(
            db, "SELECT * FROM om_order_item WHERE remote_id LIKE ? ORDER BY pk", f"{line_id}%"
        )
    orders = []
    for pk in dict.fromkeys(item["order_pk"] for item in items):
        found = _one(db, "SELECT * FROM om_order WHERE pk = ?", pk)
        if found is not None:
            orders.append(found | {"items": [item for item in items if item["order_pk"] == pk]})
    return orders


def _one(db: sqlite3.Connection, sql: str, *arguments: Any) -> dict[str, Any] | None:
    rows = _all(db, sql, *arguments)
    return rows[0] if rows else None


def _all(db: sqlite3.Connection, sql: str, *arguments: Any) -> list[dict[str, Any]]:
    return [_readable(row) for row in db.execute(sql, arguments)]


def _readable(row: sqlite3.Row) -> dict[str, Any]:
    return {key: _value(key, row[key]) for key in row.keys()}  # noqa: SIM118


def _value(key: str, value: Any) -> Any:
    if isinstance(value, int) and value > _EARLIEST:
        return (_EPOCH + timedelta(microseconds=value)).isoformat()
    if key in _JSON and isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return value
