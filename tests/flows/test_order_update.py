"""order_update: what the ERP did is told to Hepsiburada, once and forward only (R5.10, R8.9)."""

from __future__ import annotations

from threading import Timer
from typing import Any

import pytest

from hbdash.domain.states import RunState
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice, erp
from hbdash.sandbox.omnitron.conf import stored_conf
from hbdash.sandbox.omnitron.contenttypes import ORDER
from hbdash.sandbox.world import World
from hbdash.store.tables import Failure, Intent, LogEntry, Penalty
from tests.support.flows import FlowBench
from tests.support.orders import both_sides, in_omnitron, packages, place

pytestmark = pytest.mark.requirement("R5.10", "R6.4", "R8.9", "R2.23", "R2.29")

FLOW = "order_update"
STEPS = ("invoice", "intransit", "deliver", "undeliver")
PROVIDERS = {"yurtici": {"tracking_url": "https://yurtici.example/?code={tracking_number}"}}


@pytest.fixture
def own(bench: FlowBench) -> FlowBench:
    """A brand that ships on its own account, with Send Shipping Info on."""
    bench.call(
        backoffice.set_conf,
        automatic_packing=True,
        store_account_cargo_company="YK",
        send_shipping_info=True,
        shipping_provider=PROVIDERS,
        tracking_phone_number="444 99 99",
    )
    _flag(bench, True)
    return bench


def _flag(bench: FlowBench, on: bool) -> None:
    def write(world: World) -> None:
        flags = stored_conf(world.db)["feature_flags"]
        backoffice.set_conf(world, feature_flags={**flags, "send_update_orders": on})

    bench.call(write)


def written(bench: FlowBench, quantity: int = 1, **named: Any) -> tuple[str, str, str]:
    """An order in Omnitron: Hepsiburada's number, its package, Omnitron's number."""
    named.setdefault("packed", False)
    number = place(bench, (bench.healthy().sku, quantity), **named)
    bench.run("order_create")
    (order,) = in_omnitron(bench, number)
    return number, packages(bench, number)[-1], order["number"]


def told(bench: FlowBench, package: str) -> dict[str, int]:
    """Step → how often Hepsiburada took it."""
    counts = {
        step: bench.call(lambda w, s=step: w.books.count(f"hepsiburada.{s}", package))
        for step in STEPS
    }
    return {step: count for step, count in counts.items() if count}


def package_row(bench: FlowBench, number: str) -> dict[str, Any]:
    return both_sides(bench, number)["hepsiburada"]["packages"][-1]


def test_an_order_is_told_from_its_invoice_to_its_door(own: FlowBench) -> None:
    number, package, order = written(own, 2)
    assert own.run(FLOW).state is RunState.NOTHING_DUE
    invoice = own.call(erp.invoice_order, order, invoice_number="LLZ2026000000042")
    assert own.run(FLOW).ok == 1
    row = package_row(own, number)
    assert row["invoice"]["invoiceLink"] == invoice["link"]
    assert (row["invoice"]["serialNumber"], row["invoice"]["rowNumber"]) == ("LLZ", "2026000000042")
    own.call(erp.ship_order, order, "YK-123")
    own.move(60)
    own.run(FLOW)
    row = package_row(own, number)
    assert (row["status"], row["tracking_code"], row["tracking_url"]) == (
        "InTransit", "YK-123", "https://yurtici.example/?code=YK-123"
    )  # fmt: skip
    own.move(86_400)
    own.call(erp.deliver_order, order)
    own.run(FLOW)
    row = package_row(own, number)
    recipient = both_sides(own, number)["hepsiburada"]["delivery"]["name"]
    assert (row["status"], row["received_by"]) == ("Delivered", " ".join(recipient.split()))
    assert told(own, package) == {"invoice": 1, "intransit": 1, "deliver": 1}
    own.move(60)
    assert own.run(FLOW).state is RunState.NOTHING_DUE
    assert own.run(FLOW, keys=[number, package, order]).skipped == 1
    assert told(own, package) == {"invoice": 1, "intransit": 1, "deliver": 1}


def test_all_at_once_and_undelivered(own: FlowBench) -> None:
    _, package, order = written(own)
    other, second, refused = written(own)
    own.call(erp.invoice_order, order)
    own.call(erp.ship_order, order)
    own.call(erp.deliver_order, order)
    own.call(erp.ship_order, refused)
    own.call(erp.fail_delivery, refused)
    own.run(FLOW)
    assert told(own, package) == {"invoice": 1, "intransit": 1, "deliver": 1}
    assert told(own, second) == {"intransit": 1, "undeliver": 1}
    own.call(erp.deliver_order, refused)
    own.run(FLOW)
    assert package_row(own, other)["status"] == "Undelivered"
    assert any("backwards" in line["message"] for line in own.rows(LogEntry, key=other))


def test_without_send_shipping_info_only_the_invoice_goes(bench: FlowBench) -> None:
    _flag(bench, True)
    number, package, order = written(bench, packed=True)
    bench.call(erp.ship_order, order)
    bench.call(erp.invoice_order, order)
    bench.run(FLOW)
    assert told(bench, package) == {"invoice": 1}
    bench.call(backoffice.set_conf, send_shipping_info=True, shipping_provider={
        "yurtici": PROVIDERS["yurtici"], "aras": PROVIDERS["yurtici"],
        "hepsijet": PROVIDERS["yurtici"],
    })  # fmt: skip
    bench.call(erp.ship_order, order, "YK9")
    result = bench.run(FLOW)
    assert (result.failed, told(bench, package)) == (0, {"invoice": 1})
    assert any("own carrier" in line["message"] for line in bench.rows(LogEntry, key=number))
    assert bench.rows(Failure) == []


def test_the_flag_and_a_dry_run(bench: FlowBench, own: FlowBench) -> None:
    _, package, order = written(own)
    own.call(erp.ship_order, order)
    _flag(own, False)
    assert own.run(FLOW).reason_id == "flag.off"
    _flag(own, True)
    assert own.run(FLOW, dry_run=True).ok == 1
    assert (told(own, package), own.rows(Intent, flow=FLOW)) == ({}, [])
    own.run(FLOW)
    assert told(own, package) == {"intransit": 1}


def test_nothing_is_told_while_a_return_is_open(own: FlowBench) -> None:
    number, package, order = written(own)
    claim = own.call(marketplace.open_claim, order_number=number)
    own.move(60)
    own.run("order_refund")
    own.call(erp.invoice_order, order)
    own.run(FLOW)
    assert "invoice" not in told(own, package)
    (failure,) = own.rows(Failure, code="order.return_open")
    (penalty,) = own.rows(Penalty, content_type="order")
    assert (failure["key"], failure["penalty_id"]) == (package, penalty["id"])
    assert own.call(_penalised, order) == 1
    own.move(90)
    own.run("cause_watch")
    assert own.rows(Failure, code="order.return_open")[0]["state"] != "cured"
    own.call(marketplace.settle_claim, claim, "Cancelled")
    own.call(lambda world: world.db.execute("UPDATE om_request SET status = 'rejected'"))
    own.run("order_refund")
    own.move(90)
    own.run("cause_watch")
    assert (FLOW, (package,), "cause_watch") in own.asked
    assert own.call(_penalised, order) == 0
    own.run(FLOW)
    assert told(own, package)["invoice"] == 1


def _penalised(world: World, number: str) -> int:
    row = world.db.execute(
        "SELECT count(*) FROM om_penalty JOIN om_order o ON o.pk = object_id WHERE o.number = ?",
        (number,),
    ).fetchone()
    return int(row[0])


def test_a_date_that_is_too_old_is_not_bent(own: FlowBench) -> None:
    _, package, order = written(own)
    own.call(erp.ship_order, order)
    own.move(8 * 86_400)
    result = own.run(FLOW)
    assert (result.failed, told(own, package)) == (1, {})
    (failure,) = own.rows(Failure, flow=FLOW)
    assert (failure["code"], failure["content_type"]) == ("order.too_old", "order")
    assert own.run(FLOW).state is RunState.NOTHING_DUE, "its penalty is served"


def test_items_cancelled_in_omnitron_are_a_persons_matter(own: FlowBench) -> None:
    number, package, order = written(own, 3)
    own.call(erp.cancel_in_omnitron, order)
    own.call(erp.invoice_order, order)
    own.run(FLOW)
    assert told(own, package) == {"invoice": 1}, "the rest goes on"
    (failure,) = own.rows(Failure, flow=FLOW)
    assert (failure["code"], failure["params"]["n"], failure["needs_person"]) == (
        "order.cancelled_here", 1, True
    )  # fmt: skip
    there = both_sides(own, number)["hepsiburada"]
    assert (there["cancellations"], there["lines"][0]["cancelled_quantity"]) == ([], 0)
    own.call(marketplace.cancel_line, order_number=number, quantity=1)
    own.move(90)
    own.run("order_create")
    own.run("cause_watch")
    assert own.rows(Failure, flow=FLOW)[0]["state"] == "cured"


def test_a_link_that_nobody_can_make_waits_for_the_setting(own: FlowBench) -> None:
    own.call(backoffice.set_conf, shipping_provider={})
    _, package, order = written(own)
    own.call(erp.ship_order, order)
    own.run(FLOW)
    (failure,) = own.rows(Failure, flow=FLOW)
    assert (failure["code"], failure["params"]["cargo"]) == (
        "order.no_tracking_url", "Yurtiçi Kargo"
    )  # fmt: skip
    template = {"Yurtiçi Kargo": "https://y.example/{tracking_number}"}
    own.call(backoffice.set_conf, shipping_provider=template)
    own.move(90)
    own.run("cause_watch")
    own.run(FLOW)
    assert told(own, package) == {"intransit": 1}
    ready, second, other = written(own)
    own.call(backoffice.set_conf, shipping_provider={})
    own.call(erp.ship_order, other, tracking_url="https://defined.example/1")
    own.run(FLOW)
    assert package_row(own, ready)["tracking_url"] == "https://defined.example/1"
    assert told(own, second) == {"intransit": 1}


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("lost_answer", {}),
        ("status", {"status": 502, "after_effect": True}),
        ("status", {"status": 500}),
        ("drop", {}),
    ],
)
@pytest.mark.parametrize("step", ["invoice", "intransit", "deliver"])
def test_a_lost_answer_tells_nothing_twice(
    own: FlowBench, step: str, kind: str, settings: dict[str, Any]
) -> None:
    _, package, order = written(own)
    own.call(erp.invoice_order, order)
    own.call(erp.ship_order, order)
    own.call(erp.deliver_order, order)
    fault = {"kind": kind, "service": "oms", "path": f"/{step}$", "count": 1, **settings}
    own.call(lambda world: world.faults.add(**fault))
    whole = {"invoice": 1, "intransit": 1, "deliver": 1}
    own.run_until(FLOW, lambda: told(own, package) == whole and not own.call(_is_due), most=8)
    own.run(FLOW)
    assert told(own, package) == whole
    assert not [row for row in own.rows(Intent) if row["state"] in ("open", "unknown")]
    assert own.rows(Penalty) == []


def _is_due(world: World) -> bool:
    query = "SELECT 1 FROM om_due WHERE content_type = ?"
    return world.db.execute(query, (ORDER,)).fetchone() is not None


def test_an_invoice_that_stands_there_and_one_that_is_refused(own: FlowBench) -> None:
    _, package, order = written(own)
    own.call(lambda w: w.db.execute("UPDATE hb_package SET invoice = '{}'"))
    own.call(erp.invoice_order, order)
    assert own.run(FLOW).ok == 1
    _, second, bad = written(own)
    own.call(erp.invoice_order, bad, link="fatura.pdf")
    own.run(FLOW)
    (failure,) = own.rows(Failure, flow=FLOW)
    assert (failure["key"], failure["code"], failure["params"]["status"]) == (
        second, "invoice.refused", "400"
    )  # fmt: skip
    assert told(own, package) == told(own, second) == {}
    own.call(erp.invoice_order, bad)
    own.run(FLOW, keys=[second])
    assert own.rows(Failure, flow=FLOW)[0]["state"] == "cured"


def test_a_change_made_while_it_is_told_is_not_lost(own: FlowBench) -> None:
    """The version goes back as it was read (O§5.4)."""
    _, package, order = written(own)
    own.call(erp.invoice_order, order)
    own.call(
        lambda world: world.faults.add(
            kind="latency", service="oms", path="/invoice$", seconds=0.4, count=1
        )
    )
    timer = Timer(0.15, lambda: own.call(erp.ship_order, order))
    timer.start()
    own.run(FLOW)
    timer.join()
    own.run(FLOW)
    assert told(own, package) == {"invoice": 1, "intransit": 1}


def test_a_package_that_waits_to_be_packed_anew_is_told_when_it_is(own: FlowBench) -> None:
    number, package, order = written(own)
    own.call(marketplace.unpack, package)
    own.call(erp.invoice_order, order)
    own.call(erp.ship_order, order)
    first = own.run(FLOW)
    assert first.failed == 0, own.rows(Failure)
    own.run("order_create")
    own.run_until(FLOW, lambda: not own.call(_is_due), most=3)
    newest = packages(own, number)[-1]
    assert newest != package
    assert told(own, newest) == {"invoice": 1, "intransit": 1}
