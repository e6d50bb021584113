"""Reading orders, and buying (H§10, H§3)."""

from __future__ import annotations

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
import pytest

from hbdash.sandbox.hepsiburada.basket import NotOnSale
from tests.sandbox.hepsiburada.conftest import Shop

PAGING_REQUIRED = {"message": "Bad Request limit and offset parameters are required"}
ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")
ZONELESS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{7})?")


def exact(answer: httpx.Response) -> Any:
    """JSON with every number as it was written."""
    return json.loads(answer.content, parse_float=Decimal)


def feed(shop: Shop, name: str, **query: Any) -> httpx.Response:
    return shop.sandbox.oms.get(f"{shop.orders_path}{name}", params=query)


def test_an_empty_list_as_recorded(shop: Shop) -> None:
    body = feed(shop, "", offset=0, limit=1).json()

    assert body == {"totalCount": 0, "limit": 1, "offset": 0, "pageCount": 0, "items": []}


@pytest.mark.parametrize(
    "query",
    [{}, {"limit": 10}, {"offset": 0}, {"limit": 0, "offset": 0}, {"limit": "x", "offset": 0},
     {"limit": 10, "offset": -1}],
)  # fmt: skip
def test_paging_is_required(shop: Shop, query: dict[str, Any]) -> None:
    answer = feed(shop, "", **query)

    assert (answer.status_code, answer.json()) == (400, PAGING_REQUIRED)


def test_a_paid_line_shows_until_it_is_packed(shop: Shop) -> None:
    shop.pace(pack=600)
    listing = shop.on_sale()[0]
    number = shop.act("place_order", lines=[(listing["merchantSku"], 2)])
    (line,) = shop.open_lines(number)
    shop.sandbox.move(601)

    assert (line["status"], line["quantity"], line["canCreatePackage"]) == ("Open", 2, True)
    assert (line["barcode"], line["packageNumber"]) == ("", "")
    assert line["merchantSKU"] == listing["merchantSku"]
    assert shop.open_lines(number) == []
    assert shop.package_of(number)["items"][0]["quantity"] == 2


def test_a_sale_lowers_the_stock_at_once(shop: Shop) -> None:
    listing = shop.on_sale()[0]
    sku, stock = listing["merchantSku"], listing["availableStock"]
    shop.act("place_order", lines=[(sku, 3)])

    assert shop.listing(sku)["availableStock"] == stock - 3


@pytest.mark.parametrize("spoil", ["stock", "lock", "unknown", "too many"])
def test_what_is_not_on_sale_is_not_sold(shop: Shop, spoil: str) -> None:
    listing = shop.on_sale()[0]
    sku, quantity = listing["merchantSku"], 1
    if spoil == "stock":
        shop.act("drift_stock", sku, 0)
    elif spoil == "lock":
        shop.act("set_lock", sku)
    elif spoil == "unknown":
        sku = "YOK-1"
    else:
        quantity = listing["availableStock"] + 1

    with pytest.raises(NotOnSale):
        shop.act("place_order", lines=[(sku, quantity)])
    assert (
        shop.sandbox.call(
            lambda world: world.db.execute("SELECT count(*) FROM hb_order").fetchone()[0]
        )
        == 0
    )


def test_an_order_by_number_after_packing(shop: Shop) -> None:
    number = shop.act("place_order")
    package = shop.package_of(number)
    body = feed(shop, f"/ordernumber/{number}").json()

    assert (body["orderNumber"], body["paymentStatus"]) == (number, "Received")
    assert body["customer"]["customerId"] == package["customerId"]
    assert {item["status"] for item in body["items"]} == {"Packaged"}
    assert {item["packageNumber"] for item in body["items"]} == {package["packageNumber"]}
    assert {item["barcode"] for item in body["items"]} == {package["barcode"]}


def test_an_order_by_number_tells_where_each_line_is(shop: Shop) -> None:
    number = shop.act("place_order")
    package = shop.package_of(number)["packageNumber"]
    states = []
    for step in ("ship", "deliver"):
        shop.act(step, package)
        states.append(feed(shop, f"/ordernumber/{number}").json()["items"][0]["status"])
    shop.act("open_claim", order_number=number)
    states.append(feed(shop, f"/ordernumber/{number}").json()["items"][0]["status"])

    assert states == ["InTransit", "Delivered", "ClaimCreated"]


def test_an_unknown_order_and_an_unpaid_one(shop: Shop) -> None:
    shop.pace(pay=86_400)
    unpaid = shop.act("place_order", paid=False)

    assert feed(shop, "/ordernumber/0000000001").status_code == 404
    answer = feed(shop, f"/ordernumber/{unpaid}")
    assert answer.status_code == 400
    assert isinstance(answer.json(), str)


def test_an_unpaid_order_waits_in_its_own_feed(shop: Shop) -> None:
    shop.pace(pay=600)
    number = shop.act("place_order", paid=False)
    waiting = feed(shop, "/paymentawaiting").json()
    open_before = shop.open_lines(number)
    shop.sandbox.move(601)

    assert {item["OrderNumber"] for item in waiting["items"]} == {number}
    assert waiting["limit"] == 50
    assert open_before == []
    assert feed(shop, "/paymentawaiting").json()["items"] == []
    assert shop.package_of(number)


@pytest.mark.parametrize("at", ["open", "packed"])
def test_a_customer_cancels(shop: Shop, at: str) -> None:
    listing = shop.on_sale()[0]
    sku = listing["merchantSku"]
    number = shop.act("place_order", lines=[(sku, 3)], packed=at == "packed")
    line = shop.act("cancel_line", order_number=number, quantity=2)
    (row,) = feed(shop, "/cancelled").json()["items"]

    assert (row["lineItemId"], row["quantity"], row["cancelledBy"]) == (line, 2, "Customer")
    assert shop.listing(sku)["availableStock"] == listing["availableStock"] - 1
    if at == "packed":
        assert shop.package_of(number)["items"][0]["quantity"] == 1
    else:
        assert shop.open_lines(number)[0]["quantity"] == 1


def test_the_merchant_cancels_and_loses_the_offer(shop: Shop) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    number = shop.act("place_order", lines=[(sku, 2)], packed=False)
    (line,) = shop.open_lines(number)
    path = f"{shop.lines_path}/id/{line['id']}/cancelbymerchant"
    wrong = shop.sandbox.oms.post(path, json={"reasonId": 81})
    right = shop.sandbox.oms.post(path, json={"reasonId": 83})
    again = shop.sandbox.oms.post(path, json={"reasonId": 83})
    (row,) = feed(shop, "/cancelled").json()["items"]
    listing = shop.listing(sku)

    assert [wrong.status_code, right.status_code, again.status_code] == [400, 200, 400]
    assert isinstance(right.json(), str)
    assert (row["cancelledBy"], row["cancelReasonCode"], row["quantity"]) == (
        "Merchant",
        "MerchantCanNotBeSupplied",
        2,
    )
    assert (listing["lockReasons"], listing["availableStock"]) == (["OrderCancellation"], 0)


def test_a_packed_line_is_not_the_merchants_to_cancel(shop: Shop) -> None:
    number = shop.act("place_order")
    line = shop.package_of(number)["items"][0]["lineItemId"]
    answer = shop.sandbox.oms.post(
        f"{shop.lines_path}/id/{line}/cancelbymerchant", json={"reasonId": 83}
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["begindate", "enddate"])
def test_the_cancelled_feed_refuses_dates(shop: Shop, name: str) -> None:
    answer = feed(shop, "/cancelled", offset=0, limit=50, **{name: "2026-03-01 00:00"})

    assert (answer.status_code, answer.json()) == (400, "WrongDateFormat")


def test_dates_are_turkey_time_and_longer_than_a_day_is_cut(shop: Shop) -> None:
    old = shop.act(
        "place_order",
        placed_at=shop.sandbox.world.clock.now().replace(microsecond=0).isoformat(),
        packed=False,
    )
    shop.sandbox.move(30 * 3600)
    new = shop.act("place_order", packed=False)

    def within(**query: str) -> set[str]:
        body = feed(shop, "", offset=0, limit=100, **query).json()
        return {line["orderNumber"] for line in body["items"]}

    assert within() == {old, new}
    assert within(begindate=shop.now_text(minutes=-5), enddate=shop.now_text(minutes=5)) == {new}
    assert within(begindate=shop.now_text(hours=-31), enddate=shop.now_text(minutes=5)) == {old}
    assert within(begindate="2026-03-01T00:00:00Z") == set()
    wrong = feed(shop, "", offset=0, limit=100, begindate="01.03.2026")
    assert (wrong.status_code, wrong.json()) == (400, "WrongDateFormat")


def test_pages_count_and_limit_is_at_most_a_hundred(shop: Shop) -> None:
    sku = max(shop.on_sale(), key=lambda found: int(found["availableStock"]))["merchantSku"]
    for _ in range(5):
        shop.act("place_order", lines=[(sku, 1)], packed=False)
    first = feed(shop, "", offset=0, limit=2).json()
    last = feed(shop, "", offset=4, limit=2).json()

    assert (first["totalCount"], first["pageCount"], len(first["items"])) == (5, 3, 2)
    assert len(last["items"]) == 1
    assert feed(shop, "", offset=0, limit=5000).json()["limit"] == 100


def test_numbers_ids_and_names_are_as_recorded(shop: Shop) -> None:
    for _ in range(40):
        shop.act("place_order", packed=False)
    lines = shop.open_lines()

    for line in lines:
        assert re.fullmatch(r"0\d{9}", line["orderNumber"])
        assert line["id"].endswith("06060606")
        assert line["shippingAddress"]["email"] == "tedarikciiletisim@hepsiburada.com"
        assert line["slot"] is line["pickUpTime"] is line["releatedLineIndexesWithCampaign"] is None
        assert line["customizedTextX"] == ""
    assert any("\r\n" in line["shippingAddress"]["address"] for line in lines)
    assert len({line["id"] for line in lines}) == len(lines)


def test_dates_come_in_several_forms_and_mean_the_same_time(shop: Shop) -> None:
    for _ in range(60):
        shop.act("place_order")
    texts = [
        package["orderDate"]
        for offset in range(0, 60, 10)
        for package in shop.packages(Offset=offset)
    ]
    zoned = [text for text in texts if ZONED.fullmatch(text)]
    zoneless = [text for text in texts if ZONELESS.fullmatch(text)]

    assert len(zoned) + len(zoneless) == len(texts)
    assert any(len(text.rpartition(".")[2]) == 7 for text in zoneless)
    utc = shop.sandbox.world.clock.now().strftime("%Y-%m-%dT%H")
    assert {text[:10] for text in zoned} >= {utc[:10]} or utc.endswith("T00")


@pytest.mark.parametrize(
    ("price", "discount", "quantity"),
    [("28.99833", "0", 6), ("349.90000", "0", 2), ("94.49000", "15.75001", 1), ("0.01", "1", 3)],
)
def test_amounts_keep_five_decimals_and_fit_together(
    shop: Shop, price: str, discount: str, quantity: int
) -> None:
    sku = shop.on_sale(stock=6)[0]["merchantSku"]
    want = {"sku": sku, "quantity": quantity, "unit_price": price, "hb_discount": discount}
    number = shop.act("place_order", lines=[want])
    body = exact(shop.sandbox.oms.get(shop.packages_path, params={"limit": 10, "Offset": 0}))
    (package,) = body
    (item,) = package["items"]
    total = Decimal(price) * quantity
    rate = item["vatRate"]
    tax = (total * rate / (100 + rate)).quantize(Decimal("0.01"), ROUND_HALF_UP)

    assert item["orderNumber"] == number
    assert item["price"] == {"currency": "TRY", "amount": Decimal(price)}
    assert item["price"]["amount"].as_tuple().exponent == -5
    assert item["totalPrice"]["amount"] == package["totalPrice"]["amount"] == total
    assert item["merchantUnitPrice"]["amount"] == Decimal(price) + Decimal(discount)
    assert item["totalHBDiscount"]["amount"] == Decimal(discount) * quantity
    assert item["vat"] == tax


def test_private_and_business_buyers(shop: Shop) -> None:
    private = shop.package_of(shop.act("place_order", business=False))
    firm = shop.package_of(shop.act("place_order", business=True))

    assert private["companyName"] == private["customerName"]
    assert (private["taxOffice"], private["taxNumber"]) == (None, "")
    assert len(private["identityNo"]) == 11
    assert firm["companyName"] != firm["customerName"]
    assert firm["taxOffice"]
    assert firm["taxNumber"].isdecimal()
    assert firm["identityNo"] is None


def test_an_unmapped_township(shop: Shop) -> None:
    package = shop.package_of(shop.act("place_order", unmapped=True))

    assert package["shippingTown"] == "Merkez"
    assert package["shippingAddressDetail"].endswith(f"Merkez {package['shippingCity']}")


def test_packageable_with(shop: Shop) -> None:
    skus = [listing["merchantSku"] for listing in shop.on_sale()[:2]]
    number = shop.act("place_order", lines=skus, packed=False)
    alone = shop.act("place_order", lines=skus[:1], packed=False)
    first, second = shop.open_lines(number)
    (single,) = shop.open_lines(alone)

    def ask(line: str) -> httpx.Response:
        return shop.sandbox.oms.get(f"{shop.lines_path}/packageablewith/lineitemid/{line}")

    assert ask(first["id"]).json() == {
        "lineItems": [{"orderNumber": number, "lineItemId": second["id"], "quantity": 1}]
    }
    assert ask(single["id"]).status_code == 404
    assert ask("00000000-0000-0000-0000-000000000000").status_code == 404
