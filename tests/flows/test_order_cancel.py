"""What was cancelled at Hepsiburada is cancelled in Omnitron, unit for unit (R5.11)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from hbdash.domain.orders import CANCEL_ITEMS_AT_ONCE
from hbdash.domain.states import RunState
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.tables import (
    Cursor,
    Failure,
    Intent,
    LogEntry,
    MarketCancellation,
    MarketLine,
    OmnitronItem,
)
from tests.support.flows import FlowBench
from tests.support.orders import (
    assert_each_unit_once,
    held_here,
    held_there,
    in_omnitron,
    packages,
    place,
)

pytestmark = pytest.mark.requirement("R5.11", "R6.2", "R2.25", "R2.31")

FLOW = "order_cancel"
CREATE = "order_create"


def plenty(bench: FlowBench, number: int = 0) -> str:
    """A SKU of which many can be ordered."""
    sku = bench.healthy(number).sku
    bench.call(marketplace.drift_stock, sku, 5000)
    return sku


def cancels(bench: FlowBench) -> dict[str, int]:
    """Unit → how often Omnitron cancelled it."""
    effects = bench.call(lambda world: world.books.effects("omnitron.cancel"))
    return dict(Counter(one.key for one in effects))


def reasons(bench: FlowBench) -> list[int]:
    effects = bench.call(lambda world: world.books.effects("omnitron.cancel"))
    return [one.detail["reason"] for one in effects]


def open_failures(bench: FlowBench) -> list[dict[str, Any]]:
    return [row for row in bench.rows(Failure) if row["state"] not in ("cured", "closed")]


def test_a_line_cancelled_before_and_after_packing(bench: FlowBench) -> None:
    """Whole, in part, before it was written, and while it lies in a package."""
    sku = plenty(bench)
    whole, part, early = place(bench, (sku, 2)), place(bench, (sku, 3)), place(bench, (sku, 2))
    bench.call(marketplace.cancel_line, order_number=early, quantity=1)
    bench.move(30)
    bench.run(CREATE)
    bench.call(marketplace.cancel_line, order_number=whole)
    bench.call(marketplace.cancel_line, order_number=part, quantity=1)
    bench.move(30)
    bench.run(CREATE)
    result = bench.run(FLOW)
    assert (result.state, result.ok, result.failed) == (RunState.DONE, 2, 0)
    assert_each_unit_once(bench, whole, part, early)
    assert sorted(cancels(bench).values()) == [1, 1, 1]
    (three,) = [unit for unit in cancels(bench) if unit.endswith("-3")]
    assert three.rpartition("-")[0] in {row["line_item_id"] for row in bench.rows(
        MarketLine, order_number=part)}, "the highest unit goes"  # fmt: skip
    assert held_here(bench) == held_there(bench) == {}
    assert {row["state"] for row in bench.rows(Intent, kind="order.cancel")} == {"done"}
    for _ in range(2):
        bench.move(300)
        bench.run(FLOW)
    bench.run(FLOW, keys=[whole, part])
    begin = bench.now().replace(hour=0, minute=0)
    cursor = bench.rows(Cursor, flow=FLOW, name="cancelled")
    bench.run(FLOW, window=(begin, bench.now()))
    assert bench.rows(Cursor, flow=FLOW, name="cancelled") == cursor
    assert sorted(cancels(bench).values()) == [1, 1, 1], "twice is harmless"
    told = [row["key"] for row in bench.rows(LogEntry, kind="order")
            if "cancelled in Omnitron" in row["message"]]  # fmt: skip
    assert sorted(told) == sorted([whole, part]), "one line per order"
    assert open_failures(bench) == []


def test_an_order_that_hepsiburada_cannot_show_holds_up_no_other(bench: FlowBench) -> None:
    sku = plenty(bench)
    poisoned, sound = place(bench, sku), place(bench, sku)
    bench.run(CREATE)
    for number in (poisoned, sound):
        bench.call(marketplace.cancel_line, order_number=number)
    bench.call(
        lambda world: world.faults.add(kind="status", status=500, path=f"ordernumber/{poisoned}")
    )
    bench.move(30)
    bench.run(FLOW)
    assert len(cancels(bench)) == 1
    told = [row["code"] for row in bench.rows(LogEntry, kind="order", key=poisoned)]
    assert told[-1] == "remote.server"
    bench.call(lambda world: world.faults.clear())
    bench.move(300)
    bench.run(FLOW)
    assert sorted(cancels(bench).values()) == [1, 1]
    assert held_here(bench) == held_there(bench) == {}


def test_a_cancelled_order_that_was_never_imported_is_known(bench: FlowBench) -> None:
    sku = plenty(bench)
    never = place(bench, (sku, 2), packed=False)
    some = place(bench, (sku, 3), packed=False)
    bench.call(marketplace.cancel_line, order_number=never)
    bench.call(marketplace.cancel_line, order_number=some, quantity=1)
    result = bench.run(FLOW)
    assert (result.state, result.skipped, result.failed) == (RunState.DONE, 2, 0)
    assert open_failures(bench) == []
    lines = {row["order_number"]: row for row in bench.rows(MarketLine)}
    assert (lines[never]["quantity"], lines[never]["cancelled"]) == (2, 2)
    assert (lines[some]["quantity"], lines[some]["cancelled"]) == (3, 1)
    assert {row["looked_at"] is None for row in bench.rows(MarketCancellation)} == {False}
    bench.call(marketplace.pack, some)
    bench.run(CREATE)
    bench.run(FLOW)
    assert_each_unit_once(bench, never, some)
    assert cancels(bench) == {}
    assert held_here(bench) == held_there(bench)


def test_at_most_six_items_a_call_and_each_with_its_reason(bench: FlowBench) -> None:
    """R2.31 names the reason of a code, R2.25 that of all others; A5 bounds a call."""
    sku = plenty(bench)
    mapped, other = place(bench, (sku, 8)), place(bench, (sku, 1))
    bench.run(CREATE)
    bench.call(backoffice.set_conf, cancellation_reason_mapping={"FoundCheaper": "3"})
    bench.call(marketplace.cancel_line, order_number=mapped, reason_code="FoundCheaper")
    bench.call(marketplace.cancel_line, order_number=other, reason_code="Unheard")
    bench.run(FLOW)
    assert sorted(reasons(bench)) == [3] * 8 + [4]
    sizes = [len(row["payload"]["items"]) for row in bench.rows(Intent, kind="order.cancel")]
    assert sorted(sizes) == [1, 2, CANCEL_ITEMS_AT_ONCE]
    assert_each_unit_once(bench, mapped, other)


def test_a_mistyped_reason_is_named_and_the_default_stands_in(bench: FlowBench) -> None:
    number = place(bench, plenty(bench))
    bench.run(CREATE)
    bench.call(backoffice.set_conf, cancellation_reason_mapping={"FoundCheaper": 9999})
    bench.call(marketplace.cancel_line, order_number=number, reason_code="FoundCheaper")
    bench.run(FLOW)
    assert_each_unit_once(bench, number)
    assert reasons(bench) == [4]
    (failure,) = open_failures(bench)
    assert (failure["kind"], failure["key"]) == ("setting", "cancellation_reason_mapping")


def test_the_unit_whose_package_was_broken_goes(bench: FlowBench) -> None:
    """Two packages, two orders: the customer gave back what lay in the second."""
    sku = plenty(bench)
    number = place(bench, (sku, 2), packages=2)
    bench.run(CREATE)
    first, second = packages(bench, number)
    bench.call(marketplace.unpack, first)
    bench.call(marketplace.cancel_line, order_number=number, quantity=1)
    bench.run(FLOW)
    left = {
        order["remote_id"]: [item["status"] for item in order["items"]]
        for order in in_omnitron(bench, number)
    }
    assert left == {first: ["100"], second: ["400"]}
    assert_each_unit_once(bench, number)


def test_what_is_shipped_in_omnitron_needs_a_person(bench: FlowBench) -> None:
    number = place(bench, (plenty(bench), 2))
    bench.run(CREATE)
    (order,) = in_omnitron(bench, number)
    bench.call(backoffice.set_order_status, order["number"], "500")
    bench.call(marketplace.cancel_line, order_number=number)
    result = bench.run(FLOW)
    assert (result.failed, cancels(bench)) == (1, {})
    (failure,) = open_failures(bench)
    assert (failure["code"], failure["key"]) == ("cancel.item_shipped", number)
    assert failure["needs_person"]
    bench.run(FLOW)
    assert [row["tries"] for row in open_failures(bench)] == [1], "it is told once"


def test_an_item_that_a_person_cancelled_is_left_alone(bench: FlowBench) -> None:
    number = place(bench, plenty(bench))
    bench.run(CREATE)
    (order,) = in_omnitron(bench, number)
    bench.call(
        lambda world: (
            world.db.execute(
                "UPDATE om_order_item SET status = '100' WHERE order_pk = ?", (order["pk"],)
            )
            and None
        )
    )
    bench.call(marketplace.cancel_line, order_number=number)
    assert bench.run(FLOW).skipped == 1
    assert cancels(bench) == {}
    assert {row["state"] for row in bench.rows(OmnitronItem)} == {"cancelled"}


def test_a_dry_run_cancels_nothing(bench: FlowBench) -> None:
    number = place(bench, (plenty(bench), 2))
    bench.run(CREATE)
    bench.call(marketplace.cancel_line, order_number=number)
    assert bench.run(FLOW, dry_run=True).ok == 1
    assert cancels(bench) == {}
    assert bench.rows(Cursor, flow=FLOW) == []
    bench.run(FLOW)
    assert_each_unit_once(bench, number)


def test_without_a_reason_the_flow_is_refused(bench: FlowBench) -> None:
    bench.call(backoffice.set_conf, cancellation_reason_id=None)
    result = bench.run(FLOW)
    assert (result.state, result.reason_id) == (RunState.REFUSED, "setting.missing")
