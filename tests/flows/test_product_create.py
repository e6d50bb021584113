"""Product Create end to end: from Omnitron's queue to a listing, once each (R5.4)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hbdash.domain.states import RunState
from hbdash.explain.why import why
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.seed.catalogue import Kind
from hbdash.store.tables import Failure, Intent, Offer, Upload, UploadRow
from tests.flows.products import (
    action,
    execute,
    imports,
    lines,
    listing,
    more,
    new,
    of_kind,
    open_failures,
    quick,
    run_asked,
    settled,
    with_engine,
)
from tests.support.flows import FlowBench

KNOWN_BARCODE = "7541828790114"
REFUSAL = (
    "The relevant record is not in queue. the item may have been penalized or check product is "
    "saleable"
)


@pytest.mark.requirement("R5.4", "R6.8")
def test_new_products_become_listings_with_price_and_stock(bench: FlowBench) -> None:
    quick(bench)
    result = bench.run("product_create")
    skus = [product.sku for product in new(bench)]
    assert (result.state, result.ok) == (RunState.PARTLY_DONE, len(skus))
    assert settled(bench)
    for product in new(bench):
        assert imports(bench, product.sku) == 1
        done = action(bench, product.sku)
        assert (done["status"], done["remote_id"]) == ("success", product.sku)
        assert "taken in by Hepsiburada: in review" in lines(bench, product.sku)
    (upload,) = bench.rows(Upload, kind="import")
    assert (upload["state"], upload["rows"]) == ("done", len(skus))
    assert {row["state"] for row in bench.rows(UploadRow, kind="import")} == {"in_review"}
    (intent,) = bench.rows(Intent, kind="import")
    assert intent["state"] == "done"
    with bench.db.read() as connection:
        answer = why(connection, bench.channel_id, skus[0], bench.now())
    assert answer.stopped_by == "marketplace_state"
    assert "WAITING" in answer.verdict
    bench.move(61)
    for product in new(bench):
        found = listing(bench, product.sku)
        assert found is not None
        assert (found["stock"], found["price"]) == (product.stock, int(product.price * 100))
    assert bench.run("product_create").state is RunState.NOTHING_DUE


def test_stock_and_price_wait_for_the_listing_and_then_go(bench: FlowBench) -> None:
    quick(bench)
    product = new(bench)[0]
    bench.run("product_create")
    bench.call(backoffice.set_stock, product.sku, 44)
    bench.call(backoffice.set_price, product.sku, product.price + 3)
    for flow in ("stock", "price"):
        bench.run(flow)
    waiting = bench.rows(Failure, code="offer.no_listing", key=product.sku, state="retrying")
    assert {row["kind"] for row in waiting} == {"productstock", "productprice"}
    bench.move(61)
    bench.run("cause_watch")
    run_asked(bench)
    assert not bench.rows(Failure, code="offer.no_listing", key=product.sku, state="retrying")
    found = listing(bench, product.sku)
    for kind in ("stock", "price"):
        bench.run_until(
            kind,
            lambda kind=kind: (
                {  # type: ignore[misc]
                    row["state"] for row in bench.rows(Offer, sku_key=product.sku, kind=kind)
                }
                == {"confirmed"}
            ),
        )
    found = listing(bench, product.sku)
    assert found is not None
    assert (found["stock"], Decimal(found["price"]) / 100) == (41, product.price + 3)


def test_what_hepsiburada_has_already_is_not_imported(bench: FlowBench) -> None:
    quick(bench)
    product = bench.healthy()
    execute(
        bench,
        "DELETE FROM om_action WHERE object_id IN (?, ?, ?)",
        product.pk,
        2_000_000 + product.pk,
        4_000_000 + product.pk,
    )
    bench.call(backoffice.add_image, product.sku)
    bench.run("product_create")
    assert imports(bench, product.sku) == 0
    assert action(bench, product.sku)["status"] == "success"
    assert any("already" in line for line in lines(bench, product.sku))
    # Its price and stock come through their own inserts.
    bench.call(backoffice.set_stock, product.sku, product.stock + 9)
    bench.run_until(
        "stock", lambda: bool(bench.rows(Offer, sku_key=product.sku, state="confirmed"))
    )
    found = listing(bench, product.sku)
    assert found is not None
    assert found["stock"] == product.stock + 6


def test_pages_fill_imports_and_split_over_them(bench: FlowBench) -> None:
    quick(bench)
    more(bench, 6)
    with_engine(bench, read_batch=4, import_rows=3)
    result = bench.run("product_create")
    assert result.failed == 5
    rows = [row["rows"] for row in bench.rows(Upload, kind="import")]
    assert sum(rows) == result.ok >= 6
    assert max(rows) == 3
    assert settled(bench)
    assert bench.running.world.books.counts("hepsiburada.import")["hepsiburada.import"]["most"] == 1


def test_a_proposed_match_is_a_success_and_a_note_for_a_person(bench: FlowBench) -> None:
    quick(bench)
    product = new(bench)[0]
    execute(bench, "UPDATE om_product SET barcode = ? WHERE sku = ?", KNOWN_BARCODE, product.sku)
    bench.run("product_create")
    assert action(bench, product.sku)["status"] == "success"
    failure = open_failures(bench, product.sku)["product.pre_matched"]
    assert failure["params"]["hb_sku"].startswith("HBV")
    assert (failure["needs_person"], failure["penalty_id"]) == (True, None)
    bench.call(marketplace.settle_product, product.sku, "MATCHED")
    bench.move(61)
    bench.run("cause_watch")
    assert not open_failures(bench, product.sku)
    run_asked(bench)
    assert imports(bench, product.sku) == 1


@pytest.mark.requirement("R4.12", "R7.1.9", "R8.8")
def test_by_hand_a_sku_that_is_not_due_hears_the_guides_words_and_why(bench: FlowBench) -> None:
    quick(bench, import_read=600.0)
    bench.run("mirror")
    bench.run("product_create")
    reasons = {
        bench.healthy().sku: "it was sent before, so it now counts as an update",
        of_kind(bench, Kind.NO_PRICE).sku: "it failed and waits until",
        of_kind(bench, Kind.INACTIVE).sku: "it is not active in Omnitron",
        of_kind(bench, Kind.NOT_SIMPLE).sku: "it is no simple product",
        new(bench)[0].sku: "it is being sent right now",
    }
    result = bench.run("product_create", keys=[f" {sku.lower()} " for sku in reasons])
    assert (result.skipped, result.failed) == (len(reasons), 0)
    for sku, reason in reasons.items():
        (line,) = [line for line in lines(bench, sku) if line.startswith(REFUSAL)]
        assert line.startswith(f"{REFUSAL}: {reason}")
        assert imports(bench, sku) == 0
    assert len(bench.rows(Upload, kind="import")) == 1


def test_by_hand_a_due_sku_goes_alone_and_an_unknown_one_is_named(bench: FlowBench) -> None:
    quick(bench)
    first, second = new(bench)[:2]
    result = bench.run("product_create", keys=[first.sku, "NO-SUCH-1"])
    assert (result.ok, result.failed) == (1, 1)
    assert (imports(bench, first.sku), imports(bench, second.sku)) == (1, 0)
    assert "NO-SUCH-1" in lines(bench, "NO-SUCH-1")[0]


def test_a_dry_run_says_what_it_would_do_and_does_nothing(bench: FlowBench) -> None:
    quick(bench)
    product, faulty = new(bench)[0], of_kind(bench, Kind.NO_STOCK)
    result = bench.run("product_create", dry_run=True)
    assert (result.ok, result.skipped) == (len(new(bench)), 5)
    price = f"{product.price:.2f}".replace(".", ",")
    assert lines(bench, product.sku) == [f"would send as new: price {price}, stock {product.stock}"]
    assert lines(bench, faulty.sku) == ["would not send: No stock in Omnitron"]
    assert not bench.running.world.books.counts("hepsiburada.import")
    assert not action(bench, product.sku)
    assert not bench.rows(Upload)
    assert not bench.rows(Failure)
