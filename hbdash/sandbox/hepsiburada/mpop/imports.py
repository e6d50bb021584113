"""Imports of products: taken in as a file, read later, reviewed after that (H§7.1, H§18)."""

from __future__ import annotations

import re
import sqlite3
from decimal import Decimal
from typing import Any

import orjson

from hbdash.sandbox.hepsiburada.listing.rows import kurus
from hbdash.sandbox.hepsiburada.mpop import attributes
from hbdash.sandbox.hepsiburada.mpop.answers import Told
from hbdash.sandbox.hepsiburada.mpop.categories import find as find_category
from hbdash.sandbox.hepsiburada.numbers import next_count
from hbdash.sandbox.hepsiburada.pace import pace
from hbdash.sandbox.hepsiburada.wire import SECOND, micros, new_uuid, sku_key
from hbdash.sandbox.seed.categories import categories
from hbdash.sandbox.world import World

BAD_NUMBER = (
    "Değer uygun formatta değildir. Listeleme kaydı 0 fiyat 0 stok olarak oluşturulacaktır."
)
NOT_EDITABLE = "Can not update product in matched or in catalog progress status"
BARCODE_TWICE = "Barcode must be unique barcode"
EDITABLE = frozenset({"WAITING", "MISSING_INFO", "PRE_MATCHED"})
_PRICE = re.compile(r"\d{1,9}(,\d{1,2})?")
_STOCK = re.compile(r"\d{1,9}")


class WrongMerchant(Exception):
    """A row names another merchant than the credentials do."""


def accept(world: World, content: bytes) -> str:
    """Take a file in and return its tracking id; nothing is said about its rows yet."""
    try:
        rows = orjson.loads(content)
    except orjson.JSONDecodeError as problem:
        raise Told(3001, "Invalid file content") from problem
    shaped = isinstance(rows, list) and all(
        isinstance(row, dict) and isinstance(row.get("attributes"), dict) for row in rows
    )
    if not shaped or not rows or len(rows) > world.limits.import_rows:
        raise Told(3001, "Invalid file content")
    if any(row.get("merchant") != world.merchant_id for row in rows):
        raise WrongMerchant
    now, speed = micros(world.clock.now()), pace(world.db)
    tracking = new_uuid(world.rng)
    world.db.execute(
        "INSERT INTO hb_import (tracking_id, created, visible, ready) VALUES (?, ?, ?, ?)",
        (
            tracking,
            now,
            now + int(speed.import_visible * SECOND),
            now + int(speed.import_read * SECOND),
        ),
    )
    world.db.executemany(
        "INSERT INTO hb_import_row (tracking_id, ordinal, sku_key, content) VALUES (?, ?, ?, ?)",
        [
            (tracking, ordinal, _sku(row), orjson.dumps(row).decode())
            for ordinal, row in enumerate(rows)
        ],
    )
    return tracking


def _sku(row: dict[str, Any]) -> str:
    return sku_key(str(row["attributes"].get("merchantSku") or ""))


def advance(world: World) -> None:
    """Read the files and go on with the reviews whose time has come."""
    now = micros(world.clock.now())
    due = world.db.execute(
        "SELECT tracking_id FROM hb_import WHERE NOT done AND ready <= ? ORDER BY seq", (now,)
    ).fetchall()
    for found in due:
        _read(world, found["tracking_id"], now)
    _review(world, now)


def _read(world: World, tracking: str, now: int) -> None:
    rows = world.db.execute(
        "SELECT * FROM hb_import_row WHERE tracking_id = ? ORDER BY ordinal", (tracking,)
    ).fetchall()
    for row in rows:
        content = orjson.loads(row["content"])
        refusal = _refusal(world.db, row["sku_key"], content)
        messages = [{"severity": "ERROR", "message": refusal}] if refusal else []
        if refusal is None:
            messages = _take(world, row["sku_key"], content, now)
            world.books.effect("hepsiburada.import", row["sku_key"], {"tracking": tracking})
        world.db.execute(
            "UPDATE hb_import_row SET outcome = ?, messages = ?"
            " WHERE tracking_id = ? AND ordinal = ?",
            (
                "FAILED" if refusal else "SUCCESS",
                orjson.dumps(messages).decode(),
                tracking,
                row["ordinal"],
            ),
        )
    world.db.execute("UPDATE hb_import SET done = 1 WHERE tracking_id = ?", (tracking,))


def _refusal(db: sqlite3.Connection, key: str, content: dict[str, Any]) -> str | None:
    """Why a row is not taken at all."""
    if not key:
        return "merchantSku alanı zorunludur"
    known = db.execute("SELECT status FROM hb_product WHERE sku_key = ?", (key,)).fetchone()
    listed = db.execute("SELECT 1 FROM hb_listing WHERE sku_key = ?", (key,)).fetchone()
    if listed or (known and known["status"] not in EDITABLE):
        return NOT_EDITABLE
    barcode = str(content["attributes"].get("Barcode") or "")
    if barcode and (
        db.execute("SELECT 1 FROM hb_listing WHERE barcode = ?", (barcode,)).fetchone()
        or db.execute(
            "SELECT 1 FROM hb_product WHERE barcode = ? AND sku_key != ?", (barcode, key)
        ).fetchone()
    ):
        return BARCODE_TWICE
    problem = attributes.category_problem(find_category(db, content.get("categoryId")))
    return problem[1] if problem else None


def _take(world: World, key: str, content: dict[str, Any], now: int) -> list[dict[str, str]]:
    """Keep a row as a product; returns its ``importMessages``."""
    given = content["attributes"]
    price, stock = given.get("price"), given.get("stock")
    well_formed = (
        isinstance(price, str)
        and isinstance(stock, str)
        and _PRICE.fullmatch(price)
        and _STOCK.fullmatch(stock)
    )
    barcode = str(given.get("Barcode") or "")
    validation = attributes.validate(world.db, content["categoryId"], given)
    known = world.db.execute(
        "SELECT * FROM hb_known_barcode WHERE barcode = ?", (barcode,)
    ).fetchone()
    status = "MISSING_INFO" if validation else "PRE_MATCHED" if known else "WAITING"
    start = now + int(pace(world.db).review_start * SECOND)
    world.db.execute(
        "INSERT INTO hb_product (sku_key, merchant_sku, barcode, category_id, status, attributes,"
        " price, stock, next_at, validation, matched, updated)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sku_key) DO UPDATE SET"
        " barcode = excluded.barcode, category_id = excluded.category_id,"
        " status = excluded.status, attributes = excluded.attributes, price = excluded.price,"
        " stock = excluded.stock, next_at = excluded.next_at, validation = excluded.validation,"
        " matched = excluded.matched, updated = excluded.updated",
        (
            key,
            key,
            barcode,
            content["categoryId"],
            status,
            orjson.dumps(given).decode(),
            kurus(Decimal(price.replace(",", "."))) if well_formed else 0,
            int(stock) if well_formed else 0,
            start if status == "WAITING" else None,
            orjson.dumps(validation).decode(),
            orjson.dumps([_match(known)] if status == "PRE_MATCHED" else []).decode(),
            now,
        ),
    )
    return [] if well_formed else [{"severity": "WARNING", "message": BAD_NUMBER}]


def _match(known: sqlite3.Row) -> dict[str, Any]:
    return {
        "hbSku": known["hb_sku"],
        "productName": known["name"],
        "brand": "Lalezar",
        "images": [],
        "variantTypeAttributes": [],
    }


def _review(world: World, now: int) -> None:
    due = world.db.execute(
        "SELECT * FROM hb_product WHERE next_at <= ? ORDER BY next_at, seq LIMIT 500", (now,)
    ).fetchall()
    for product in due:
        if product["status"] == "WAITING":
            next_at = product["next_at"] + int(pace(world.db).review * SECOND)
            world.db.execute(
                "UPDATE hb_product SET status = 'IN_EXTERNAL_PROGRESS', next_at = ?, updated = ?"
                " WHERE seq = ?",
                (next_at, now, product["seq"]),
            )
        else:
            settle(world, product, "CREATED" if product["seq"] % 3 else "MATCHED")
    if due:
        _review(world, now)  # a delay of 0 lets several steps happen at once


def settle(world: World, product: sqlite3.Row, status: str, reason: str = "") -> None:
    """End a review. CREATED and MATCHED make a listing with the price and stock that were sent."""
    now = micros(world.clock.now())
    rejections = orjson.dumps([reason] if reason else []).decode()
    world.db.execute(
        "UPDATE hb_product SET status = ?, next_at = NULL, rejections = ?, updated = ?"
        " WHERE seq = ?",
        (status, rejections, now, product["seq"]),
    )
    if status in ("CREATED", "MATCHED", "MATCHED_WITH_STAGED"):
        _list(world, product, status, now)


def _list(world: World, product: sqlite3.Row, status: str, now: int) -> None:
    given = orjson.loads(product["attributes"])
    matched = orjson.loads(product["matched"])
    number = next_count(world.db, "hb_sku")
    hb_sku = matched[0]["hbSku"] if matched else f"HBCV9{number:07d}"
    category = next(node for node in categories(world.seed) if node.id == product["category_id"])
    low, high = kurus(category.price_min), kurus(category.price_max)
    price = product["price"]
    reasons = ["PriceIsLessThanThreshold"] if 0 < price < low else []
    reasons += ["PriceIsHigherThanThreshold"] if price > high else []
    image = str(given.get("Image1") or "").removeprefix(world.base_url)
    world.db.execute(
        "INSERT INTO hb_listing (listing_id, hb_sku, merchant_sku, sku_key, name, brand, barcode,"
        " image, category_id, category_name, base_code, colour, size, tax_rate, price, stock,"
        " price_min, price_max, locked, lock_reasons, has_variant, status, changed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
        (
            new_uuid(world.rng),
            hb_sku,
            product["merchant_sku"],
            product["sku_key"],
            given.get("UrunAdi", ""),
            given.get("Marka", ""),
            product["barcode"],
            image,
            category.id,
            category.name,
            given.get("VaryantGroupID", ""),
            given.get(attributes.COLOUR, ""),
            given.get(attributes.SIZE, ""),
            int(Decimal(str(given.get("tax_vat_rate") or 0))),
            price,
            product["stock"],
            low,
            high,
            bool(reasons),
            orjson.dumps(reasons).decode(),
            status,
            now,
        ),
    )
    world.db.execute("UPDATE hb_product SET hb_sku = ? WHERE seq = ?", (hb_sku, product["seq"]))
    world.books.effect(
        "hepsiburada.listing", product["merchant_sku"], {"price": f"{price / 100:.2f}"}
    )
