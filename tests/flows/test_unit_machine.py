"""Place, pack, split, unpack, pack anew, cancel, ship in any order, with runs in between.

Once calm, every living unit of Hepsiburada is held by exactly one live item, every cancelled one
by none.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.world import World
from hbdash.store.database import Database
from hbdash.store.tables import Failure, Intent, OmnitronItem
from tests.support.flows import FlowBench, make_bench
from tests.support.orders import assert_each_unit_once, both_sides, held_here, held_there

pytestmark = pytest.mark.requirement("R5.9", "R5.11", "R5.17", "R9.7")

RUNS = ("order_create", "order_cancel", "unpacked_orders", "updated_orders")
MONTH = 86_400 * 30


class Units(RuleBasedStateMachine):
    """Two orders at most, of one SKU, so that their units meet each other often."""

    def __init__(self, bench: FlowBench) -> None:
        super().__init__()
        self.bench = bench
        self.orders: list[str] = []

    @initialize(quantity=st.integers(1, 3), packages=st.integers(1, 2))
    def begin(self, quantity: int, packages: int) -> None:
        self.place(quantity, packages, packed=True)

    @precondition(lambda self: len(self.orders) < 2)
    @rule(quantity=st.integers(1, 3), packages=st.integers(1, 2), packed=st.booleans())
    def place(self, quantity: int, packages: int, packed: bool) -> None:
        """A customer orders one line, and perhaps a second one of the same SKU."""
        sku = self.bench.healthy().sku
        lines = [(sku, quantity)] if quantity > 1 else [sku, (sku, 2)]
        self.orders.append(
            self.bench.call(
                marketplace.place_order, lines=lines, packages=packages, packed=packed,
                business=False,
            )
        )  # fmt: skip
        self.bench.move(5)

    def _act(self, act: Any, *arguments: Any, **named: Any) -> None:
        """Something that people do, if it can be done now."""
        with contextlib.suppress(ValueError):
            self.bench.call(act, *arguments, **named)

    def _package(self, which: int) -> str:
        """One of the open packages; "" if there is none."""
        found = [
            one["package_number"]
            for number in self.orders
            for one in both_sides(self.bench, number)["hepsiburada"]["packages"]
            if one["status"] == "Open"
        ]
        return found[which % len(found)] if found else ""

    def _order(self, which: int) -> str:
        return self.orders[which % len(self.orders)]

    @rule(which=st.integers(0, 1), quantity=st.sampled_from([None, 1]), packages=st.integers(1, 2))
    def pack(self, which: int, quantity: int | None, packages: int) -> None:
        self._act(marketplace.pack, self._order(which), quantity, packages)

    @rule(which=st.integers(0, 3))
    def split(self, which: int) -> None:
        self._act(marketplace.split, self._package(which))

    @rule(which=st.integers(0, 3), packages=st.integers(1, 3))
    def pack_anew(self, which: int, packages: int) -> None:
        self._act(marketplace.repack, self._package(which), packages)

    @rule(which=st.integers(0, 3))
    def unpack(self, which: int) -> None:
        self._act(marketplace.unpack, self._package(which))

    @rule(which=st.integers(0, 1), quantity=st.sampled_from([None, 1]))
    def cancel(self, which: int, quantity: int | None) -> None:
        self._act(marketplace.cancel_line, order_number=self._order(which), quantity=quantity)

    @rule(which=st.integers(0, 3))
    def ship(self, which: int) -> None:
        """The carrier comes later than the next regular run: what leaves was listed before."""
        assert self.bench.run("order_create").failed == 0
        self._act(marketplace.ship, self._package(which))

    @rule(seconds=st.sampled_from([60, 900, 1900]))
    def wait(self, seconds: int) -> None:
        self.bench.move(seconds)

    @rule(flow=st.sampled_from(RUNS))
    def run(self, flow: str) -> None:
        """No run takes more than it must: order_cancel what is alive no more, unpacked_orders what
        lies in no package."""
        before = self.bench.call(_lines)
        assert self.bench.run(flow).failed == 0
        after = self.bench.call(_lines)
        for line, (held, living, packed) in before.items():
            if flow == "order_cancel":
                assert after[line][0] == min(held, living)
            elif flow == "unpacked_orders":
                assert after[line][0] >= min(held, packed)

    @rule()
    def run_all(self) -> None:
        for flow in RUNS[:3]:
            self.run(flow)

    @invariant()
    def no_unit_twice(self) -> None:
        live = self.bench.rows(OmnitronItem, state="live")
        units = Counter((row["line_item_id"], row["n"]) for row in live)
        assert all(count == 1 for count in units.values())
        items = self.bench.call(_live_items)
        assert all(count == 1 for count in items.values()), "an item of Omnitron twice"

    def teardown(self) -> None:
        """Calm returns: everything open is packed, and every flow has its turns."""
        if not self.orders:
            return
        for number in self.orders:
            self._act(marketplace.pack, number)
        for _ in range(3):
            self.run_all()
            self.bench.move(1900)
        self.run_all()
        self.run("updated_orders")
        assert_each_unit_once(self.bench, *self.orders)
        assert held_here(self.bench) == held_there(self.bench) == {}
        assert {row["state"] for row in self.bench.rows(Intent)} <= {"done"}
        assert self.bench.rows(Failure) == []
        for number in self.orders:
            _assert_shipped(both_sides(self.bench, number))


def _lines(world: World) -> dict[str, tuple[int, int, int]]:
    """Line → units that Omnitron holds; units alive at Hepsiburada; those of them in a package."""
    rows = world.db.execute(
        "SELECT line_id, quantity - cancelled_quantity AS living, open_quantity, (SELECT count(*)"
        " FROM om_order_item i WHERE i.remote_id LIKE line_id || '%' AND i.status <> '100') AS held"
        " FROM hb_line"
    )
    return {
        row["line_id"]: (row["held"], row["living"], row["living"] - row["open_quantity"])
        for row in rows
    }


def _live_items(world: World) -> Counter[str]:
    rows = world.db.execute("SELECT remote_id FROM om_order_item WHERE status <> '100'")
    return Counter(row["remote_id"] for row in rows)


def _assert_shipped(sides: dict[str, Any]) -> None:
    """As many items stand as shipped as units lie in packages that were."""
    gone = sum(
        line["quantity"]
        for package in sides["hepsiburada"]["packages"]
        if package["status"] == "InTransit"
        for line in package["lines"]
    )
    items = [item["status"] for order in sides["omnitron"] for item in order["items"]]
    assert items.count("500") == gone


def test_every_living_unit_is_held_once(sandbox: Any, sqlite_database: Database) -> None:
    """On one database: what is decided here does not depend on which."""
    bench = make_bench(sqlite_database, sandbox.running)
    bench.call(marketplace.drift_stock, bench.healthy().sku, 50_000)
    bench.call(marketplace.set_pace, ship=MONTH, deliver=MONTH)

    class HereUnits(Units):
        def __init__(self) -> None:
            super().__init__(bench)

    run_state_machine_as_test(
        HereUnits,
        settings=settings(
            max_examples=14,
            stateful_step_count=10,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    bench.kit.link.close()  # type: ignore[attr-defined]
