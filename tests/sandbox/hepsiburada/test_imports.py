"""Imports of products and their review (H§7.1, H§7.2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.hepsiburada.conftest import Shop
from tests.sandbox.hepsiburada.importing import API, NEW, OLD, imported, row, status, tracking

WARNING = "Değer uygun formatta değildir. Listeleme kaydı 0 fiyat 0 stok olarak oluşturulacaktır."
REFUSED = "Can not update product in matched or in catalog progress status"
KNOWN_BARCODE = "7541828790114"
ROW = {
    "itemOrderID", "merchant", "merchantSku", "hbSku", "barcode", "productName", "variantGroupId",
    "categoryId", "productStatus", "importStatus", "importMessages", "validationResults",
    "taskDetails", "rejectReasonsMessages", "matchedHbProductInfo", "videoStatus", "qualityScore",
    "qualityStatus", "ccValidationResults",
}  # fmt: skip


def test_a_new_product_becomes_a_listing_step_by_step(shop: Shop) -> None:
    shop.pace(import_visible=100, import_read=200, review_start=300, review=400)
    product = NEW[0]
    tracking_id = tracking(shop, row(shop, product, merchantSku=product.sku.lower()))
    invisible = status(shop, tracking_id)
    states = []
    for seconds in (101, 100, 300, 400):
        shop.sandbox.move(seconds)
        (found,) = status(shop, tracking_id)["data"]
        states.append((found["importStatus"], found["productStatus"], bool(found["hbSku"])))
    listing = shop.listing(product.sku)

    assert (invisible["success"], invisible["code"]) == (False, 4000)
    assert states[:3] == [
        ("PROCESSING", None, False),
        ("SUCCESS", "İncelenecek", False),
        ("SUCCESS", "Katalog Sürecinde", False),
    ]
    assert states[3][1] in ("Yaratıldı", "Satışa Hazır")
    assert set(found) == ROW
    assert found["merchantSku"] == product.sku
    assert (listing["hepsiburadaSku"], listing["availableStock"]) == (found["hbSku"], 12)
    assert listing["price"] == float(product.price)
    assert listing["isSalable"] is True
    assert shop.effects("hepsiburada.import", product.sku) == 1


def test_an_unknown_tracking_id(shop: Shop) -> None:
    assert status(shop, "00000000-0000-4000-8000-000000000000")["code"] == 4000


@pytest.mark.parametrize(
    "bad",
    [{"price": "12.50"}, {"price": 12.5}, {"price": "12,505"}, {"price": None}, {"stock": 12},
     {"stock": "12,0"}, {"stock": "-1"}],
)  # fmt: skip
def test_a_number_in_a_wrong_form_is_taken_with_a_warning(shop: Shop, bad: dict[str, Any]) -> None:
    (found,) = imported(shop, row(shop, NEW[0], **bad))
    shop.sandbox.tick()
    listing = shop.listing(NEW[0].sku)

    assert found["importStatus"] == "SUCCESS"
    assert found["importMessages"] == [{"severity": "WARNING", "message": WARNING}]
    assert (listing["price"], listing["availableStock"], listing["isSalable"]) == (0, 0, False)


@pytest.mark.parametrize(
    "missing",
    ["VaryantGroupID", "UrunAdi", "UrunAciklamasi", "Barcode", "Marka", "GarantiSuresi",
     "tax_vat_rate", "kg", "Image1", "renk_variant_property"],
)  # fmt: skip
def test_a_mandatory_attribute_left_out(shop: Shop, missing: str) -> None:
    (found,) = imported(shop, row(shop, NEW[0], **{missing: None}))

    assert (found["importStatus"], found["productStatus"]) == ("SUCCESS", "Ürün bilgileri eksik")
    assert found["validationResults"] == [{"attributeName": missing, "message": "Zorunlu alan"}]
    assert shop.listings(merchantSkuList=NEW[0].sku) == []


@pytest.mark.parametrize(
    "bad",
    [{"renk_variant_property": "Gökkuşağı"}, {"ebatlar_variant_property": "1×1"},
     {"GarantiSuresi": "iki yıl"}, {"Image1": "kilim.jpg"}],
)  # fmt: skip
def test_a_value_that_the_category_does_not_take(shop: Shop, bad: dict[str, Any]) -> None:
    (found,) = imported(shop, row(shop, NEW[0], **bad))

    assert found["productStatus"] == "Ürün bilgileri eksik"
    assert [problem["attributeName"] for problem in found["validationResults"]] == list(bad)


def test_missing_information_is_mended_by_another_import(shop: Shop) -> None:
    imported(shop, row(shop, NEW[0], Marka=None))
    (found,) = imported(shop, row(shop, NEW[0]))
    shop.sandbox.tick()

    assert found["validationResults"] == []
    assert shop.listing(NEW[0].sku)


def test_what_is_matched_is_not_imported_again(shop: Shop) -> None:
    imported(shop, row(shop, NEW[0]))
    shop.sandbox.tick()
    rows = imported(shop, row(shop, NEW[0]), row(shop, OLD[0]))

    for found in rows:
        assert found["importStatus"] == "FAILED"
        assert found["importMessages"] == [{"severity": "ERROR", "message": REFUSED}]


def test_what_is_in_review_is_editable_until_the_catalogue_has_it(shop: Shop) -> None:
    shop.pace(review_start=100, review=10**6)
    first = imported(shop, row(shop, NEW[0]))[0]
    second = imported(shop, row(shop, NEW[0], stock="3"))[0]
    shop.sandbox.move(101)
    third = imported(shop, row(shop, NEW[0]))[0]

    assert [found["importStatus"] for found in (first, second, third)] == [
        "SUCCESS", "SUCCESS", "FAILED",
    ]  # fmt: skip


def test_barcodes_are_unique(slow: Shop) -> None:
    rows = imported(
        slow,
        row(slow, NEW[0]),
        row(slow, NEW[1], Barcode=NEW[0].barcode),
        row(slow, NEW[2], Barcode=OLD[0].barcode),
    )

    assert [found["importStatus"] for found in rows] == ["SUCCESS", "FAILED", "FAILED"]
    assert rows[1]["importMessages"][0]["message"] == "Barcode must be unique barcode"


@pytest.mark.parametrize("category", [1, 18020010, 400276, None])
def test_a_category_that_takes_no_products(shop: Shop, category: int | None) -> None:
    (found,) = imported(shop, row(shop, NEW[0]) | {"categoryId": category})

    assert found["importStatus"] == "FAILED"
    assert found["importMessages"][0]["severity"] == "ERROR"


@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_a_known_barcode_is_the_merchants_to_judge(shop: Shop, answer: str) -> None:
    (found,) = imported(shop, row(shop, NEW[0], Barcode=KNOWN_BARCODE))
    reply = shop.sandbox.mpop.post(
        f"{API}/{answer}-prematch",
        json=[{"merchant": shop.merchant, "merchantSkuList": [NEW[0].sku]}],
    )

    assert found["productStatus"] == "Eşleşen"
    assert found["matchedHbProductInfo"][0]["hbSku"].startswith("HBV")
    assert (reply.json()["success"], reply.json()["data"]) == (True, None)
    listed = shop.listings(merchantSkuList=NEW[0].sku)
    if answer == "approve":
        assert listed[0]["hepsiburadaSku"] == found["matchedHbProductInfo"][0]["hbSku"]
    else:
        assert listed == []


def test_hepsiburada_refuses_a_product(slow: Shop) -> None:
    tracking_id = tracking(slow, row(slow, NEW[0]))
    status(slow, tracking_id)
    slow.act("settle_product", NEW[0].sku, "BLOCKED", "Marka yetkisi yok")
    (found,) = status(slow, tracking_id)["data"]

    assert found["productStatus"] == "Reddedilen Ürün"
    assert found["rejectReasonsMessages"] == ["Marka yetkisi yok"]


def test_a_price_outside_the_band_is_listed_locked(shop: Shop) -> None:
    imported(shop, row(shop, NEW[0], price="1,00"))
    shop.sandbox.tick()

    assert shop.listing(NEW[0].sku)["lockReasons"] == ["PriceIsLessThanThreshold"]
