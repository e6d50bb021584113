"""Uploads of stock and price: taken in at once, carried out later, row by row (H§9.2, H§9.3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from hbdash.sandbox.hepsiburada.listing import rows as listings
from hbdash.sandbox.hepsiburada.pace import pace
from hbdash.sandbox.hepsiburada.wire import DAY, SECOND, date_text, micros, new_uuid, sku_key
from hbdash.sandbox.world import World

KINDS = ("stock-uploads", "price-uploads", "inventory-uploads")
PENDING = "InProgress"
"""Our word for an upload that is neither Done nor Failed; the real one is not documented."""

TOO_MANY = (
    "There are too many ongoing/waiting inventory uploads at the moment. Please try again later."
)
OVER_QUOTA = "Merchant {merchant} exceeds his inventory upload limit"


class UploadRefused(Exception):
    """The upload is not taken in; ``text`` is the answer's plain text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def accept(world: World, kind: str, body: bytes) -> str:
    """Take an upload in and return its id; UploadRefused when its form or a limit forbids it."""
    try:
        rows = json.loads(body, parse_float=Decimal)
    except ValueError as problem:
        raise UploadRefused(400, "Request body could not be read") from problem
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UploadRefused(400, "Request body must be an array of listings")
    if not rows:
        raise UploadRefused(400, "Listings cannot be empty")
    if len(rows) > world.limits.upload_rows:
        raise UploadRefused(400, f"At most {world.limits.upload_rows} listings can be uploaded")
    advance(world)
    db, now = world.db, micros(world.clock.now())
    waiting = db.execute(
        "SELECT count(*) FROM hb_upload WHERE status NOT IN ('Done', 'Failed')"
    ).fetchone()[0]
    if waiting >= world.limits.uploads_waiting:
        raise UploadRefused(429, TOO_MANY)
    if _sent_today(world, now) + len(rows) > _quota(world):
        raise UploadRefused(429, OVER_QUOTA.format(merchant=world.merchant_id))
    upload_id = new_uuid(world.rng)
    db.execute(
        "INSERT INTO hb_upload (id, kind, created, ready, status, total, rows)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            upload_id,
            kind,
            now,
            now + int(pace(db).upload * SECOND),
            PENDING,
            len(rows),
            body.decode(),
        ),
    )
    return upload_id


def _sent_today(world: World, now: int) -> int:
    # the day turns at midnight in Turkey
    start = (now + 3 * 3600 * SECOND) // DAY * DAY - 3 * 3600 * SECOND
    query = "SELECT coalesce(sum(total), 0) FROM hb_upload WHERE created >= ?"
    return int(world.db.execute(query, (start,)).fetchone()[0])


def _quota(world: World) -> int:
    listings_count = world.db.execute("SELECT max(n) FROM hb_listing").fetchone()[0] or 0
    return int(listings_count) * world.limits.upload_quota_factor


def status(world: World, kind: str, upload_id: str) -> dict[str, Any] | None:
    """An upload's state in the form of H§9.3, or None for an unknown id."""
    advance(world)
    row = world.db.execute(
        "SELECT * FROM hb_upload WHERE id = ? AND kind = ?", (upload_id, kind)
    ).fetchone()
    if row is None:
        return None
    answer = {
        "id": row["id"],
        "status": row["status"],
        "createdAt": date_text(row["created"]),
        "total": row["total"],
        "errors": orjson.loads(row["errors"]) if row["errors"] else None,
    }
    if kind == "price-uploads":
        found = row["price_validations"]
        answer["priceValidations"] = orjson.loads(found) if found else None
    if kind == "inventory-uploads":
        answer["processed"] = row["total"] if row["status"] == "Done" else 0
    return answer


def advance(world: World) -> int:
    """Carry out every upload whose time has come, oldest first; returns how many."""
    due = world.db.execute(
        "SELECT seq, id, kind, rows FROM hb_upload"
        " WHERE status NOT IN ('Done', 'Failed') AND ready <= ? ORDER BY ready, seq",
        (micros(world.clock.now()),),
    ).fetchall()
    for upload in due:
        result = _Upload(world, upload["id"], upload["kind"]).carry_out(
            json.loads(upload["rows"], parse_float=Decimal)
        )
        world.db.execute(
            "UPDATE hb_upload SET status = 'Done', rows = NULL, errors = ?, price_validations = ?"
            " WHERE seq = ?",
            (_text(result.errors), _text(result.validations), upload["seq"]),
        )
    return len(due)


def fail_waiting(world: World, upload_id: str | None = None) -> int:
    """Let waiting uploads (or one) end as Failed without effect; returns how many."""
    return world.db.execute(
        "UPDATE hb_upload SET status = 'Failed', rows = NULL"
        " WHERE status NOT IN ('Done', 'Failed') AND (? IS NULL OR id = ?)",
        (upload_id, upload_id),
    ).rowcount


def _text(rows: list[dict[str, Any]]) -> str | None:
    return orjson.dumps(rows).decode() if rows else None


@dataclass
class _Result:
    errors: list[dict[str, Any]]
    validations: list[dict[str, Any]]


class _RowError(Exception):
    """One of the names of H§17.6."""


class _Upload:
    """Carries out the rows of one upload."""

    def __init__(self, world: World, upload_id: str, kind: str) -> None:
        self.world = world
        self.id = upload_id
        self.now = micros(world.clock.now())
        self.result = _Result([], [])
        self.seen: set[int] = set()
        steps: dict[str, list[Callable[[int, Any, dict[str, Any]], None]]] = {
            "stock-uploads": [self._stock],
            "price-uploads": [self._price],
            "inventory-uploads": [self._price, self._stock],
        }
        self.steps = steps[kind]

    def carry_out(self, rows: Iterable[dict[str, Any]]) -> _Result:
        for element, row in enumerate(rows, start=1):
            given = {
                "hepsiburadaSku": _sku_text(row.get("hepsiburadaSku")),
                "merchantSku": _sku_text(row.get("merchantSku")),
            }
            try:
                listing = self._listing(given["hepsiburadaSku"], given["merchantSku"])
                for step in self.steps:
                    step(element, listing, row)
            except _RowError as error:
                self.result.errors.append({"elementNo": element, **given, "errors": [str(error)]})
        return self.result

    def _listing(self, hb_sku: str, merchant_sku: str) -> Any:
        if not hb_sku and not merchant_sku:
            raise _RowError("MissingHeaders")
        row = listings.find(self.world.db, hb_sku=hb_sku, merchant_sku=merchant_sku)
        if row is None:
            raise _RowError("ProductNotFound")
        if hb_sku and merchant_sku and row["sku_key"] != sku_key(merchant_sku):
            raise _RowError("MismatchingSkusSpecified")
        if row["n"] in self.seen:
            name = "Merchant" if merchant_sku else "Hepsiburada"
            raise _RowError(f"Duplicate{name}SkuSpecified")
        self.seen.add(row["n"])
        if row["frozen"]:
            raise _RowError("ListingFrozen")
        return row

    def _stock(self, element: int, listing: Any, row: dict[str, Any]) -> None:
        stock, cap = row.get("availableStock"), row.get("maximumPurchasableQuantity")
        if not _whole(stock):
            raise _RowError("InvalidAvailableStock")
        if cap is not None and not _whole(cap):
            raise _RowError("InvalidMaximumPurchasableQuantity")
        if listing["stock_decrease_disabled"] and stock < listing["stock"]:
            raise _RowError("DiscountedListingStockDecrease")
        if listing["fulfilled_by_hb"]:
            return  # Hepsiburada counts its own warehouse; what the merchant sends has no effect
        self.world.db.execute(
            "UPDATE hb_listing SET stock = ?, max_qty = ?, changed = ? WHERE n = ?",
            (stock, listing["max_qty"] if cap is None else cap, self.now, listing["n"]),
        )
        self.world.books.effect(
            "hepsiburada.stock",
            listing["merchant_sku"],
            {"value": stock, "before": listing["stock"], "upload": self.id},
        )

    def _price(self, element: int, listing: Any, row: dict[str, Any]) -> None:
        price = row.get("price")
        if isinstance(price, bool) or not isinstance(price, (int, Decimal)) or price < 0:
            raise _RowError("InvalidPrice")
        kurus = listings.kurus(Decimal(price))
        if listing["price_increase_disabled"] and kurus > listing["price"]:
            raise _RowError("DiscountedListingPriceIncrease")
        if listing["price_decrease_disabled"] and kurus < listing["price"]:
            raise _RowError("OutOfPriceRange")
        self.world.db.execute(
            "UPDATE hb_listing SET price = ?, changed = ? WHERE n = ?",
            (kurus, self.now, listing["n"]),
        )
        bound = _bound(kurus, listing)
        listings.unlock(self.world.db, listing, listings.BAND_LOCKS, self.now)
        if bound is not None:
            self._lock(element, listing, *bound)
        self.world.books.effect(
            "hepsiburada.price",
            listing["merchant_sku"],
            {
                "value": f"{kurus / 100:.2f}",
                "before": f"{listing['price'] / 100:.2f}",
                "upload": self.id,
                "locked": bound is not None,
            },
        )

    def _lock(self, element: int, listing: Any, name: str, reason: str, text: str) -> None:
        fresh = listings.find(self.world.db, hb_sku=listing["hb_sku"])
        assert fresh is not None  # it was found a moment ago and listings are never deleted
        listings.lock(self.world.db, fresh, reason, self.now)
        self.result.validations.append(
            {
                "elementNo": element,
                "hepsiburadaSku": listing["hb_sku"],
                "merchantSku": listing["merchant_sku"],
                "type": name,
                "minPrice": listing["price_min"] / 100,
                "maxPrice": listing["price_max"] / 100,
                "regulativePriceDetail": None,
                "description": text,
            }
        )


def _bound(kurus: int, listing: Any) -> tuple[str, str, str] | None:
    """Which bound of the category a price breaks: lock type, lock reason, description."""
    if 0 < kurus < listing["price_min"]:
        return "MinLock", "PriceIsLessThanThreshold", "Düşük fiyat sebebiyle kilitlendi."
    if kurus > listing["price_max"] > 0:
        return "MaxLock", "PriceIsHigherThanThreshold", "Yüksek fiyat sebebiyle kilitlendi."
    return None


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _sku_text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
