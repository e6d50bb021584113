"""What keeps the marketplace together: seed, snapshot, restart, size."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hbdash.sandbox.hepsiburada import create_schema, marketplace, seed
from hbdash.sandbox.seed.catalogue import products
from hbdash.sandbox.world import World, new_world
from tests.sandbox.conftest import SandboxUnderTest
from tests.sandbox.hepsiburada.conftest import Shop


def build(seed_number: int, skus: int) -> World:
    world = new_world(seed_number, skus)
    create_schema(world.db)
    seed(world, products(seed_number, skus))
    return world


def offers(world: World) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in world.db.execute("SELECT * FROM hb_offers ORDER BY sku_key")]


def test_the_seed_decides_the_listings() -> None:
    assert offers(build(7, 120)) == offers(build(7, 120))
    assert offers(build(7, 120)) != offers(build(8, 120))


def test_every_listed_product_is_listed_as_it_was_drawn() -> None:
    world = build(7, 400)
    drawn = {p.sku: p for p in products(7, 400) if p.listed}
    found = {row["merchant_sku"]: row for row in world.db.execute("SELECT * FROM hb_listing")}

    assert set(found) == set(drawn)
    for sku, product in drawn.items():
        row = found[sku]
        assert (row["price"], row["stock"]) == (int(product.hb_price * 100), product.hb_stock)
        assert (bool(row["locked"]), row["hb_sku"]) == (product.locked, product.hb_sku)


def test_schema_and_tick_may_run_again() -> None:
    world = build(7, 30)
    create_schema(world.db)
    marketplace.tick(world)
    marketplace.tick(world)

    assert marketplace.snapshot(world)["listings"] > 0


def test_snapshot_counts_what_the_wire_shows(shop: Shop) -> None:
    order = shop.act("place_order")
    shop.act("place_order", packed=False)
    shop.act("open_claim", order_number=order)
    shown = shop.listings()
    state = shop.sandbox.call(marketplace.snapshot)

    assert state["listings"] == len(shown)
    assert state["salable"] == sum(listing["isSalable"] for listing in shown)
    assert state["locked"] == sum(listing["isLocked"] for listing in shown)
    assert state["stock"] == sum(listing["availableStock"] for listing in shown)
    assert state["stock_on_sale"] == sum(
        listing["availableStock"] for listing in shown if listing["isSalable"]
    )
    assert state["claims"] == {"AwaitingAction": 1}
    assert state["orders"] == {"paid": 2}
    assert state["units"]["open"] == sum(line["quantity"] for line in shop.open_lines())


def test_a_restart_goes_on_with_the_same_numbers(
    start_sandbox: Callable[..., SandboxUnderTest], tmp_path: Path
) -> None:
    first = start_sandbox(file=tmp_path / "world.db")
    orders = [first.call(marketplace.place_order) for _ in range(3)]
    first.close()
    second = Shop(start_sandbox(file=tmp_path / "world.db"))
    orders.append(second.act("place_order"))

    assert len(set(orders)) == 4
    assert second.sandbox.oms.get(f"{second.orders_path}/ordernumber/{orders[0]}").is_success


def test_numbers_do_not_repeat(shop: Shop) -> None:
    orders = [shop.act("place_order") for _ in range(50)]
    packages = {p["packageNumber"] for offset in range(0, 60, 10)
                for p in shop.packages(Offset=offset)}  # fmt: skip

    assert len(set(orders)) == 50
    assert len(packages) >= 50
    assert all(re.fullmatch(r"0\d{8}", number) for number in packages)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("set_pace", {"nothing": 1}),
        ("drift_price", {"sku": "YOK", "price": 1}),
        ("drift_stock", {"sku": "YOK", "stock": 1}),
        ("set_lock", {"sku": "YOK"}),
        ("ship", {"package_number": "1"}),
        ("cancel_line", {"order_number": "1"}),
        ("open_claim", {"claim_type": "Gift"}),
        ("open_claim", {}),
        ("settle_claim", {"number": "1", "status": "Refunded"}),
        ("settle_product", {"sku": "YOK", "status": "BLOCKED"}),
    ],
)
def test_acts_that_can_not_be_say_so(shop: Shop, name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        shop.act(name, **arguments)


def test_acts_are_reached_over_control(shop: Shop) -> None:
    sku = shop.on_sale()[0]["merchantSku"]
    control = shop.sandbox.control
    placed = control.post(
        "/do/place_order", json={"lines": [[sku, 2], {"sku": sku, "quantity": 1}]}
    )
    order = placed.raise_for_status().json()["result"]
    control.post("/do/set_pace", json={"ship": 5}).raise_for_status()
    control.post("/do/set_flags", json={"sku": sku, "frozen": True}).raise_for_status()
    claim = control.post(
        "/do/open_claim", json={"order_number": order, "deadline": {"in_seconds": 7200}}
    )

    assert [item["quantity"] for item in shop.sandbox.oms.get(
        f"{shop.orders_path}/ordernumber/{order}").json()["items"]] == [2, 1]  # fmt: skip
    assert shop.listing(sku)["isFrozen"] is True
    assert claim.raise_for_status().json()["result"]
