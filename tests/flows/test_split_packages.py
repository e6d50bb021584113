"""split_packages: one package into several, one order in Omnitron, each unit once (R5.14, R9.7)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.packages import request_split
from hbdash.domain.states import RunState
from hbdash.flows.registry import FLOWS
from hbdash.runs.context import RunRequest
from hbdash.runs.kit import RunResult
from hbdash.runs.run_flow import run_flow
from hbdash.runs.stop import StopFlag
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.omnitron.conf import stored_conf
from hbdash.sandbox.world import World
from hbdash.store.tables import (
    Audit,
    EngineRequest,
    Failure,
    Intent,
    LogEntry,
    MarketPackage,
    OmnitronItem,
    PackageSplit,
)
from tests.support.flows import FlowBench
from tests.support.orders import (
    actions,
    assert_each_unit_once,
    both_sides,
    in_omnitron,
    packages,
    place,
)

pytestmark = pytest.mark.requirement("R5.14", "R9.5", "R9.6", "R9.7", "R2.16")

FLOW = "split_packages"
WAREHOUSE = Actor("depo", Role.OPERATOR, "cli")


@pytest.fixture
def shop(bench: FlowBench) -> FlowBench:
    """A bench whose flag is on, with carriers that take their time."""

    def write(world: World) -> None:
        flags = stored_conf(world.db)["feature_flags"]
        backoffice.set_conf(world, feature_flags={**flags, FLOW: True})

    bench.call(write)
    bench.call(marketplace.set_pace, ship=10**7)
    return bench


def written(bench: FlowBench, *lines: Any) -> tuple[str, str, list[dict[str, Any]]]:
    """An order in Omnitron: its number at Hepsiburada, its package, its items."""
    number = place(bench, *lines)
    bench.run("order_create")
    (order,) = in_omnitron(bench, number)
    return number, packages(bench, number)[-1], order["items"]


def ask(bench: FlowBench, payload: dict[str, Any]) -> int:
    return request_split(bench.db, bench.kit.clock, WAREHOUSE, bench.channel_id, payload)


def split(bench: FlowBench, payload: dict[str, Any], **more: Any) -> RunResult:
    """Ask for a split, and the run that the engine makes of it."""
    request = ask(bench, payload)
    (row,) = bench.rows(EngineRequest, id=request)
    keys = tuple(row["payload"]["keys"])
    asked = RunRequest(FLOW, WAREHOUSE.name, keys=keys, request_id=request, **more)
    return run_flow(bench.kit, FLOWS[FLOW], asked, StopFlag())


def groups(*pks: list[int]) -> dict[str, Any]:
    """The event's form (O§9.5), in its envelope."""
    return {
        "event": {"type": "order.split_package_7", "uuid": "u"},
        "payload": {
            "packages": [
                {"package_id": n, "items": [{"order_item_id": pk, "quantity": 1} for pk in part]}
                for n, part in enumerate(pks)
            ]
        },
    }


def inside(bench: FlowBench, number: str) -> list[dict[str, int]]:
    """Contents of the open packages of an order at Hepsiburada."""
    found = both_sides(bench, number)["hepsiburada"]["packages"]
    return [
        {line["line_id"]: line["quantity"] for line in package["lines"]}
        for package in found
        if package["status"] == "Open"
    ]


def assert_split(bench: FlowBench, number: str, package: str, *parts: list[int]) -> None:
    """Each part lies in a package of its own, linked to the one order."""
    assert bench.call(lambda w: w.books.count("hepsiburada.split", package)) == 1
    (order,) = in_omnitron(bench, number)
    items = {item["pk"]: item for item in order["items"]}
    wanted = [Counter(items[pk]["remote_id"][:36] for pk in part) for part in parts]
    found = [sorted(part.items()) for part in inside(bench, number)]
    assert sorted(sorted(part.items()) for part in wanted) == sorted(found)
    fresh = set(packages(bench, number)) - {package}
    rows = {row["package_number"]: row for row in bench.rows(MarketPackage)}
    assert {rows[one]["omnitron_order_id"] for one in fresh} == {order["pk"]}
    assert {("order", one) for one in fresh} <= actions(bench, number)
    placed = {row["item_pk"]: row["package_number"] for row in bench.rows(OmnitronItem)}
    for part in parts:
        (home,) = {placed[pk] for pk in part}
        assert home in fresh
        assert {items[pk]["payload"]["tracking_number"] for pk in part} == {rows[home]["barcode"]}
    assert_each_unit_once(bench, number)


def test_a_package_becomes_two_and_stays_one_order(shop: FlowBench) -> None:
    number, package, items = written(shop, (shop.healthy().sku, 2), shop.healthy(1).sku)
    one, two, three = (item["pk"] for item in items)
    result = split(shop, groups([two], [one, three]))
    assert (result.state, result.ok) == (RunState.DONE, 1)
    assert_split(shop, number, package, [two], [one, three])
    (row,) = shop.rows(PackageSplit)
    assert (row["state"], row["package_number"], row["order_number"]) == ("done", package, number)
    assert shop.rows(Audit, action="package.split")[0]["outcome"] == "accepted"
    shop.move(60)
    shop.run("order_create")
    assert_each_unit_once(shop, number)
    assert shop.run(FLOW).state is RunState.NOTHING_DUE


def test_what_no_group_names_goes_into_a_package_of_its_own(shop: FlowBench) -> None:
    number, package, items = written(shop, (shop.healthy().sku, 3))
    first, second, third = (item["pk"] for item in items)
    split(shop, {"data": {"groups": [[second]], "order_number": number}})
    assert_split(shop, number, package, [second], [first, third])


@pytest.mark.parametrize("form", ["sku", "line", "unit", "package"])
def test_every_way_to_name_units(shop: FlowBench, form: str) -> None:
    sku = shop.healthy(1).sku
    number, package, items = written(shop, (shop.healthy().sku, 1), (sku, 2))
    unit = items[1]["remote_id"]
    named: dict[str, Any] = {
        "sku": {"sku": sku.lower(), "quantity": 1},
        "line": {"line_item_id": unit[:36].upper(), "quantity": 1},
        "unit": unit,
        "package": items[1]["pk"],
    }
    payload = {"package_number": package, "packages": [{"items": [named[form]]}]}
    split(shop, payload)
    assert_split(shop, number, package, [items[1]["pk"]], [items[0]["pk"], items[2]["pk"]])


def test_what_is_named_exactly_is_taken_before_what_means_any_unit(shop: FlowBench) -> None:
    """A bare line may mean the very unit that a later group names."""
    number, package, items = written(shop, (shop.healthy().sku, 3))
    line, one = items[0]["remote_id"][:36], min(items, key=lambda item: item["remote_id"])
    payload = {
        "packageNumber": package,
        "packages": [
            {"items": [{"lineItemId": line, "quantity": 1}]},
            {"items": [{"orderItemId": one["pk"]}]},
        ],
    }
    assert split(shop, payload).state in (RunState.DONE, RunState.PARTLY_DONE)
    assert [sum(part.values()) for part in inside(shop, number)] == [1, 1, 1]
    assert shop.rows(Failure, state="open") == []


def test_one_group_over_all_is_nothing_to_do(shop: FlowBench) -> None:
    number, package, items = written(shop, (shop.healthy().sku, 2))
    assert split(shop, groups([item["pk"] for item in items])).skipped == 1
    assert (packages(shop, number), shop.rows(Intent, kind="package.split")) == ([package], [])


def test_a_dry_run_says_and_sends_nothing(shop: FlowBench) -> None:
    number, package, items = written(shop, (shop.healthy().sku, 3))
    assert split(shop, groups([items[0]["pk"]]), dry_run=True).ok == 1
    assert packages(shop, number) == [package]
    assert shop.rows(PackageSplit) == []
    messages = [row["message"] for row in shop.rows(LogEntry, key=number)]
    assert any("1 + 2" in message for message in messages)


def test_requests_that_say_nothing_are_refused_at_the_door(shop: FlowBench) -> None:
    for payload in ({}, {"packages": []}, {"packages": [{"items": []}]}, {"packages": [[{}]]},
                    {"packages": [[7], [7]]}, {"packages": [[True]]},
                    {"packages": [[{"order_item_id": 7, "quantity": 2}]]}):  # fmt: skip
        with pytest.raises(Refused) as refused:
            ask(shop, payload)
        assert refused.value.id == "split.payload"
    assert shop.rows(EngineRequest) == []


def test_what_can_not_be_split_is_a_persons_matter(shop: FlowBench) -> None:
    _, package, items = written(shop, (shop.healthy().sku, 2))
    _, other, strangers = written(shop, shop.healthy(1).sku)
    for payload in (
        groups([items[0]["pk"], strangers[0]["pk"]]),
        groups([999_999]),
        {"package_number": other, "groups": [[items[0]["pk"]]]},
        {"order_number": "nobody", "groups": [["ABC"]]},
        {"package_number": package, "groups": [[{"sku": "NOT-THERE"}]]},
    ):
        assert split(shop, payload).failed == 1
    assert {row["code"] for row in shop.rows(Failure)} == {"split.payload"}
    shop.call(marketplace.ship, package)
    assert split(shop, groups([items[0]["pk"]])).failed == 1
    assert shop.rows(Failure, key=package, code="split.not_open")
    counts = shop.call(lambda w: w.books.counts("hepsiburada.split"))
    assert counts == {}


def test_the_flag_must_be_on(bench: FlowBench) -> None:
    request = ask(bench, groups([1]))
    asked = RunRequest(FLOW, "webhook", keys=("1",), request_id=request)
    assert run_flow(bench.kit, FLOWS[FLOW], asked, StopFlag()).reason_id == "flag.off"


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("lost_answer", {}),
        ("status", {"status": 502, "after_effect": True}),
        ("status", {"status": 500}),
        ("drop", {}),
    ],
)
def test_a_lost_answer_splits_nothing_twice(
    shop: FlowBench, kind: str, settings: dict[str, Any]
) -> None:
    number, package, items = written(shop, (shop.healthy().sku, 2))
    fault = {"kind": kind, "service": "oms", "path": "/split$", "count": 1, **settings}
    shop.call(lambda world: world.faults.add(**fault))
    split(shop, groups([items[0]["pk"]]))
    shop.run_until(FLOW, lambda: shop.rows(PackageSplit)[0]["state"] == "done", most=6)
    assert_split(shop, number, package, [items[0]["pk"]], [items[1]["pk"]])
    assert not [row for row in shop.rows(Intent) if row["state"] in ("open", "unknown")]


def test_packages_that_show_late_are_looked_for_in_runs_of_their_own(shop: FlowBench) -> None:
    number, package, items = written(shop, (shop.healthy().sku, 2))
    hide = {"kind": "status", "service": "oms", "method": "GET", "status": 200, "body": "[]"}
    path = "/packages/merchantid/[^/]+$"
    orders = {"kind": "status", "service": "oms", "path": "/ordernumber/", "status": 404}
    shop.call(lambda world: [world.faults.add(path=path, **hide), world.faults.add(**orders)])
    split(shop, groups([items[0]["pk"]]))
    (row,) = shop.rows(PackageSplit)
    assert (row["state"], row["asked"]) == ("split", 1)
    shop.run("cause_watch")
    assert [one for one in shop.asked if one[0] == FLOW] == []
    shop.move(31)
    shop.run("cause_watch")
    assert (FLOW, (package,), "cause_watch") in shop.asked
    for seconds in (0, 61, 121, 301):
        shop.move(seconds)
        shop.run(FLOW)
    (row,) = shop.rows(PackageSplit)
    (failure,) = shop.rows(Failure)
    assert (row["state"], failure["code"], failure["key"]) == ("lost", "split.lost", package)
    shop.call(lambda world: world.faults.clear())
    shop.run(FLOW, keys=[package])
    assert_split(shop, number, package, [items[0]["pk"]], [items[1]["pk"]])
    assert shop.rows(Failure)[0]["state"] == "cured"


def test_a_repeat_that_is_refused_since_the_first_call_came_late_is_our_split(
    shop: FlowBench,
) -> None:
    number, package, items = written(shop, (shop.healthy().sku, 2))
    fault = {"kind": "status", "service": "oms", "path": "/split$", "count": 1}
    shop.call(lambda world: world.faults.add(status=500, **fault))
    split(shop, groups([items[0]["pk"]]))
    shop.call(lambda world: world.faults.add(status=400, after_effect=True, **fault))
    shop.run_until(FLOW, lambda: shop.rows(PackageSplit)[0]["state"] == "done", most=6)
    assert_split(shop, number, package, [items[0]["pk"]], [items[1]["pk"]])
    assert shop.rows(Failure) == []


def test_a_package_that_is_no_longer_known_was_split(shop: FlowBench) -> None:
    number, package, items = written(shop, (shop.healthy().sku, 2))
    lost = {"kind": "lost_answer", "service": "oms", "path": "/split$", "count": 1}
    gone = {"kind": "status", "service": "oms", "method": "GET", "status": 404}
    gone["path"] = f"/{package}$"
    shop.call(lambda world: world.faults.add(**lost))
    split(shop, groups([items[0]["pk"]]))
    shop.call(lambda world: world.faults.add(**gone))
    shop.run_until(FLOW, lambda: shop.rows(PackageSplit)[0]["state"] == "done", most=6)
    assert_split(shop, number, package, [items[0]["pk"]], [items[1]["pk"]])


def test_a_look_that_is_refused_for_ever_is_a_persons_matter(shop: FlowBench) -> None:
    number, package, items = written(shop, (shop.healthy().sku, 2))
    no = {"kind": "status", "service": "oms", "method": "GET", "status": 400}
    shop.call(lambda world: world.faults.add(path="/packages/merchantid/[^/]+$", **no))
    split(shop, groups([items[0]["pk"]]))
    for seconds in (31, 61, 121, 301):
        shop.move(seconds)
        shop.run(FLOW)
    (row,), (failure,) = shop.rows(PackageSplit), shop.rows(Failure)
    assert (row["state"], failure["code"], failure["key"]) == ("lost", "split.lost", package)
    shop.call(lambda world: world.faults.clear())
    shop.run(FLOW, keys=[package])
    assert_split(shop, number, package, [items[0]["pk"]], [items[1]["pk"]])


def test_packages_that_order_create_saw_first_are_the_same(shop: FlowBench) -> None:
    number, package, items = written(shop, (shop.healthy().sku, 2))
    path = "/packages/merchantid/[^/]+$"
    hide = {"kind": "status", "service": "oms", "method": "GET", "status": 200, "body": "[]"}
    shop.call(lambda world: world.faults.add(path=path, **hide))
    split(shop, groups([items[0]["pk"]]))
    shop.call(lambda world: world.faults.clear())
    shop.run("order_create")
    shop.move(31)
    shop.run(FLOW)
    assert_split(shop, number, package, [items[0]["pk"]], [items[1]["pk"]])


def test_the_same_request_twice_is_one_split(shop: FlowBench) -> None:
    number, package, items = written(shop, (shop.healthy().sku, 2))
    request = ask(shop, groups([items[0]["pk"]]))
    for _ in range(2):
        asked = RunRequest(FLOW, "webhook", keys=(package,), request_id=request)
        run_flow(shop.kit, FLOWS[FLOW], asked, StopFlag())
    assert_split(shop, number, package, [items[0]["pk"]], [items[1]["pk"]])
    assert len(shop.rows(PackageSplit)) == 1


def test_without_a_request_a_key_says_what_is_missing(shop: FlowBench) -> None:
    _, package, _ = written(shop, shop.healthy().sku)
    assert shop.run(FLOW, keys=[package]).failed == 1
    assert any("ask for one" in line["message"] for line in shop.rows(LogEntry, key=package))
