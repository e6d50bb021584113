"""Automatic packing (R2.32, R2.35, R6.18): open lines become packages, each unit once."""

from __future__ import annotations

from typing import Any

import pytest

from hbdash.domain.states import RunState
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.tables import Failure, Intent, LogEntry, MarketLine, Penalty
from tests.support.flows import FlowBench
from tests.support.orders import (
    FLOW,
    assert_each_unit_once,
    both_sides,
    in_omnitron,
    packages,
    place,
)

pytestmark = pytest.mark.requirement("R2.32", "R2.35", "R6.18", "R5.9")


@pytest.fixture
def packing(bench: FlowBench) -> FlowBench:
    """A bench whose channel packs by itself; Hepsiburada does not."""
    bench.call(backoffice.set_conf, automatic_packing=True)
    return bench


def unpacked(bench: FlowBench, *lines: Any, **named: Any) -> str:
    return place(bench, *lines, packed=False, **named)


def packed_once(bench: FlowBench, *numbers: str) -> None:
    """No unit of these orders lies in two packages, and none in no package."""
    for number in numbers:
        there = both_sides(bench, number)["hepsiburada"]
        assert [line["open_quantity"] for line in there["lines"]] == [0] * len(there["lines"])
        inside: dict[str, int] = {}
        for package in there["packages"]:
            for line in package["lines"]:
                inside[line["line_id"]] = inside.get(line["line_id"], 0) + line["quantity"]
        assert inside == {line["line_id"]: line["quantity"] for line in there["lines"]}


def test_open_lines_are_packed_and_become_an_order_in_the_same_run(packing: FlowBench) -> None:
    one, two = packing.healthy().sku, packing.healthy(1).sku
    number = unpacked(packing, (one, 2), (two, 1))
    single = unpacked(packing, one)
    result = packing.run(FLOW)
    assert result.state is RunState.DONE
    assert len(packages(packing, number)) == 1, "lines of one order go into one package"
    packed_once(packing, number, single)
    assert_each_unit_once(packing, number, single)
    assert {row["state"] for row in packing.rows(Intent, kind="package.create")} == {"done"}
    packing.move(60)
    assert packing.run(FLOW).state is RunState.NOTHING_DUE
    packed_once(packing, number, single)


def test_off_or_dry_it_packs_nothing(bench: FlowBench) -> None:
    number = unpacked(bench, bench.healthy().sku)
    bench.run(FLOW)
    assert packages(bench, number) == []
    bench.call(backoffice.set_conf, automatic_packing="True")
    assert bench.run(FLOW, dry_run=True).ok == 1
    assert packages(bench, number) == []
    assert any("would pack 1 unit" in row["message"] for row in bench.rows(LogEntry, key=number))
    bench.run(FLOW, keys=[number])
    packed_once(bench, number)
    assert_each_unit_once(bench, number)


def test_the_merchants_own_carrier_goes_with_the_package(packing: FlowBench) -> None:
    packing.call(backoffice.set_conf, store_account_cargo_company="YK")
    number = unpacked(packing, packing.healthy().sku)
    packing.run(FLOW)
    (package,) = both_sides(packing, number)["hepsiburada"]["packages"]
    assert (package["cargo"], package["carrier"]) == ("Mağaza Hesabı", "YK")


def test_two_warehouses_are_two_packages(packing: FlowBench) -> None:
    number = unpacked(
        packing, packing.healthy().sku, packing.healthy(1).sku, packing.healthy(2).sku
    )
    packing.call(
        lambda world: world.db.execute(
            "UPDATE hb_line SET warehouse = 'DEPO2' WHERE order_number = ? AND ordinal = 1",
            (number,),
        )
    )
    packing.run(FLOW)
    found = both_sides(packing, number)["hepsiburada"]["packages"]
    assert [(one["warehouse"], len(one["lines"])) for one in found] == [
        ("BIRINCIL", 2),
        ("DEPO2", 1),
    ]
    assert len(in_omnitron(packing, number)) == 2
    assert_each_unit_once(packing, number)


def test_a_changing_address_is_asked_every_run_without_penalty(packing: FlowBench) -> None:
    sku = packing.healthy().sku
    number, other = unpacked(packing, sku), unpacked(packing, sku)
    packing.call(marketplace.change_address, number)
    for _ in range(3):
        packing.run(FLOW)
        packing.move(300)
    assert_each_unit_once(packing, other)
    (failure,) = packing.rows(Failure, key=number)
    assert (failure["code"], failure["state"], failure["tries"]) == (
        "pack.address_change", "retrying", 3
    )  # fmt: skip
    assert packing.rows(Penalty) == []
    packing.call(marketplace.change_address, number, False)
    packing.run(FLOW)
    assert_each_unit_once(packing, number)
    (failure,) = packing.rows(Failure, key=number)
    assert (failure["state"], failure["close_reason"]) == ("cured", "succeeded")


def test_a_refusal_is_punished_by_the_line_and_cured_when_it_is_packed_elsewhere(
    packing: FlowBench,
) -> None:
    packing.call(backoffice.set_conf, store_account_cargo_company="NOBODY")
    number = unpacked(packing, packing.healthy().sku)
    packing.run(FLOW)
    (failure,) = packing.rows(Failure, key=number)
    assert (failure["code"], failure["state"]) == ("pack.refused", "open")
    assert "not valid" in failure["params"]["text"]
    (penalty,) = packing.rows(Penalty)
    (line,) = both_sides(packing, number)["hepsiburada"]["lines"]
    assert penalty["key"] == line["line_id"]
    packing.move(60)
    packing.run(FLOW)
    assert packing.rows(Failure, key=number)[0]["tries"] == 1, "its penalty is served"
    packing.call(marketplace.set_pace, pack=0)
    packing.call(
        lambda world: world.db.execute("UPDATE hb_line SET pack_at = 0 WHERE open_quantity > 0")
    )
    packing.move(60)
    packing.run(FLOW)
    assert_each_unit_once(packing, number)
    assert packing.rows(Failure, key=number)[0]["state"] == "cured"
    assert packing.rows(Penalty) == packing.rows(MarketLine, packing="pack.refused") == []


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("lost_answer", {}),
        ("status", {"status": 502, "after_effect": True}),
        ("status", {"status": 500}),
        ("drop", {}),
        ("timeout", {"seconds": 0.05}),
    ],
)
def test_a_lost_answer_packs_nothing_twice(
    packing: FlowBench, kind: str, settings: dict[str, Any]
) -> None:
    number = unpacked(packing, (packing.healthy().sku, 3))
    fault = {"kind": kind, "service": "oms", "method": "POST", "count": 1, **settings}
    packing.call(lambda world: world.faults.add(**fault))
    packing.run(FLOW)
    packing.run_until(FLOW, lambda: bool(in_omnitron(packing, number)), most=6)
    packed_once(packing, number)
    assert len(packages(packing, number)) == 1
    assert_each_unit_once(packing, number)
    packing.run(FLOW)
    assert not [row for row in packing.rows(Intent) if row["state"] in ("open", "unknown")]


def test_an_order_in_doubt_that_cannot_be_shown_holds_up_no_other(packing: FlowBench) -> None:
    """The answer to its packing was lost, and Hepsiburada fails each time it is asked about it."""
    doubtful = unpacked(packing, packing.healthy().sku)
    packing.call(lambda world: world.faults.add(kind="drop", method="POST", service="oms", count=1))
    packing.run(FLOW)
    packing.call(
        lambda world: world.faults.add(kind="status", status=500, path=f"ordernumber/{doubtful}")
    )
    sound = unpacked(packing, packing.healthy(1).sku)
    for _ in range(3):
        packing.move(60)
        packing.run(FLOW)
    packed_once(packing, sound)
    assert_each_unit_once(packing, sound)
    assert packages(packing, doubtful) == [], "nothing is packed while it is in doubt"
    packing.call(lambda world: world.faults.clear())
    packing.run_until(FLOW, lambda: bool(in_omnitron(packing, doubtful)), most=6)
    packed_once(packing, doubtful)


def test_a_line_that_is_packed_meanwhile_is_no_failure(packing: FlowBench) -> None:
    """Hepsiburada packs by itself between our reading and our packing: 409 (H§11.4)."""
    number = unpacked(packing, packing.healthy().sku)
    packing.call(
        lambda world: world.faults.add(
            kind="status", service="oms", method="POST", status=409, count=1,
            body="Line item is not open",
        )
    )  # fmt: skip
    result = packing.run(FLOW)
    assert (result.failed, packing.rows(Failure)) == (0, [])
    packing.run(FLOW)
    packed_once(packing, number)
