"""Each unit is cancelled once, and none is left: lost answers, deaths in mid-run, two engines."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from hbdash.runs.context import LastExchange
from hbdash.runs.fence import LaneLost
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.store.tables import Failure, Intent
from hbdash.transport.recorder import Exchange
from tests.support.flows import FlowBench
from tests.support.killing import Killed, kill
from tests.support.orders import add_fault, assert_each_unit_once, in_omnitron, packages, place

__all__ = ["kill"]

pytestmark = pytest.mark.requirement("R5.11", "R5.13", "R5.17")

CREATE, CANCEL, UNPACKED, UPDATED = (
    "order_create", "order_cancel", "unpacked_orders", "updated_orders",
)  # fmt: skip


def plenty(bench: FlowBench) -> str:
    sku = bench.healthy().sku
    bench.call(marketplace.drift_stock, sku, 5000)
    bench.call(marketplace.set_pace, ship=86_400 * 30, deliver=86_400 * 30)
    return sku


def cancels(bench: FlowBench) -> Counter[str]:
    effects = bench.call(lambda world: world.books.effects("omnitron.cancel"))
    return Counter(one.key for one in effects)


def statuses(bench: FlowBench, number: str) -> list[str]:
    found = [item["status"] for order in in_omnitron(bench, number) for item in order["items"]]
    return sorted(found)


def calm(bench: FlowBench) -> bool:
    """No intent is open and no failure stands."""
    return not (
        [row for row in bench.rows(Intent) if row["state"] in ("open", "unknown")]
        or [row for row in bench.rows(Failure) if row["state"] in ("open", "retrying")]
    )


def test_no_lost_answer_cancels_twice_or_never(bench: FlowBench) -> None:
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
        number = place(bench, (sku, 3))
        numbers.append(number)
        bench.run(CREATE)
        bench.call(marketplace.cancel_line, order_number=number, quantity=2)
        bench.move(5)
        bench.run(CREATE)
        add_fault(bench, kind, "cancel/", **settings)
        bench.run(CANCEL)
        bench.call(lambda world: world.faults.clear())
        bench.move(70)
        bench.run_until(
            CANCEL, lambda number=number: statuses(bench, number) == ["100", "100", "400"], most=3
        )
    bench.run(CANCEL)
    assert calm(bench)
    assert_each_unit_once(bench, *numbers)
    assert set(cancels(bench).values()) == {1}
    assert len(cancels(bench)) == 2 * len(numbers)


def test_a_cancellation_in_doubt_is_asked_before_it_is_made_again(bench: FlowBench) -> None:
    number = place(bench, plenty(bench))
    bench.run(CREATE)
    bench.call(marketplace.cancel_line, order_number=number)
    add_fault(bench, "status", "cancel/", status=503)
    bench.run(CANCEL)
    (intent,) = bench.rows(Intent, kind="order.cancel")
    assert (intent["state"], cancels(bench)) == ("unknown", Counter())
    bench.move(20)
    bench.run(CANCEL)
    assert cancels(bench) == Counter(), "the first call may still be on its way"
    bench.move(50)
    bench.run(CANCEL)
    assert set(cancels(bench).values()) == {1}


@pytest.mark.parametrize("flow", [CANCEL, UNPACKED, UPDATED])
def test_a_run_that_dies_after_any_call_is_taken_up_by_the_next(
    bench: FlowBench, kill: Any, flow: str
) -> None:
    """Whatever stood between two calls, the next run brings it to its end, once."""
    sku = plenty(bench)
    wanted = {CANCEL: ["100", "100", "400"], UNPACKED: ["100"] * 3, UPDATED: ["500"] * 3}[flow]
    at = 1
    while True:
        number = place(bench, (sku, 3))
        bench.run(CREATE)
        (package,) = packages(bench, number)
        if flow == CANCEL:
            bench.call(marketplace.cancel_line, order_number=number, quantity=2)
        elif flow == UNPACKED:
            bench.call(marketplace.unpack, package)
            bench.move(1860)
        else:
            bench.call(marketplace.ship, package)
        bench.move(5)
        kill(at)
        try:
            bench.run(flow)
        except Killed:
            pass
        else:
            break
        kill(0)
        bench.move(70)
        bench.run_until(flow, lambda number=number: statuses(bench, number) == wanted, most=3)
        at += 1
    assert at > {CANCEL: 7, UNPACKED: 6, UPDATED: 7}[flow]
    assert statuses(bench, number) == wanted
    assert calm(bench)
    assert set(cancels(bench).values()) <= {1}


@pytest.mark.parametrize("flow", [CANCEL, UNPACKED])
def test_a_frozen_run_that_thaws_cancels_nothing_beside_the_next(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch, flow: str
) -> None:
    """Another engine takes the lane right after Omnitron answered with the items."""
    number = place(bench, (plenty(bench), 3))
    bench.run(CREATE)
    if flow == CANCEL:
        bench.call(marketplace.cancel_line, order_number=number)
    else:
        bench.call(marketplace.unpack, packages(bench, number)[0])
        bench.run(flow)
        bench.move(1860)
    record = LastExchange.record
    frozen: list[Exchange] = []

    def recorded(self: LastExchange, exchange: Exchange) -> None:
        record(self, exchange)
        if exchange.path.endswith("/order_items/") and not frozen:
            frozen.append(exchange)
            bench.run(flow)

    monkeypatch.setattr(LastExchange, "record", recorded)
    with pytest.raises(LaneLost):
        bench.run(flow)
    assert set(cancels(bench).values()) == {1}
    assert statuses(bench, number) == ["100"] * 3
