"""Packages that were broken up: what is packed anew goes on, the rest is cancelled (R5.17)."""

from __future__ import annotations

from collections import Counter

import pytest

from hbdash.domain.states import RunState
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.store.tables import Cursor, Intent, MarketPackage
from tests.support.flows import FlowBench
from tests.support.orders import (
    add_fault,
    assert_each_unit_once,
    held_here,
    held_there,
    in_omnitron,
    packages,
    place,
)

pytestmark = pytest.mark.requirement("R5.17", "R6.14", "R2.25")

FLOW = "unpacked_orders"
CREATE = "order_create"
HALF_HOUR = 1800


@pytest.fixture(autouse=True)
def _slow_carrier(bench: FlowBench) -> None:
    """Nothing is fetched while the test looks at open packages."""
    bench.call(marketplace.set_pace, ship=86_400 * 3, deliver=86_400 * 3)


def live(bench: FlowBench, number: str) -> list[str]:
    """Units of an order that live items hold."""
    return sorted(
        item["remote_id"]
        for order in in_omnitron(bench, number)
        for item in order["items"]
        if item["status"] != "100"
    )


def cancels(bench: FlowBench) -> Counter[str]:
    effects = bench.call(lambda world: world.books.effects("omnitron.cancel"))
    return Counter(one.key for one in effects)


def plenty(bench: FlowBench) -> str:
    sku = bench.healthy().sku
    bench.call(marketplace.drift_stock, sku, 5000)
    return sku


def test_what_nobody_packs_anew_is_cancelled_after_half_an_hour(bench: FlowBench) -> None:
    number = place(bench, (plenty(bench), 3))
    bench.run(CREATE)
    (package,) = packages(bench, number)
    bench.call(marketplace.unpack, package)
    result = bench.run(FLOW)
    assert (result.ok, cancels(bench)) == (0, Counter())
    bench.move(HALF_HOUR - 60)
    bench.run(CREATE)
    bench.run(FLOW)
    assert len(live(bench, number)) == 3, "not before half an hour"
    bench.move(120)
    result = bench.run(FLOW)
    assert (result.state, result.ok) == (RunState.DONE, 1)
    assert live(bench, number) == []
    assert set(cancels(bench).values()) == {1}
    bench.run(CREATE)
    assert held_here(bench) == held_there(bench), "the open units hold stock again"
    # packed again later: a new order, as no live item holds the units
    bench.call(marketplace.pack, number, packages=2)
    bench.run(CREATE)
    assert_each_unit_once(bench, number)
    assert len(in_omnitron(bench, number)) == 3
    for _ in range(2):
        bench.move(HALF_HOUR)
        bench.run(FLOW)
    assert_each_unit_once(bench, number)
    assert sum(cancels(bench).values()) == 3


def test_an_order_that_hepsiburada_cannot_show_holds_up_no_other(bench: FlowBench) -> None:
    sku = plenty(bench)
    poisoned, sound = place(bench, sku), place(bench, sku)
    bench.run(CREATE)
    for number in (poisoned, sound):
        (package,) = packages(bench, number)
        bench.call(marketplace.unpack, package)
    bench.run(FLOW)
    bench.move(HALF_HOUR + 60)
    bench.call(
        lambda world: world.faults.add(kind="status", status=500, path=f"ordernumber/{poisoned}")
    )
    bench.run(FLOW)
    assert live(bench, sound) == []
    assert len(live(bench, poisoned)) == 1, "not cancelled before it was asked about"
    bench.call(lambda world: world.faults.clear())
    bench.run(FLOW)
    assert live(bench, poisoned) == []


@pytest.mark.parametrize("packages_then", [1, 2])
def test_a_repack_neither_cancels_nor_doubles(bench: FlowBench, packages_then: int) -> None:
    """At once or within the half hour, into one package or several."""
    sku = plenty(bench)
    at_once, later = place(bench, (sku, 3), sku), place(bench, (sku, 2))
    bench.run(CREATE)
    bench.call(marketplace.repack, packages(bench, at_once)[0], packages_then)
    bench.call(marketplace.unpack, packages(bench, later)[0])
    before = live(bench, at_once), live(bench, later)
    bench.move(900)
    bench.run(CREATE)
    bench.run(FLOW)
    bench.call(marketplace.pack, later, packages=packages_then)
    for _ in range(3):
        bench.move(HALF_HOUR)
        bench.run(FLOW)
        bench.run(CREATE)
    assert (live(bench, at_once), live(bench, later)) == before
    assert cancels(bench) == Counter()
    assert_each_unit_once(bench, at_once, later)


def test_two_packages_made_one_keep_both_orders(bench: FlowBench) -> None:
    number = place(bench, (plenty(bench), 2), packages=2)
    bench.run(CREATE)
    for package in packages(bench, number):
        bench.call(marketplace.unpack, package)
    bench.call(marketplace.pack, number)
    for _ in range(3):
        bench.run(CREATE)
        bench.run(FLOW)
        bench.move(HALF_HOUR)
    assert_each_unit_once(bench, number)
    assert cancels(bench) == Counter()


def test_a_part_that_is_not_packed_anew_goes(bench: FlowBench) -> None:
    number = place(bench, (plenty(bench), 3))
    bench.run(CREATE)
    bench.call(marketplace.unpack, packages(bench, number)[0])
    bench.call(marketplace.pack, number, quantity=1)
    bench.run(CREATE)
    bench.move(HALF_HOUR + 60)
    bench.run(CREATE)
    bench.run(FLOW)
    assert len(live(bench, number)) == 1
    bench.call(marketplace.pack, number)
    bench.run(CREATE)
    bench.run(FLOW)
    assert_each_unit_once(bench, number)
    assert sum(cancels(bench).values()) == 2


def test_a_package_that_is_not_read_yet_holds_its_units(bench: FlowBench) -> None:
    """order_create is late or off: the order by its number and the open lines tell."""
    number = place(bench, (plenty(bench), 2))
    bench.run(CREATE)
    bench.call(marketplace.repack, packages(bench, number)[0], 2)
    for _ in range(3):
        bench.run(FLOW)
        bench.move(HALF_HOUR)
    assert cancels(bench) == Counter()
    assert_each_unit_once(bench, number)


def test_a_package_never_written_is_remembered(bench: FlowBench) -> None:
    number = place(bench, (plenty(bench), 2))
    (package,) = packages(bench, number)
    bench.call(marketplace.unpack, package)
    result = bench.run(FLOW)
    assert (result.failed, result.skipped) == (0, 1)
    (row,) = bench.rows(MarketPackage, package_number=package)
    assert (row["status"], row["state"]) == ("Unpacked", "left")
    bench.move(HALF_HOUR + 60)
    bench.run(FLOW)
    bench.run(CREATE)
    assert in_omnitron(bench, number) == []
    bench.call(marketplace.pack, number)
    bench.run(CREATE)
    assert_each_unit_once(bench, number)


def test_by_hand_for_packages_and_windows(bench: FlowBench) -> None:
    number, stands = place(bench, (plenty(bench), 2)), place(bench, plenty(bench))
    bench.run(CREATE)
    (package,) = packages(bench, number)
    bench.call(marketplace.unpack, package)
    begin = bench.now()
    keys = [package, packages(bench, stands)[0], "0000000000"]
    result = bench.run(FLOW, keys=keys)
    assert (result.ok, result.skipped, result.failed) == (0, 2, 1)
    bench.move(HALF_HOUR + 60)
    bench.run(FLOW, window=(begin.replace(hour=0, minute=0), bench.now()), dry_run=True)
    assert cancels(bench) == Counter()
    bench.run(FLOW, window=(begin.replace(hour=0, minute=0), bench.now()))
    assert live(bench, number) == []
    bench.run(FLOW, keys=keys[:1])
    assert set(cancels(bench).values()) == {1}
    assert bench.rows(Cursor, flow=FLOW) == []
    assert len(live(bench, stands)) == 1


def test_a_feed_that_refuses_dates_is_asked_by_hours(bench: FlowBench) -> None:
    """As its four sisters do (H§10.2); then the last hours are asked for."""
    number = place(bench, plenty(bench))
    bench.run(CREATE)
    bench.call(marketplace.unpack, packages(bench, number)[0])
    add_fault(
        bench, "status", "status/unpacked", service="oms", status=400, body='"WrongDateFormat"'
    )
    bench.run(FLOW)
    assert [row["status"] for row in bench.rows(MarketPackage)] == ["Unpacked"]
    bench.move(HALF_HOUR + 60)
    bench.run(FLOW)
    assert live(bench, number) == []
    assert {row["state"] for row in bench.rows(Intent, kind="order.cancel")} == {"done"}
