"""Product Create in doubt: lost answers, deaths between the steps, results that take long.

Whatever happens, Hepsiburada takes each product in exactly once (flows section 10).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hbdash.config import EngineConfig
from hbdash.domain.states import RunState
from hbdash.flows.products.records import rows as book
from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.runs.stop import StopFlag
from hbdash.store.tables import BatchRequest, Failure, Intent, Penalty, Upload, UploadRow
from tests.flows.products import (
    action,
    execute,
    imports,
    lines,
    new,
    open_failures,
    quick,
    run_asked,
    settled,
    with_engine,
)
from tests.support.flows import FlowBench

IMPORT = {"service": "mpop", "method": "POST", "path": "products/import"}


class Killed(BaseException):
    """The process dies here."""


class StopAfter(StopFlag):
    """A run that somebody cancels as soon as something is so."""

    def __init__(self, so: Callable[[], bool]) -> None:
        super().__init__()
        self._so = so

    @property
    def is_set(self) -> bool:
        if not super().is_set and self._so():
            self.set("cancelled")
        return super().is_set


class Hasty(StopFlag):
    """Nobody waits for a result."""

    def wait(self, seconds: float) -> bool:
        return True


def disturb(bench: FlowBench, **rule: Any) -> None:
    bench.call(lambda world: world.faults.add(**rule))


def once_each(bench: FlowBench) -> bool:
    """Every complete product was taken in, none twice."""
    bench.running.tick()
    return all(imports(bench, product.sku) == 1 for product in new(bench))


def asked_for_status(bench: FlowBench) -> int:
    rows = bench.running.world.books.requests()
    return sum(row["count"] for row in rows if "products/status" in row["route"])


def test_an_import_whose_answer_was_lost_is_found_and_not_sent_again(bench: FlowBench) -> None:
    quick(bench)
    disturb(bench, kind="lost_answer", count=1, **IMPORT)
    assert bench.run("product_create").reason_id == "remote.unreachable"
    (intent,) = bench.rows(Intent, kind="import")
    assert intent["state"] == "unknown"
    bench.run("product_create")
    bench.run("product_create", keys=[new(bench)[0].sku])
    assert once_each(bench)
    bench.move(61)
    assert bench.run("product_create").ok == len(new(bench))
    (upload,) = bench.rows(Upload, kind="import")
    assert (upload["state"], bool(upload["tracking_id"])) == ("done", True)
    assert once_each(bench)
    assert settled(bench)
    assert not bench.rows(Failure, kind="run", state="open")


def test_an_import_that_never_arrived_is_sent_again_after_ten_minutes(bench: FlowBench) -> None:
    quick(bench)
    disturb(bench, kind="drop", count=1, **IMPORT)
    bench.run("product_create")
    for minutes in (1, 4, 4):
        bench.move(60 * minutes + 1)
        bench.run("product_create")
        assert not any(imports(bench, product.sku) for product in new(bench))
    bench.move(61)
    bench.run("product_create")
    assert once_each(bench)
    assert [row["state"] for row in bench.rows(Upload, kind="import")] == ["lost", "done"]
    assert settled(bench)


@pytest.mark.parametrize("instant", ["locked", "before the call", "after the call"])
def test_a_death_between_the_steps_neither_loses_nor_doubles(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch, instant: str
) -> None:
    quick(bench)
    with monkeypatch.context() as patch:
        send = HepsiburadaClient.import_products

        def dies(self: HepsiburadaClient, rows: Any) -> str:
            if instant == "after the call":
                send(self, rows)
            raise Killed

        def dies_before(*_: object) -> int:
            raise Killed

        if instant == "locked":
            patch.setattr(book, "prepare", dies_before)
        else:
            patch.setattr(HepsiburadaClient, "import_products", dies)
        with pytest.raises(Killed):
            bench.run("product_create")
    locked = bench.rows(BatchRequest, status="sent_to_remote")
    assert len(locked) == 1
    for _ in range(3):
        bench.run("product_create")
        bench.move(301)
    assert once_each(bench)
    assert settled(bench)
    assert all(action(bench, product.sku)["status"] == "success" for product in new(bench))


def test_a_refused_call_gives_the_products_back(bench: FlowBench) -> None:
    quick(bench)
    disturb(bench, kind="wall", **IMPORT)
    assert bench.run("product_create").reason_id == "remote.wall"
    bench.call(lambda world: world.faults.clear())
    bench.run("product_create")
    assert once_each(bench)
    assert settled(bench)
    assert [row["state"] for row in bench.rows(Upload, kind="import")] == ["failed", "done"]


def test_a_file_that_is_refused_whole_is_halved_until_one_row_stands_alone(
    bench: FlowBench,
) -> None:
    quick(bench)
    refusal = '{"success":false,"code":3001,"version":1,"message":"Invalid file content"}'
    # The file of all, and then the file of its first half, which is one row.
    disturb(bench, kind="status", status=200, body=refusal, count=2, **IMPORT)
    bench.run("product_create")
    counts = sorted(imports(bench, product.sku) for product in new(bench))
    assert counts == [0] + [1] * (len(counts) - 1)
    (guilty,) = [p.sku for p in new(bench) if imports(bench, p.sku) == 0]
    failure = open_failures(bench, guilty)["product.refused"]
    assert failure["params"]["text"] == "Invalid file content"
    assert action(bench, guilty)["status"] == "error"
    assert settled(bench)


def test_one_product_that_omnitron_can_not_answer_for_delays_no_other(bench: FlowBench) -> None:
    quick(bench)
    broken, other = new(bench)[:2]
    disturb(bench, kind="status", status=500, service="omnitron",
            path=f"mapped_products/{broken.pk}/")  # fmt: skip
    bench.run("product_create")
    assert list(open_failures(bench, broken.sku)) == ["remote.server"]
    assert (imports(bench, broken.sku), imports(bench, other.sku)) == (0, 1)
    bench.call(lambda world: world.faults.clear())
    bench.move(8 * 3600)
    bench.run("product_create")
    assert imports(bench, broken.sku) == 1
    assert not open_failures(bench, broken.sku)


def test_a_result_that_takes_hours_is_asked_for_by_the_plan(bench: FlowBench) -> None:
    quick(bench, import_read=5 * 3600.0)
    with_engine(bench, import_polls_s=EngineConfig().import_polls_s)
    result = bench.run("product_create", stop=Hasty())
    (upload,) = bench.rows(Upload, kind="import")
    assert result.again_at == upload["poll_at"], "nobody waits inside the run"
    seen = []
    for seconds in (29, 2, 58, 4, 115, 10, 290, 15, 300):
        bench.move(seconds)
        bench.run("product_create", stop=Hasty())
        seen.append(asked_for_status(bench))
    assert seen == [0, 1, 1, 2, 2, 3, 3, 4, 5]
    assert bench.rows(BatchRequest, status="ongoing")
    bench.move(5 * 3600)
    bench.run("product_create", stop=Hasty())
    assert once_each(bench)
    assert settled(bench)


@pytest.mark.requirement("R3.5", "R3.7")
@pytest.mark.parametrize("review", [60.0, 10.0**6])
def test_no_result_within_the_hours_allowed_is_a_failure_that_cures_itself(
    bench: FlowBench, review: float
) -> None:
    quick(bench, import_read=7 * 3600.0, review_start=review)
    sku = new(bench)[0].sku
    bench.run("product_create")
    bench.move(6 * 3600 - 60)
    bench.run("product_create")
    assert not open_failures(bench, sku)
    bench.move(61)
    bench.run("product_create")
    failure = open_failures(bench, sku)["product.no_result"]
    (penalty,) = bench.rows(Penalty, key=sku)
    assert (failure["state"], failure["next_at"]) == ("retrying", penalty["next_at"])
    assert settled(bench)
    # The result comes in the end; the review is over by then, or goes on.
    bench.move(3600)
    bench.move(91)
    bench.run("cause_watch")
    assert not open_failures(bench, sku)
    run_asked(bench)
    assert once_each(bench)
    assert action(bench, sku)["status"] == "success"
    assert any("already" in line for line in lines(bench, sku))


@pytest.mark.requirement("R3.5", "R3.7")
def test_a_product_that_the_answer_lacks_is_waited_for(bench: FlowBench) -> None:
    """Rows may come one after the other. The others hear of their success before Omnitron gives
    their batch up by itself."""
    quick(bench)
    late, other = new(bench)[:2]
    execute(
        bench,
        "CREATE TRIGGER absent AFTER INSERT ON hb_import_row"
        f" WHEN NEW.sku_key = '{late.sku}' BEGIN"
        " DELETE FROM hb_import_row WHERE sku_key = NEW.sku_key; END",
    )
    bench.run("product_create")
    states = {row["sku_key"]: row["state"] for row in bench.rows(UploadRow, kind="import")}
    assert (states[late.sku], states[other.sku]) == ("sent", "in_review")
    assert not open_failures(bench, late.sku)
    bench.move(6 * 3600 - 16 * 60)
    bench.run("product_create")
    assert not open_failures(bench, late.sku)
    bench.move(120)
    bench.run("product_create")
    assert "product.no_result" in open_failures(bench, late.sku)
    assert action(bench, other.sku)["status"] == "success"


def test_an_import_that_stays_invisible_is_waited_for_ten_minutes(bench: FlowBench) -> None:
    quick(bench, import_visible=3600.0, import_read=3600.0)
    sku = new(bench)[0].sku
    bench.run("product_create")
    bench.move(9 * 60)
    bench.run("product_create")
    assert not open_failures(bench, sku)
    bench.move(61)
    bench.run("product_create")
    assert "product.no_result" in open_failures(bench, sku)


def test_a_product_that_is_there_when_its_import_is_read_counts_as_created(
    bench: FlowBench,
) -> None:
    """Somebody opened it in the portal between our question and our import."""
    quick(bench, import_read=30.0)
    product = new(bench)[0]
    bench.run("product_create")
    execute(
        bench,
        "INSERT INTO hb_product (sku_key, merchant_sku, barcode, category_id, status, attributes,"
        " price, stock, validation, matched, updated)"
        " VALUES (?, ?, ?, ?, 'CREATED', '{}', 0, 0, '[]', '[]', 0)",
        product.sku, product.sku, product.barcode, product.category.id,
    )  # fmt: skip
    bench.move(31)
    bench.run("product_create")
    assert not open_failures(bench, product.sku)
    assert action(bench, product.sku)["status"] == "success"
    assert imports(bench, product.sku) == 0


def test_a_stop_in_mid_run_leaves_nothing_locked_for_long(bench: FlowBench) -> None:
    quick(bench)
    with_engine(bench, read_batch=2)
    stop = StopAfter(lambda: len(bench.rows(BatchRequest)) >= 2)
    assert bench.run("product_create", stop=stop).state is RunState.CANCELLED
    bench.run("product_create")
    assert once_each(bench)
    assert settled(bench)
