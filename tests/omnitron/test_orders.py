"""Places, customers, addresses, orders and requests (O§4, O§6)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from hbdash.omnitron.client import OmnitronClient
from hbdash.omnitron.errors import DuplicateAddress, address_refusal
from hbdash.omnitron.models.address import (
    Address,
    Customer,
    NewAddress,
    NewCustomer,
    PlaceLevel,
    ReportLevel,
)
from hbdash.omnitron.models.order import Order
from hbdash.sandbox.omnitron import backoffice
from hbdash.transport.errors import Refused
from tests.sandbox.conftest import SandboxUnderTest

EMAIL = "c0ffee@hepsiburada.invalid"


@pytest.fixture
def customer(client: OmnitronClient) -> Customer:
    return client.create_customer(NewCustomer(EMAIL, "Ayşe", "Işık", "c0ffee"))


@pytest.fixture
def address(client: OmnitronClient, customer: Customer) -> Address:
    return client.create_address(new_address(client, customer))


def new_address(client: OmnitronClient, customer: Customer, **changes: Any) -> NewAddress:
    country = next(one for one in client.countries() if one.code.lower() == "tr")
    city = client.cities(country.pk)[0]
    fields: dict[str, Any] = {
        "email": EMAIL, "phone_number": "", "first_name": "Ayşe", "last_name": "Işık",
        "customer": customer.pk, "country": country.pk, "city": city.pk,
        "township": client.townships(city.pk)[0].pk, "title": "Hepsiburada",
        "line": "Örnek Mah. Deneme Sk. No:1",
    }  # fmt: skip
    return NewAddress(**(fields | changes))


@pytest.fixture
def order(client: OmnitronClient, customer: Customer, address: Address) -> Order:
    product = next(page.rows[0] for page in client.product_pages())
    return client.create_order(
        {
            "number": "HB-0412345678-041234567", "status": "400", "customer": customer.pk,
            "shipping_address": address.pk, "billing_address": address.pk, "currency": "try",
            "amount": Decimal("349.90"), "shipping_amount": Decimal("0.00"),
            "shipping_tax_rate": Decimal("20.00"), "discount_amount": Decimal("0.00"),
            "net_shipping_amount": Decimal("0.00"), "cargo_company": client.cargos()[0].pk,
            "date_placed": datetime(2026, 3, 2, 9, 45, tzinfo=UTC),
            "extra_field": {"id": "041234567"},
        },
        [
            {
                "product": product.pk, "status": "400", "price": Decimal("349.90"),
                "price_currency": "try", "tax_rate": Decimal("10.00"),
                "retail_price": Decimal("349.90"), "discount_amount": Decimal("0.00"),
                "price_list": 1, "stock_list": 3, "extra_field": {"id": "line-1-1"},
            }
        ],
    )  # fmt: skip


def test_places_hang_together(client: OmnitronClient) -> None:
    cities = client.cities()
    assert "İstanbul" in {one.name for one in cities}
    township = client.townships(cities[0].pk)[0]
    assert township.city == cities[0].pk
    assert all(one.township == township.pk for one in client.districts(township.pk))


def test_a_place_is_found_by_its_mapping_only_after_somebody_mapped_it(
    client: OmnitronClient, sandbox: SandboxUnderTest
) -> None:
    city = next(one for one in client.cities() if one.name == "Bolu")
    code = f"{sandbox.world.channel_id}_Merkez"
    assert client.mapped_place(PlaceLevel.TOWNSHIP, code, city=city.pk) is None
    client.address_report(
        ReportLevel.TOWNSHIP,
        remote_code=code,
        name="Merkez",
        err_desc=f"Address is not valid. channel: 137 code: {code} model: Township",
        country_id=city.country,
        country_code="TR",
        city_id=city.pk,
    )
    sandbox.call(backoffice.map_township, "Bolu", "Merkez")
    found = client.mapped_place(PlaceLevel.TOWNSHIP, code, city=city.pk)
    assert found is not None


def test_a_customer_is_found_by_the_made_address(
    client: OmnitronClient, customer: Customer
) -> None:
    assert [one.pk for one in client.customers(EMAIL)] == [customer.pk]
    assert client.customers("nobody@hepsiburada.invalid") == ()
    renamed = client.patch_customer(customer.pk, first_name="Şule", last_name="Öz")
    assert (renamed.first_name, renamed.last_name) == ("Şule", "Öz")


def test_an_address_known_already_is_adopted(
    client: OmnitronClient, customer: Customer, address: Address
) -> None:
    again = client.create_address(new_address(client, customer))
    assert again.pk == address.pk
    other = client.create_address(new_address(client, customer, line="Başka Sk. 2"))
    assert other.pk != address.pk


def test_texts_that_are_too_long_are_cut(client: OmnitronClient, customer: Customer) -> None:
    long = new_address(client, customer, line="ş" * 400, notes="n" * 900, tax_no="1" * 30)
    assert len(client.create_address(long).line) == 255


def test_a_duplicate_is_known_by_the_hash_in_its_text() -> None:
    error = Refused("hash_data:9f2c address with this hash data already exists.")
    refusal = address_refusal(error)
    assert isinstance(refusal, DuplicateAddress)
    assert refusal.hash_data == "9f2c"
    other = Refused("city: required")
    assert address_refusal(other) is other


def test_an_order_is_written_and_found_by_its_number(client: OmnitronClient, order: Order) -> None:
    (found,) = client.find_orders(order.number)
    assert (found.pk, found.remote_id) == (order.pk, "041234567")
    assert found.amount == Decimal("349.90")
    assert client.order(order.pk).date_placed == datetime(2026, 3, 2, 9, 45, tzinfo=UTC)
    (item,) = client.order_items(order.pk)
    assert (item.remote_id, item.price) == ("line-1-1", Decimal("349.90"))
    assert client.find_orders("HB-0") == ()
    assert [one.pk for one in client.orders([order.pk])] == [order.pk]


def test_a_number_is_taken_once(client: OmnitronClient, order: Order) -> None:
    with pytest.raises(Refused) as caught:
        client.create_order({"number": order.number}, [])
    assert not caught.value.unknown_outcome
    assert len(client.find_orders(order.number)) == 1


def test_an_items_shipping_is_written(client: OmnitronClient, order: Order) -> None:
    (item,) = client.order_items(order.pk)
    assert client.patch_order_item(item.pk, tracking_number="HJ1").tracking_number == "HJ1"
    client.order_shipping_info(order.pk, order.number, client.cargos()[0].pk, is_send=True)


def test_a_refund_request_from_its_opening_to_its_rejection(
    client: OmnitronClient, order: Order, sandbox: SandboxUnderTest
) -> None:
    (item,) = client.order_items(order.pk)
    reason = client.cancellation_reasons("refund")[0].pk
    made = client.create_cancellation_request(item.pk, reason, "041987654-1", "[041987654] dar")
    assert made.has_status("open")
    assert [one.pk for one in client.cancellation_requests(order_item=item.pk)] == [made.pk]
    assert client.cancellation_requests(kind="refund", order_item=item.pk + 1) == ()
    assert client.reject_cancellation_request(made.pk).has_status("rejected")
    assert client.cancellation_request(made.pk).has_status("rejected", "refused")
    assert sandbox.world.books.count("omnitron.request_rejected", str(made.pk)) == 1


def test_items_are_cancelled_at_once(client: OmnitronClient, order: Order) -> None:
    (item,) = client.order_items(order.pk)
    reason = client.cancellation_reasons("cancel")[0].pk
    client.cancel_order_items(order.pk, {item.pk: reason})
    assert client.order_items(order.pk)[0].status in {"100", "canceled", "50"}
