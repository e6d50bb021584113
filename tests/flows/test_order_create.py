"""Orders become orders: what is written, for whom, and for how much (R5.9, flows section 6)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from hbdash.domain.orders import customer_email
from hbdash.domain.states import RunState
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.world import World
from hbdash.store.tables import (
    Cursor,
    Intent,
    LogEntry,
    MarketPackage,
    OmnitronItem,
    OmnitronOrder,
)
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


@pytest.mark.requirement("R5.9", "R6.1")
def test_a_package_becomes_an_order_with_an_item_per_unit(bench: FlowBench) -> None:
    first, second = bench.healthy(), bench.healthy(1)
    number = place(bench, (first.sku, 3), second.sku, first.sku)
    result = bench.run(FLOW)
    assert (result.state, result.ok) == (RunState.DONE, 1)
    (order,) = in_omnitron(bench, number)
    (package,) = packages(bench, number)
    assert order["number"] == f"HB-{number}-{package}"
    assert order["remote_id"] == package
    assert order["payload"]["tracking_number"] == order["payload"]["extra_field"]["barcode"]
    assert Counter(item["product"] for item in order["items"]) == {first.pk: 4, second.pk: 1}
    prices = [Decimal(item["payload"]["price"]) for item in order["items"]]
    assert sum(prices) == Decimal(order["payload"]["amount"]) == first.price * 4 + second.price
    assert_each_unit_once(bench, number)
    (ours,) = bench.rows(OmnitronOrder)
    assert (ours["number"], ours["batch_closed"]) == (order["number"], True)
    assert {row["item_pk"] for row in bench.rows(OmnitronItem, state="live")} == {
        item["pk"] for item in order["items"]
    }
    assert actions(bench, number) == {("order", package)} | {
        ("orderitem", item["remote_id"]) for item in order["items"]
    }
    (line,) = bench.rows(LogEntry, kind="order")
    assert line["key"] == number
    assert order["number"] in line["message"]


@pytest.mark.requirement("R5.9", "R6.1")
def test_overlapping_windows_and_runs_by_hand_write_nothing_twice(bench: FlowBench) -> None:
    number = place(bench, (bench.healthy().sku, 2), business=False)
    begin = bench.now()
    bench.run(FLOW)
    (cursor,) = bench.rows(Cursor, flow=FLOW, name="packages")
    for keys in ([number], packages(bench, number), [in_omnitron(bench, number)[0]["number"]]):
        assert bench.run(FLOW, keys=keys).skipped == 1
    bench.run(FLOW, window=(begin.replace(hour=0, minute=0), bench.now()))
    assert bench.rows(Cursor, flow=FLOW, name="packages") == [cursor]
    bench.move(60)
    bench.run(FLOW)
    assert_each_unit_once(bench, number)
    assert len(bench.rows(MarketPackage)) == 1


def test_a_dry_run_says_what_it_would_do_and_does_nothing(bench: FlowBench) -> None:
    number, unmapped = place(bench, bench.healthy().sku), place(bench, unmapped=True)
    result = bench.run(FLOW, dry_run=True)
    assert (result.ok, result.failed) == (1, 1)
    kinds = bench.call(lambda world: world.books.counts())
    assert not [kind for kind in kinds if kind.startswith("omnitron.")]
    assert bench.rows(Cursor, flow=FLOW) == []
    bench.run(FLOW)
    assert_each_unit_once(bench, number)
    assert in_omnitron(bench, unmapped) == []


@pytest.mark.requirement("R5.9")
def test_a_split_a_repack_and_a_part_cancelled_double_nothing(bench: FlowBench) -> None:
    sku = bench.healthy().sku
    split = place(bench, (sku, 3), packages=2)
    again = place(bench, (sku, 2))
    bench.run(FLOW)
    assert len(in_omnitron(bench, split)) == 2
    assert_each_unit_once(bench, split, again)
    bench.call(marketplace.unpack, packages(bench, again)[0], pack_again=True)
    bench.move(30)
    bench.run(FLOW)
    assert_each_unit_once(bench, split, again)
    newest = packages(bench, again)[-1]
    (row,) = bench.rows(MarketPackage, package_number=newest)
    assert row["state"] == "linked"
    assert row["omnitron_order_id"] == in_omnitron(bench, again)[0]["pk"]
    # unpacked within the same five minutes as it was packed: only the rest is written
    fresh = place(bench, (sku, 3))
    bench.call(marketplace.cancel_line, order_number=fresh, quantity=1)
    bench.move(30)
    bench.run(FLOW)
    assert_each_unit_once(bench, fresh)


def test_orders_of_an_earlier_application_are_left_alone(bench: FlowBench) -> None:
    """At go-live the ledger is empty; Omnitron knows which units it holds."""
    number = place(bench, (bench.healthy().sku, 2))

    def write(world: World) -> None:
        from hbdash.sandbox.earlier import write_to_omnitron

        write_to_omnitron(world, number)

    bench.call(write)
    before = in_omnitron(bench, number)
    result = bench.run(FLOW)
    assert (result.ok, result.skipped) == (0, 1)
    assert in_omnitron(bench, number) == before
    assert {row["n"] for row in bench.rows(OmnitronItem, state="live")} == {1, 2}


def test_customers_are_known_by_their_id_and_addresses_found_again(bench: FlowBench) -> None:
    sku = bench.healthy().sku
    firm = place(bench, sku, business=True)
    person = place(bench, sku, business=False)
    bench.run(FLOW)
    for number, is_firm in ((firm, True), (person, False)):
        there = both_sides(bench, number)["hepsiburada"]
        (order,) = in_omnitron(bench, number)
        customer, address = bench.call(_customer_and_billing, order)
        assert customer["email"] == customer_email(there["customer_id"])
        assert customer["channel_code"] == there["customer_id"]
        assert (address["company_name"] != "") == is_firm
        assert address["tax_no"] == (there["invoice"]["tax_no"] if is_firm else "")
        if not is_firm:
            assert address["identity_number"] == there["invoice"]["identity_no"]
            assert [customer["first_name"], customer["last_name"]] == [
                " ".join(there["customer_name"].split()[:-1]), there["customer_name"].split()[-1]
            ]  # fmt: skip

    def order_again(world: World) -> None:
        """The same customer, under a new name, to the same address."""
        world.db.execute(
            "UPDATE hb_order SET (customer_id, delivery, invoice) = (SELECT customer_id, delivery,"
            " invoice FROM hb_order WHERE order_number = ?), customer_name = 'Yeni  Ad Soyad '"
            " WHERE order_number = ?",
            (person, again),
        )

    again = bench.call(marketplace.place_order, lines=[sku])
    bench.call(order_again)
    bench.move(5)
    bench.run(FLOW)
    (first,), (second,) = in_omnitron(bench, person), in_omnitron(bench, again)
    assert first["customer"] == second["customer"]
    assert first["payload"]["shipping_address"] == second["payload"]["shipping_address"]
    customer, _ = bench.call(_customer_and_billing, second)
    assert (customer["first_name"], customer["last_name"]) == ("Yeni Ad", "Soyad")


def _customer_and_billing(world: World, order: dict[str, object]) -> tuple[dict, dict]:  # type: ignore[type-arg]
    import json

    customer = world.db.execute(
        "SELECT * FROM om_customer WHERE pk = ?", (order["customer"],)
    ).fetchone()
    address = world.db.execute(
        "SELECT payload FROM om_address WHERE pk = ?",
        (order["payload"]["billing_address"],),  # type: ignore[index]
    ).fetchone()
    return dict(customer), json.loads(address["payload"])


def test_amounts_to_the_kurus_and_shares_apart(bench: FlowBench) -> None:
    """The recorded 28.99833 × 6 = 173.98998 (H§3.4): five units of 29.00, one of 28.99."""
    sku = bench.healthy().sku
    number = place(
        bench, {"sku": sku, "quantity": 6, "unit_price": "28.99833", "hb_discount": "1.50167"}
    )
    bench.run(FLOW)
    (order,) = in_omnitron(bench, number)
    bodies = [item["payload"] for item in order["items"]]
    assert [body["price"] for body in bodies] == ["29.00"] * 5 + ["28.99"]
    assert order["payload"]["amount"] == "173.99"
    assert {body["discount_amount"] for body in bodies} == {"0.00"}
    shares = [Decimal(body["extra_field"]["hb_discount"]) for body in bodies]
    assert sum(shares) == Decimal("9.01")
    for body, share in zip(bodies, shares, strict=True):
        assert Decimal(body["retail_price"]) == Decimal(body["price"]) + share


@pytest.mark.requirement("R2.34")
@pytest.mark.parametrize("same", [True, False])
def test_micro_export_bills_like_shipping_where_that_is_on(bench: FlowBench, same: bool) -> None:
    bench.call(backoffice.set_conf, billing_address_same_as_shipping=same)
    number = place(bench, bench.healthy().sku, micro_export=True, business=True)
    bench.run(FLOW)
    (order,) = in_omnitron(bench, number)
    payload = order["payload"]
    assert (payload["shipping_address"] == payload["billing_address"]) == same
    assert ("invoice_address" in payload["extra_field"]) == same
    assert payload["extra_field"]["isMicroExport"] is True


@pytest.mark.requirement("R2.15", "R2.16", "R2.27", "R2.33", "R2.36", "R3.6")
def test_settings_act_on_the_next_order(bench: FlowBench) -> None:
    bench.call(
        backoffice.set_conf, order_number_format="", use_hb_tracking_number=False,
        send_shipping_info=True, use_neighborhood=False, erp_code="",
        use_channel_id_in_address_mapping=False,
    )  # fmt: skip
    number = place(bench, bench.healthy().sku, cargo="Aras Kargo")
    bench.run(FLOW)
    (order,) = in_omnitron(bench, number)
    assert order["number"] == f"{number}-{packages(bench, number)[0]}"
    assert order["payload"]["tracking_number"] is None
    assert order["payload"]["cargo_company"] == 2
    assert "erp_code" not in order["payload"]["extra_field"]
    assert bench.call(lambda w: w.books.count("omnitron.shipping_info", order["number"])) == 1
    bench.call(backoffice.set_conf, order_number_format="HB-{orderNumber}")
    place(bench, bench.healthy().sku)
    refused = bench.run(FLOW)
    assert (refused.state, refused.reason_id) == (RunState.REFUSED, "order.number_format")


def test_packages_for_which_omnitron_failed_go_after_all_others(bench: FlowBench) -> None:
    sku = bench.healthy().sku
    troubled = [place(bench, sku) for _ in range(3)]
    bench.call(
        lambda world: world.faults.add(kind="status", status=500, method="POST", path="customers")
    )
    assert bench.run(FLOW).state is RunState.FAILED
    bench.call(lambda world: world.faults.clear())
    sound = place(bench, sku)
    bench.move(600)
    bench.run(FLOW)
    written = [row["package_number"] for row in bench.rows(OmnitronOrder)]
    assert written == [packages(bench, one)[0] for one in (sound, *troubled)]


@pytest.mark.requirement("R2.23")
def test_shipping_info_that_omnitron_fails_for_holds_up_no_batch(bench: FlowBench) -> None:
    bench.call(backoffice.set_conf, send_shipping_info=True)
    poisoned = place(bench, bench.healthy().sku)
    bench.call(lambda world: world.faults.add(kind="status", status=500, path="shipping_info"))
    bench.run(FLOW)
    rows = bench.rows(OmnitronOrder)
    assert [row["batch_closed"] for row in rows] == [True]
    bench.call(lambda world: world.faults.clear())
    bench.move(600)
    sound = place(bench, bench.healthy(1).sku)
    bench.run(FLOW)
    numbers = [order["number"] for one in (poisoned, sound) for order in in_omnitron(bench, one)]
    told = [bench.call(lambda w, n=n: w.books.count("omnitron.shipping_info", n)) for n in numbers]
    assert told == [1, 1]
    assert {row["state"] for row in bench.rows(Intent, kind="order.shipping_info")} == {"done"}


def test_held_units_are_what_is_ordered_and_not_in_omnitron(bench: FlowBench) -> None:
    """Unpaid, waiting to be packed, in a package that can't be written: all hold stock."""
    one, two, three, four = (bench.healthy(n) for n in range(4))
    bench.call(marketplace.set_pace, pay=3600)
    unpaid = place(bench, (one.sku, 2), paid=False)
    unpacked = place(bench, (two.sku, 3), packed=False)
    place(bench, (three.sku, 2), packages=2)
    place(bench, four.sku, unmapped=True)
    add_fault(bench, "status", "create_orders", status=503)
    bench.run(FLOW)
    assert held_here(bench) == held_there(bench)
    assert sum(held_here(bench).values()) == 2 + 3 + 1 + 1
    bench.call(marketplace.cancel_line, order_number=unpaid, quantity=1)
    bench.call(marketplace.cancel_line, order_number=unpacked, quantity=2)
    bench.move(70)
    bench.run(FLOW)
    assert held_here(bench) == held_there(bench) == {one.sku: 1, two.sku: 1, four.sku: 1}
    bench.call(_forget, unpaid)
    bench.call(marketplace.cancel_line, order_number=unpacked)
    bench.move(70)
    bench.run(FLOW)
    assert held_here(bench) == {four.sku: 1}, "what vanished unpaid or cancelled holds nothing"


def _forget(world: World, number: str) -> None:
    """An order whose payment never came: Hepsiburada shows it nowhere any more."""
    world.db.execute("DELETE FROM hb_line WHERE order_number = ?", (number,))
    world.db.execute("DELETE FROM hb_order WHERE order_number = ?", (number,))
