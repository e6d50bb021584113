"""Delivery by the merchant, invoices, carriers (H§11.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.hepsiburada.conftest import Shop


def own_package(shop: Shop) -> str:
    """A package that the merchant ships with its own carrier."""
    number = shop.act("place_order", packed=False)
    lines = [(line["id"], line["quantity"]) for line in shop.open_lines(number)]
    answer = shop.pack(*lines, cargoCompany="MP", carrier="YK")
    found: str = answer.raise_for_status().json()["packageNumber"]
    return found


def in_transit(shop: Shop, **changes: Any) -> dict[str, Any]:
    now = shop.sandbox.world.clock.now()
    body = {
        "shippedDate": now.isoformat(),
        "estimatedArrivalDate": (now + timedelta(days=3)).isoformat(),
        "trackingNumber": "YK1",
        "trackingPhoneNumber": "4440000",
        "trackingUrl": "https://kargo.example/YK1",
        "cost": 0,
        "tax": 0,
        "deci": 2,
    } | changes
    return {key: value for key, value in body.items() if value != "left out"}


def test_the_merchants_own_package_to_the_end(shop: Shop) -> None:
    number = own_package(shop)
    now = shop.sandbox.world.clock.now().isoformat()
    steps = [
        shop.step(number, "intransit", in_transit(shop)),
        shop.step(number, "deliver", {"receivedDate": now, "receivedBy": "Ayşe Örnek"}),
    ]
    tracking = shop.sandbox.oms.get(shop.package_path(number)).json()

    assert [step.status_code for step in steps] == [200, 200]
    assert tracking["status"] == "Delivered"
    assert (tracking["trackingInfoCode"], tracking["trackingInfoUrl"]) == (
        "YK1",
        "https://kargo.example/YK1",
    )
    assert tracking["cargoCompany"] == "Mağaza Hesabı"


def test_undelivered(shop: Shop) -> None:
    number = own_package(shop)
    shop.step(number, "intransit", in_transit(shop)).raise_for_status()
    answer = shop.step(
        number,
        "undeliver",
        {
            "undeliveredDate": shop.sandbox.world.clock.now().isoformat(),
            "undeliveredReason": "Adreste yok",
        },
    )

    assert answer.status_code == 200
    assert shop.feed("undelivered")[0]["UndeliveredReason"] == "Adreste yok"


@pytest.mark.parametrize(
    "changes",
    [
        *({name: "left out"} for name in (
            "shippedDate", "estimatedArrivalDate", "trackingNumber", "trackingPhoneNumber",
            "trackingUrl", "cost", "tax", "deci")),
        {"cost": 1},
        {"tax": 0.5},
        {"shippedDate": "yesterday"},
        {"shippedDate": "2020-01-01T00:00:00Z"},
    ],
)  # fmt: skip
def test_in_transit_wants_all(shop: Shop, changes: dict[str, Any]) -> None:
    number = own_package(shop)
    answer = shop.step(number, "intransit", in_transit(shop, **changes))

    assert answer.status_code == 400
    assert shop.sandbox.oms.get(shop.package_path(number)).json()["status"] == "Open"


def test_a_step_older_than_seven_days(shop: Shop) -> None:
    number = own_package(shop)
    body = in_transit(shop)
    shop.sandbox.move(8 * 86_400)

    assert shop.step(number, "intransit", body).status_code == 400


def test_steps_come_in_order(shop: Shop) -> None:
    number = own_package(shop)
    now = shop.sandbox.world.clock.now().isoformat()
    early = shop.step(number, "deliver", {"receivedDate": now, "receivedBy": "x"})
    shop.step(number, "intransit", in_transit(shop)).raise_for_status()
    twice = shop.step(number, "intransit", in_transit(shop))

    assert (early.status_code, twice.status_code) == (400, 400)


def test_hepsiburadas_carrier_is_not_the_merchants_to_move(shop: Shop) -> None:
    number = shop.package_of(shop.act("place_order"))["packageNumber"]
    answer = shop.step(number, "intransit", in_transit(shop))

    assert (answer.status_code, answer.json()) == (403, "DeliveryManipulationForbiddenError")


INVOICE = {
    "invoiceLink": "https://fatura.example/LZR2026000000001.pdf",
    "serialNumber": "LZR",
    "rowNumber": "2026000000001",
    "arrangementDate": "2026-03-02T10:00:00",
    "invoices": [],
}


def test_an_invoice_once(shop: Shop) -> None:
    number = shop.package_of(shop.act("place_order"))["packageNumber"]
    shop.act("ship", number)
    first = shop.sandbox.oms.put(shop.package_path(number, "/invoice"), json=INVOICE)
    second = shop.sandbox.oms.put(shop.package_path(number, "/invoice"), json=INVOICE)

    assert (first.status_code, first.content, second.status_code) == (204, b"", 409)
    assert shop.feed("missing-invoice") == []


@pytest.mark.parametrize(
    "changes",
    [{"invoiceLink": None}, {"invoiceLink": "fatura.pdf"}, {"serialNumber": None},
     {"rowNumber": 1}, {"arrangementDate": "2.3.2026"}],
)  # fmt: skip
def test_an_invoice_that_is_none(shop: Shop, changes: dict[str, Any]) -> None:
    number = shop.package_of(shop.act("place_order"))["packageNumber"]
    answer = shop.sandbox.oms.put(shop.package_path(number, "/invoice"), json=INVOICE | changes)

    assert answer.status_code == 400


def test_another_carrier_and_warehouse(shop: Shop) -> None:
    number = shop.package_of(shop.act("place_order", cargo="HepsiJet"))["packageNumber"]
    offered = shop.sandbox.oms.get(shop.package_path(number, "/changablecargocompanies")).json()
    changed = shop.sandbox.oms.put(
        shop.package_path(number, "/changecargocompany"), json={"CargoCompanyShortName": "ARAS"}
    )
    wrong = shop.sandbox.oms.put(
        shop.package_path(number, "/changecargocompany"), json={"CargoCompanyShortName": "NIX"}
    )
    moved = shop.sandbox.oms.put(
        shop.package_path(number, "/warehouse"), json={"shippingAddressLabel": "DEPO2"}
    )

    assert "ARAS" in {carrier["ShortName"] for carrier in offered}
    assert "HJ" not in {carrier["ShortName"] for carrier in offered}
    assert [changed.status_code, wrong.status_code, moved.status_code] == [204, 400, 204]
    assert shop.packages()[0]["cargoCompany"] == "Aras Kargo"
