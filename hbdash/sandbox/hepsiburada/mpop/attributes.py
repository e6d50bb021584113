"""What a product must and may say about itself, per category (H§6.2, H§6.3)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from hbdash.sandbox.seed.categories import GOODS

COLOUR, SIZE, MATERIAL = "renk_variant_property", "ebatlar_variant_property", "00000MU"


@dataclass(frozen=True)
class Attribute:
    """One attribute; ``values`` are the texts that an enum takes."""

    id: str
    name: str
    mandatory: bool = False
    type: str = "string"
    values: tuple[str, ...] = ()

    def wire(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "id": self.id,
            "mandatory": self.mandatory,
            "type": self.type,
            "multiValue": False,
        }


BASE = (
    Attribute("merchantSku", "Satıcı Stok Kodu", True),
    Attribute("VaryantGroupID", "Varyant Grup Id", True),
    Attribute("UrunAdi", "Ürün Adı", True),
    Attribute("UrunAciklamasi", "Ürün Açıklaması", True),
    Attribute("Barcode", "Barkod", True),
    Attribute("Marka", "Marka", True),
    Attribute("GarantiSuresi", "Garanti Süresi (Ay)", True, "integer"),
    Attribute("tax_vat_rate", "KDV", True),
    Attribute("kg", "Desi", True),
    *(Attribute(f"Image{i}", f"Görsel{i}", i == 1) for i in range(1, 11)),
    Attribute("price", "Fiyat"),
    Attribute("stock", "Stok"),
    Attribute("Video1", "Video", type="video"),
)
_COLOURS = (
    "Krem", "Bordo", "Lacivert", "Gri", "Bej", "Antrasit", "Hardal", "Turkuaz", "Pudra", "Siyah",
    "Beyaz", "Vizon", "İndigo", "Yeşil", "Kırmızı", "Mavi", "Mor", "Turuncu", "Kahverengi",
    "Ekru", "Lila", "Haki", "Fuşya", "Çok Renkli",
)  # fmt: skip
_MATERIALS = (
    "Pamuk", "Polyester", "Bambu", "Keten", "Kadife", "Saten", "Yün", "Akrilik", "Müslin",
    "Porselen", "Seramik", "Cam", "Çelik", "Granit", "Ahşap",
)  # fmt: skip
_SIZES = {goods.category_id: goods.sizes for goods in GOODS}
_VARIANT = (
    Attribute(COLOUR, "Renk", True, "enum", _COLOURS),
    Attribute(SIZE, "Ebat", True, "enum"),
)
_OWN = (
    Attribute(MATERIAL, "Materyal", False, "enum", _MATERIALS),
    Attribute("000009D", "Ürün İçeriği"),
)


def variant(category_id: int) -> tuple[Attribute, ...]:
    """The axes along which variants of a group differ."""
    return tuple(
        replace(found, values=_SIZES.get(category_id, ())) if found.id == SIZE else found
        for found in _VARIANT
    )


def own(category_id: int) -> tuple[Attribute, ...]:
    """The category's other attributes."""
    return _OWN


def validate(category_id: int, given: dict[str, Any]) -> list[dict[str, str]]:
    """``validationResults`` of a row: mandatory fields left out, values no enum knows."""
    found = []
    for attribute in (*BASE, *own(category_id), *variant(category_id)):
        value = given.get(attribute.id)
        if value is None or value == "":
            if attribute.mandatory:
                found.append(_problem(attribute, "Zorunlu alan"))
        elif attribute.values and value not in attribute.values:
            found.append(_problem(attribute, f"Geçersiz değer: {value}"))
        elif attribute.type == "integer" and not str(value).isdecimal():
            found.append(_problem(attribute, "Sayısal bir değer olmalıdır"))
        elif attribute.id.startswith("Image") and not str(value).startswith(
            ("http://", "https://")
        ):
            found.append(_problem(attribute, "Görsel adresi geçersiz"))
    return found


def _problem(attribute: Attribute, message: str) -> dict[str, str]:
    return {"attributeName": attribute.id, "message": message}


def category_problem(row: sqlite3.Row | None) -> tuple[int, str] | None:
    """Why no product may be opened in a category: code and message of H§5.2."""
    if row is None:
        return 1004, "Category not found"
    if not row["leaf"]:
        if not row["available"] or row["status"] != "ACTIVE":
            return 1003, "Category is not a leaf category and is not an available category"
        return 1001, "Category is not a leaf category"
    if not row["available"] or row["status"] != "ACTIVE":
        return 1002, "Category is not an available category"
    return None
