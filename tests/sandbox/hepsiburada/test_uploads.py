"""Uploads of stock and price (H§9.2, H§9.3, H§17.6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.hepsiburada.conftest import Shop

STOCK, PRICE = "stock-uploads", "price-uploads"


def test_an_upload_is_pending_and_then_done(shop: Shop) -> None:
    shop.pace(upload=600)
    listing = shop.on_sale()[0]
    row = {
        "hepsiburadaSku": listing["hepsiburadaSku"],
        "merchantSku": listing["merchantSku"],
        "availableStock": 41,
        "maximumPurchasableQuantity": 3,
    }
    upload = shop.send(STOCK, [row]).json()["id"]
    before = shop.result(STOCK, upload)
    unchanged = shop.listing(listing["merchantSku"])
    shop.sandbox.move(601)
    after = shop.result(STOCK, upload)
    changed = shop.listing(listing["merchantSku"])

    assert before["status"] not in ("Done", "Failed")
    assert unchanged["availableStock"] == listing["availableStock"]
    assert set(after) == {"id", "status", "createdAt", "total", "errors"}
    assert (after["status"], after["total"], after["errors"]) == ("Done", 1, None)
    assert after["createdAt"].endswith("Z")
    assert (changed["availableStock"], changed["maximumPurchasableQuantity"]) == (41, 3)
    assert shop.effects("hepsiburada.stock", listing["merchantSku"]) == 1


def test_a_cap_that_is_left_out_stays(shop: Shop) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    shop.upload(STOCK, {"merchantSku": sku, "availableStock": 8, "maximumPurchasableQuantity": 2})
    shop.upload(STOCK, {"merchantSku": sku, "availableStock": 7})

    assert shop.listing(sku)["maximumPurchasableQuantity"] == 2


ROWS: list[tuple[str, dict[str, Any], str]] = [
    (STOCK, {"availableStock": 1}, "MissingHeaders"),
    (STOCK, {"merchantSku": "YOK-1", "availableStock": 1}, "ProductNotFound"),
    (STOCK, {"hepsiburadaSku": "HBV1", "availableStock": 1}, "ProductNotFound"),
    (
        STOCK,
        {"hepsiburadaSku": "{other_hb}", "merchantSku": "{sku}", "availableStock": 1},
        "MismatchingSkusSpecified",
    ),
    (STOCK, {"merchantSku": "{sku}", "availableStock": -1}, "InvalidAvailableStock"),
    (STOCK, {"merchantSku": "{sku}", "availableStock": "5"}, "InvalidAvailableStock"),
    (STOCK, {"merchantSku": "{sku}", "availableStock": 1.5}, "InvalidAvailableStock"),
    (STOCK, {"merchantSku": "{sku}", "availableStock": True}, "InvalidAvailableStock"),
    (STOCK, {"merchantSku": "{sku}"}, "InvalidAvailableStock"),
    (
        STOCK,
        {"merchantSku": "{sku}", "availableStock": 1, "maximumPurchasableQuantity": -1},
        "InvalidMaximumPurchasableQuantity",
    ),
    (PRICE, {"merchantSku": "{sku}", "price": "349,90"}, "InvalidPrice"),
    (PRICE, {"merchantSku": "{sku}", "price": "349.90"}, "InvalidPrice"),
    (PRICE, {"merchantSku": "{sku}", "price": -1}, "InvalidPrice"),
    (PRICE, {"merchantSku": "{sku}", "price": None}, "InvalidPrice"),
]


@pytest.mark.parametrize(("kind", "row", "name"), ROWS)
def test_a_bad_row_is_named_by_its_place(
    shop: Shop, kind: str, row: dict[str, Any], name: str
) -> None:
    good, bad, other = shop.on_sale()[:3]
    names = {"{sku}": bad["merchantSku"], "{other_hb}": other["hepsiburadaSku"]}
    row = {key: names.get(value, value) for key, value in row.items()}
    value: dict[str, Any] = {"availableStock": 6} if kind == STOCK else {"price": good["price"]}
    result = shop.upload(kind, {"merchantSku": good["merchantSku"], **value}, row)

    assert result["status"] == "Done"
    (error,) = result["errors"]
    assert (error["elementNo"], error["errors"]) == (2, [name])
    assert set(error) == {"elementNo", "hepsiburadaSku", "merchantSku", "errors"}


@pytest.mark.parametrize(
    ("flags", "kind", "value", "name"),
    [
        ({"frozen": True}, STOCK, {"availableStock": 99}, "ListingFrozen"),
        (
            {"stock_decrease_disabled": True},
            STOCK,
            {"availableStock": 0},
            "DiscountedListingStockDecrease",
        ),
        (
            {"price_increase_disabled": True},
            PRICE,
            {"price": 9e6},
            "DiscountedListingPriceIncrease",
        ),
    ],
)
def test_protected_listings_refuse(
    shop: Shop, flags: dict[str, bool], kind: str, value: dict[str, Any], name: str
) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    shop.act("set_flags", sku, **flags)
    result = shop.upload(kind, {"merchantSku": sku, **value})

    assert result["errors"][0]["errors"] == [name]


def test_one_sku_twice_in_an_upload(shop: Shop) -> None:
    listing = shop.on_sale()[0]
    by_merchant_sku = {"merchantSku": listing["merchantSku"], "availableStock": 5}
    by_hb_sku = {"hepsiburadaSku": listing["hepsiburadaSku"], "availableStock": 6}
    result = shop.upload(STOCK, by_merchant_sku, by_merchant_sku, by_hb_sku)

    assert [(e["elementNo"], e["errors"]) for e in result["errors"]] == [
        (2, ["DuplicateMerchantSkuSpecified"]),
        (3, ["DuplicateHepsiburadaSkuSpecified"]),
    ]
    assert shop.listing(listing["merchantSku"])["availableStock"] == 5


def bounds(shop: Shop, sku: str) -> tuple[float, float]:
    """The band of prices, learnt as a merchant learns it: by leaving it."""
    result = shop.upload(PRICE, {"merchantSku": sku, "price": 999_999})
    (found,) = result["priceValidations"]
    return found["minPrice"], found["maxPrice"]


@pytest.mark.parametrize(
    ("factor", "kind", "reason"),
    [
        (0.99, "MinLock", "PriceIsLessThanThreshold"),
        (1.01, "MaxLock", "PriceIsHigherThanThreshold"),
    ],
)
def test_a_price_outside_the_band_locks_under_done(
    shop: Shop, factor: float, kind: str, reason: str
) -> None:
    first, second = (listing["merchantSku"] for listing in shop.on_sale()[:2])
    low, high = bounds(shop, first)
    price = round((low if factor < 1 else high) * factor, 2)
    result = shop.upload(
        PRICE, {"merchantSku": second, "price": 1}, {"merchantSku": first, "price": price}
    )
    found = next(v for v in result["priceValidations"] if v["merchantSku"] == first)
    locked = shop.listing(first)

    assert (result["status"], result["errors"]) == ("Done", None)
    assert found["elementNo"] == 2
    assert (found["type"], found["minPrice"], found["maxPrice"]) == (kind, low, high)
    assert (locked["isLocked"], locked["lockReasons"]) == (True, [reason])
    assert locked["isSalable"] is False


@pytest.mark.parametrize("edge", [0, 1])
def test_a_price_in_the_band_unlocks(shop: Shop, edge: int) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    band = bounds(shop, sku)
    result = shop.upload(PRICE, {"merchantSku": sku, "price": band[edge]})
    listing = shop.listing(sku)

    assert result["priceValidations"] is None
    assert (listing["isLocked"], listing["isSalable"], listing["price"]) == (
        False,
        True,
        band[edge],
    )


def test_a_good_price_does_not_lift_another_lock(shop: Shop) -> None:
    listing = shop.on_sale()[0]
    shop.act("set_lock", listing["merchantSku"], reason="ImageError")
    shop.upload(PRICE, {"merchantSku": listing["merchantSku"], "price": listing["price"]})

    assert shop.listing(listing["merchantSku"])["lockReasons"] == ["ImageError"]


@pytest.mark.parametrize(
    ("kind", "zero", "reason"),
    [
        (STOCK, {"availableStock": 0}, "StockIsLessThanOrEqualToZero"),
        (PRICE, {"price": 0}, "PriceIsLessThanOrEqualToZero"),
    ],
)
def test_zero_takes_the_offer_off_sale(
    shop: Shop, kind: str, zero: dict[str, Any], reason: str
) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    shop.upload(kind, {"merchantSku": sku, **zero})
    listing = shop.listing(sku)

    assert (listing["isSalable"], listing["deactivationReasons"]) == (False, [reason])


def test_stock_in_hepsiburadas_warehouse_is_not_the_merchants(shop: Shop) -> None:
    listing = shop.on_sale()[0]
    shop.act("set_flags", listing["merchantSku"], fulfilled_by_hb=True)
    shop.upload(STOCK, {"merchantSku": listing["merchantSku"], "availableStock": 1})

    assert shop.listing(listing["merchantSku"])["availableStock"] == listing["availableStock"]


def test_inventory_uploads_set_both(shop: Shop) -> None:
    listing = shop.on_sale()[0]
    result = shop.upload(
        "inventory-uploads",
        {
            "merchantSku": listing["merchantSku"],
            "price": listing["price"] + 1,
            "availableStock": 17,
        },
    )
    changed = shop.listing(listing["merchantSku"])

    assert (result["status"], result["processed"]) == ("Done", 1)
    assert (changed["price"], changed["availableStock"]) == (
        pytest.approx(listing["price"] + 1),
        17,
    )


@pytest.mark.parametrize(
    "body", [b"", b"{", b"{}", b"[]", b"[1]", b'{"listings": []}', b'"text"', b"null"]
)
def test_a_body_that_is_no_array_of_rows_is_refused(shop: Shop, body: bytes) -> None:
    answer = shop.sandbox.listing.post(
        f"{shop.listings_path}/{STOCK}", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 400


def test_at_most_so_many_rows(shop: Shop) -> None:
    shop.sandbox.control.post(
        "/limits", json={"upload_rows": 4000, "upload_quota_factor": 1000}
    ).raise_for_status()
    rows = [{"merchantSku": f"YOK-{n}", "availableStock": 1} for n in range(4001)]

    assert shop.send(STOCK, rows).status_code == 400
    assert shop.send(STOCK, rows[:4000]).status_code == 200


def test_at_most_five_wait_whatever_their_kind(shop: Shop) -> None:
    shop.pace(upload=600)
    listing = shop.on_sale()[0]
    rows = {
        STOCK: [{"merchantSku": listing["merchantSku"], "availableStock": 5}],
        PRICE: [{"merchantSku": listing["merchantSku"], "price": listing["price"]}],
    }
    taken = [shop.send(kind, rows[kind]) for kind in (STOCK, PRICE, STOCK, PRICE, STOCK)]
    sixth = shop.send(PRICE, rows[PRICE])
    shop.sandbox.move(601)
    later = shop.send(PRICE, rows[PRICE])

    assert {answer.status_code for answer in taken} == {200}
    assert sixth.status_code == 429
    assert sixth.text == (
        "There are too many ongoing/waiting inventory uploads at the moment. "
        "Please try again later."
    )
    assert later.status_code == 200


def test_the_days_quota_is_ten_rows_per_listing(shop: Shop) -> None:
    quota = 10 * len(shop.listings())
    rows = [{"merchantSku": f"YOK-{n}", "availableStock": 1} for n in range(quota)]
    filled = shop.send(STOCK, rows)
    over = shop.send(STOCK, rows[:1])
    shop.sandbox.move(86_400)
    next_day = shop.send(STOCK, rows[:1])

    assert [filled.status_code, over.status_code, next_day.status_code] == [200, 429, 200]
    assert "exceeds his inventory upload limit" in over.text


def test_a_failed_upload_changes_nothing(shop: Shop) -> None:
    shop.pace(upload=600)
    listing = shop.on_sale()[0]
    upload = shop.send(
        STOCK, [{"merchantSku": listing["merchantSku"], "availableStock": 77}]
    ).json()["id"]
    shop.act("fail_uploads")
    shop.sandbox.move(601)

    assert shop.result(STOCK, upload)["status"] == "Failed"
    assert shop.listing(listing["merchantSku"])["availableStock"] == listing["availableStock"]


def test_uploads_are_found_by_their_kind_only(shop: Shop) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    upload = shop.send(STOCK, [{"merchantSku": sku, "availableStock": 5}]).json()["id"]

    for kind, number in ((PRICE, upload), (STOCK, "unknown")):
        answer = shop.sandbox.listing.get(f"{shop.listings_path}/{kind}/id/{number}")
        assert answer.status_code == 404
