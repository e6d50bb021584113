"""Each unit once, and none lost: lost answers, deaths in mid-run, another engine, gaps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hbdash.domain.states import RunState
from hbdash.runs.context import LastExchange
from hbdash.runs.fence import LaneLost
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.world import World
from hbdash.store.tables import (
    BatchRequest,
    Failure,
    Intent,
    MarketPackage,
    OmnitronOrder,
)
from hbdash.transport.recorder import Exchange
from tests.support.flows import FlowBench
from tests.support.killing import Killed, kill
from tests.support.orders import (
    FLOW,
    actions,
    add_fault,
    assert_each_unit_once,
    held_here,
    held_there,
    in_omnitron,
    packages,
    place,
)

__all__ = ["kill"]

#: Calls of a run before it writes anything.
READING = 6


def plenty(bench: FlowBench) -> str:
    """A SKU of which many can be ordered."""
    sku = bench.healthy().sku
    bench.call(marketplace.drift_stock, sku, 5000)
    return sku


def written(bench: FlowBench, *numbers: str) -> bool:
    return all(in_omnitron(bench, number) for number in numbers) and not bench.rows(
        OmnitronOrder, batch_closed=False
    )


@pytest.mark.parametrize("path", ["create_orders", "customers", "addresses", "batch_requests"])
def test_no_answer_is_lost_twice(bench: FlowBench, path: str) -> None:
    """Whatever the fault and wherever it strikes, each unit is written once."""
    sku = plenty(bench)
    numbers = []
    for kind, settings in (
        ("lost_answer", {}),
        ("status", {"status": 502, "after_effect": True}),
        ("status", {"status": 500}),
        ("timeout", {"seconds": 0.05, "after_effect": True}),
        ("timeout", {"seconds": 0.05}),
        ("drop", {}),
        ("malformed", {"count": 2}),
        ("half", {}),
    ):
        numbers.append(place(bench, (sku, 2)))
        add_fault(bench, kind, f"{path}/", **settings)
        bench.run(FLOW)
        bench.call(lambda world: world.faults.clear())
        bench.move(70)
        bench.run_until(FLOW, lambda: written(bench, *numbers), most=4)
    assert_each_unit_once(bench, *numbers)
    assert bench.rows(Intent, state="unknown") == bench.rows(Intent, state="open") == []
    assert not [row for row in bench.rows(MarketPackage) if row["state"] != "written"]
    assert {row["status"] for row in bench.rows(BatchRequest)} <= {"done", "fail"}
    assert not [row for row in bench.rows(Failure) if row["state"] in ("open", "retrying")]
    for number in numbers:
        assert len(actions(bench, number)) == 3


def test_a_run_that_dies_after_any_call_is_taken_up_by_the_next(
    bench: FlowBench, kill: Any
) -> None:
    sku = plenty(bench)
    numbers: list[str] = []
    at = 1
    while True:
        numbers.append(place(bench, (sku, 2), business=True))
        kill(at)
        try:
            bench.run(FLOW)
        except Killed:
            pass
        else:
            break
        kill(0)
        bench.move(70)
        bench.run_until(FLOW, lambda: written(bench, *numbers), most=3)
        # The first calls only read.
        at += 1 if at > READING else READING
    assert at > READING + 8
    assert_each_unit_once(bench, *numbers)
    for number in numbers:
        assert len(actions(bench, number)) == 3


@pytest.mark.parametrize("path", ["/orders/", "/create_orders/", "/order_items/"])
def test_a_frozen_run_that_thaws_writes_nothing_beside_the_next(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Another engine takes the lane right after a call of ours was answered."""
    number = place(bench, (bench.healthy().sku, 3))
    record = LastExchange.record
    frozen: list[Exchange] = []

    def recorded(self: LastExchange, exchange: Exchange) -> None:
        record(self, exchange)
        if exchange.path.endswith(path) and not frozen:
            frozen.append(exchange)
            bench.run(FLOW)

    monkeypatch.setattr(LastExchange, "record", recorded)
    with pytest.raises(LaneLost):
        bench.run(FLOW)
    bench.move(70)
    bench.run_until(FLOW, lambda: written(bench, number), most=3)
    assert_each_unit_once(bench, number)
    assert len(actions(bench, number)) == 4


def test_a_shipped_package_is_fetched_by_its_number(bench: FlowBench) -> None:
    """By hand, for an order or a package that no list shows any more."""
    by_order, by_package = (place(bench, bench.healthy(n).sku) for n in range(2))
    (package,) = packages(bench, by_package)
    bench.move(2 * 86400)
    result = bench.run(FLOW, keys=[by_order, package, "0000000000"])
    assert (result.ok, result.failed) == (2, 1)
    assert_each_unit_once(bench, by_order, by_package)


def test_what_was_kept_is_written_while_hepsiburada_is_down(bench: FlowBench) -> None:
    number = place(bench, bench.healthy().sku)
    add_fault(bench, "status", "customers/", status=503, method="POST")
    assert bench.run(FLOW).failed == 1
    add_fault(bench, "wall", "packages", service="oms", count=None)
    assert bench.run(FLOW).state is RunState.PARTLY_DONE
    assert_each_unit_once(bench, number)
    assert written(bench, number) is False, "its batch is closed by the next whole run"
    bench.call(lambda world: world.faults.clear())
    bench.run(FLOW)
    assert written(bench, number)


def test_a_call_in_doubt_is_asked_twice_before_it_is_made_again(bench: FlowBench) -> None:
    number = place(bench, bench.healthy().sku)
    add_fault(bench, "status", "create_orders", status=503)
    bench.run(FLOW)
    (intent,) = bench.rows(Intent, kind="order.create")
    assert intent["state"] == "unknown"
    assert intent["ask_at"] - intent["called_at"] >= timedelta(seconds=60)
    (row,) = bench.rows(MarketPackage)
    assert row["state"] == "unknown"
    bench.move(30)
    bench.run(FLOW)
    assert in_omnitron(bench, number) == [], "too early to send again"
    bench.move(40)
    bench.run(FLOW)
    assert_each_unit_once(bench, number)


def test_three_days_away_lose_nothing(bench: FlowBench) -> None:
    """Packages that came, were shipped and delivered meanwhile are found all the same."""
    bench.run(FLOW)
    numbers = []
    for n in range(9):
        product = bench.healthy(n % 3)
        bench.call(backoffice.set_stock, product.sku, 50)
        numbers.append(place(bench, (product.sku, 1 + n % 2), packages=1 + n % 2))
        bench.move(8 * 3600)
    numbers.append(place(bench, bench.healthy(4).sku))
    bench.run_until(FLOW, lambda: written(bench, *numbers), most=2)
    assert_each_unit_once(bench, *numbers)
    assert held_here(bench) == held_there(bench) == {}
    gap = bench.call(lambda world: world.books.requests())
    assert any("shipped" in one["route"] for one in gap)


def test_many_pages_are_read_to_the_end(bench: FlowBench) -> None:
    chosen = [bench.healthy(n).sku for n in range(6)]
    numbers = [
        bench.call(marketplace.place_order, lines=[chosen[n % 6]], business=False)
        for n in range(23)
    ]
    bench.move(5)
    result = bench.run(FLOW)
    assert result.ok == 23
    assert_each_unit_once(bench, *numbers)


@pytest.mark.requirement("R8.10")
def test_a_locked_batch_keeps_no_order_from_being_written(bench: FlowBench) -> None:
    number = place(bench, bench.healthy().sku)
    other = bench.call(_foreign_batch)
    result = bench.run(FLOW)
    assert (result.state, result.reason_id) == (RunState.REFUSED, "batch.locked")
    assert_each_unit_once(bench, number)
    assert bench.rows(OmnitronOrder, batch_closed=True) == []
    bench.call(lambda world: world.db.execute(
        "UPDATE om_batch SET status = 'done' WHERE pk = ?", (other,)) and None)  # fmt: skip
    bench.move(60)
    bench.run(FLOW)
    assert len(actions(bench, number)) == 2


def _foreign_batch(world: World) -> int:
    """Another program has an order batch in commit."""
    from hbdash.sandbox.omnitron.contenttypes import ORDER

    return int(
        world.db.execute(
            "INSERT INTO om_batch (local_batch_id, status, content_type, created, modified)"
            " VALUES ('7c43e5fb-32be-4a18-a6fa-539c9d2485ee', 'commit', ?, 0, 0)",
            (ORDER,),
        ).lastrowid
        or 0
    )
