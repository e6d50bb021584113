"""Every request is answered: cancelled before its run began, badly written, or met by a locked
database."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from hbdash.actions.actor import Actor, Role
from hbdash.actions.runs import ask, request_run
from hbdash.domain.states import RunState
from hbdash.engine import requests, schedule
from hbdash.engine.dispatcher import LocalDispatcher
from hbdash.engine.engine import Engine
from hbdash.flows.registry import FLOWS
from hbdash.runs.context import RunRequest
from hbdash.runs.kit import RunResult
from hbdash.store.database import Database
from hbdash.store.tables import EngineRequest
from tests.engine.conftest import MakeEngine
from tests.engine.test_engine import ADMIN, only, rows, runs
from tests.sandbox.conftest import SandboxUnderTest
from tests.support.waiting import wait_for

QUIET = {"start_all": False, "schedule": dict.fromkeys(FLOWS, 3600)}


def asked(db: Database, request_id: int) -> Any:
    (row,) = rows(db, EngineRequest, id=request_id)
    return row


def answered(db: Database, request_id: int) -> bool:
    return asked(db, request_id)["answered_at"] is not None


def idle(db: Database, engine: Engine) -> int:
    """The channel, once the runs of the start have ended."""
    channel_id = only(engine)
    wait_for(lambda: engine.holds(channel_id))
    wait_for(lambda: bool(runs(db, "mirror")) and not runs(db, "mirror", state="running"))
    return channel_id


def test_a_queued_run_that_is_cancelled_is_told_to_who_asked() -> None:
    """Left taken, it would be run by the next holder of the lease."""
    go, begun = threading.Event(), threading.Event()
    dropped: list[RunRequest] = []

    def perform(spec: Any, request: RunRequest, stop: Any) -> RunResult:
        begun.set()
        go.wait(10)
        return RunResult(1, RunState.DONE, 0, 0, 0, None)

    dispatcher = LocalDispatcher(perform, lambda spec, request, result: None, dropped.append)
    first = RunRequest("stock", "ayse", ("A",), request_id=1)
    second = RunRequest("stock", "ayse", ("B",), request_id=2)
    assert dispatcher.submit(FLOWS["stock"], first)
    assert begun.wait(10)
    assert dispatcher.submit(FLOWS["stock"], second)
    assert dispatcher.cancel(request_id=2)
    assert dropped == [second]
    go.set()
    assert dispatcher.stop(10)
    assert dropped == [second]


def test_a_badly_written_request_is_refused_and_holds_up_no_other(
    database: Database, make_engine: MakeEngine
) -> None:
    engine = make_engine(**QUIET)
    channel_id = idle(database, engine)
    with database.write() as connection:
        bad = ask(connection, engine.clock, ADMIN, channel_id, "run", "mirror",
                  {"window": ["yesterday", "today"]})  # fmt: skip
        good = ask(connection, engine.clock, ADMIN, channel_id, "run", "price",
                   {"keys": ["LZR-20000-LCV-1"]})  # fmt: skip
    wait_for(lambda: answered(database, bad) and answered(database, good))
    assert asked(database, bad)["state"] == "refused"
    assert asked(database, good)["state"] == "done"


def test_an_end_that_the_database_refused_is_noted_later(
    database: Database, make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(**QUIET)
    channel_id = idle(database, engine)
    refused = [OperationalError("UPDATE", {}, Exception("database is locked"))]
    answer = requests.answer

    def locked_once(*arguments: Any, **named: Any) -> None:
        if refused:
            raise refused.pop()
        answer(*arguments, **named)

    monkeypatch.setattr(requests, "answer", locked_once)
    who = Actor("ayse", Role.ADMIN, "cli")
    number = request_run(database, engine.clock, who, channel_id, "price", keys=["LZR-20000-LCV-1"])
    wait_for(lambda: answered(database, number))
    assert not refused
    assert asked(database, number)["state"] == "done"


def test_a_request_whose_run_could_not_begin_is_served_again(
    database: Database, make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch,
    sandbox: SandboxUnderTest,
) -> None:  # fmt: skip
    from hbdash.runs import run_flow

    engine = make_engine(**QUIET)
    channel_id = idle(database, engine)
    refused = [OperationalError("BEGIN", {}, Exception("database is locked"))]
    raise_epoch = run_flow.raise_epoch

    def locked_once(*arguments: Any) -> int:
        if refused:
            raise refused.pop()
        return raise_epoch(*arguments)

    monkeypatch.setattr(run_flow, "raise_epoch", locked_once)
    number = request_run(
        database, engine.clock, ADMIN, channel_id, "price", keys=["LZR-20000-LCV-1"]
    )
    wait_for(lambda: answered(database, number))
    assert not refused
    assert asked(database, number)["state"] == "done"


def test_a_daily_flow_is_due_when_the_clock_was_set_back_by_years() -> None:
    from datetime import UTC, datetime, timedelta

    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    daily = FLOWS["updated_orders"].schedule
    assert not schedule.is_due(now + timedelta(hours=24), now, daily)
    assert schedule.is_due(now + timedelta(days=900), now, daily)
