"""What is older than ``[retention]`` leaves the books by itself, what is open stays."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, update

from hbdash.config import RetentionConfig
from hbdash.engine.engine import Engine
from hbdash.engine.housekeeping import Housekeeping
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.bulk import table_of
from hbdash.store.log.tables import LogBody, LogEntry
from hbdash.store.tables import (
    BatchObject,
    BatchRequest,
    EngineRequest,
    Figure,
    FlowRun,
    Upload,
    UploadRow,
)
from tests.support.flows import FlowBench

BOOKS = (LogEntry, FlowRun, Figure, Upload, UploadRow, BatchRequest, BatchObject)


def keep_house(bench: FlowBench, *, logs_days: int, bodies_days: int) -> None:
    retention = RetentionConfig(logs_days=logs_days, bodies_days=bodies_days)
    Housekeeping(bench.db, bench.kit.clock, retention, lambda: True).look()


def test_old_rows_leave_and_open_ones_stay(bench: FlowBench) -> None:
    bench.run("mirror")
    bench.call(backoffice.set_stock, bench.healthy().sku, 17)
    bench.run_until("stock", lambda: not bench.rows(Upload, state="sent"))
    before = {book: len(bench.rows(book)) for book in BOOKS}
    assert all(before.values()), before
    keep_house(bench, logs_days=30, bodies_days=7)
    assert {book: len(bench.rows(book)) for book in BOOKS} == before

    bench.move(8 * 86400)
    keep_house(bench, logs_days=30, bodies_days=7)
    assert not bench.rows(LogBody)
    assert len(bench.rows(LogEntry)) == before[LogEntry]

    bench.move(23 * 86400)
    runs, batches = table_of(FlowRun), table_of(BatchRequest)
    (first, *_) = [row["id"] for row in bench.rows(FlowRun)]
    open_batch = bench.rows(BatchRequest)[-1]["id"]
    with bench.db.write() as connection:
        connection.execute(
            insert(table_of(EngineRequest)).values(
                channel_id=bench.channel_id, kind="run", flow="stock", payload={},
                requested_by="ayse", requested_at=bench.now() - timedelta(days=31),
                state="waiting", answer={},
            )
        )  # fmt: skip
        connection.execute(
            update(batches).where(batches.c.id == open_batch).values(status="ongoing")
        )
        connection.execute(update(runs).where(runs.c.id == first).values(state="done"))
    bench.run("price")
    keep_house(bench, logs_days=30, bodies_days=7)
    assert first not in {row["id"] for row in bench.rows(FlowRun)}
    assert bench.rows(BatchRequest, id=open_batch)
    assert bench.rows(EngineRequest), "nobody answered it yet"
    kept = {row["id"] for row in bench.rows(Upload)}
    assert {row["upload_id"] for row in bench.rows(UploadRow)} <= kept
    assert bench.rows(Figure), "the newest figures stay until newer ones come"
    oldest = min(row["at"] for row in bench.rows(LogEntry))
    assert oldest >= bench.now() - timedelta(days=30, hours=1)


def test_every_engine_keeps_house(bench: FlowBench) -> None:
    engine = Engine(bench.config, bench.db, bench.kit.clock, face="worker", username="test")
    (channel,) = engine.channels.values()
    assert "housekeeping" in {name for name, _, _ in channel.duties()}
