"""Listings as rows and as the wire shows them (H§9.1)."""

from __future__ import annotations

import sqlite3
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson

from hbdash.sandbox.hepsiburada.wire import sku_key

PRICE_LOCKS = frozenset(
    {
        "PriceIsLessThanThreshold",
        "PriceIsHigherThanThreshold",
        "ByCheckoutPriceAnomaly",
        "OrderCancellation",
    }
)
"""Lock reasons that ``bulk-unlock`` lifts (H§17.5); the first two also go with a good price."""

BAND_LOCKS = frozenset({"PriceIsLessThanThreshold", "PriceIsHigherThanThreshold"})


def find(db: sqlite3.Connection, *, hb_sku: str = "", merchant_sku: str = "") -> sqlite3.Row | None:
    """The listing with this HB SKU, else with this merchant SKU in any spelling."""
    if hb_sku:
        query, value = "SELECT * FROM hb_listing WHERE hb_sku = ?", hb_sku
    else:
        query, value = "SELECT * FROM hb_listing WHERE sku_key = ?", sku_key(merchant_sku)
    row: sqlite3.Row | None = db.execute(query, (value,)).fetchone()
    return row


def wire(row: sqlite3.Row) -> dict[str, Any]:
    """One listing in the exact form of H§9.1."""
    price, stock = row["price"], row["stock"]
    reasons = [
        name
        for name, bad in (
            ("PriceIsLessThanOrEqualToZero", price <= 0),
            ("StockIsLessThanOrEqualToZero", stock <= 0),
        )
        if bad
    ]
    return {
        "listingId": row["listing_id"],
        "uniqueIdentifier": "",
        "hepsiburadaSku": row["hb_sku"],
        "merchantSku": row["merchant_sku"],
        "price": price / 100,
        "availableStock": stock,
        "dispatchTime": row["dispatch_time"],
        "cargoCompany1": "HepsiJet",
        "cargoCompany2": "Aras Kargo",
        "cargoCompany3": "",
        "shippingAddressLabel": "BIRINCIL",
        "shippingProfileName": "",
        "claimAddressLabel": "BIRINCIL",
        "maximumPurchasableQuantity": row["max_qty"],
        "minimumPurchasableQuantity": row["min_qty"],
        "pricings": [],
        "isSalable": bool(row["salable"]),
        "customizableProperties": [],
        "deactivationReasons": reasons,
        "isSuspended": bool(row["suspended"]),
        "isLocked": bool(row["locked"]),
        "lockReasons": orjson.loads(row["lock_reasons"]),
        "isFrozen": bool(row["frozen"]),
        "freezeReasons": [],
        "availableWarehouses": [],
        "isFulfilledByHB": bool(row["fulfilled_by_hb"]),
        "priceIncreaseDisabled": bool(row["price_increase_disabled"]),
        "priceDecreaseDisabled": bool(row["price_decrease_disabled"]),
        "stockDecreaseDisabled": bool(row["stock_decrease_disabled"]),
        "skuAfterSuspension": None,
        "productId": "HB" + row["hb_sku"][4:],
        "hasVariant": bool(row["has_variant"]),
    }


def lock(db: sqlite3.Connection, row: sqlite3.Row, reason: str, now: int) -> None:
    """Add one lock reason to the listing."""
    reasons = [*orjson.loads(row["lock_reasons"])]
    if reason not in reasons:
        reasons.append(reason)
    _keep_locks(db, row["n"], reasons, now)


def unlock(db: sqlite3.Connection, row: sqlite3.Row, reasons: frozenset[str], now: int) -> bool:
    """Lift those reasons; False when nothing changed."""
    kept = [reason for reason in orjson.loads(row["lock_reasons"]) if reason not in reasons]
    if len(kept) == len(orjson.loads(row["lock_reasons"])):
        return False
    _keep_locks(db, row["n"], kept, now)
    return True


def _keep_locks(db: sqlite3.Connection, n: int, reasons: list[str], now: int) -> None:
    db.execute(
        "UPDATE hb_listing SET locked = ?, lock_reasons = ?, changed = ? WHERE n = ?",
        (bool(reasons), orjson.dumps(reasons).decode(), now, n),
    )


def kurus(price: Decimal) -> int:
    """A price in lira as whole kuruş, half up."""
    return int((price * 100).quantize(Decimal(1), ROUND_HALF_UP))
