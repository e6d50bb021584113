"""What a product must and may say about itself, per category (H§6.2, H§6.3).

Kept in the database, since Hepsiburada changes it several times a year. The base attributes, which
every category has, stand under category 0.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hbdash.sandbox.seed.attributes import value_id
from hbdash.sandbox.seed.categories import GOODS

COLOUR, SIZE, MATERIAL = "renk_variant_property", "ebatlar_variant_property", "00000MU"
EVERY_CATEGORY = 0
SECTIONS = ("base", "attributes", "variant")


@dataclass(frozen=True)
class Attribute:
    """One attribute; section: ``base``, ``attributes`` or ``variant``."""

    id: str
    name: str
    mandatory: bool = False
    type: str = "string"
    section: str = "base"
    category: int = EVERY_CATEGORY

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
_COLUMNS = "category, id, name, section, mandatory, type, position"


def seed(db: sqlite3.Connection, leaves: Iterable[int]) -> None:
    """The base attributes, and what each leaf asks besides: colour, size, material, contents."""
    for found in BASE:
        add(db, found)
    for category in leaves:
        fill = {COLOUR: _COLOURS, SIZE: _SIZES.get(category, ()), MATERIAL: _MATERIALS}
        for found in _of_leaf(category):
            add(db, found)
            add_values(db, category, found.id, fill.get(found.id, ()))


def _of_leaf(category: int) -> tuple[Attribute, ...]:
    return (
        Attribute(MATERIAL, "Materyal", False, "enum", "attributes", category),
        Attribute("000009D", "Ürün İçeriği", False, "string", "attributes", category),
        Attribute(COLOUR, "Renk", True, "enum", "variant", category),
        Attribute(SIZE, "Ebat", True, "enum", "variant", category),
    )


def add(db: sqlite3.Connection, attribute: Attribute) -> None:
    """Make an attribute; sqlite3.IntegrityError if the category has one of that id."""
    db.execute(
        f"INSERT INTO hb_attribute ({_COLUMNS}) SELECT ?, ?, ?, ?, ?, ?,"
        " 1 + coalesce(max(position), 0) FROM hb_attribute WHERE category = ?",
        (attribute.category, attribute.id, attribute.name, attribute.section, attribute.mandatory,
         attribute.type, attribute.category),
    )  # fmt: skip


def add_values(
    db: sqlite3.Connection, category: int, attribute_id: str, values: Sequence[str]
) -> None:
    """Put values at the end of an attribute's list."""
    last = db.execute(
        "SELECT coalesce(max(position), 0) FROM hb_attribute_value"
        " WHERE category = ? AND attribute = ?",
        (category, attribute_id),
    ).fetchone()[0]
    db.executemany(
        "INSERT INTO hb_attribute_value VALUES (?, ?, ?, ?, ?)",
        (
            (category, attribute_id, at, value_id(attribute_id, value), value)
            for at, value in enumerate(values, start=last + 1)
        ),
    )


def of(db: sqlite3.Connection, category: int, *sections: str) -> list[Attribute]:
    """The attributes of a category in these sections (default: all), base ones first."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM hb_attribute WHERE category IN (0, ?) ORDER BY category, position",
        (category,),
    )
    return [_attribute(row) for row in rows if not sections or row["section"] in sections]


def find(db: sqlite3.Connection, category: int, attribute_id: str) -> Attribute | None:
    """An attribute of the category, or a base one."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM hb_attribute WHERE category IN (0, ?) AND id = ?",
        (category, attribute_id),
    ).fetchone()
    return None if row is None else _attribute(row)


def _attribute(row: sqlite3.Row) -> Attribute:
    return Attribute(
        row["id"], row["name"], bool(row["mandatory"]), row["type"], row["section"], row["category"]
    )


def variant(db: sqlite3.Connection, category: int) -> list[Attribute]:
    """The axes along which variants of a group differ."""
    return of(db, category, "variant")


def count_values(db: sqlite3.Connection, attribute: Attribute) -> int:
    """How many values an attribute has."""
    row = db.execute(
        "SELECT count(*) FROM hb_attribute_value WHERE category = ? AND attribute = ?",
        (attribute.category, attribute.id),
    ).fetchone()
    return int(row[0])


def page_of_values(
    db: sqlite3.Connection, attribute: Attribute, offset: int, size: int
) -> list[dict[str, str]]:
    """Values ``{id, value}`` in their order."""
    rows = db.execute(
        "SELECT id, value FROM hb_attribute_value WHERE category = ? AND attribute = ?"
        " ORDER BY position LIMIT ? OFFSET ?",
        (attribute.category, attribute.id, size, offset),
    )
    return [dict(row) for row in rows]


def _takes(db: sqlite3.Connection, attribute: Attribute, value: object) -> bool:
    """Whether an enum takes a value; one whose list is empty takes any."""
    row = db.execute(
        "SELECT 1 FROM hb_attribute_value WHERE category = ? AND attribute = ? AND value = ?",
        (attribute.category, attribute.id, str(value)),
    ).fetchone()
    return row is not None or count_values(db, attribute) == 0


def validate(db: sqlite3.Connection, category: int, given: dict[str, Any]) -> list[dict[str, str]]:
    """``validationResults`` of a row: mandatory fields left out, values no enum knows."""
    found = []
    for attribute in of(db, category):
        value = given.get(attribute.id)
        if value is None or value == "":
            if attribute.mandatory:
                found.append(_problem(attribute, "Zorunlu alan"))
        elif attribute.type == "enum":
            if not _takes(db, attribute, value):
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
