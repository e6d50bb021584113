"""Packing, unpacking, splitting (H§11.4, H§11.5)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.hepsiburada.conftest import Shop


def test_packing_some_and_then_the_rest(shop: Shop) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    number = shop.act("place_order", lines=[(sku, 3)], packed=False)
    (line,) = shop.open_lines(number)
    first = shop.pack((line["id"], 1))
    (left,) = shop.open_lines(number)
    second = shop.pack((line["id"], 2))

    assert (first.status_code, set(first.json())) == (201, {"packageNumber", "barcode"})
    assert left["quantity"] == 2
    assert second.status_code == 201
    assert [p["items"][0]["quantity"] for p in shop.packages_of(number)] == [1, 2]


BAD_PACKS: list[tuple[dict[str, Any], int]] = [
    ({"lineItemRequests": []}, 400),
    ({"lineItemRequests": [{"quantity": 1}]}, 400),
    ({"lineItemRequests": [{"id": "{line}", "quantity": 0}]}, 400),
    ({"lineItemRequests": [{"id": "{line}", "quantity": 9}]}, 400),
    ({"lineItemRequests": [{"id": "6098fe11-a310-a819-2b77-b92c06060606", "quantity": 1}]}, 404),
    ({"parcelQuantity": 0}, 400),
    ({"deci": "x"}, 400),
    ({"cargoCompany": "MP"}, 400),
    ({"carrier": "YK"}, 400),
    ({"cargoCompany": "MP", "carrier": "Kargo"}, 400),
    ({"cargoCompany": "DHL"}, 400),
]


@pytest.mark.parametrize(("changes", "status"), BAD_PACKS)
def test_a_package_that_can_not_be(shop: Shop, changes: dict[str, Any], status: int) -> None:
    number = shop.act("place_order", lines=[shop.on_sale()[0]["merchantSku"]], packed=False)
    (line,) = shop.open_lines(number)
    for request in changes.get("lineItemRequests", []):
        if request.get("id") == "{line}":
            changes = {"lineItemRequests": [request | {"id": line["id"]}]}
    answer = shop.pack((line["id"], 1), **changes)

    assert answer.status_code == status
    assert isinstance(answer.json(), str)
    assert len(shop.open_lines(number)) == 1


def test_a_packed_line_and_lines_that_do_not_fit(shop: Shop) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    lines = [
        shop.open_lines(shop.act("place_order", lines=[sku], packed=False))[0] for _ in range(2)
    ]
    together = shop.pack(*((line["id"], 1) for line in lines))
    shop.pack((lines[0]["id"], 1)).raise_for_status()
    again = shop.pack((lines[0]["id"], 1))

    assert (together.status_code, again.status_code) == (400, 409)


def test_a_change_of_address_stops_packing(shop: Shop) -> None:
    number = shop.act("place_order", packed=False)
    shop.act("change_address", number)
    line = shop.open_lines(number)[0]
    refused = shop.pack((line["id"], 1))
    shop.act("change_address", number, False)

    assert (refused.status_code, refused.json()) == (
        400,
        "Order has an ongoing change address demand",
    )
    assert shop.pack((line["id"], 1)).status_code == 201


def test_unpacking_opens_the_lines_again(shop: Shop) -> None:
    number = shop.act("place_order")
    package = shop.package_of(number)
    answer = shop.step(package["packageNumber"], "unpack")
    (row,) = shop.feed("status/unpacked", limit=10, Offset=0)
    listed = [p for p in shop.packages() if p["packageNumber"] == package["packageNumber"]]

    assert answer.status_code == 200
    assert isinstance(answer.json(), str)
    assert {line["status"] for line in shop.open_lines(number)} == {"Unpacked"}
    assert (row["packageNumber"], row["barcode"]) == (package["packageNumber"], package["barcode"])
    assert [p["status"] for p in listed] == ["Unpacked"]
    assert listed[0]["unpackedDate"]
    assert shop.step(package["packageNumber"], "unpack").status_code == 400


def test_the_unpacked_feed_takes_dates(shop: Shop) -> None:
    shop.act("unpack", shop.package_of(shop.act("place_order"))["packageNumber"])

    def found(**query: Any) -> int:
        return len(shop.feed("status/unpacked", limit=10, Offset=0, **query))

    assert found(begindate=shop.now_text(minutes=-2), enddate=shop.now_text(minutes=2)) == 1
    assert found(begindate=shop.now_text(hours=-9), enddate=shop.now_text(hours=-8)) == 0


def test_splitting(shop: Shop) -> None:
    skus = [listing["merchantSku"] for listing in shop.on_sale()[:2]]
    number = shop.act("place_order", lines=[(skus[0], 3), (skus[1], 1)])
    package = shop.package_of(number)
    first, second = (item["lineItemId"] for item in package["items"])
    body = {
        "packageDetails": [
            {"lines": [{"orderLineId": first, "quantity": 1}], "parcelQuantity": 1, "deci": 1},
            {"lines": [{"orderLineId": second, "quantity": 1}], "parcelQuantity": 1, "deci": 1},
        ],
        "cancelledItems": [{"orderLineId": first, "quantity": 1, "cancelReasonId": 83}],
    }
    answer = shop.step(package["packageNumber"], "split", body)
    contents = [
        [(item["lineItemId"], item["quantity"]) for item in found["items"]]
        for found in shop.packages_of(number)
    ]

    assert answer.status_code == 200
    # what is in no group, Hepsiburada packs together
    assert contents == [[(first, 1)], [(second, 1)], [(first, 1)]]
    assert shop.open_lines(number) == []
    assert shop.step(package["packageNumber"], "split", body).status_code == 400


@pytest.mark.parametrize(
    "details",
    [[], None, [{"lines": []}], [{"lines": [{"orderLineId": "{line}", "quantity": 9}]}],
     [{"lines": [{"orderLineId": "other", "quantity": 1}]}]],
)  # fmt: skip
def test_a_split_that_can_not_be(shop: Shop, details: Any) -> None:
    package = shop.package_of(shop.act("place_order"))
    line = package["items"][0]["lineItemId"]
    for group in details or []:
        for found in group["lines"]:
            found["orderLineId"] = found["orderLineId"].replace("{line}", line)
    answer = shop.step(package["packageNumber"], "split", {"packageDetails": details})

    assert answer.status_code == 400
    assert shop.packages()[0]["status"] == "Open"
