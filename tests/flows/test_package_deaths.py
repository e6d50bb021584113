"""A run that dies right after a write was answered: packing, telling and splitting happen once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hbdash.runs.context import LastExchange
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice, erp
from hbdash.sandbox.omnitron.conf import stored_conf
from hbdash.sandbox.world import World
from hbdash.store.tables import Intent, PackageSplit
from hbdash.transport.recorder import Exchange
from tests.flows.test_order_update import PROVIDERS, told
from tests.flows.test_split_packages import assert_split, groups, split
from tests.support.flows import FlowBench
from tests.support.orders import assert_each_unit_once, in_omnitron, packages, place

pytestmark = pytest.mark.requirement("R2.32", "R5.10", "R5.14")

WHOLE = {"invoice": 1, "intransit": 1, "deliver": 1}


class Killed(BaseException):
    """The process died here."""


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], Any]], bool]:
    """``dies(n, act)``: whether the act died at its n-th write, once that was answered."""
    state = {"writes": 0, "at": 0}
    record = LastExchange.record

    def recorded(self: LastExchange, exchange: Exchange) -> None:
        record(self, exchange)
        if exchange.method != "GET" and "error_reports" not in exchange.path:
            state["writes"] += 1
            if state["writes"] == state["at"]:
                raise Killed

    monkeypatch.setattr(LastExchange, "record", recorded)

    def die(at: int, act: Callable[[], Any]) -> bool:
        state.update(writes=0, at=at)
        try:
            act()
        except Killed:
            return True
        finally:
            state["at"] = 0
        return False

    return die


@pytest.fixture
def own(bench: FlowBench) -> FlowBench:
    """A brand that packs and ships by itself, with both flags on."""

    def write(world: World) -> None:
        on = {"send_update_orders": True, "split_packages": True}
        backoffice.set_conf(
            world,
            feature_flags={**stored_conf(world.db)["feature_flags"], **on},
            automatic_packing=True,
            store_account_cargo_company="YK",
            send_shipping_info=True,
            shipping_provider=PROVIDERS,
        )

    bench.call(write)
    sku = bench.healthy().sku
    bench.call(marketplace.drift_stock, sku, 5000)
    return bench


def unpacked(bench: FlowBench, quantity: int = 1) -> str:
    return place(bench, (bench.healthy().sku, quantity), packed=False)


def settled(bench: FlowBench) -> bool:
    return not [row for row in bench.rows(Intent) if row["state"] in ("open", "unknown")]


def test_packing(own: FlowBench, dies: Any) -> None:
    numbers, at = [unpacked(own)], 1
    while dies(at, lambda: own.run("order_create")):
        own.run_until("order_create", lambda: bool(in_omnitron(own, numbers[-1])), most=6)
        numbers.append(unpacked(own))
        at += 3
    assert at > 6
    assert {len(packages(own, number)) for number in numbers} == {1}
    assert_each_unit_once(own, *numbers)
    assert settled(own)


def test_telling(own: FlowBench, dies: Any) -> None:
    at = 1
    while True:
        number = unpacked(own)
        own.run("order_create")
        (order,) = in_omnitron(own, number)
        for act in (erp.invoice_order, erp.ship_order, erp.deliver_order):
            own.call(act, order["number"])
        died = dies(at, lambda: own.run("order_update"))
        (package,) = packages(own, number)
        if not died:
            break
        own.run_until(
            "order_update", lambda p=package: told(own, p) == WHOLE and settled(own), most=6
        )
        at += 1
    assert at > 5
    assert told(own, package) == WHOLE


def test_splitting(own: FlowBench, dies: Any) -> None:
    at = 1
    while True:
        number = unpacked(own, 2)
        own.run("order_create")
        (order,) = in_omnitron(own, number)
        (package,) = packages(own, number)
        one, two = (item["pk"] for item in order["items"])
        died = dies(at, lambda pk=one: split(own, groups([pk])))
        own.run_until(
            "split_packages",
            lambda: {row["state"] for row in own.rows(PackageSplit)} == {"done"} and settled(own),
            most=6,
        )
        assert_split(own, number, package, [one], [two])
        if not died:
            break
        at += 1
    assert at > 3
