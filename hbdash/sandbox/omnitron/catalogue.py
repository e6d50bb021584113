"""Products, prices, stocks, images and their categories (O§3)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hbdash.sandbox.omnitron import due
from hbdash.sandbox.omnitron.contenttypes import PRICE, PRODUCT, STOCK
from hbdash.sandbox.omnitron.listing import (
    ANY,
    Filter,
    Source,
    flag,
    keys,
    lookups,
    number,
    page,
    times,
)
from hbdash.sandbox.omnitron.mapper import description
from hbdash.sandbox.omnitron.tree import node_wire
from hbdash.sandbox.omnitron.web import Call
from hbdash.sandbox.omnitron.wire import iso, not_found


def _products(call: Call, rows: Any) -> list[dict[str, Any]]:
    images: dict[int, list[dict[str, Any]]] = {row["pk"]: [] for row in rows}
    found = call.db.execute(
        "SELECT * FROM om_image WHERE product IN (SELECT value FROM json_each(?))"
        " ORDER BY product, position",
        (json.dumps(list(images)),),
    )
    for image in found:
        images[image["product"]].append(
            {
                "pk": image["pk"],
                "status": image["status"],
                "order": image["position"],
                "image": call.world.base_url + image["image"],
            }
        )
    return [_product(row, images[row["pk"]]) for row in rows]


def _product(row: sqlite3.Row, images: list[dict[str, Any]]) -> dict[str, Any]:
    attributes = {
        "brand": row["brand"],
        "barcode": row["barcode"],
        "color": row["colour"],
        "size": row["size"],
        "description": description(row["name"]),
    }
    return {
        "pk": row["pk"],
        "id": row["pk"],
        "name": row["name"],
        "base_code": row["base_code"],
        "sku": row["sku"],
        "product_type": str(row["product_type"]),
        "is_active": bool(row["is_active"]),
        "parent": None,
        "attributes": attributes,
        "attributes_kwargs": {},
        "localized_attributes": {},
        "localized_attributes_kwargs": {},
        "extra_attributes": {},
        "attribute_set": row["attribute_set"],
        "productimage_set": images,
        "productization_date": iso(row["created"]),
        "listing_code": None,
        "uuid": f"00000000-0000-4000-8000-{row['pk']:012d}",
        "created_date": iso(row["created"]),
        "modified_date": iso(row["modified"]),
    }


def _discount(price: str, retail: str | None) -> str:
    if retail is None or float(retail) <= 0:
        return "0.00"
    return f"{max(0.0, 100 - 100 * float(price) / float(retail)):.2f}"


def _prices(_: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "product": row["product"],
            "price_list": row["price_list"],
            "price": row["price"],
            "retail_price": row["retail_price"],
            "tax_rate": row["tax_rate"],
            "currency_type": row["currency"],
            "price_type": "default",
            "discount_percentage": _discount(row["price"], row["retail_price"]),
            "modifier_collection": None,
            "adjusted_price": row["adjusted_price"],
            "extra_field": json.loads(row["extra_field"] or "{}"),
            "created_date": iso(row["created"]),
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


def _stocks(_: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "product": row["product"],
            "stock": row["stock"],
            "stock_list": row["stock_list"],
            "unit_type": "qty",
            "sold_quantity_unreported": row["sold_unreported"],
            "extra_field": json.loads(row["extra_field"] or "{}"),
            "modified_collection": None,
            "adjusted_stock": row["adjusted_stock"],
            "created_date": iso(row["created"]),
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


def _images(call: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "product": row["product"],
            "image": call.world.base_url + row["image"],
            "order": row["position"],
            "source": "integration",
            "status": row["status"],
            "is_active": row["status"] == "active",
            "created_date": iso(row["created"]),
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


_CHANGES = times("created_date", "modified_date")
_PRODUCTS = Source(
    "om_product t",
    _products,
    keys()
    | lookups("sku", "t.sku")
    | lookups("base_code", "t.base_code")
    | lookups("name", "t.name")
    | lookups("product_type", "t.product_type", number, stable=True)
    | lookups("is_active", "t.is_active", flag, stable=True)
    | lookups("attribute_set", "t.attribute_set", number)
    | _CHANGES,
    condition="t.in_catalog = 1",
    sorts={"sku": "t.sku", "modified_date": "t.modified"},
    shape="product",
)
_IN_CATALOG = "EXISTS (SELECT 1 FROM om_product p WHERE p.pk = t.product AND p.in_catalog = 1)"
_PRICES = Source(
    "om_price t",
    _prices,
    keys()
    | lookups("product", "t.product", number)
    | lookups("product__pk", "t.product", number)
    | lookups("price_list", "t.price_list", number, stable=True)
    | lookups("currency_type", "t.currency")
    | lookups("price", "CAST(t.price AS REAL)", float)
    | lookups("tax_rate", "CAST(t.tax_rate AS REAL)", float)
    | _CHANGES,
    condition=_IN_CATALOG,
    sorts={"modified_date": "t.modified", "product": "t.product"},
    shape="price",
)
_STOCKS = Source(
    "om_stock t",
    _stocks,
    keys()
    | lookups("product", "t.product", number)
    | lookups("product__pk", "t.product", number)
    | lookups("stock_list", "t.stock_list", number, stable=True)
    | lookups("stock", "t.stock", number)
    | _CHANGES,
    condition=_IN_CATALOG,
    sorts={"modified_date": "t.modified", "product": "t.product"},
    shape="stock",
)
_IMAGES = Source(
    "om_image t",
    _images,
    keys()
    | lookups("product", "t.product", number)
    | lookups("product__pk", "t.product", number)
    | lookups("status", "t.status")
    | _CHANGES,
    condition=_IN_CATALOG,
    sorts={"modified_date": "t.modified", "product": "t.product", "order": "t.position"},
    shape="image",
)


def _categories(_: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "product": row["product"],
            "category": row["category"],
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


def _categories_detailed(call: Call, rows: Any) -> list[dict[str, Any]]:
    nodes = call.db.execute(
        "SELECT * FROM om_category_node WHERE pk IN (SELECT value FROM json_each(?))",
        (json.dumps([row["category"] for row in rows]),),
    ).fetchall()
    known = {node["pk"]: node_wire(node) for node in nodes}
    return [{**plain, "category": known[plain["category"]]} for plain in _categories(call, rows)]


_CATEGORIES = Source(
    "om_product_category t",
    _categories,
    keys()
    | lookups("product", "t.product", number)
    | lookups("product__pk", "t.product", number)
    | lookups("category", "t.category", number),
    condition=_IN_CATALOG,
    sorts={"product": "t.product"},
    shape="category",
)
_CATEGORIES_DETAILED = replace(_CATEGORIES, wire=_categories_detailed)


def queue(content_type: int, source: Source, kinds: tuple[str, ...]) -> Callable[[Call], Any]:
    """A handler for `inserts/`, `updates/` or both: the head of the queue, in no promised order."""
    words = ", ".join(f"'{kind}'" for kind in kinds)
    by_type = Filter(f"d.product_type{ANY}", number)
    filters = dict(source.filters)
    if "product_type" in filters:
        filters |= {"product_type": by_type, "product_type__exact": by_type}
    offered = replace(
        source,
        tables=f"om_due d CROSS JOIN {source.tables} ON t.pk = d.object_id",
        filters=filters,
        condition=f"d.content_type = {content_type} AND d.kind IN ({words})",
        order="d.not_before, d.object_id",
        shape=None,
        counted="om_due d",
    )

    def handler(call: Call) -> Any:
        condition, values = due.condition(call.now)
        return page(call, offered, condition, *values)

    return handler


def _show(source: Source) -> Callable[[Call], Any]:
    def handler(call: Call) -> Any:
        rows = call.db.execute(
            f"SELECT t.* FROM {source.tables} WHERE {source.condition} AND t.pk = ?",
            (call.number("pk"),),
        ).fetchall()
        if not rows:
            raise not_found()
        return source.wire(call, rows)[0]

    return handler


def _index(source: Source) -> Callable[[Call], Any]:
    return lambda call: page(call, source)


_BOTH = ("insert", "update")
ROUTES: dict[str, Callable[[Call], Any]] = {
    "products/": _index(_PRODUCTS),
    "products/inserts/": queue(PRODUCT, _PRODUCTS, ("insert",)),
    "products/updates/": queue(PRODUCT, _PRODUCTS, ("update",)),
    "products/inserts_or_updates/": queue(PRODUCT, _PRODUCTS, _BOTH),
    "products/{pk:int}/": _show(_PRODUCTS),
    "product_prices/": _index(_PRICES),
    "product_prices/inserts/": queue(PRICE, _PRICES, ("insert",)),
    "product_prices/updates/": queue(PRICE, _PRICES, ("update",)),
    "product_prices/{pk:int}/": _show(_PRICES),
    "product_stocks/": _index(_STOCKS),
    "product_stocks/inserts/": queue(STOCK, _STOCKS, ("insert",)),
    "product_stocks/updates/": queue(STOCK, _STOCKS, ("update",)),
    "product_stocks/{pk:int}/": _show(_STOCKS),
    "product_images/": _index(_IMAGES),
    "product_images/{pk:int}/": _show(_IMAGES),
    "product_categories/": _index(_CATEGORIES),
    "product_categories/detailed/": _index(_CATEGORIES_DETAILED),
}
"""GET routes under channel/{c}/."""
