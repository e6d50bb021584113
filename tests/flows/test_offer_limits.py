"""What may be sent, how much and when: quota, chunks, one upload per SKU, idle flows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, update

from hbdash.runs import offer_queue, offers
from hbdash.runs.fair import RETRY_SHARE, shared
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice, conf
from hbdash.store.bulk import table_of
from hbdash.store.queries.lag import flow_lags
from hbdash.store.tables import (
    BatchRequest,
    Difference,
    Failure,
    Listing,
    LogEntry,
    Offer,
    Pause,
    Upload,
)
from tests.flows.products import with_engine
from tests.flows.test_stock import offer, settled, there
from tests.support.flows import FlowBench

pytestmark = pytest.mark.requirement("R5.7", "R5.8", "R6.11", "R6.12")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No run waits for results that the sandbox keeps back on purpose."""
    for place in ("run", "corrections"):
        monkeypatch.setattr(f"hbdash.flows.stock_price.{place}.PATIENCE", timedelta(seconds=0.5))


def used(bench: FlowBench, rows: int, state: str = "lost") -> None:
    """So many rows of the day's quota are gone, with uploads of unknown outcome."""
    with bench.db.write() as connection:
        connection.execute(
            insert(table_of(Upload)).values(
                channel_id=bench.channel_id, flow="price", kind="price", reference=f"x{rows}",
                state=state, rows=rows, created_at=bench.now() - timedelta(hours=1), polls=0,
                note={},
            )
        )  # fmt: skip


def test_the_last_tenth_of_the_quota_is_kept_for_what_would_oversell(bench: FlowBench) -> None:
    bench.run("mirror")
    bench.call(marketplace.set_pace, upload=0)
    bench.run_until("stock", lambda: settled(bench))
    quota = 10 * len(bench.rows(Listing, gone=False))
    used(bench, quota - quota // 10)
    zero, falling, rising = (bench.healthy(n) for n in range(3))
    bench.call(backoffice.set_stock, zero.sku, 0)
    bench.call(backoffice.set_stock, falling.sku, 4)
    bench.call(backoffice.set_stock, rising.sku, 900)
    before = there(bench, rising.sku)
    bench.run_until("stock", lambda: there(bench, falling.sku) == 1, most=3)
    assert there(bench, zero.sku) == 0
    assert there(bench, rising.sku) == before
    assert offer(bench, rising.sku)["state"] == "waiting"
    (told,) = bench.rows(Failure, code="upload.quota")
    assert told["closed_at"] is None
    # The day after, it goes by itself, and the notice is closed.
    bench.move(24 * 3600)
    bench.run_until("stock", lambda: there(bench, rising.sku) == 897, most=3)
    (told,) = bench.rows(Failure, code="upload.quota")
    assert told["state"] == "cured"


def test_chunks_are_as_large_as_the_setting(bench: FlowBench) -> None:
    bench.call(marketplace.set_pace, upload=0)
    bench.run_until("stock", lambda: settled(bench))
    with_engine(bench, upload_rows=2)
    done = len(bench.rows(Upload))
    products = [bench.healthy(n) for n in range(5)]
    for product in products:
        bench.call(backoffice.set_stock, product.sku, 17)
    bench.run_until("stock", lambda: all(there(bench, p.sku) == 14 for p in products), most=4)
    assert sorted(row["rows"] for row in bench.rows(Upload)[done:]) == [1, 2, 2]


def test_a_value_taken_by_another_lane_is_left_out_of_the_upload(bench: FlowBench) -> None:
    one, other = bench.healthy().sku, bench.healthy(1).sku
    bench.run("mirror")
    with bench.db.write() as connection:
        offers.want(
            connection, bench.channel_id, "stock",
            [offers.Wanted(sku, 5, None, bench.now(), offers.RISING) for sku in (one, other)],
        )  # fmt: skip
        read = offer_queue.waiting(connection, bench.channel_id, "stock", offer_queue.Room(10, 10))
        assert {row.sku_key for row in read} == {one, other}
        first = offer_queue.bind_to_upload(
            connection, bench.channel_id, "stock", [r for r in read if r.sku_key == one], 71,
            bench.now(),
        )  # fmt: skip
        offers.want(
            connection, bench.channel_id, "stock",
            [offers.Wanted(other, 0, None, bench.now(), offers.URGENT)],
        )  # fmt: skip
        second = offer_queue.bind_to_upload(
            connection, bench.channel_id, "stock", read, 72, bench.now()
        )
    assert [row.sku_key for row in first] == [one]
    assert second == [], "one is on its way, the other has a newer value"


@pytest.mark.requirement("R5.19", "R6.17")
@pytest.mark.parametrize("how", ["flag", "pause"])
def test_uploads_of_a_flow_that_may_not_run_are_settled_all_the_same(
    bench: FlowBench, how: str
) -> None:
    sku = bench.healthy().sku
    bench.run_until("stock", lambda: settled(bench))
    bench.call(marketplace.set_pace, upload=900)
    bench.call(backoffice.set_stock, sku, 17)
    bench.run("stock")
    if how == "flag":
        flags = bench.call(lambda world: conf.stored_conf(world.db)["feature_flags"])
        bench.call(backoffice.set_conf, feature_flags={**flags, "stock": False})
    else:
        pause(bench, "stock")
    bench.call(marketplace.set_pace, upload=0)
    bench.move(1000)
    assert bench.run("stock").reason_id in ("flag.off", "run.paused")
    assert not settled(bench)
    bench.run("cause_watch")
    assert settled(bench)
    assert not [row for row in bench.rows(BatchRequest) if row["status"] == "sent_to_remote"]
    assert offer(bench, sku)["state"] == "confirmed"
    assert bench.rows(LogEntry, code="upload.settled")


def test_uploads_that_nobody_asks_for_take_no_room_for_ever(bench: FlowBench) -> None:
    bench.run_until("stock", lambda: settled(bench))
    for number in range(5):
        used(bench, number + 1, "sent" if number else "preparing")
    sku = bench.healthy().sku
    bench.call(backoffice.set_stock, sku, 17)
    bench.run("stock")
    assert offer(bench, sku)["state"] == "waiting", "five wait there already"
    bench.move(5 * 3600)
    bench.run_until("stock", lambda: there(bench, sku) == 14)


def pause(bench: FlowBench, flow: str) -> None:
    with bench.db.write() as connection:
        connection.execute(
            insert(table_of(Pause)).values(
                channel_id=bench.channel_id, scope="flow", name=flow, by="ayse", why="sayım",
                until=bench.now() + timedelta(days=2), created_at=bench.now(),
            )
        )  # fmt: skip


@pytest.mark.requirement("R7.1.8")
def test_a_paused_stock_flow_shows_its_growing_lag(bench: FlowBench) -> None:
    bench.run("mirror")
    bench.run_until("stock", lambda: settled(bench))
    pause(bench, "stock")
    bench.move(60)
    bench.call(backoffice.set_stock, bench.healthy().sku, 17)
    bench.run("mirror")

    def lag() -> tuple[int, int, str]:
        with bench.db.read() as connection:
            (found,) = [
                one
                for one in flow_lags(connection, bench.channel_id, bench.now())
                if one.flow == "stock"
            ]
        assert found.seconds is not None
        assert found.paused is not None
        return found.seconds, found.waiting, found.paused.why

    first = lag()
    assert first[1:] == (1, "sayım")
    bench.move(3600)
    assert lag()[0] >= first[0] + 3600


@pytest.mark.requirement("R7.1.4", "R7.1.8")
def test_a_correction_on_its_way_has_corrected_nothing(bench: FlowBench) -> None:
    product = bench.healthy()
    bench.run("mirror")
    bench.call(marketplace.drift_price, product.sku, product.price + 9)
    bench.move(60)
    bench.run("mirror")

    def corrected() -> bool:
        (row,) = bench.rows(Difference, sku_key=product.sku, kind="price")
        return row["corrected_at"] is not None

    assert not corrected()
    said = bench.run("price_correction", dry_run=True)
    assert said.ok >= 1
    assert bench.rows(LogEntry, key=product.sku)
    assert not bench.rows(Offer, sku_key=product.sku, kind="price")
    bench.call(marketplace.set_pace, upload=900)
    bench.run("price_correction")
    bench.move(60)
    bench.run("mirror")
    assert not corrected(), "sent is not corrected"
    bench.call(marketplace.set_pace, upload=0)
    bench.move(1000)
    bench.run_until("price", lambda: settled(bench), most=4)
    bench.move(60)
    bench.run("mirror")
    assert corrected()


@pytest.mark.requirement("R3.10", "R8.5")
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 50))
def test_retries_have_a_fifth_and_what_nobody_else_needs(fresh: int, tried: int, room: int) -> None:
    taken = shared([("fresh", n) for n in range(fresh)], [("retry", n) for n in range(tried)], room)
    assert len(taken) == min(room, fresh + tried)
    retries = sum(kind == "retry" for kind, _ in taken)
    assert retries >= min(tried, int(room * RETRY_SHARE))
    if fresh >= room:
        assert retries <= room * RETRY_SHARE
    assert [kind for kind, _ in taken] == sorted(kind for kind, _ in taken), "fresh ones first"


def test_what_would_oversell_is_urgent_however_often_it_failed(bench: FlowBench) -> None:
    bench.run("mirror")
    bench.run_until("stock", lambda: settled(bench))
    skus = [bench.healthy(n).sku for n in range(4)]
    ranks = (offers.RETRY, offers.RISING, offers.FALLING, offers.URGENT)
    with bench.db.write() as connection:
        offers.want(
            connection, bench.channel_id, "stock",
            [offers.Wanted(sku, 5, None, bench.now(), rank)
             for sku, rank in zip(skus, ranks, strict=True)],
        )  # fmt: skip
        connection.execute(update(table_of(Listing)).values(gone=False))
    with bench.db.read() as connection:
        rows = offer_queue.waiting(
            connection,
            bench.channel_id,
            "stock",
            offer_queue.Room(4, 1),
            urgent_upto=offers.FALLING,
        )
    assert [row.sku_key for row in rows] == [skus[3], skus[2], skus[1]]
