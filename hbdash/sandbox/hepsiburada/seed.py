"""The marketplace at the start: categories, and a listing for every product already on sale."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from hbdash.sandbox.hepsiburada.listing.rows import kurus
from hbdash.sandbox.hepsiburada.mpop import attributes
from hbdash.sandbox.hepsiburada.wire import micros, sku_key
from hbdash.sandbox.seed.catalogue import SeedProduct, categories
from hbdash.sandbox.world import World

_SLICE = 5_000
_FOREIGN_LOCKS = ("IncorrectProductEntry", "ImageError", "BarcodeError", "WrongCategoryError")
# Barcodes of which Hepsiburada has a catalogue record already: imports with them become
# PRE_MATCHED (the three of the test environment, H§15.3).
KNOWN_BARCODES = (
    ("7541828790114", "HBV00000K7A11", "Ev Tekstili Kadife Kırlent Kılıfı 43×43"),
    ("7541828790155", "HBV00000K7A12", "Porselen Kahve Fincanı Takımı 6'lı"),
    ("7541828790080", "HBV00000K7A13", "Pamuklu Banyo Havlusu 70×140"),
)
_INSERT = """
INSERT INTO hb_listing (listing_id, hb_sku, merchant_sku, sku_key, name, brand, barcode, image,
    category_id, category_name, base_code, colour, size, tax_rate, price, stock, price_min,
    price_max, locked, lock_reasons, fulfilled_by_hb, has_variant, dispatch_time, status, changed)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def seed(world: World, products: Iterable[SeedProduct]) -> None:
    """Fill the empty tables; the same seed gives the same listings, at any size."""
    world.db.executemany(
        "INSERT INTO hb_category VALUES (?, ?, ?, ?, ?, 'ACTIVE', 1, 'HB')",
        [
            (node.id, node.name, orjson.dumps(node.path).decode(), node.parent_id, node.leaf)
            for node in categories(world.seed)
        ],
    )
    # two nodes in which no product may be opened, as the real tree has them (H§6.1)
    world.db.executemany(
        "INSERT INTO hb_category VALUES (?, ?, ?, NULL, 1, ?, ?, ?)",
        [
            (400276, "Müzik Aletleri", '["Müzik Aletleri"]', "ACTIVE", 0, "HB"),
            (400277, "Fırsat Reyonu", '["Fırsat Reyonu"]', "INACTIVE", 1, "HB"),
        ],
    )
    leaves = world.db.execute("SELECT id FROM hb_category WHERE leaf ORDER BY id").fetchall()
    attributes.seed(world.db, [row["id"] for row in leaves])
    world.db.executemany("INSERT INTO hb_known_barcode VALUES (?, ?, ?)", KNOWN_BARCODES)
    rng = random.Random(f"{world.seed}:hepsiburada")
    now = micros(world.clock.now())
    rows = _rows(rng, now, products)
    while batch := list(islice(rows, _SLICE)):
        world.db.executemany(_INSERT, batch)


def _rows(
    rng: random.Random, now: int, products: Iterable[SeedProduct]
) -> Iterator[tuple[Any, ...]]:
    for product in products:
        if product.listed:
            yield listing_row(
                product,
                listing_id=_uuid(rng),
                price=kurus(product.hb_price),
                stock=product.hb_stock,
                # nothing changed in the last days: a first incremental read finds nothing
                changed=now - (3 + rng.randrange(40)) * 86_400_000_000,
            )


def listing_row(
    product: SeedProduct, *, listing_id: str, price: int, stock: int, changed: int
) -> tuple[Any, ...]:
    """The values of one insert."""
    low, high = kurus(product.price_min), kurus(product.price_max)
    reasons = []
    if product.locked:
        if 0 < price < low:
            reasons = ["PriceIsLessThanThreshold"]
        elif price > high:
            reasons = ["PriceIsHigherThanThreshold"]
        else:
            reasons = [_FOREIGN_LOCKS[product.n % len(_FOREIGN_LOCKS)]]
    return (
        listing_id,
        product.hb_sku,
        product.sku,
        sku_key(product.sku),
        product.name,
        product.brand,
        product.barcode,
        product.image_urls[0] if product.image_urls else "",
        product.category.id,
        product.category.name,
        product.base_code,
        product.colour,
        product.size,
        product.tax_rate,
        price,
        stock,
        low,
        high,
        bool(reasons),
        orjson.dumps(reasons).decode(),
        0,
        1,
        1 + product.n % 3,
        "CREATED" if product.n % 4 == 0 else "MATCHED",
        changed,
    )


def _uuid(rng: random.Random) -> str:
    # cheaper than uuid.UUID; a million of them are made
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-9{text[17:20]}-{text[20:]}"
