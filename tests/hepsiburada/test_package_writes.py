"""Writes on packages against the sandbox, which holds to the OpenAPI description (H§11.4–5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.hepsiburada.errors import AddressChanging, NotYoursToMove
from hbdash.hepsiburada.models.orders import OrderLine
from hbdash.hepsiburada.package_writes import PackageWish, Shipment
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.transport.errors import Conflict, Refused, RemoteError
from tests.hepsiburada.conftest import Fault
from tests.sandbox.conftest import SandboxUnderTest

pytestmark = pytest.mark.requirement("R2.32", "R5.10", "R5.14")


def open_lines(
    client: HepsiburadaClient, sandbox: SandboxUnderTest, **order: object
) -> list[OrderLine]:
    number = sandbox.call(marketplace.place_order, packed=False, **order)
    found = [line for page in client.paid_orders() for line in page.rows]
    return [line for line in found if line.order_number == number]


def shipment(**more: object) -> Shipment:
    now = datetime.now(UTC)
    values = {
        "shipped": now, "arrival": now + timedelta(days=3), "tracking_number": "YK1",
        "tracking_url": "https://kargo.example/YK1", "phone": "444",
    }  # fmt: skip
    return Shipment(**(values | more))  # type: ignore[arg-type]


def test_packing_to_the_door(client: HepsiburadaClient, sandbox: SandboxUnderTest) -> None:
    (line,) = open_lines(client, sandbox, lines=[some_sku(sandbox)])
    assert client.packageable_with(line.id) == ()
    wish = PackageWish({line.id: 1}, line.warehouse.shipping_address_label, carrier="YK")
    made = client.create_package(wish)
    assert made.barcode
    with pytest.raises(Conflict):
        client.create_package(wish)
    with pytest.raises(Conflict):
        client.packageable_with(line.id)
    client.ship_package(made.package_number, shipment())
    state = client.package(made.package_number)
    assert (state.status, state.tracking_info_code) == ("InTransit", "YK1")
    client.deliver_package(made.package_number, datetime.now(UTC), "Ayşe Örnek")
    with pytest.raises(Refused):
        client.undeliver_package(made.package_number, datetime.now(UTC), "Adreste yok")
    link = "https://fatura.example/1.pdf"
    client.put_invoice(made.package_number, link, "LLZ", "1", datetime.now(UTC))
    with pytest.raises(Conflict):
        client.put_invoice(made.package_number, link, "LLZ", "1", datetime.now(UTC))


def some_sku(sandbox: SandboxUnderTest) -> str:
    query = "SELECT merchant_sku FROM hb_listing WHERE salable AND stock > 9 LIMIT 1"
    return str(sandbox.call(lambda world: world.db.execute(query).fetchone()[0]))


def test_refusals_have_names(client: HepsiburadaClient, sandbox: SandboxUnderTest) -> None:
    (line,) = open_lines(client, sandbox, lines=[some_sku(sandbox)], cargo="HepsiJet")
    sandbox.call(marketplace.change_address, line.order_number)
    with pytest.raises(AddressChanging):
        client.create_package(PackageWish({line.id: 1}))
    sandbox.call(marketplace.change_address, line.order_number, False)
    made = client.create_package(PackageWish({line.id: 1}))
    with pytest.raises(NotYoursToMove):
        client.ship_package(made.package_number, shipment())
    labels = client.package_labels(made.package_number, "zpl")
    assert (labels.format, labels.data[0][:3]) == ("zpl", "^XA")
    with pytest.raises(Refused):
        client.package_labels(made.package_number, "gif")


def test_a_split_and_a_lost_answer(
    client: HepsiburadaClient, sandbox: SandboxUnderTest, fault: Fault
) -> None:
    (line,) = open_lines(client, sandbox, lines=[(some_sku(sandbox), 3)])
    made = client.create_package(PackageWish({line.id: 3}))
    fault("lost_answer", "oms", path="/split$", count=1)
    groups = [PackageWish({line.id: 1}), PackageWish({line.id: 2})]
    with pytest.raises(RemoteError) as lost:
        client.split_package(made.package_number, groups)
    assert lost.value.unknown_outcome
    assert client.package(made.package_number).status == "Unpacked"
