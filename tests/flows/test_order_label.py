"""Cargo labels (R2.33, R2.36): with the order, or later into its items; never in its way."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.tables import Failure, LogEntry, MarketPackage
from tests.support.flows import FlowBench
from tests.support.orders import FLOW, assert_each_unit_once, in_omnitron, packages, place

pytestmark = pytest.mark.requirement("R2.33", "R2.36", "R5.9")


@pytest.fixture
def labelled(bench: FlowBench) -> FlowBench:
    bench.call(backoffice.set_conf, use_cargo_label=True)
    return bench


def order_label(bench: FlowBench, number: str) -> Any:
    (order,) = in_omnitron(bench, number)
    return order["payload"]["extra_field"].get("cargo_label")


def item_labels(bench: FlowBench, number: str) -> set[Any]:
    (order,) = in_omnitron(bench, number)
    return {item["payload"]["extra_field"].get("cargo_label") for item in order["items"]}


def refuse_labels(bench: FlowBench, **fault: Any) -> None:
    bench.call(lambda world: world.faults.add(service="oms", path="/labels$", **fault))


def test_the_label_comes_with_the_order_in_the_wanted_format(labelled: FlowBench) -> None:
    png = place(labelled, labelled.healthy().sku, cargo="HepsiJet")
    other = place(labelled, labelled.healthy().sku, cargo="Yurtiçi Kargo")
    labelled.run(FLOW)
    assert base64.b64decode(order_label(labelled, png)).startswith(b"\x89PNG")
    assert order_label(labelled, other) is None
    states = {row["order_number"]: row["label"] for row in labelled.rows(MarketPackage)}
    assert states == {png: "written", other: "none"}
    labelled.call(backoffice.set_conf, check_hepsijet_format_type="zpl")
    zpl = place(labelled, labelled.healthy().sku, cargo="Aras Kargo")
    labelled.run(FLOW)
    assert order_label(labelled, zpl).startswith("^XA")
    assert packages(labelled, zpl)[0] in order_label(labelled, zpl)


def test_off_no_label_is_asked_for(bench: FlowBench) -> None:
    number = place(bench, bench.healthy().sku, cargo="HepsiJet")
    bench.run(FLOW)
    assert order_label(bench, number) is None
    assert "labels" not in str(bench.call(lambda world: world.books.requests()))


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 400, "body": "Label is not ready", "count": 1},
        {"kind": "malformed"},
    ],
)
def test_a_missing_label_stops_no_order_and_comes_later(
    labelled: FlowBench, fault: dict[str, Any]
) -> None:
    refuse_labels(labelled, **fault)
    number = place(labelled, (labelled.healthy().sku, 2), cargo="HepsiJet")
    assert labelled.run(FLOW).failed == 0
    assert_each_unit_once(labelled, number)
    assert order_label(labelled, number) is None
    before = in_omnitron(labelled, number)[0]["items"][0]["payload"]["extra_field"]
    labelled.move(700)
    labelled.call(lambda world: world.faults.clear())
    labelled.run(FLOW)
    (label,) = item_labels(labelled, number)
    assert base64.b64decode(label).startswith(b"\x89PNG")
    after = in_omnitron(labelled, number)[0]["items"][0]["payload"]["extra_field"]
    assert before.items() <= after.items(), "what the item knew stays"
    assert labelled.rows(MarketPackage)[0]["label"] == "written"
    assert labelled.rows(Failure) == []


def test_a_label_that_never_comes_is_given_up_when_the_package_leaves(labelled: FlowBench) -> None:
    refuse_labels(labelled, kind="status", status=400, body="Label is not ready")
    number = place(labelled, labelled.healthy().sku, cargo="HepsiJet")
    labelled.run(FLOW)
    labelled.move(700)
    labelled.run(FLOW)
    lines = labelled.rows(LogEntry, key=number)
    assert ["Label is not ready" in line["message"] for line in lines].count(True) == 1
    assert labelled.rows(MarketPackage)[0]["label"] == "wanted"
    labelled.call(marketplace.ship, packages(labelled, number)[0])
    labelled.move(86_500)
    labelled.run_until(FLOW, lambda: labelled.rows(MarketPackage)[0]["label"] == "none", most=3)


def test_a_repacked_order_gets_the_label_of_its_new_package(labelled: FlowBench) -> None:
    number = place(labelled, labelled.healthy().sku, cargo="HepsiJet")
    labelled.run(FLOW)
    first = order_label(labelled, number)
    labelled.call(marketplace.unpack, packages(labelled, number)[0], pack_again=True)
    labelled.move(30)
    labelled.run(FLOW)
    (label,) = item_labels(labelled, number)
    assert label not in (None, first)
