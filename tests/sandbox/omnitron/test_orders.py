"""Orders, items, cancels, customers, addresses (O§4.5-4.7, O§6)."""

from __future__ import annotations

from typing import Any

import pytest

from hbdash.sandbox.omnitron import backoffice
from tests.sandbox.omnitron.conftest import JSON, Office, as_object


def test_an_order_is_written_once_with_an_item_per_unit(office: Office) -> None:
    stock = office.stock_of(office.listed())["stock"]
    order, items = office.order("HB-1-9", units=2)
    assert (order["number"], order["extra_field"]["id"]) == ("HB-1-9", "9")
    assert [item["extra_field"]["id"] for item in items] == ["line-HB-1-9-1", "line-HB-1-9-2"]
    assert [item["price"] for item in items] == ["250.00", "250.00"]
    again = office.send("POST", "create_orders/", office.order_body("HB-1-9"))
    assert again.status_code == 406
    assert isinstance(again.json()["non_field_errors"], str)
    books = office.world.books
    assert office.sandbox.call(lambda _: books.count("omnitron.order", "HB-1-9")) == 1
    assert office.sandbox.call(lambda _: books.count("omnitron.order_item", "line-HB-1-9-1")) == 1
    (found,) = office.rows("orders/", number="HB-1-9", channel_id=137)
    assert found["pk"] == order["pk"]
    assert office.rows("orders/", number="HB-1-9", channel_id=138) == []
    after = office.stock_of(office.listed())
    assert (after["stock"], after["sold_quantity_unreported"]) == (stock - 2, 2)
    assert after["pk"] in office.due("product_stocks/updates/")


def test_the_published_shape_with_a_quantity_makes_units_too(office: Office) -> None:
    body = office.order_body()
    body["order_item"] = [
        {
            "product": office.listed().pk,
            "quantity": 3,
            "unit_price": 10,
            "total_price": "30.00",
            "extra_field": {"id": "line-1"},
        }
    ]
    made = office.post("create_orders/", body)
    items = office.rows("order_items/", order=made["pk"], sort="id")
    assert [item["price"] for item in items] == ["10.00"] * 3


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"number": None}, "number"),
        ({"number": "x" * 129}, "number"),
        ({"customer": 99}, "customer"),
        ({"shipping_address": None}, "shipping_address"),
        ({"cargo_company": 77}, "cargo_company"),
        ({"currency": "TRY"}, "currency"),
        ({"amount": "ten"}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"extra_field": {}}, "extra_field"),
        ({"date_placed": "yesterday"}, "date_placed"),
        ({"status": "new"}, "status"),
        ({"notes": "x" * 321}, "notes"),
    ],
)
def test_a_wrong_order_is_a_400_that_names_the_field(
    office: Office, change: JSON, where: str
) -> None:
    body = office.order_body()
    body["order"] |= change
    answer = office.send("POST", "create_orders/", body)
    assert answer.status_code == 400
    assert list(answer.json()["order"]) == [where]
    assert office.rows("orders/") == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"product": 1}, "product"),
        ({"extra_field": {"id": ""}}, "extra_field"),
        ({"price": None}, "price"),
        ({"price_list": 8}, "price_list"),
        ({"tax_rate": "a"}, "tax_rate"),
    ],
)
def test_a_wrong_item_is_a_400_in_its_place(office: Office, change: JSON, where: str) -> None:
    body = office.order_body()
    body["order_item"][1] |= change
    answer = office.send("POST", "create_orders/", body)
    assert answer.status_code == 400
    first, second = answer.json()["order_item"]
    assert (first, list(second)) == ({}, [where])


@pytest.mark.parametrize("missing", ["order", "order_item"])
def test_an_order_needs_both_parts(office: Office, missing: str) -> None:
    body = {key: value for key, value in office.order_body().items() if key != missing}
    assert missing in office.send("POST", "create_orders/", body).json()


def test_item_status_goes_forward_only(office: Office) -> None:
    _, (item, _) = office.order()
    path = f"order_items/{item['pk']}/"
    sent = office.patch(path, {"status": "500", "tracking_number": "70123"})
    assert (sent["status"], sent["tracking_number"]) == ("500", "70123")
    assert office.patch(path, {"status": "delivered"})["status"] == "550"
    assert office.send("PATCH", path, {"status": "500"}).status_code == 406
    assert office.send("PATCH", path, {"status": "gone"}).status_code == 400


def test_an_order_changed_in_the_back_office_is_in_updates(office: Office) -> None:
    order, _ = office.order()
    objects = [{**as_object(order, "order"), "remote_id": "9"}]
    office.move(office.move(office.batch(), "commit", objects, content_type="order"), "done")
    assert office.due("orders/updates/") == set()
    office.sandbox.call(backoffice.set_order_status, "HB-1-9", "500", tracking_number="7")
    (row,) = office.rows("orders/updates/")
    assert (row["pk"], row["status"], row["tracking_number"]) == (order["pk"], "500", "7")
    objects = [as_object(row, "order")]
    office.move(office.move(office.batch(), "commit", objects, content_type="order"), "done")
    assert office.due("orders/updates/") == set()


def cancel_body(order: JSON, items: list[JSON], reason: Any = 4) -> JSON:
    return {
        "order": order["pk"],
        "cancel_items": [item["pk"] for item in items],
        "reasons": {str(item["pk"]): reason for item in items},
        "forced_refund_amount": None,
    }


def test_cancel_gives_the_units_back(office: Office) -> None:
    order, items = office.order(units=2)
    stock = office.stock_of(office.listed())["stock"]
    path = f"orders/{order['pk']}/cancel/"
    assert office.post(path, cancel_body(order, items[:1]))["status"] == "400"
    statuses = [row["status"] for row in office.rows("order_items/", order=order["pk"], sort="id")]
    assert statuses == ["100", "400"]
    assert office.stock_of(office.listed())["stock"] == stock + 1
    assert office.send("POST", path, cancel_body(order, items[:1])).status_code == 406
    assert office.post(path, cancel_body(order, items[1:]))["status"] == "100"


def test_cancel_refuses_what_it_can_not_do(office: Office) -> None:
    order, items = office.order(units=7)
    path = f"orders/{order['pk']}/cancel/"
    wrong = [
        (cancel_body(order, items), "cancel_items"),  # more than 6
        (cancel_body(order, []), "cancel_items"),
        (cancel_body(order, items[:1], reason=7), "reasons"),  # a refund's reason
        ({**cancel_body(order, items[:1]), "cancel_items": [999]}, "cancel_items"),
        ({**cancel_body(order, items[:1]), "order": 99}, "order"),
    ]
    for body, field in wrong:
        answer = office.send("POST", path, body)
        assert (answer.status_code, field in answer.json()) == (400, True), answer.text
    office.patch(f"order_items/{items[0]['pk']}/", {"status": "500"})
    assert office.send("POST", path, cancel_body(order, items[:2])).status_code == 406
    rows = office.rows("order_items/", order=order["pk"])
    assert "100" not in {row["status"] for row in rows}, "all or nothing"


@pytest.mark.requirement("R6.2")
def test_a_cancel_leaves_its_plan(office: Office) -> None:
    """One plan per call, over its items and what they cost (O§6.9)."""
    order, items = office.order(units=3)
    path = f"orders/{order['pk']}/cancel/"
    office.post(path, cancel_body(order, items[:2]))
    office.post(path, cancel_body(order, items[2:]))
    plans = office.rows("cancellation_plans/", plan_type="cancel", order_id=order["pk"])
    assert [plan["order_items"] for plan in plans] == [
        [item["pk"] for item in items[:2]], [items[2]["pk"]],
    ]  # fmt: skip
    assert [plan["refund_amount"] for plan in plans] == ["500.00", "250.00"]
    assert office.get(f"cancellation_plans/{plans[0]['pk']}/")["pk"] == plans[0]["pk"]
    assert office.rows("cancellation_plans/", order_number="HB-0-0") == []


def test_the_warehouse_goes_forward_only(office: Office) -> None:
    order, items = office.order("HB-1-9", units=2)
    office.patch(f"order_items/{items[0]['pk']}/", {"status": "550"})
    office.sandbox.call(backoffice.set_order_status, "HB-1-9", "500")
    rows = office.rows("order_items/", order=order["pk"], sort="id")
    assert [row["status"] for row in rows] == ["550", "500"]
    with pytest.raises(ValueError):
        office.sandbox.call(backoffice.set_order_status, "HB-1-9", "400")


def test_shipping_info(office: Office) -> None:
    order, _ = office.order()
    body = {"order": order["pk"], "order_number": "HB-1-9", "shipping_company": 3, "is_send": True}
    assert office.post("order_shipping_infos/", body)["is_send"] is True
    assert office.send("POST", "order_shipping_infos/", {**body, "order": 9}).status_code == 400


def test_a_customer_is_known_once_by_e_mail(office: Office) -> None:
    made = office.customer()
    assert office.rows("customers/", email=made["email"], channel=137) == [made]
    twin = {**made, "first_name": "Başka"}
    assert office.send("POST", "customers/", twin).status_code == 406
    changed = office.patch(
        f"customers/{made['pk']}/", {"first_name": "Fatma", "last_name": "Kaya", "channel": 137}
    )
    assert (changed["first_name"], changed["email"]) == ("Fatma", made["email"])


@pytest.mark.parametrize("missing", ["email", "is_active", "channel_code", "channel"])
def test_a_customer_needs_its_fields(office: Office, missing: str) -> None:
    body = {"email": "a@b.invalid", "is_active": True, "channel_code": "1", "channel": 137}
    del body[missing]
    answer = office.send("POST", "customers/", body)
    assert answer.json() == {missing: ["This field is required."], "code": "required"}


def test_an_equal_address_is_refused_with_its_hash(office: Office) -> None:
    customer = office.customer()["pk"]
    made = office.post("addresses/", office.address_body(customer))
    same = office.address_body(customer, line=" örnek  cd. NO:1 ")
    answer = office.send("POST", "addresses/", same)
    assert answer.status_code == 406
    text = answer.json()["non_field_errors"]
    assert text.startswith(f"hash_data:{made['hash_data']} ")
    (found,) = office.rows("addresses/", hash_data=made["hash_data"])
    assert found["pk"] == made["pk"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"line": "x" * 256}, "line"),
        ({"city": 61}, "township"),
        ({"customer": 77}, "customer"),
        ({"tax_no": "1" * 21}, "tax_no"),
        ({"title": ""}, "title"),
    ],
)
def test_a_wrong_address_is_a_400(office: Office, change: JSON, field: str) -> None:
    body = office.address_body(office.customer()["pk"], **change)
    answer = office.send("POST", "addresses/", body)
    assert (answer.status_code, field in answer.json()) == (400, True), answer.text


def test_cargos_by_erp_code(office: Office) -> None:
    (found,) = office.rows("cargos/", erp_code="hepsijet")
    assert office.get(f"cargos/{found['pk']}/") == found
