"""What Hepsiburada shipped and delivered shows in Omnitron, item by item (R5.13)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from hbdash.domain.states import RunState
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.tables import Cursor, Failure, MarketPackage
from tests.support.flows import FlowBench
from tests.support.orders import add_fault, both_sides, in_omnitron, packages, place

pytestmark = pytest.mark.requirement("R5.13", "R6.9", "R2.30")

FLOW = "updated_orders"
CREATE = "order_create"
DAY = 86_400


@pytest.fixture(autouse=True)
def _still_carrier(bench: FlowBench) -> None:
    """Packages move only when the test says so."""
    bench.call(marketplace.set_pace, ship=DAY * 30, deliver=DAY * 30)


def items(bench: FlowBench, number: str) -> list[dict[str, Any]]:
    return [item for order in in_omnitron(bench, number) for item in order["items"]]


def statuses(bench: FlowBench, number: str) -> list[str]:
    return sorted(item["status"] for item in items(bench, number))


def changes(bench: FlowBench) -> Counter[str]:
    """Unit → how often one of its fields was written."""
    effects = bench.call(lambda world: world.books.effects("omnitron.order_item_change"))
    return Counter(one.key for one in effects)


def plenty(bench: FlowBench) -> str:
    sku = bench.healthy().sku
    bench.call(marketplace.drift_stock, sku, 5000)
    return sku


def test_each_step_is_written_once_and_only_forward(bench: FlowBench) -> None:
    sku = plenty(bench)
    number, missed, still = place(bench, (sku, 2)), place(bench, sku), place(bench, sku)
    bench.run(CREATE)
    for one in (number, missed):
        bench.call(marketplace.ship, packages(bench, one)[0])
    result = bench.run(FLOW)
    assert (result.state, result.ok, result.failed) == (RunState.DONE, 2, 0)
    assert [statuses(bench, one) for one in (number, missed, still)] == [
        ["500", "500"], ["500"], ["400"],
    ]  # fmt: skip
    (package,) = both_sides(bench, number)["hepsiburada"]["packages"]
    for item in items(bench, number):
        assert item["payload"]["tracking_number"] == package["tracking_code"]
        assert item["payload"]["extra_field"]["tracking_url"] == package["tracking_url"]
        assert item["payload"]["extra_field"]["id"] == item["remote_id"]
    bench.move(DAY)
    bench.call(marketplace.deliver, packages(bench, number)[0])
    bench.call(marketplace.undeliver, packages(bench, missed)[0])
    bench.run(FLOW)
    assert [statuses(bench, one) for one in (number, missed)] == [["550", "550"], ["540"]]
    before = changes(bench)
    assert set(before.values()) == {2}
    begin = bench.now() - timedelta(days=3)
    bench.run(FLOW)
    cursor = bench.rows(Cursor, flow=FLOW)
    bench.run(FLOW, window=(begin, bench.now()))
    assert bench.rows(Cursor, flow=FLOW) == cursor
    assert bench.run(FLOW, keys=[number, packages(bench, missed)[0], still]).skipped == 3
    assert changes(bench) == before, "twice is harmless"
    # a person in Omnitron is further: nothing goes back
    (order,) = in_omnitron(bench, missed)
    bench.call(backoffice.set_order_status, order["number"], "600")
    bench.run(FLOW, keys=[missed])
    assert statuses(bench, missed) == ["600"]


def test_the_parts_of_a_split_order_move_one_by_one(bench: FlowBench) -> None:
    """One order in Omnitron, two packages: only the units of the one that left are shipped."""
    number = place(bench, (plenty(bench), 3))
    bench.run(CREATE)
    alone, rest = bench.call(marketplace.split, packages(bench, number)[0])
    bench.run(CREATE)
    assert len(in_omnitron(bench, number)) == 1
    bench.call(marketplace.ship, alone)
    bench.run(FLOW)
    assert statuses(bench, number) == ["400", "400", "500"]
    bench.call(marketplace.ship, rest)
    bench.call(marketplace.deliver, alone)
    bench.run(FLOW)
    assert statuses(bench, number) == ["500", "500", "550"]
    codes = Counter(item["payload"]["tracking_number"] for item in items(bench, number))
    assert sorted(codes.values()) == [1, 2]


def test_a_day_that_was_missed_is_read_afterwards(bench: FlowBench) -> None:
    """A20: shipped and delivered while nothing ran for three days."""
    number = place(bench, plenty(bench))
    bench.run(CREATE)
    bench.run(FLOW)
    bench.move(3600)
    bench.call(marketplace.ship, packages(bench, number)[0])
    bench.move(3600)
    bench.call(marketplace.deliver, packages(bench, number)[0])
    bench.move(3 * DAY)
    bench.run(FLOW)
    assert statuses(bench, number) == ["550"]


def test_a_package_that_omnitron_lacks_is_written_first(bench: FlowBench) -> None:
    number = place(bench, (plenty(bench), 2))
    bench.run(FLOW)
    bench.call(marketplace.ship, packages(bench, number)[0])
    result = bench.run(FLOW)
    assert result.failed == 0
    assert bench.asked == [
        (CREATE, (number,), FLOW),
        (FLOW, (number,), CREATE),
    ]
    for flow, keys, _ in list(bench.asked):
        bench.run(flow, keys=keys)
    assert statuses(bench, number) == ["500", "500"]


def test_another_carrier_is_written_by_its_mapping(bench: FlowBench) -> None:
    """R2.30, if Hepsiburada gave the package to somebody else meanwhile."""
    number = place(bench, plenty(bench), cargo="HepsiJet")
    bench.call(backoffice.set_conf, cargo_company_mapping={"hepsijet": 3, "default": 1})
    bench.run(CREATE)
    (package,) = packages(bench, number)
    bench.call(
        lambda world: (
            world.db.execute(
                "UPDATE hb_package SET cargo = 'Aras Kargo' WHERE package_number = ?", (package,)
            )
            and None
        )
    )
    bench.call(marketplace.ship, package)
    bench.run(FLOW)
    (item,) = items(bench, number)
    assert item["payload"]["shipping_company"] == 1


def test_a_refusal_is_one_packages_own_and_tried_again(bench: FlowBench) -> None:
    sku = plenty(bench)
    first, second = place(bench, sku), place(bench, sku)
    bench.run(CREATE)
    for number in (first, second):
        bench.call(marketplace.ship, packages(bench, number)[0])
    add_fault(bench, "status", r"order_items/\d+/", status=400, method="PATCH")
    result = bench.run(FLOW)
    assert (result.ok, result.failed) == (1, 1)
    (failure,) = [row for row in bench.rows(Failure) if row["state"] != "cured"]
    assert failure["next_at"] is not None
    bench.move(DAY)
    bench.run(FLOW)
    assert [statuses(bench, number) for number in (first, second)] == [["500"], ["500"]]
    assert {row["state"] for row in bench.rows(Failure)} == {"cured"}


def test_a_dry_run_writes_nothing(bench: FlowBench) -> None:
    number = place(bench, plenty(bench))
    bench.run(CREATE)
    bench.call(marketplace.ship, packages(bench, number)[0])
    assert bench.run(FLOW, dry_run=True).ok == 1
    assert (changes(bench), bench.rows(Cursor, flow=FLOW)) == (Counter(), [])
    bench.run(FLOW)
    assert statuses(bench, number) == ["500"]
    assert [row["tracking_number"] != "" for row in bench.rows(MarketPackage)] == [True]
