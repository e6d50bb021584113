"""The mirror reads both sides; its figures are those of the two sides themselves (R7.1)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import insert, select

from hbdash.domain.figures import EIGHT
from hbdash.domain.states import RunState
from hbdash.sandbox import figures as truth
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.bulk import table_of
from hbdash.store.tables import Difference, Figure, Listing, Sweep
from tests.support.flows import FlowBench

#: The sandbox's names of the eight, in the order of R7.1.
THEIRS = (
    "total_skus", "on_sale", "sku_difference", "price_differences",
    "stock_total", "stock_on_sale", "stock_not_on_sale", "stock_differences",
)  # fmt: skip


def shown(bench: FlowBench) -> dict[str, int]:
    """The newest value of each figure."""
    newest: dict[str, int] = {}
    for row in sorted(bench.rows(Figure), key=lambda row: row["id"]):
        newest[row["name"]] = row["value"]
    return {name: newest[name] for name in EIGHT}


def true(bench: FlowBench) -> dict[str, int]:
    """What the sandbox knows of both sides."""
    known = bench.call(truth.figures)
    return {ours: known[theirs] for ours, theirs in zip(EIGHT, THEIRS, strict=True)}


@pytest.mark.requirement(
    "R7.1.1", "R7.1.2", "R7.1.3", "R7.1.4", "R7.1.5", "R7.1.6", "R7.1.7", "R7.1.8"
)
def test_the_eight_figures_are_those_of_the_two_sides(bench: FlowBench) -> None:
    result = bench.run("mirror")
    assert result.failed == 0
    assert shown(bench) == true(bench)
    assert shown(bench)["sku_total"] > 0


def test_changes_are_seen_without_a_whole_reading(bench: FlowBench) -> None:
    bench.run("mirror")
    product = bench.healthy()
    bench.call(marketplace.drift_price, product.sku, product.price + 5)
    bench.call(backoffice.set_stock, bench.healthy(1).sku, 1)
    bench.move(60)
    bench.run("mirror")
    assert shown(bench) == true(bench)


@pytest.mark.requirement("R7.1.4", "R7.1.8", "R7.2.5")
@pytest.mark.parametrize("kind", ["price", "stock"])
def test_a_difference_counts_only_after_both_sides_were_asked_again(
    bench: FlowBench, kind: str
) -> None:
    bench.run("mirror")
    before = {row["sku_key"] for row in bench.rows(Difference, kind=kind)}
    product = bench.healthy()
    if kind == "price":
        bench.call(marketplace.drift_price, product.sku, product.price + 7)
    else:
        bench.call(marketplace.drift_stock, product.sku, product.stock + 40)
    bench.move(60)
    bench.run("mirror")
    (row,) = [r for r in bench.rows(Difference, kind=kind) if r["sku_key"] not in before]
    assert row["asked_at"] >= row["found_at"]
    assert row["corrected_at"] is None


def test_a_sweep_that_was_cut_off_does_not_make_a_listing_gone(bench: FlowBench) -> None:
    """Gone is who misses two whole readings; one cut off between them counts for nothing."""
    bench.run("mirror")
    table, sweeps = table_of(Listing), table_of(Sweep)
    with bench.db.write() as connection:
        first = connection.execute(select(sweeps).where(sweeps.c.side == "hepsiburada")).mappings()
        (whole,) = [dict(row) for row in first]
        # A listing of the first reading that the marketplace does not have any more.
        row = connection.execute(select(table).limit(1)).mappings().one()
        connection.execute(insert(table).values({**row, "sku_key": "LEFT", "merchant_sku": "LEFT"}))
        for number in (2, 3):
            cut = {**whole, "number": number, "whole": False}
            del cut["id"]
            connection.execute(insert(sweeps).values(cut))
    for expected in (False, True):
        bench.move(7 * 3600)
        bench.run("mirror")
        (left,) = bench.rows(Listing, sku_key="LEFT")
        assert left["gone"] is expected


def test_a_sweep_that_was_cut_off_goes_on_where_it_was(bench: FlowBench) -> None:
    """A catalogue that takes longer than one run would else never be read whole."""
    silent = bench.call(
        lambda world: world.faults.add(
            kind="status", status=502, service="omnitron", path="product_stocks"
        )
    )
    cut_off = bench.run("mirror")
    assert (cut_off.state, silent.met > 0) == (RunState.FAILED, True)
    (sweep,) = bench.rows(Sweep, side="omnitron")
    assert (sweep["whole"], sweep["position"]) == (False, {"part": "stocks"})
    bench.call(lambda world: world.faults.clear())
    bench.move(300)
    bench.call(backoffice.set_price, bench.healthy().sku, Decimal("77.50"))
    bench.run("mirror")
    (again,) = bench.rows(Sweep, side="omnitron")
    assert (again["number"], again["whole"], again["rows"] > 0) == (sweep["number"], True, True)
    # What changed after its first pages were read is read all the same.
    bench.run("mirror")
    assert shown(bench) == true(bench)


def test_a_sweep_that_was_cut_off_hours_ago_begins_anew(bench: FlowBench) -> None:
    bench.call(
        lambda world: world.faults.add(
            kind="status", status=502, service="omnitron", path="product_stocks"
        )
    )
    bench.run("mirror")
    bench.call(lambda world: world.faults.clear())
    bench.move(4 * 3600)
    bench.run("mirror")
    old, new = sorted(bench.rows(Sweep, side="omnitron"), key=lambda row: row["number"])
    assert (old["whole"], new["whole"]) == (False, True)
