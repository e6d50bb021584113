"""``why`` names the first gate that stops a record, and the sum behind each number."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hbdash.domain.settings import FLAGS
from hbdash.explain.answer import Why
from hbdash.explain.flows import flow_gates, why_not
from hbdash.explain.why import why
from hbdash.reports.not_on_sale import count_by_condition, not_on_sale
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.seed.catalogue import SeedProduct
from hbdash.store.tables import Figure
from tests.support.flows import FlowBench


def ask(bench: FlowBench, key: str) -> Why:
    with bench.db.read() as connection:
        return why(connection, bench.channel_id, key, bench.now())


@pytest.mark.requirement("R8.8")
@pytest.mark.parametrize(
    ("gate", "fits"),
    [
        ("price", lambda p: not p.has_price and p.has_category),
        ("stock", lambda p: not p.has_stock and p.has_category and p.has_price),
        ("category", lambda p: not p.has_category),
        ("image", lambda p: not p.has_image and p.has_category and p.has_price and p.has_stock),
    ],
)
def test_an_incomplete_product_stops_at_its_gate(
    bench: FlowBench, gate: str, fits: Callable[[SeedProduct], bool]
) -> None:
    bench.run("mirror")
    product = bench.seeded(lambda p: p.is_active and p.is_simple and not p.listed and fits(p))[0]
    answer = ask(bench, product.sku)
    assert answer.stopped_by == gate
    assert [g.id for g in answer.gates if g.state == "stopped"] == [gate]
    assert answer.what_to_do


def test_a_healthy_sku_passes_and_shows_its_sum(bench: FlowBench) -> None:
    bench.run("mirror")
    product = bench.healthy()
    answer = ask(bench, product.sku.lower())
    assert not answer.stopped, answer
    # The seed's stock is what may be offered; Omnitron's has the buffer of 3 on top.
    expected = f"stock {product.stock + 3} − buffer 3 − held 0 = {product.stock}"
    assert answer.sums[0].startswith(expected)
    assert f"there {product.stock}" in answer.sums[0]


def test_a_locked_listing_is_named(bench: FlowBench) -> None:
    sku = bench.healthy().sku
    bench.call(marketplace.set_lock, sku, True, "BrandError")
    bench.run("mirror")
    assert ask(bench, sku).stopped_by == "lock"


def test_a_channel_that_was_switched_off_stops_everything(bench: FlowBench) -> None:
    bench.run("mirror")
    bench.call(backoffice.set_active, False)
    bench.run("mirror")
    assert ask(bench, bench.healthy().sku).stopped_by == "channel"


def test_an_unknown_key_says_so(bench: FlowBench) -> None:
    bench.run("mirror")
    answer = ask(bench, "nobody-has-this")
    assert not answer.known
    assert answer.kind == "unknown"


def test_the_report_is_as_long_as_its_figure(bench: FlowBench) -> None:
    bench.run("mirror")
    with bench.db.read() as connection:
        rows = not_on_sale(connection, bench.channel_id, saleable_only=True)
        everything = not_on_sale(connection, bench.channel_id)
    newest = max(bench.rows(Figure, name="sku_not_on_sale"), key=lambda row: row["id"])
    assert len(rows) == newest["value"] > 0
    counted = count_by_condition(everything)
    assert {"no_price", "no_stock", "no_category", "no_image"} <= counted.keys()


@pytest.mark.requirement("R4.11")
def test_a_flow_says_why_it_cannot_run(bench: FlowBench) -> None:
    flags = {flag.name: flag.name != "send_update_orders" for flag in FLAGS}
    bench.call(backoffice.set_conf, feature_flags=flags)
    bench.run("mirror")
    with bench.db.read() as connection:
        now = bench.now()
        open_gates = flow_gates(connection, bench.channel_id, "stock", now)
        assert all(gate.state != "stopped" for gate in open_gates), open_gates
        missing = flow_gates(connection, bench.channel_id, "order_update", now)
        gate = why_not(connection, bench.channel_id, "order_update", now)
        assert why_not(connection, bench.channel_id, "stock", now) is None
    assert gate is not None
    assert gate.text == "its flag send_update_orders is false"
    shut = [gate.name for gate in missing if gate.state == "stopped"]
    assert shut == ["flag"]
    assert all(gate.way_out for gate in missing if gate.state == "stopped")
