"""Importing products as a merchant does: rows, files, what became of them."""

from __future__ import annotations

import json
from typing import Any

import httpx

from hbdash.sandbox.seed.catalogue import SeedProduct, products
from tests.sandbox.hepsiburada.conftest import Shop

API = "/product/api/products"
NEW = [product for product in products(7, 400) if not product.listed and product.has_image]
OLD = [product for product in products(7, 50) if product.listed]


def row(shop: Shop, product: SeedProduct, **changes: Any) -> dict[str, Any]:
    """A complete row of an import; a change to None leaves the attribute out."""
    attributes = {
        "merchantSku": product.sku,
        "VaryantGroupID": product.base_code,
        "Barcode": product.barcode,
        "UrunAdi": product.name,
        "UrunAciklamasi": f"<p>{product.name}</p>",
        "Marka": product.brand,
        "GarantiSuresi": 24,
        "kg": "2",
        "tax_vat_rate": str(product.tax_rate),
        "price": f"{product.price:.2f}".replace(".", ","),
        "stock": "12",
        "Image1": shop.sandbox.url + product.image_urls[0],
        "renk_variant_property": product.colour,
        "ebatlar_variant_property": product.size,
    } | changes
    return {
        "categoryId": product.category.id,
        "merchant": shop.merchant,
        "attributes": {key: value for key, value in attributes.items() if value is not None},
    }


def send(shop: Shop, *rows: Any, part: str = "file") -> httpx.Response:
    content = json.dumps(list(rows)).encode()
    return shop.sandbox.mpop.post(
        f"{API}/import?version=1",
        files={part: ("integrator.json", content, "application/json")},
    )


def tracking(shop: Shop, *rows: Any) -> str:
    found: str = send(shop, *rows).raise_for_status().json()["data"]["trackingId"]
    return found


def status(shop: Shop, tracking_id: str, **query: Any) -> dict[str, Any]:
    answer = shop.sandbox.mpop.get(f"{API}/status/{tracking_id}", params={"version": 1} | query)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def imported(shop: Shop, *rows: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = status(shop, tracking(shop, *rows))["data"]
    return found
