"""Price, and the corrections: locks inside ``Done``, penalties, second writers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from hbdash.sandbox import objects
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.tables import BatchRequest, Failure, LogEntry, Offer, Penalty, Upload
from tests.support.flows import FlowBench


def there(bench: FlowBench, sku: str) -> Decimal:
    """The price at the marketplace, in lira."""
    return Decimal(bench.call(objects.listing, sku)["hepsiburada"]["price"]) / 100


def settled(bench: FlowBench) -> bool:
    """No upload and no batch waits for its result."""
    waiting = bench.rows(Upload, state="sent")
    return not waiting and not bench.rows(BatchRequest, status="sent_to_remote")


@pytest.mark.requirement("R5.8", "R6.11")
def test_a_changed_price_arrives_and_is_confirmed(bench: FlowBench) -> None:
    product = bench.healthy()
    price = product.price + Decimal("1.25")
    bench.call(backoffice.set_price, product.sku, price)
    bench.run_until("price", lambda: there(bench, product.sku) == price and settled(bench))
    (offer,) = bench.rows(Offer, sku_key=product.sku, kind="price")
    assert offer["state"] == "confirmed"


def test_a_price_lock_inside_done_is_a_failure_with_its_bounds(bench: FlowBench) -> None:
    product, other = bench.healthy(), bench.healthy(1)
    bench.call(backoffice.set_price, product.sku, product.price_max * 3)
    bench.call(backoffice.set_price, other.sku, other.price + 1)
    locked = {"code": "price.locked", "key": product.sku}
    bench.run_until("price", lambda: bool(bench.rows(Failure, **locked)))
    (failure,) = bench.rows(Failure, **locked)
    assert failure["params"]["bound"] == "Max"
    assert Decimal(failure["params"]["max"]) == product.price_max
    (penalty,) = bench.rows(Penalty, content_type="productprice", key=product.sku)
    assert penalty["next_at"] - penalty["last_failed_at"] == timedelta(hours=8)
    assert there(bench, other.sku) == other.price + 1, "the healthy price did not wait for it"
    (line,) = [row for row in bench.rows(LogEntry, key=product.sku) if row["code"]]
    assert line["code"] == "price.locked"


@pytest.mark.requirement("R7.1.4")
def test_a_correction_by_hand_takes_any_spelling_of_the_sku(bench: FlowBench) -> None:
    product, other = bench.healthy(), bench.healthy(1)
    bench.run("mirror")
    for one in (product, other):
        bench.call(marketplace.drift_price, one.sku, one.price + 9)
    bench.move(60)
    bench.run("mirror")
    bench.run("price_correction", keys=[f" {product.sku.lower()}"])
    assert there(bench, product.sku) == product.price
    assert there(bench, other.sku) == other.price + 9


@pytest.mark.requirement("R7.1.4")
def test_a_drifted_price_is_corrected_and_a_second_writer_is_named(bench: FlowBench) -> None:
    product = bench.healthy()
    for _ in range(2):
        bench.run("mirror")
        bench.call(marketplace.drift_price, product.sku, product.price + 9)
        bench.move(60)
        bench.run("mirror")
        bench.run_until("price_correction", lambda: there(bench, product.sku) == product.price)
        bench.move(60)
    bench.call(marketplace.drift_price, product.sku, product.price + 9)
    bench.move(60)
    bench.run("mirror")
    bench.run("price_correction")
    bench.move(60)
    bench.run("mirror")
    bench.run("price_correction")
    named = bench.rows(Failure, code="offer.second_writer", key=product.sku)
    assert len(named) == 1
    assert there(bench, product.sku) == product.price + 9
