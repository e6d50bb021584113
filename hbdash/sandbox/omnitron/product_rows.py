"""Seed products as rows of Omnitron, with the history of what Hepsiburada sells already.

Nothing of a listed product is due, but for every second drifted price or stock: those were changed
here and wait to be sent, while the other half differs without anyone knowing (the reconciliation
finds them).
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hbdash.sandbox.omnitron import contenttypes
from hbdash.sandbox.omnitron.conf import BUFFER_STOCK
from hbdash.sandbox.omnitron.wire import SECOND, money
from hbdash.sandbox.seed.catalogue import Kind, SeedProduct
from hbdash.sandbox.world import World

PRICE_LIST, STOCK_LIST = 1, 3
PRICES_FROM, STOCKS_FROM = 2_000_000, 4_000_000
"""Added to a product's number, so that no two kinds share their numbers by accident."""
DAY = 86_400 * SECOND
WEB_NODE = 3
"""A node of the web shop's tree, in which some products lie besides."""

_INSERTS = {
    "product": "INSERT INTO om_product VALUES (?,?,?,?,?,?,?,?,?,?,1,?,?,?,?)",
    "price": "INSERT INTO om_price VALUES (?,?,?,?,?,?,'try',NULL,NULL,?,?)",
    "stock": "INSERT INTO om_stock VALUES (?,?,?,?,0,NULL,?,?,?)",
    "category": "INSERT INTO om_product_category (product, category, modified) VALUES (?,?,?)",
    "image": (
        "INSERT INTO om_image (product, image, position, status, created, modified)"
        " VALUES (?,?,?,'active',?,?)"
    ),
    "action": (
        "INSERT INTO om_action (content_type, object_id, remote_id, version_date, state, status,"
        " once_succeeded, created, modified) VALUES (?,?,?,?,?,'success',1,?,?)"
    ),
}


class ProductWriter:
    """Turns seed products into rows; `flush` writes them."""

    def __init__(self, world: World, leaves: dict[int, tuple[int, int]], now: int) -> None:
        self._db = world.db
        self._leaves = leaves
        self._now = now
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _INSERTS}
        self._drifted: Counter[Kind] = Counter()
        self.waiting: dict[int, list[int]] = {
            contenttypes.PRODUCT: [],
            contenttypes.PRICE: [],
            contenttypes.STOCK: [],
        }

    def add(self, product: SeedProduct, *, fresh: bool = False) -> None:
        """Note the rows of one product; `fresh` ones were made just now."""
        rows = self._rows
        modified = self._now if fresh else self._now - 2 * DAY - (product.n * 7919) % (28 * DAY)
        created = min(modified, self._now if fresh else self._now - 200 * DAY)
        node, attribute_set = self._leaves[product.category.id]
        rows["product"].append(
            (product.pk, product.sku, product.base_code, product.name, product.brand,
             product.barcode, product.colour, product.size, int(not product.is_simple),
             int(product.is_active), int(product.mapped), attribute_set, created, modified)
        )  # fmt: skip
        if product.has_price:
            rows["price"].append(
                (PRICES_FROM + product.pk, product.pk, PRICE_LIST, money(product.price),
                 money(product.retail_price), money(product.tax_rate), created,
                 self._changed(product, Kind.PRICE_DRIFT, modified))
            )  # fmt: skip
        if product.has_stock:
            rows["stock"].append(
                (STOCKS_FROM + product.pk, product.pk, STOCK_LIST, raw_stock(product.stock),
                 _cap(product), created, self._changed(product, Kind.STOCK_DRIFT, modified))
            )  # fmt: skip
        if product.has_category:
            rows["category"].append((product.pk, node, created))
            if product.n % 50 == 0:
                rows["category"].append((product.pk, WEB_NODE, created))
        if product.has_image:
            for at, path in enumerate(product.image_urls):
                rows["image"].append((product.pk, path, at, created, created))
        self._add_history(product, created, modified)

    def _add_history(self, product: SeedProduct, created: int, modified: int) -> None:
        if not product.listed:
            self.waiting[contenttypes.PRODUCT].append(product.pk)
            return
        remote = product.hb_sku if product.n % 17 == 3 else product.sku
        state = json.dumps({"hb_sku": product.hb_sku})
        for content_type, pk in (
            (contenttypes.PRODUCT, product.pk),
            (contenttypes.PRICE, PRICES_FROM + product.pk),
            (contenttypes.STOCK, STOCKS_FROM + product.pk),
        ):
            self._rows["action"].append(
                (content_type, pk, remote, modified, state, created, modified)
            )

    def _changed(self, product: SeedProduct, kind: Kind, modified: int) -> int:
        """When the offer was last changed: every second drifted one just now, unsent."""
        if product.kind is not kind:
            return modified
        self._drifted[kind] += 1
        if self._drifted[kind] % 2 == 0:
            return modified
        content_type, offset = (
            (contenttypes.PRICE, PRICES_FROM)
            if kind is Kind.PRICE_DRIFT
            else (contenttypes.STOCK, STOCKS_FROM)
        )
        self.waiting[content_type].append(offset + product.pk)
        return self._now - 60 * SECOND

    def flush(self) -> None:
        """Write what was noted."""
        for name, sql in _INSERTS.items():
            self._db.executemany(sql, self._rows[name])
            self._rows[name].clear()


def raw_stock(offered: int) -> int:
    """Omnitron's stock of which Hepsiburada is offered so much: the buffer comes on top (R2.28)."""
    return offered + BUFFER_STOCK if offered else 0


def _cap(product: SeedProduct) -> str | None:
    """Some stocks limit what one customer may buy (R6.12)."""
    return '{"maximumPurchasableQuantity": 5}' if product.n % 11 == 0 else None
