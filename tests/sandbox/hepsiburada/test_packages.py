"""Reading packages (H§11.1–11.3)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.sandbox.hepsiburada.conftest import Shop

FEEDS = ("shipped", "delivered", "undelivered")


def check_digit(barcode: str) -> bool:
    return sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(barcode)) % 10 == 0


@pytest.mark.parametrize(
    "query",
    [{}, {"limit": 10}, {"Offset": 0}, {"limit": 10, "offset": 0}, {"limit": 0, "Offset": 0}],
)
def test_the_list_wants_limit_and_a_capital_offset(shop: Shop, query: dict[str, Any]) -> None:
    answer = shop.sandbox.oms.get(shop.packages_path, params=query)

    assert answer.status_code == 400
    assert answer.json() == {"message": "Bad Request limit and offset parameters are required"}


def test_the_list_is_a_bare_array_of_ten(shop: Shop) -> None:
    empty = shop.packages()
    orders = [shop.act("place_order") for _ in range(13)]
    pages = [shop.packages(limit=50, Offset=offset) for offset in (0, 10, 20)]

    assert empty == []
    assert [len(page) for page in pages] == [10, 3, 0]
    found = {package["items"][0]["orderNumber"] for page in pages for package in page}
    assert found == set(orders)


def test_barcodes_are_ean_13_of_the_package_number(shop: Shop) -> None:
    for _ in range(5):
        shop.act("place_order")

    for package in shop.packages():
        assert package["packageNumber"].startswith("0")
        assert len(package["packageNumber"]) == 9
        assert package["barcode"][:12] == "629" + package["packageNumber"]
        assert check_digit(package["barcode"])
        assert package["email"] == "tedarikciiletisim@hepsiburada.com"


def test_one_sku_in_two_lines_of_one_package(shop: Shop) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    number = shop.act("place_order", lines=[(sku, 1), (sku, 1)])
    items = shop.package_of(number)["items"]

    assert [(item["merchantSku"], item["quantity"]) for item in items] == [(sku, 1), (sku, 1)]
    assert len({item["lineItemId"] for item in items}) == 2


def test_an_order_in_two_packages(shop: Shop) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    number = shop.act("place_order", lines=[(sku, 3)], packages=2)
    packages = shop.packages_of(number)

    assert [p["items"][0]["quantity"] for p in packages] == [1, 2]
    assert len({p["items"][0]["lineItemId"] for p in packages}) == 1


def test_dates_mean_package_added_and_a_day_at_most(shop: Shop) -> None:
    old = shop.act("place_order")
    shop.sandbox.move(30 * 3600)
    new = shop.act("place_order")

    def within(**query: str) -> set[str]:
        return {package["items"][0]["orderNumber"] for package in shop.packages(**query)}

    # the old one was shipped meanwhile; what is shipped leaves the list
    assert within(timespan="48") == {new}
    shop.pace(ship=10**9)
    shop.sandbox.move(30 * 3600)
    newest = shop.act("place_order")
    assert within() == {newest}
    assert within(timespan="48") == {new, newest}
    assert within(begindate=shop.now_text(hours=-31), enddate=shop.now_text(minutes=5)) == {new}
    assert within(begindate=shop.now_text(minutes=-2)) == {newest}
    assert within(begindate="2026-03-01T00:00:00") == set()
    assert old in {row["OrderNumber"] for row in shop.feed("shipped")}


@pytest.mark.parametrize("query", [{"begindate": "yesterday"}, {"enddate": "2026-03-01"}])
def test_a_date_in_another_form(shop: Shop, query: dict[str, str]) -> None:
    answer = shop.sandbox.oms.get(shop.packages_path, params={"limit": 10, "Offset": 0} | query)

    if "enddate" in query:  # an ISO date is taken, and matches nothing
        assert (answer.status_code, answer.json()) == (200, [])
    else:
        assert (answer.status_code, answer.json()) == (400, "WrongDateFormat")


def test_packages_move_from_feed_to_feed(shop: Shop) -> None:
    numbers = [shop.package_of(shop.act("place_order"))["packageNumber"] for _ in range(2)]
    for number in numbers:
        shop.act("ship", number)
    assert [row["PackageNumber"] for row in shop.feed("shipped")] == numbers
    assert shop.packages() == []
    shop.act("deliver", numbers[0])
    shop.act("undeliver", numbers[1], "Adres yetersiz")

    assert [row["PackageNumber"] for row in shop.feed("delivered")] == numbers[:1]
    (returned,) = shop.feed("undelivered")
    assert (returned["PackageNumber"], returned["UndeliveredReason"]) == (
        numbers[1],
        "Adres yetersiz",
    )
    assert [row["packageNumber"] for row in shop.feed("missing-invoice")] == numbers


def test_time_ships_and_delivers(shop: Shop) -> None:
    shop.pace(ship=100, deliver=200)
    number = shop.package_of(shop.act("place_order", cargo="HepsiJet"))["packageNumber"]
    shop.sandbox.move(101)
    shipped = shop.sandbox.oms.get(shop.package_path(number)).json()
    shop.sandbox.move(200)
    delivered = shop.sandbox.oms.get(shop.package_path(number)).json()

    assert shipped["status"] == "InTransit"
    assert shipped["trackingInfoCode"]
    assert delivered["status"] == "Delivered"


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("date", ["begindate", "enddate"])
def test_the_status_feeds_refuse_dates(shop: Shop, name: str, date: str) -> None:
    answer = shop.sandbox.oms.get(
        f"{shop.packages_path}/{name}",
        params={"offset": 0, "limit": 50, date: "2026-03-01 00:00"},
    )

    assert (answer.status_code, answer.json()) == (400, "WrongDateFormat")


@pytest.mark.parametrize("name", FEEDS)
def test_the_status_feeds_go_back_a_month(shop: Shop, name: str) -> None:
    number = shop.package_of(shop.act("place_order"))["packageNumber"]
    shop.act("ship", number)
    if name != "shipped":
        shop.act({"delivered": "deliver", "undelivered": "undeliver"}[name], number)
    before = shop.feed(name)
    shop.sandbox.move(31 * 86_400)

    assert [row["PackageNumber"] for row in before] == [number]
    assert number not in [row["PackageNumber"] for row in shop.feed(name)]


def test_an_unknown_package(shop: Shop) -> None:
    answer = shop.sandbox.oms.get(shop.package_path("5000031657"))

    assert answer.status_code == 404
    assert answer.json() | {"correlationId": "x"} == {
        "statusCode": 404,
        "code": "1004",
        "defaultMessage": None,
        "correlationId": "x",
        "message": "cannot find package with package number 5000031657",
    }


@pytest.mark.parametrize(
    ("form", "magic"),
    [
        ("png", b"\x89PNG"),
        ("jpg", b"\xff\xd8"),
        ("pdf", b"%PDF"),
        ("zpl", b"^XA"),
        ("base64zpl", b"^XA"),
    ],
)
def test_labels(shop: Shop, form: str, magic: bytes) -> None:
    number = shop.package_of(shop.act("place_order", cargo="Aras Kargo"))["packageNumber"]
    path = shop.package_path(number, "/labels")
    answer = shop.sandbox.oms.get(path, params={"format": form}).json()
    (label,) = answer["data"]
    content = label.encode() if form == "zpl" else base64.b64decode(label)

    assert answer["format"] == form
    assert content.startswith(magic)


@pytest.mark.parametrize(("carrier", "form"), [("Yurtiçi Kargo", "png"), ("HepsiJet", "docx")])
def test_no_label(shop: Shop, carrier: str, form: str) -> None:
    number = shop.package_of(shop.act("place_order", cargo=carrier))["packageNumber"]
    answer = shop.sandbox.oms.get(shop.package_path(number, "/labels"), params={"format": form})

    assert answer.status_code == 400
    assert isinstance(answer.json(), str)
