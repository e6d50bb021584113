"""What the merchant does with packages in the panel, and how the feeds show it (H§11, H§18)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.hepsiburada.conftest import Shop

pytestmark = pytest.mark.requirement("R5.11", "R5.13", "R5.17")


@pytest.fixture
def package(shop: Shop) -> dict[str, Any]:
    """A package of three units of one SKU."""
    shop.pace(ship=86_400 * 9, deliver=86_400 * 9)
    number = shop.act("place_order", lines=[(shop.on_sale()[0]["merchantSku"], 3)])
    found = shop.package_of(number)
    return {**found, "order": number}


def units(shop: Shop, numbers: list[str]) -> list[int]:
    """How many units lie in each of these packages, as the list shows them."""
    listed = {one["packageNumber"]: one for one in shop.packages()}
    return [sum(item["quantity"] for item in listed[number]["items"]) for number in numbers]


def test_a_split_puts_one_unit_apart(shop: Shop, package: dict[str, Any]) -> None:
    made = shop.act("split", package["packageNumber"])
    assert units(shop, made) == [1, 2]
    broken = shop.feed("status/unpacked", limit=10, Offset=0)
    assert [one["packageNumber"] for one in broken] == [package["packageNumber"]]
    assert set(broken[0]) == {"barcode", "packageNumber", "unpackedDate"}, "it names no lines"
    with pytest.raises(ValueError):
        shop.act("split", made[0])


@pytest.mark.parametrize(("packages", "expected"), [(1, [3]), (2, [2, 1]), (9, [1, 1, 1])])
def test_a_repack_keeps_every_unit(
    shop: Shop, package: dict[str, Any], packages: int, expected: list[int]
) -> None:
    made = shop.act("repack", package["packageNumber"], packages)
    assert units(shop, made) == expected
    assert shop.open_lines(package["order"]) == []


def test_a_part_can_be_packed_and_the_rest_later(shop: Shop, package: dict[str, Any]) -> None:
    shop.act("unpack", package["packageNumber"])
    (made,) = shop.act("pack", package["order"], 1)
    (line,) = shop.open_lines(package["order"])
    assert (units(shop, [made]), line["quantity"], line["status"]) == ([1], 2, "Unpacked")
    shop.act("pack_later", package["packageNumber"], 600)
    shop.sandbox.move(599)
    assert len(shop.open_lines(package["order"])) == 1
    shop.sandbox.move(2)
    assert shop.open_lines(package["order"]) == []
    with pytest.raises(ValueError):
        shop.act("pack", package["order"])


def test_a_unit_cancelled_out_of_a_package_breaks_it(shop: Shop, package: dict[str, Any]) -> None:
    line = shop.act("cancel_line", order_number=package["order"], quantity=1)
    answer = shop.sandbox.oms.get(f"{shop.orders_path}/cancelled").raise_for_status()
    (row,) = answer.json()["items"]
    assert (row["lineItemId"], row["quantity"]) == (line, 1)
    shop.sandbox.move(30)
    again = shop.package_of(package["order"])
    assert again["packageNumber"] != package["packageNumber"]
    assert [item["quantity"] for item in again["items"]] == [2]
