"""What the entry team says to a ticket, field by field (H§8)."""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson

from hbdash.sandbox.hepsiburada.listing import rows as listings
from hbdash.sandbox.hepsiburada.mpop import attributes
from hbdash.sandbox.hepsiburada.wire import micros, sku_key
from hbdash.sandbox.world import World

BARCODE_TWICE = "Barcode must be unique barcode"
MANDATORY = "Zorunlu alan silinemez"
#: Member of an item → the field it belongs to in the answer.
FIELDS = {
    "productName": "NAME",
    "productDescription": "DESCRIPTION",
    "kdv": "KDV",
    "barcode": "BARCODE",
    "isCustomizable": "IS_CUSTOMIZABLE",
    "brand": "BRAND",
    "desi": "DESI",
    "warrantyPeriod": "WARRANTY_PERIOD",
    "attributes": "ATTRIBUTE",
    "video": "MEDIA",
    **{f"image{n}": "MEDIA" for n in range(1, 11)},
}
_COLUMNS = {"productName": "name", "barcode": "barcode", "kdv": "tax_rate", "image1": "image"}
_MANDATORY = frozenset({"productName", "barcode", "kdv", "image1"})


def result(field: str, word: str, reason: str | None = None, **more: Any) -> dict[str, Any]:
    """One entry of ``updateResults``."""
    return {"field": field, "fieldResult": word, "rejectReason": reason, **more}


def advance(world: World) -> None:
    """Look at the tickets whose time has come: what is approved shows at the product."""
    now = micros(world.clock.now())
    due = world.db.execute(
        "SELECT tracking_id FROM hb_ticket WHERE NOT done AND ready <= ? ORDER BY seq", (now,)
    ).fetchall()
    for ticket in due:
        rows = world.db.execute(
            "SELECT * FROM hb_ticket_item WHERE tracking_id = ? ORDER BY ordinal",
            (ticket["tracking_id"],),
        ).fetchall()
        for row in rows:
            results, message = _look_at(world, row, now)
            world.db.execute(
                "UPDATE hb_ticket_item SET results = ?, message = ?"
                " WHERE tracking_id = ? AND ordinal = ?",
                (orjson.dumps(results).decode(), message, row["tracking_id"], row["ordinal"]),
            )
        world.db.execute(
            "UPDATE hb_ticket SET done = 1 WHERE tracking_id = ?", (ticket["tracking_id"],)
        )


def _look_at(world: World, row: sqlite3.Row, now: int) -> tuple[list[dict[str, Any]], str | None]:
    listing = listings.find(world.db, hb_sku=row["hb_sku"])
    if listing is None:
        return [], f"Product not found: {row['hb_sku']}"
    content = orjson.loads(row["content"])
    given = {name: value for name, value in content.items() if name in FIELDS}
    refused = {name: _refusal(world, listing, name, value) for name, value in given.items()}
    results: list[dict[str, Any]] = []
    for field in dict.fromkeys(FIELDS[name] for name in given):
        if field == "ATTRIBUTE":
            results.append(_attributes(world, listing, given["attributes"]))
            continue
        reasons = [refused[name] for name in given if FIELDS[name] == field and refused[name]]
        results.append(result(field, "REJECTED" if reasons else "APPROVED", *reasons[:1]))
    approved = [name for name in given if name != "attributes" and not refused[name]]
    for name in approved:
        column = _COLUMNS.get(name)
        if column is not None:
            world.db.execute(
                f"UPDATE hb_listing SET {column} = ?, changed = ? WHERE n = ?",
                (int(given[name]) if name == "kdv" else given[name], now, listing["n"]),
            )
    done = {name: given[name] for name in sorted(given)}
    world.books.effect("hepsiburada.ticket", listing["merchant_sku"], {"fields": done})
    return results, None


def _refusal(world: World, listing: sqlite3.Row, name: str, value: Any) -> str | None:
    """Why a field is rejected; by a rule of the entry team first."""
    rule = world.db.execute(
        "SELECT reason FROM hb_ticket_rule WHERE sku_key = ? AND field = ?",
        (listing["sku_key"], FIELDS[name]),
    ).fetchone()
    if rule is not None:
        return str(rule["reason"])
    if name == "attributes":
        return None
    if value in (None, "") and name in _MANDATORY:
        return MANDATORY
    if name == "kdv" and str(value) not in ("0", "1", "8", "10", "18", "20"):
        return f"Geçersiz değer: {value}"
    if name.startswith("image") and not str(value).startswith(("http://", "https://")):
        return "Görsel adresi geçersiz"
    if name == "barcode" and _barcode_taken(world.db, listing, str(value)):
        return BARCODE_TWICE
    return None


def _barcode_taken(db: sqlite3.Connection, listing: sqlite3.Row, barcode: str) -> bool:
    return any(
        db.execute(
            f"SELECT 1 FROM {table} WHERE barcode = ? AND sku_key != ?",
            (barcode, listing["sku_key"]),
        ).fetchone()
        for table in ("hb_listing", "hb_product")
    )


def _attributes(world: World, listing: sqlite3.Row, given: Any) -> dict[str, Any]:
    category = listing["category_id"]
    ruled = _refusal(world, listing, "attributes", given)
    rows = []
    for number, value in (given if isinstance(given, dict) else {}).items():
        found = attributes.find(world.db, category, number)
        reason = ruled
        if found is None:
            reason = "Özellik bu kategoride yok"
        elif _is_unknown_value(world.db, found, value):
            reason = f"Geçersiz değer: {value}"
        rows.append(
            {
                "attributeId": number,
                "displayName": found.name if found else number,
                "rejectReason": reason,
                "attributeType": "VARIANT_TYPE"
                if found in attributes.variant(world.db, category)
                else "OPTIONAL",
                "fieldResult": "REJECTED" if reason else "APPROVED",
            }
        )
    words = {row["fieldResult"] for row in rows}
    word = "APPROVED" if words <= {"APPROVED"} else "PARTIAL_APPROVED"
    return result(
        "ATTRIBUTE", "REJECTED" if words == {"REJECTED"} else word, ruled, attributes=rows
    )


def _is_unknown_value(
    db: sqlite3.Connection, attribute: attributes.Attribute, value: object
) -> bool:
    """An enum takes the values of its list only."""
    if attributes.count_values(db, attribute) == 0:
        return False
    known = db.execute(
        "SELECT 1 FROM hb_attribute_value WHERE category = ? AND attribute = ? AND value = ?",
        (attribute.category, attribute.id, str(value)),
    )
    return known.fetchone() is None


def rule(world: World, sku: str, field: str, reason: str) -> None:
    """From now on the entry team rejects this field of this product; ``""`` ends it."""
    if field not in FIELDS.values():
        raise ValueError(f"no such field; known: {', '.join(sorted(set(FIELDS.values())))}")
    key = sku_key(sku)
    world.db.execute("DELETE FROM hb_ticket_rule WHERE sku_key = ? AND field = ?", (key, field))
    if reason:
        world.db.execute("INSERT INTO hb_ticket_rule VALUES (?, ?, ?)", (key, field, reason))
