"""Orders when things go wrong: lost answers, deaths in mid-run, gaps, faulty packages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from hbdash.domain.states import RunState
from hbdash.runs.context import LastExchange
from hbdash.runs.fence import LaneLost
from hbdash.runs.penalties import load
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.seed.places import UNMAPPED
from hbdash.sandbox.world import World
from hbdash.store.tables import (
    BatchRequest,
    Failure,
    Intent,
    LogEntry,
    MarketPackage,
    OmnitronOrder,
    Penalty,
)
from hbdash.texts.causes import cause
from hbdash.transport.recorder import Exchange
from tests.support.flows import FlowBench
from tests.support.orders import (
    FLOW,
    actions,
    add_fault,
    assert_each_unit_once,
    both_sides,
    held_here,
    held_there,
    in_omnitron,
    packages,
    place,
)

WATCH = "cause_watch"


class Killed(BaseException):
    """The process died here."""


@pytest.fixture
def kill(monkeypatch: pytest.MonkeyPatch) -> Any:
    """``kill(n)``: the run dies when its n-th call has been answered; the number of calls so far
    is in ``kill.calls``."""

    class Killer:
        calls = 0
        at = 0

        def __call__(self, at: int) -> None:
            self.calls, self.at = 0, at

    killer = Killer()
    record = LastExchange.record

    def recorded(self: LastExchange, exchange: Exchange) -> None:
        record(self, exchange)
        killer.calls += 1
        if killer.calls == killer.at:
            raise Killed

    monkeypatch.setattr(LastExchange, "record", recorded)
    return killer


def plenty(bench: FlowBench) -> str:
    """A SKU of which many can be ordered."""
    sku = bench.healthy().sku
    bench.call(marketplace.drift_stock, sku, 5000)
    return sku


def written(bench: FlowBench, *numbers: str) -> bool:
    return all(in_omnitron(bench, number) for number in numbers) and not bench.rows(
        OmnitronOrder, batch_closed=False
    )


@pytest.mark.parametrize(
    "path", ["create_orders", "customers", "addresses", "batch_requests", "order_items"]
)
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
        at += 1
    assert at > 12
    assert_each_unit_once(bench, *numbers)
    for number in numbers:
        assert len(actions(bench, number)) == 3


@pytest.mark.parametrize("path", ["/orders/", "/create_orders/", "/order_items/"])
def test_a_frozen_run_that_thaws_writes_nothing_beside_the_next(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Another engine takes the lane right after a call of ours was answered."""
    number = place(bench, (bench.healthy().sku, 3))
    record, frozen = LastExchange.record, []

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


def test_an_unmapped_township_waits_with_the_guides_text_and_holds_up_nobody(
    bench: FlowBench,
) -> None:
    bad = place(bench, bench.healthy().sku, unmapped=True)
    good = place(bench, bench.healthy(1).sku)
    result = bench.run(FLOW)
    assert (result.state, result.ok, result.failed) == (RunState.PARTLY_DONE, 1, 1)
    assert_each_unit_once(bench, good)
    home = both_sides(bench, bad)["hepsiburada"]["delivery"]
    city = bench.call(_city, home["city"])
    (failure,) = bench.rows(Failure, key=bad)
    assert failure["code"] == "order.address"
    assert (failure["params"]["level"], failure["params"]["name"]) == ("township", home["town"])
    assert cause(failure["code"], failure["params"]) == f"Township “{home['town']}” not mapped"
    assert None not in (failure["deadline"], failure["amount"])
    assert failure["watched"]
    (penalty,) = bench.rows(Penalty, content_type="order", key=bad)
    assert penalty["owner"] == "hbdash"
    assert failure["next_at"] == penalty["next_at"]
    assert penalty["next_at"] - penalty["first_failed_at"] == timedelta(hours=8)
    (line,) = bench.rows(LogEntry, key=bad)
    assert line["message"] == (
        f"Address is not valid. channel: 137 code: 137_{home['town']} model: Township "
        f"city id: {city}, city name: {home['city']}"
    )
    (reported,) = bench.call(lambda w: [dict(r) for r in w.db.execute(
        "SELECT * FROM om_address_report WHERE level = 'township'")])  # fmt: skip
    assert (reported["remote_code"], reported["city_id"]) == (f"137_{home['town']}", city)
    assert reported["err_code"] == "integrations_200_10_1"
    bench.move(300)
    again = bench.run(FLOW)
    assert (again.ok, again.failed) == (0, 0), "its penalty is served, nobody else waits"
    bench.move(8 * 3600)
    bench.run(FLOW)
    (failure,) = bench.rows(Failure, key=bad)
    assert (failure["state"], failure["tries"]) == ("retrying", 2)


def test_mapping_the_township_writes_the_orders_by_themselves(bench: FlowBench) -> None:
    city, town = UNMAPPED[0]
    numbers = [place(bench, bench.healthy().sku, unmapped=True) for _ in range(3)]
    bench.call(_move_all_to, city, town)
    bench.run(FLOW)
    assert len(bench.rows(Failure, code="order.address", state="open")) == 3
    bench.move(61)
    bench.run(WATCH)
    assert bench.asked == []
    bench.call(backoffice.map_township, city, town)
    bench.move(61)
    bench.run(WATCH)
    ((flow, keys, _),) = bench.asked
    assert (flow, set(keys)) == (FLOW, set(numbers))
    assert bench.rows(Penalty) == []
    result = bench.run(flow, keys=keys)
    assert result.ok == 3
    assert_each_unit_once(bench, *numbers)
    assert {row["state"] for row in bench.rows(Failure)} == {"cured"}


def _city(world: World, name: str) -> int:
    return int(world.db.execute("SELECT pk FROM om_city WHERE name = ?", (name,)).fetchone()[0])


def _move_all_to(world: World, city: str, town: str) -> None:
    for row in world.db.execute("SELECT order_number, delivery FROM hb_order").fetchall():
        home = json.loads(row["delivery"]) | {"city": city, "town": town}
        world.db.execute(
            "UPDATE hb_order SET delivery = ?, invoice = json_patch(invoice, ?)"
            " WHERE order_number = ?",
            (json.dumps(home), json.dumps({"city": city, "town": town}), row["order_number"]),
        )


def test_unknown_product_and_unmapped_carrier_are_cured_by_their_cause(bench: FlowBench) -> None:
    bench.call(backoffice.set_conf, cargo_company_mapping={"hepsijet": 3})
    product = bench.healthy()
    strange = place(bench, product.sku, cargo="HepsiJet")
    carried = place(bench, bench.healthy(1).sku, cargo="Yurtiçi Kargo")
    hidden = bench.call(_hide_product, product.sku)
    bench.run(FLOW)
    codes = {row["key"]: row["code"] for row in bench.rows(Failure)}
    assert codes == {strange: "order.product_unknown", carried: "order.cargo_unmapped"}
    bench.call(_show_product, product.sku, hidden)
    bench.call(backoffice.set_conf, cargo_company_mapping={"hepsijet": 3, "yurtici kargo": 1})
    bench.move(61)
    bench.run(WATCH)
    for flow, keys, _ in bench.asked:
        bench.run(flow, keys=keys)
    assert_each_unit_once(bench, strange, carried)


def _hide_product(world: World, sku: str) -> list[tuple[int, str]]:
    """Omnitron forgets the product's SKU and what it is called on the channel."""
    pk = world.db.execute("SELECT pk FROM om_product WHERE sku = ?", (sku,)).fetchone()["pk"]
    rows = world.db.execute(
        "SELECT pk, remote_id FROM om_action WHERE object_id = ? AND content_type = 1", (pk,)
    ).fetchall()
    world.db.execute("UPDATE om_product SET sku = 'GONE' WHERE pk = ?", (pk,))
    world.db.execute("UPDATE om_action SET remote_id = 'GONE-' || pk WHERE object_id = ?", (pk,))
    return [tuple(row) for row in rows]


def _show_product(world: World, sku: str, rows: list[tuple[int, str]]) -> None:
    world.db.execute("UPDATE om_product SET sku = ? WHERE sku = 'GONE'", (sku,))
    for pk, remote_id in rows:
        world.db.execute("UPDATE om_action SET remote_id = ? WHERE pk = ?", (remote_id, pk))


HOSTILE = (
    "İĞÜŞÖÇ  ığüşöç ",
    "Robert'); DROP TABLE om_order;--",
    "\u202eevil\u202c \u0000 \x1b[31mred\x1b[0m",
    "👩‍👩‍👧‍👦 Ağaç",
    "x" * 600,
    "   ",
    "[bold]not markup[/bold] {name} %s",
    "{{7*7}} ${jndi:x} <script>",
)


def test_names_of_any_kind_are_written_or_said(bench: FlowBench) -> None:
    sku = bench.healthy().sku
    numbers = [place(bench, sku, business=n % 2 == 0) for n, _ in enumerate(HOSTILE)]

    def rename(world: World) -> None:
        for number, name in zip(numbers, HOSTILE, strict=True):
            row = world.db.execute(
                "SELECT * FROM hb_order WHERE order_number = ?", (number,)
            ).fetchone()
            home = json.loads(row["delivery"]) | {"name": name, "full": f"{name}\r\n{name}"}
            world.db.execute(
                "UPDATE hb_order SET customer_name = ?, delivery = ? WHERE order_number = ?",
                (name, json.dumps(home), number),
            )

    bench.call(rename)
    result = bench.run(FLOW)
    assert (result.ok, result.failed) == (len(HOSTILE), 0)
    assert_each_unit_once(bench, *numbers)


def test_a_package_cancelled_while_it_waited_is_left_out(bench: FlowBench) -> None:
    number = place(bench, bench.healthy().sku, unmapped=True)
    bench.run(FLOW)
    bench.call(marketplace.cancel_line, order_number=number)
    bench.move(8 * 3600 + 60)
    bench.run(FLOW)
    (row,) = bench.rows(MarketPackage)
    assert row["state"] == "left"
    assert {one["state"] for one in bench.rows(Failure)} == {"cured"}
    with bench.db.read() as connection:
        assert load(connection, bench.channel_id, "order", [number]) == {}
    bench.run(FLOW)
    assert held_here(bench) == held_there(bench) == {}


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
