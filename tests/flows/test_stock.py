"""Stock, end to end: what changes in Omnitron arrives at Hepsiburada, once and right."""

from __future__ import annotations

from typing import Any

import pytest

from hbdash.domain.states import RunState
from hbdash.sandbox import objects
from hbdash.sandbox.figures import stock_wanted
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.tables import BatchRequest, Offer, OmnitronItem, Upload
from tests.flows.products import execute, open_failures, quick, with_engine
from tests.support.flows import FlowBench


def there(bench: FlowBench, sku: str) -> int:
    """What the marketplace has."""
    return int(bench.call(objects.listing, sku)["hepsiburada"]["stock"])


def offer(bench: FlowBench, sku: str) -> dict[str, Any]:
    (row,) = bench.rows(Offer, sku_key=sku, kind="stock")
    return row


def settled(bench: FlowBench) -> bool:
    """No upload and no batch waits for its result."""
    waiting = bench.rows(Upload, state="sent")
    return not waiting and not bench.rows(BatchRequest, status="sent_to_remote")


@pytest.mark.requirement("R2.28", "R5.7", "R6.12")
def test_a_changed_stock_arrives_less_the_buffer_and_is_confirmed(bench: FlowBench) -> None:
    sku = bench.healthy().sku
    bench.run_until("stock", lambda: settled(bench))
    bench.call(backoffice.set_stock, sku, 17)
    results = bench.run_until("stock", lambda: there(bench, sku) == 14 and settled(bench))
    assert results[-1].state in (RunState.DONE, RunState.PARTLY_DONE)
    row = offer(bench, sku)
    assert (row["wanted"], row["confirmed"], row["state"]) == (14, 14, "confirmed")
    assert row["lag_ms"] >= 0
    assert bench.running.world.books.count("hepsiburada.stock", sku) == 1


@pytest.mark.parametrize("known", [True, False], ids=["in the mirror", "new here"])
def test_a_stock_is_sent_by_hand_in_any_spelling_of_the_sku(bench: FlowBench, known: bool) -> None:
    """Omnitron has it in lower case; it finds SKUs only as they are spelt there."""
    sku = bench.healthy().sku
    execute(bench, "UPDATE om_product SET sku = ? WHERE sku = ?", sku.lower(), sku)
    if known:
        bench.run("mirror")
    bench.call(backoffice.set_stock, sku.lower(), 17)
    result = bench.run("stock", keys=[sku.title() if known else sku.lower()])
    assert (result.ok, result.failed) == (1, 0)
    assert there(bench, sku) == 14


def test_rows_that_can_not_be_read_are_failed_and_keep_no_other(bench: FlowBench) -> None:
    """A whole page of them stands at the head of the queue (design rule 3)."""
    quick(bench)
    bench.run("mirror")
    bench.run_until("stock", lambda: settled(bench))
    with_engine(bench, read_batch=2)
    bad, good = [bench.healthy(n) for n in range(3)], bench.healthy(3)
    for product in bad:
        bench.call(backoffice.set_stock, product.sku, 16)
        execute(bench, "UPDATE om_stock SET stock = 'viel' WHERE product = ?", product.pk)
    bench.move(1)
    bench.call(backoffice.set_stock, good.sku, 17)
    assert bench.run("stock").failed == 3
    assert there(bench, good.sku) == 14
    for product in bad:
        assert "remote.shape" in open_failures(bench, product.sku, "stock")
    bench.run_until("stock", lambda: settled(bench))
    assert bench.run("stock").failed == 0


def test_a_stock_read_while_an_order_is_written_is_put_right_at_the_next_run(
    bench: FlowBench,
) -> None:
    """Omnitron has taken the units off, here they are still held: both would be too much."""
    sku = bench.healthy().sku
    bench.run("mirror")
    bench.run_until("stock", lambda: settled(bench))
    bench.call(marketplace.place_order, lines=[(sku, 2)], business=False)
    # Whether the order was made is known; its items can't be read, so that they are not kept.
    unread = bench.call(
        lambda world: world.faults.add(
            kind="status", status=502, service="omnitron", method="GET", path="order_items"
        )
    )
    bench.run_until("order_create", lambda: unread.met > 0)
    bench.call(lambda world: world.faults.clear())
    bench.run_until("stock", lambda: settled(bench))
    assert there(bench, sku) < bench.call(stock_wanted, sku)["wanted"], "taken off twice"
    bench.run_until("order_create", lambda: bool(bench.rows(OmnitronItem)))
    bench.run_until("stock", lambda: settled(bench))
    assert there(bench, sku) == bench.call(stock_wanted, sku)["wanted"]
    # What is right is not sent again and again.
    sent = len(bench.rows(Upload))
    bench.run("stock")
    assert len(bench.rows(Upload)) == sent


def test_a_sold_sku_that_another_batch_holds_keeps_no_other(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(bench)
    bench.run("mirror")
    bench.run_until("stock", lambda: settled(bench))
    held, other = bench.healthy(), bench.healthy(1)
    execute(
        bench,
        "UPDATE om_action SET local_batch_id = 'another' WHERE object_id ="
        " (SELECT pk FROM om_stock WHERE product = ?)",
        held.pk,
    )
    monkeypatch.setattr("hbdash.flows.stock_price.sold._outdated", lambda _: [held.sku])
    bench.call(backoffice.set_stock, other.sku, 17)
    assert bench.run("stock").state is RunState.DONE
    assert there(bench, other.sku) == 14
