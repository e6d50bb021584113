"""Packages that can't be written wait with their cause, hold up nobody, and are cured by it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from hbdash.domain.states import RunState
from hbdash.runs.penalties import load
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.seed.places import UNMAPPED
from hbdash.sandbox.world import World
from hbdash.store.tables import (
    Failure,
    LogEntry,
    MarketPackage,
    Penalty,
)
from hbdash.texts.causes import cause
from tests.support.flows import FlowBench
from tests.support.orders import (
    FLOW,
    assert_each_unit_once,
    both_sides,
    held_here,
    held_there,
    place,
)

WATCH = "cause_watch"


@pytest.mark.requirement("R2.27", "R3.8", "R8.1")
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


@pytest.mark.requirement("R8.1")
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


@pytest.mark.requirement("R2.30", "R3.7")
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
