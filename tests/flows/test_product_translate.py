"""From a product in Omnitron to the row of an import, and from a result to a verdict (flows §4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.flows.products.intake.catalogue import Values
from hbdash.flows.products.intake.translate import translate
from hbdash.flows.products.records.model import Material, Ready
from hbdash.flows.products.status.verdicts import verdict_of
from hbdash.hepsiburada.models.products import ProductRow
from hbdash.omnitron.models.catalogue import (
    AttributeConfig,
    MappedProduct,
    Price,
    Product,
    Stock,
)

NOW = "2026-11-23T10:00:00.000000Z"
#: Attribute number, name, id there, mandatory, free text; the channel's own labels may differ.
ATTRIBUTES = (
    (301, "Barkod", "Barcode", True, True),
    (302, "Marka", "Marka", True, True),
    (303, "Garanti", "GarantiSuresi", True, True),
    (304, "Desi", "kg", True, True),
    (305, "Renk", "renk_variant_property", True, False),
    (306, "Ürün İçeriği", "000009D", False, True),
)
VALUES = {
    "Barcode": "8690000000019",
    "Marka": "Lalezar",
    "GarantiSuresi": "24",
    "kg": "2",
    "renk_variant_property": "Krem",
}


class Book:
    """The attribute set of one category."""

    def configs(self, attribute_set: int) -> tuple[AttributeConfig, ...]:
        return tuple(
            AttributeConfig.model_validate(
                {
                    "pk": pk, "attribute": {"pk": pk, "name": name}, "attribute_set": attribute_set,
                    "attribute_remote_id": remote, "is_required": must, "is_custom": free,
                }
            )
            for pk, name, remote, must, free in ATTRIBUTES
        )  # fmt: skip

    def values(self, attribute: int) -> Values:
        return Values(frozenset({"Krem", "Çok Renkli"}), {"000KRM": "Krem"})


def material(**changes: Any) -> Material:
    """A complete product; ``product``, ``price``, ``stock``, ``values`` are changes of fields."""
    product = {
        "pk": 1, "sku": "lzr 1-krm", "name": "Kilim", "base_code": "LZR-1", "is_active": True,
        "product_type": "0", "modified_date": NOW, "attributes": {"description": "<p>Yün</p>"},
        "productimage_set": [
            {"pk": 9, "status": "active", "image": "https://cdn.test/2.jpg", "order": 2},
            {"pk": 8, "status": "active", "image": "https://cdn.test/1.jpg", "order": 1},
            {"pk": 7, "status": "disabled", "image": "https://cdn.test/0.jpg", "order": 0},
        ],
    }  # fmt: skip
    price = {"pk": 2, "product": 1, "price": "349.90", "tax_rate": "20.00", "currency_type": "try",
             "modified_date": NOW}  # fmt: skip
    stock = {"pk": 3, "product": 1, "stock": 15, "modified_date": NOW}
    values = VALUES | changes.get("values", {})
    numbers = {remote: (pk, name) for pk, name, remote, *_ in ATTRIBUTES}
    mapped = {
        "pk": 1, "attribute_set_id": 100, "attribute_set_name": "Kilimler",
        "attribute_set_remote_id": "18021982", "mapped_attributes": {},
        "mapped_attribute_values": {
            str(numbers[remote][0]): {
                "attribute_name": numbers[remote][1], "label": text, "value": text,
                "attribute_remote_id": remote,
            }
            for remote, text in values.items()
            if text is not None
        },
    }  # fmt: skip
    return Material(
        product=Product.model_validate(product | changes.get("product", {})),
        key="LZR1-KRM",
        mapped=MappedProduct.model_validate(mapped),
        categories=changes.get("categories", ("18021982",)),
        price=Price.model_validate(price | changes.get("price", {})),
        stock=Stock.model_validate(stock | changes.get("stock", {})),
        held=changes.get("held", 0),
    )


def row(one: Material, buffer: int = 3) -> dict[str, object]:
    answer = translate(one, Book(), buffer)
    assert isinstance(answer, Ready), answer
    assert answer.row.category_id == 18021982
    return dict(answer.row.attributes)


def causes(one: Material) -> list[tuple[str, dict[str, str]]]:
    answer = translate(one, Book(), 3)
    assert not isinstance(answer, Ready)
    return [(cause.code, dict(cause.params)) for cause in answer]


@pytest.mark.requirement("R4.7")
def test_the_row_of_a_complete_product() -> None:
    assert row(material()) == {
        "merchantSku": "LZR1-KRM",
        "VaryantGroupID": "LZR-1",
        "Barcode": "8690000000019",
        "UrunAdi": "Kilim",
        "UrunAciklamasi": "<p>Yün</p>",
        "Marka": "Lalezar",
        "GarantiSuresi": 24,
        "kg": "2",
        "tax_vat_rate": "20",
        "price": "349,90",
        "stock": "12",
        "Image1": "https://cdn.test/1.jpg",
        "Image2": "https://cdn.test/2.jpg",
        "renk_variant_property": "Krem",
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"price": {"adjusted_price": "299.905"}}, {"price": "299,91"}),
        ({"price": {"price": "1249"}}, {"price": "1249,00"}),
        ({"price": {"tax_rate": "18.50"}}, {"tax_vat_rate": "18.5"}),
        ({"price": {"tax_rate": "0"}}, {"tax_vat_rate": "0"}),
        ({"stock": {"adjusted_stock": "9.7"}}, {"stock": "6"}),
        ({"held": 2}, {"stock": "10"}),
        ({"product": {"base_code": ""}}, {"VaryantGroupID": "lzr 1-krm"}),
        ({"values": {"renk_variant_property": "000KRM"}}, {"renk_variant_property": "Krem"}),
        ({"values": {"000009D": "Yün\x00 %100"}}, {"000009D": "Yün  %100"}),
    ],
)
def test_how_fields_are_written(changes: dict[str, Any], expected: dict[str, object]) -> None:
    found = row(material(**changes))
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("changes", "code", "params"),
    [
        ({"categories": ()}, "product.no_category", {}),
        ({"categories": (None,)}, "product.no_category", {}),
        ({"categories": ("18021982", "18021983")}, "product.many_categories", {"count": "2"}),
        ({"categories": ("18021983",)}, "product.category_mismatch", {"category": "Kilimler"}),
        ({"values": {"Barcode": None}}, "attribute.missing",
         {"attribute": "Barkod", "category": "Kilimler"}),
        ({"values": {"renk_variant_property": "Gökkuşağı"}}, "attribute.value_unknown",
         {"attribute": "Renk", "value": "Gökkuşağı", "category": "Kilimler"}),
        ({"values": {"GarantiSuresi": "iki yıl"}}, "attribute.value_unknown",
         {"attribute": "Garanti", "value": "iki yıl", "category": "Kilimler"}),
        ({"product": {"name": "  "}}, "attribute.missing",
         {"attribute": "Ürün Adı", "category": "Kilimler"}),
        ({"product": {"productimage_set": []}}, "product.no_image", {}),
        ({"price": {"price": "0"}}, "price.missing", {}),
        ({"price": {"price": None}}, "price.missing", {}),
        ({"price": {"currency_type": "eur"}}, "price.currency", {"currency": "eur"}),
        ({"stock": {"stock": 3}}, "stock.zero_on_create", {}),
        ({"stock": {"stock": 15}, "held": 12}, "stock.zero_on_create", {}),
    ],
)  # fmt: skip
def test_what_keeps_a_product_from_being_sent(
    changes: dict[str, Any], code: str, params: dict[str, str]
) -> None:
    assert causes(material(**changes)) == [(code, params)]


def test_no_price_and_no_stock_row() -> None:
    bare = replace(material(), price=None, stock=None)
    assert [code for code, _ in causes(bare)] == ["price.missing", "stock.missing"]


@given(
    st.decimals(min_value="0.01", max_value=999_999, places=3),
    st.integers(min_value=0, max_value=10_000),
    st.integers(min_value=0, max_value=50),
)
def test_numbers_are_always_in_hepsiburadas_form(price: Any, stock: int, buffer: int) -> None:
    one = material(price={"price": str(price)}, stock={"stock": stock})
    answer = translate(one, Book(), buffer)
    if isinstance(answer, Ready):
        whole, _, decimals = str(answer.row.attributes["price"]).partition(",")
        assert (whole.isdecimal(), decimals.isdecimal(), len(decimals)) == (True, True, 2)
        assert int(str(answer.row.attributes["stock"])) == stock - buffer > 0
    else:
        assert stock <= buffer


WARNING = "Değer uygun formatta değildir. Listeleme kaydı 0 fiyat 0 stok olarak oluşturulacaktır."


@pytest.mark.parametrize(
    ("result", "state", "code", "text"),
    [
        ({"importStatus": "SUCCESS", "productStatus": "İncelenecek"}, "in_review", None, ""),
        ({"importStatus": "SUCCESS", "productStatus": "WAITING"}, "in_review", None, ""),
        ({"importStatus": "SUCCESS", "productStatus": "Katalog Sürecinde"}, "in_review", None, ""),
        ({"importStatus": "SUCCESS", "productStatus": "Satışa Hazır"}, "accepted", None, ""),
        ({"importStatus": "success", "productStatus": "MATCHED_WITH_STAGED"}, "accepted", None, ""),
        ({"importStatus": "SUCCESS", "productStatus": "Eşleşen"}, "in_review", None, ""),
        ({"importStatus": "FAILED", "importMessages": [
            {"severity": "ERROR", "message": "Barcode must be unique barcode"}]},
         "failed", "product.barcode_twice", "Barcode must be unique barcode"),
        ({"importStatus": "FAILED", "importMessages": [
            {"severity": "WARNING", "message": "w"}, {"severity": "ERROR", "message": "why"}]},
         "failed", "product.refused", "why"),
        ({"importStatus": "SUCCESS", "productStatus": "Ürün bilgileri eksik", "validationResults": [
            {"attributeName": "Image1", "message": "Zorunlu alan"},
            {"attributeName": "Marka", "message": "Zorunlu alan"}]},
         "failed", "product.missing_info", "Image1: Zorunlu alan; Marka: Zorunlu alan"),
        ({"importStatus": "SUCCESS", "productStatus": "Reddedilen Ürün",
          "rejectReasonsMessages": ["Yasaklı", "Yasaklı"]},
         "failed", "product.blocked", "Yasaklı"),
        ({"importStatus": "SUCCESS", "productStatus": "Reddedildi", "rejectReasonsMessages": []},
         "failed", "product.refused", "Reddedildi"),
        ({"importStatus": "SUCCESS", "productStatus": "İncelenecek", "importMessages": [
            {"severity": "WARNING", "message": WARNING}]},
         "failed", "import.bad_number", WARNING),
    ],
)  # fmt: skip
def test_hepsiburadas_words_become_verdicts(
    result: dict[str, Any], state: str, code: str | None, text: str
) -> None:
    verdict = verdict_of(ProductRow.model_validate({"merchantSku": "LZR1", **result}))
    assert verdict is not None
    assert verdict.row_state == state
    assert [(c.code, c.text) for c in verdict.causes] == ([(code, text)] if code else [])


@pytest.mark.parametrize("word", ["PROCESSING", "", "QUEUED"])
def test_a_row_in_work_has_no_verdict(word: str) -> None:
    assert verdict_of(ProductRow.model_validate({"merchantSku": "X", "importStatus": word})) is None
