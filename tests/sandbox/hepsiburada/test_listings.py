"""Reading and switching listings (H§9.1, H§9.4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.sandbox.hepsiburada.conftest import Shop

FIELDS = [
    "listingId", "uniqueIdentifier", "hepsiburadaSku", "merchantSku", "price", "availableStock",
    "dispatchTime", "cargoCompany1", "cargoCompany2", "cargoCompany3", "shippingAddressLabel",
    "shippingProfileName", "claimAddressLabel", "maximumPurchasableQuantity",
    "minimumPurchasableQuantity", "pricings", "isSalable", "customizableProperties",
    "deactivationReasons", "isSuspended", "isLocked", "lockReasons", "isFrozen", "freezeReasons",
    "availableWarehouses", "isFulfilledByHB", "priceIncreaseDisabled", "priceDecreaseDisabled",
    "stockDecreaseDisabled", "skuAfterSuspension", "productId", "hasVariant",
]  # fmt: skip


def test_a_listing_has_exactly_the_documented_fields(shop: Shop) -> None:
    answer = shop.sandbox.listing.get(shop.listings_path, params={"offset": 0, "limit": 1}).json()

    assert list(answer) == ["listings", "totalCount", "limit", "offset"]
    assert list(answer["listings"][0]) == FIELDS
    assert answer["totalCount"] == len(shop.listings())


def test_pages_cover_everything_once(shop: Shop) -> None:
    pages = [
        shop.listings(offset=offset, limit=7) for offset in range(0, len(shop.listings()) + 7, 7)
    ]
    skus = [listing["merchantSku"] for page in pages for listing in page]

    assert skus == [listing["merchantSku"] for listing in shop.listings()]
    assert pages[-1] == [] or len(pages[-1]) < 7


def test_without_paging_ten_are_shown_and_large_limits_are_lowered(shop: Shop) -> None:
    shop.sandbox.control.post("/limits", json={"listings_page": 20}).raise_for_status()
    plain = shop.sandbox.listing.get(shop.listings_path).json()
    large = shop.sandbox.listing.get(shop.listings_path, params={"offset": 0, "limit": 999}).json()

    assert (len(plain["listings"]), plain["limit"]) == (10, 10)
    assert (len(large["listings"]), large["limit"]) == (20, 20)


def test_salable_filters_split_the_listings(shop: Shop) -> None:
    salable = shop.listings(**{"salable-listings": "true"})
    others = shop.listings(**{"notsalable-listings": "true"})

    assert all(listing["isSalable"] for listing in salable)
    assert not any(listing["isSalable"] for listing in others)
    assert len(salable) + len(others) == len(shop.listings())
    for listing in others:
        assert (
            listing["isLocked"]
            or listing["deactivationReasons"]
            or listing["isFrozen"]
            or listing["isSuspended"]
        )


def test_sku_filters_take_fifty(shop: Shop) -> None:
    found = shop.listings()[:3]
    by_merchant_sku = shop.listings(
        merchantSkuList=",".join(listing["merchantSku"].lower() for listing in found)
    )
    by_hb_sku = shop.listings(hbSkuList=",".join(listing["hepsiburadaSku"] for listing in found))
    many = shop.sandbox.listing.get(
        shop.listings_path, params={"merchantSkuList": ",".join(map(str, range(51)))}
    )

    assert by_merchant_sku == by_hb_sku == found
    assert many.status_code == 400


def test_update_dates_find_what_changed_since(shop: Shop) -> None:
    since = (shop.sandbox.world.clock.now() - timedelta(minutes=1)).isoformat()
    before = shop.listings(updateStartDate=since)
    sku = shop.on_sale()[0]["merchantSku"]
    shop.upload("stock-uploads", {"merchantSku": sku, "availableStock": 9})

    assert before == []
    assert [listing["merchantSku"] for listing in shop.listings(updateStartDate=since)] == [sku]
    assert shop.listings(updateStartDate=since, updateEndDate=since) == []


@pytest.mark.parametrize("name", ["offset", "limit", "updateStartDate"])
def test_a_parameter_that_is_none_is_refused(shop: Shop, name: str) -> None:
    answer = shop.sandbox.listing.get(shop.listings_path, params={name: "x"})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("flags", "field"),
    [
        ({"frozen": True}, "isFrozen"),
        ({"suspended": True}, "isSuspended"),
        ({"fulfilled_by_hb": True}, "isFulfilledByHB"),
        ({"price_increase_disabled": True}, "priceIncreaseDisabled"),
        ({"price_decrease_disabled": True}, "priceDecreaseDisabled"),
        ({"stock_decrease_disabled": True}, "stockDecreaseDisabled"),
    ],
)
def test_flags_show(shop: Shop, flags: dict[str, bool], field: str) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    shop.act("set_flags", sku, **flags)
    listing = shop.listing(sku)

    assert listing[field] is True
    assert listing["isSalable"] is (field not in ("isFrozen", "isSuspended"))


def test_deactivate_and_activate(shop: Shop) -> None:
    listing = shop.on_sale()[0]
    path = f"{shop.listings_path}/sku/{listing['hepsiburadaSku']}"

    assert shop.sandbox.listing.post(path + "/deactivate").status_code == 200
    assert shop.listing(listing["merchantSku"])["isSalable"] is False
    assert shop.sandbox.listing.post(path + "/activate").status_code == 200
    assert shop.listing(listing["merchantSku"])["isSalable"] is True


def test_nothing_without_stock_can_be_activated(shop: Shop) -> None:
    listing = shop.on_sale()[0]
    shop.act("drift_stock", listing["merchantSku"], 0)
    answer = shop.sandbox.listing.post(
        f"{shop.listings_path}/sku/{listing['hepsiburadaSku']}/activate"
    )

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("reason", "lifted"),
    [
        ("PriceIsHigherThanThreshold", True),
        ("OrderCancellation", True),
        ("ByCheckoutPriceAnomaly", True),
        ("ImageError", False),
        ("BannedProduct", False),
    ],
)
def test_bulk_unlock_lifts_price_locks_only(shop: Shop, reason: str, lifted: bool) -> None:
    listing = shop.on_sale()[0]
    shop.act("set_lock", listing["merchantSku"], reason=reason)
    locked = shop.listing(listing["merchantSku"])
    answer = shop.sandbox.listing.post(
        shop.listings_path + "/bulk-unlock", json={"hbSkuList": [listing["hepsiburadaSku"]]}
    )

    assert (locked["isLocked"], locked["lockReasons"]) == (True, [reason])
    assert answer.status_code == 200
    assert shop.listing(listing["merchantSku"])["isLocked"] is not lifted


def test_bulk_unlock_wants_skus(shop: Shop) -> None:
    answer = shop.sandbox.listing.post(shop.listings_path + "/bulk-unlock", json={"hbSkuList": []})

    assert answer.status_code == 400
