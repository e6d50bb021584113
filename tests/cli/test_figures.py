"""`status` says what is so: figure for figure as the sandbox has it, once it is calm."""

from __future__ import annotations

from typing import Any

import pytest

from hbdash.domain.figures import EIGHT
from hbdash.sandbox.figures import figures, stock_wanted
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.seed.catalogue import products
from tests.cli.conftest import Live
from tests.support.waiting import wait_for

#: Names of the control endpoint, in the order of R7.1.
_CONTROL = (
    "total_skus", "on_sale", "sku_difference", "price_differences",
    "stock_total", "stock_on_sale", "stock_not_on_sale", "stock_differences",
)  # fmt: skip


def told(live: Live) -> dict[str, int]:
    """The eight as `status --json` has them."""
    (channel,) = live.run("status", "--json").json["channels"]
    return {name: channel["figures"][name]["value"] for name in EIGHT}


def true(live: Live) -> dict[str, int]:
    """The eight as both sides of the sandbox have them."""
    found: dict[str, Any] = live.running.call(figures)
    return {ours: found[theirs] for ours, theirs in zip(EIGHT, _CONTROL, strict=True)}


def settled(live: Live) -> bool:
    """Everything is sent and read back, and the figures are those of now."""
    for flow in ("stock", "price", "order_create", "mirror"):
        answer = live.run("flows", "run", flow)
        assert answer.code in (0, 1), answer
    return told(live) == true(live)


def how_it_stands(live: Live, sku: str) -> str:
    """The figures, the sum behind a SKU's stock, and the last runs: for a message."""
    runs = live.run("flows", "history", "stock", "--limit", "20").out
    value = live.running.call(stock_wanted, sku)
    why = live.run("why", sku).out
    return f"{told(live)}\n{true(live)}\n{sku}: {value}\n{why}\n{runs}\n{live.worker.said()}"


@pytest.mark.requirement("R7.1.1", "R7.1.5")
def test_all_figures_agree_and_follow(live: Live) -> None:
    wait_for(lambda: settled(live), seconds=60, what="the figures of the seeded shop")
    before = told(live)
    assert before["sku_total"] > before["sku_on_sale"] > 0
    assert before["sku_not_on_sale"] > 0
    world = live.running.world
    healthy = [
        p for p in products(world.seed, world.skus)
        if p.listed and p.is_active and p.is_simple and not p.locked and p.has_price and p.stock > 9
    ]  # fmt: skip
    sku = healthy[0].sku
    live.running.call(backoffice.set_stock, sku, healthy[0].stock + 40)

    def followed() -> bool:
        """Both sides agree as well while the new stock is on its way: it has to arrive."""
        if not settled(live):
            return False
        now = told(live)
        return now["stock_total"] > before["stock_total"] + 30 and now["stock_differs"] == 0

    wait_for(followed, seconds=60, what=lambda: how_it_stands(live, sku))


@pytest.mark.requirement("R7.2.4", "R7.2.5")
def test_the_report_is_as_long_as_its_figure(live: Live) -> None:
    wait_for(lambda: settled(live), seconds=60)
    now = told(live)
    assert (
        live.run("report", "not-on-sale", "--saleable", "--json").json["count"]
        == (now["sku_not_on_sale"])
    )
    for kind in ("price", "stock"):
        assert live.run("report", kind, "--json").json["count"] == now[f"{kind}_differs"]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_status_counts_what_failures_list_counts(live: Live, form: tuple[str, ...]) -> None:
    listed = live.run("failures", "list", "--json").json["count"]
    answer = live.run("status", *form)
    if form:
        assert answer.json["channels"][0]["open_failures"] == listed
    else:
        assert f"{listed:,} open failures" in answer.out or listed == 0
