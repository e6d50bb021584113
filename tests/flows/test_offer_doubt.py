"""Offers in doubt: overtaken, failed as a whole, never taken, without a listing; none stays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import update

from hbdash.domain.states import RunState
from hbdash.domain.turkish import sku_key
from hbdash.flows.stock_price import due
from hbdash.runs import offers
from hbdash.runs.context import RunContext
from hbdash.runs.failures import FailureBook, Met
from hbdash.runs.penalties import Offender, penalise
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.world import World
from hbdash.store.bulk import table_of
from hbdash.store.tables import (
    BatchRequest,
    Failure,
    Listing,
    Offer,
    Penalty,
    UploadRow,
)
from tests.flows.test_stock import offer, settled, there
from tests.support.flows import FlowBench

OPEN_BATCH = ("initialized", "commit", "sent_to_remote", "ongoing")


def open_batches(bench: FlowBench) -> list[dict[str, Any]]:
    return [row for row in bench.rows(BatchRequest) if row["status"] in OPEN_BATCH]


def in_flight(bench: FlowBench, sku: str, stock: int) -> None:
    """The stock was sent, and its result takes its time."""
    bench.run_until("stock", lambda: settled(bench))
    bench.call(marketplace.set_pace, upload=900)
    bench.call(backoffice.set_stock, sku, stock)
    bench.run("stock")
    assert offer(bench, sku)["state"] == "sent"


def want_newer(bench: FlowBench, sku: str, value: int) -> None:
    """Another value is wanted while the first is on its way; nothing is due in Omnitron."""
    with bench.db.write() as connection:
        wanted = offers.Wanted(sku, value, None, bench.now(), 1)
        offers.want(connection, bench.channel_id, "stock", [wanted])


def test_a_value_overtaken_on_its_way_neither_settles_the_newer_nor_holds_its_batch(
    bench: FlowBench,
) -> None:
    sku = bench.healthy().sku
    in_flight(bench, sku, 17)
    want_newer(bench, sku, 9)
    assert open_batches(bench)
    bench.call(marketplace.set_pace, upload=0)
    bench.move(1000)
    # The first batch's object was released, so Omnitron, whose word counts, offers 17 again.
    bench.run_until("stock", lambda: there(bench, sku) == 14 and settled(bench))
    assert offer(bench, sku)["state"] == "confirmed"
    assert not open_batches(bench)


def test_an_overtaken_value_that_was_refused_punishes_nobody(bench: FlowBench) -> None:
    sku = bench.healthy().sku
    in_flight(bench, sku, 17)
    want_newer(bench, sku, 9)
    for _ in range(2):
        bench.call(marketplace.fail_uploads)
        bench.call(marketplace.set_pace, upload=0)
        bench.move(1000)
        bench.run("stock")
    assert not bench.rows(Penalty, key=sku)
    assert not bench.rows(Failure, key=sku)
    bench.run_until("stock", lambda: there(bench, sku) == 14 and settled(bench))


def test_an_upload_failed_as_a_whole_goes_once_more_and_then_fails(bench: FlowBench) -> None:
    sku = bench.healthy().sku
    in_flight(bench, sku, 17)
    bench.call(marketplace.fail_uploads)
    bench.move(1000)
    bench.run("stock")
    assert offer(bench, sku)["state"] == "sent", "sent once more, by the same run"
    assert not bench.rows(Failure, key=sku)
    bench.call(marketplace.fail_uploads)
    bench.move(1000)
    bench.run("stock")
    (failure,) = bench.rows(Failure, key=sku)
    assert failure["code"] == "upload.failed"
    assert offer(bench, sku)["state"] == "failed"
    assert not open_batches(bench)


def test_rows_that_a_failed_upload_does_not_name_go_once_more(bench: FlowBench) -> None:
    """A failed upload that names some rows says nothing of the others (H§9.3)."""
    named, other = bench.healthy().sku, bench.healthy(1).sku
    bench.run_until("stock", lambda: settled(bench))
    bench.call(marketplace.set_pace, upload=900)
    for sku in (named, other):
        bench.call(backoffice.set_stock, sku, 17)
    bench.run("stock")
    row = bench.rows(UploadRow, sku_key=sku_key(named))[-1]
    errors = [{"elementNo": row["element"], "merchantSku": named, "errors": ["ListingFrozen"]}]

    def fail(world: World) -> None:
        marketplace.fail_uploads(world)
        world.db.execute(
            "UPDATE hb_upload SET errors = ? WHERE seq = (SELECT max(seq) FROM hb_upload)",
            (json.dumps(errors),),
        )

    bench.call(fail)
    bench.move(1000)
    bench.run("stock")
    assert offer(bench, other)["state"] == "sent", "once more, as nobody knows"
    (failure,) = bench.rows(Failure, key=named)
    assert failure["code"] == "upload.row"
    bench.move(1000)
    bench.run("stock")
    assert there(bench, other) == 14, "the stock less the buffer"
    assert not bench.rows(Failure, key=other)


def test_a_batch_that_omnitron_has_lost_does_not_stop_the_flow(bench: FlowBench) -> None:
    sku = bench.healthy().sku
    in_flight(bench, sku, 17)
    bench.call(marketplace.set_pace, upload=0)
    bench.move(1000)
    batches = table_of(BatchRequest)
    with bench.db.write() as connection:
        connection.execute(
            update(batches).where(batches.c.status == "sent_to_remote").values(remote_pk=987_654)
        )
    bench.run("stock")
    result = bench.run("stock")
    assert result.state in (RunState.DONE, RunState.NOTHING_DUE), result
    assert not open_batches(bench)


def test_a_dry_run_reads_each_queue_once(bench: FlowBench) -> None:
    bench.call(backoffice.set_stock, bench.healthy().sku, 17)
    begun = bench.running.world.books.count("hepsiburada.stock", bench.healthy().sku)
    result = bench.run("stock", dry_run=True)
    assert result.ok + result.skipped <= 2 * bench.config.engine.read_batch
    assert bench.running.world.books.count("hepsiburada.stock", bench.healthy().sku) == begun


def test_two_products_of_one_sku_are_a_failure_and_no_guess(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.run("mirror")
    bench.run_until("stock", lambda: settled(bench))
    one, other = bench.healthy(), bench.healthy(1)
    before = there(bench, one.sku)
    spelt = due.sku_keys_of

    def together(ctx: RunContext, products: Sequence[int]) -> dict[int, str]:
        keys = spelt(ctx, products)
        return {pk: one.sku if key == other.sku else key for pk, key in keys.items()}

    monkeypatch.setattr(due, "sku_keys_of", together)
    bench.call(backoffice.set_stock, one.sku, 17)
    bench.call(backoffice.set_stock, other.sku, 5)
    bench.run_until("stock", lambda: settled(bench))
    (failure,) = bench.rows(Failure, key=one.sku)
    assert failure["code"] == "product.sku_collision"
    assert there(bench, one.sku) == before
    assert not open_batches(bench)


def test_a_cause_met_twice_in_a_run_is_one_failure(bench: FlowBench) -> None:
    book = FailureBook(bench.channel_id, "stock", bench.kit.clock)
    for text in ("first", "second"):
        book.met(Met("productstock", "", "internal.error", {"error": "x"}, remote_text=text))
    with bench.db.write() as connection:
        book.flush(connection)
    (failure,) = bench.rows(Failure, code="internal.error")
    assert failure["remote_text"] == "second"


def test_two_records_of_one_key_have_one_penalty(bench: FlowBench) -> None:
    from hbdash.domain.retry import RetryBook

    rule = RetryBook.from_setting(None).rule_for("productstock")
    with bench.db.write() as connection:
        views = penalise(
            connection, bench.channel_id, "productstock",
            [Offender("A", 1), Offender("A", 2)], rule, bench.now(), owner="omnitron",
        )  # fmt: skip
    assert views["A"].tries == 1


def test_a_reading_confirms_only_the_value_it_was_compared_with(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL another lane may want a newer value between the look and the write."""
    if bench.db.is_sqlite:
        pytest.skip("one writer at a time")
    sku = bench.healthy().sku
    want_newer(bench, sku, 9)
    table = table_of(Offer)
    with bench.db.write() as connection:
        connection.execute(update(table).values(state="awaiting_result"))
    milliseconds = offers._milliseconds

    def meanwhile(later: Any, earlier: Any) -> int | None:
        want_newer(bench, sku, 5)
        return milliseconds(later, earlier)

    monkeypatch.setattr(offers, "_milliseconds", meanwhile)
    with bench.db.write() as connection:
        offers.confirm(connection, bench.channel_id, "stock", {sku: 9}, bench.now())
    row = offer(bench, sku)
    assert (row["wanted"], row["state"]) == (5, "waiting")


def test_an_accepted_value_that_never_shows_is_named_and_cured_when_it_does(
    bench: FlowBench,
) -> None:
    product = bench.healthy()
    price = product.price + 1
    bench.run("mirror")
    bench.call(backoffice.set_price, product.sku, price)
    bench.call(marketplace.set_pace, upload=0)
    bench.run_until("price", lambda: settled(bench))
    table = table_of(Offer)
    mine = (table.c.sku_key == product.sku) & (table.c.kind == "price")
    bench.call(marketplace.drift_price, product.sku, product.price)
    with bench.db.write() as connection:
        connection.execute(update(table).where(mine).values(state="awaiting_result"))
    bench.move(29 * 60)
    bench.run("price")
    assert not bench.rows(Failure, key=product.sku)
    bench.move(3 * 60)
    bench.run("price")
    (failure,) = bench.rows(Failure, key=product.sku)
    assert (failure["code"], failure["state"] in ("open", "retrying")) == ("offer.not_taken", True)
    assert bench.rows(Penalty, key=product.sku)

    bench.call(marketplace.drift_price, product.sku, price)
    bench.move(60)
    bench.run("mirror")
    bench.run("price")
    (failure,) = bench.rows(Failure, key=product.sku)
    assert failure["state"] == "cured"
    assert not bench.rows(Penalty, key=product.sku)


def test_a_value_whose_listing_is_gone_is_told_and_does_not_wait_for_ever(
    bench: FlowBench,
) -> None:
    bench.run("mirror")
    sku = bench.healthy().sku
    bench.run_until("stock", lambda: settled(bench))
    want_newer(bench, sku, 9)
    table = table_of(Listing)
    with bench.db.write() as connection:
        connection.execute(update(table).where(table.c.sku_key == sku).values(gone=True))
    bench.run("stock")
    assert offer(bench, sku)["state"] == "failed"
    (failure,) = bench.rows(Failure, key=sku)
    assert failure["code"] == "offer.no_listing"
