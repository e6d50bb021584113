"""Orders: each package one order, each unit once, whatever goes wrong on the way (R5.9)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hbdash.domain.states import RunState
from hbdash.sandbox import objects
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.store.tables import LogEntry, MarketPackage, OmnitronItem, OmnitronOrder
from tests.support.flows import FlowBench


def order(bench: FlowBench, number: str) -> dict[str, Any]:
    """The order as both sides hold it."""
    found: dict[str, Any] = bench.call(objects.order, number)
    return found


def place(bench: FlowBench, *lines: Any, **named: Any) -> str:
    """A customer orders, and Hepsiburada packs."""
    number: str = bench.call(marketplace.place_order, lines=lines or None, **named)
    bench.move(5)
    return number


def test_an_order_is_written_once_with_an_item_per_unit(bench: FlowBench) -> None:
    first, second = bench.healthy(), bench.healthy(1)
    number = place(bench, (first.sku, 3), second.sku, first.sku)
    result = bench.run("order_create")
    assert (result.state, result.ok) == (RunState.DONE, 1)
    (written,) = order(bench, number)["omnitron"]
    print(written)
    print(bench.rows(LogEntry))
