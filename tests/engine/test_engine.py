"""The engine as a whole: schedule, requests, cancellation, stop, take-over."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from hbdash.actions.actor import Actor, Role
from hbdash.actions.pauses import pause
from hbdash.actions.runs import request_cancel, request_run
from hbdash.engine.engine import Engine
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import EngineRequest, Figure, FlowRun, Lease
from tests.engine.conftest import MakeEngine
from tests.sandbox.conftest import SandboxUnderTest
from tests.support.waiting import wait_for

ADMIN = Actor("ayse", Role.ADMIN, "cli")


def rows(db: Database, model: Any, **equal: Any) -> list[Any]:
    table = table_of(model)
    statement = select(table).order_by(table.c[next(iter(table.primary_key.columns)).name])
    for name, value in equal.items():
        statement = statement.where(table.c[name] == value)
    with db.read() as connection:
        return list(connection.execute(statement).mappings())


def runs(db: Database, flow: str, **equal: Any) -> list[Any]:
    return rows(db, FlowRun, flow=flow, **equal)


def only(engine: Engine) -> int:
    (channel_id,) = engine.channels
    return channel_id


@pytest.mark.requirement("R5.19")
def test_every_built_flow_runs_by_itself_and_the_figures_come(
    database: Database, make_engine: MakeEngine
) -> None:
    make_engine()
    for flow in ("mirror", "stock", "price", "order_create", "order_refund", "product_create"):
        wait_for(lambda flow=flow: any(r["state"] != "running" for r in runs(database, flow)),
                 what=flow)  # fmt: skip
    wait_for(lambda: len({r["name"] for r in rows(database, Figure)}) >= 8, what="figures")
    broken = [r for r in rows(database, FlowRun) if r["reason_id"] == "internal.error"]
    assert not broken, broken


def test_a_run_asked_for_in_the_database_is_served_and_answered(
    database: Database, make_engine: MakeEngine
) -> None:
    engine = make_engine(start_all=False, schedule={"stock": 3600})
    channel_id = only(engine)
    wait_for(lambda: engine.holds(channel_id))
    before = len(runs(database, "stock"))
    asked = request_run(
        database, engine.clock, ADMIN, channel_id, "stock", keys=["LZR-20000-LCV-1"]
    )
    wait_for(lambda: rows(database, EngineRequest, id=asked)[0]["state"] != "waiting")
    wait_for(lambda: rows(database, EngineRequest, id=asked)[0]["answered_at"] is not None)
    (request,) = rows(database, EngineRequest, id=asked)
    assert request["state"] == "done"
    (run,) = rows(database, FlowRun, id=request["run_id"])
    assert (run["started_by"], run["keys"]) == ("ayse", ["LZR-20000-LCV-1"])
    assert len(runs(database, "stock")) > before


def test_a_paused_flow_is_refused_with_who_and_why(
    database: Database, make_engine: MakeEngine
) -> None:
    engine = make_engine(start_all=False, schedule={"stock": 1})
    channel_id = only(engine)
    wait_for(lambda: any(r["state"] in ("done", "nothing_due") for r in runs(database, "stock")))
    until = engine.clock.now() + timedelta(hours=1)
    pause(database, engine.clock, ADMIN, channel_id, "flow", "stock", until, "carrier changes")
    wait_for(lambda: runs(database, "stock")[-1]["state"] == "refused")
    refused = runs(database, "stock")[-1]
    assert refused["reason_id"] == "run.paused"
    assert refused["reason_params"]["by"] == "ayse"
    assert refused["reason_params"]["why"] == "carrier changes"


@pytest.mark.requirement("R2.4", "R4.3", "R6.17")
def test_an_inactive_channel_runs_nothing(
    database: Database, make_engine: MakeEngine, sandbox: SandboxUnderTest
) -> None:
    sandbox.call(backoffice.set_active, False)
    make_engine()
    wait_for(lambda: bool(runs(database, "stock", state="refused")))
    assert runs(database, "stock")[0]["reason_id"] == "channel.inactive"
    assert not runs(database, "stock", state="done")


def test_a_running_run_is_cancelled_at_a_safe_point(
    database: Database, make_engine: MakeEngine, sandbox: SandboxUnderTest
) -> None:
    engine = make_engine(start_all=False, schedule={"mirror": 3600})
    channel_id = only(engine)
    sandbox.control.post(
        "/faults", json={"kind": "latency", "seconds": 0.4, "service": "omnitron"}
    ).raise_for_status()
    request_run(database, engine.clock, ADMIN, channel_id, "mirror")
    wait_for(lambda: bool(runs(database, "mirror", state="running")))
    run = runs(database, "mirror", state="running")[0]
    request_cancel(database, engine.clock, ADMIN, channel_id, run["id"])
    wait_for(lambda: rows(database, FlowRun, id=run["id"])[0]["state"] == "cancelled")


def test_stop_takes_at_most_a_second_with_runs_in_flight_and_frees_the_lease(
    database: Database, make_engine: MakeEngine, sandbox: SandboxUnderTest
) -> None:
    engine = make_engine()
    channel_id = only(engine)
    wait_for(lambda: engine.holds(channel_id))
    sandbox.control.post(
        "/faults", json={"kind": "latency", "seconds": 30, "service": "omnitron"}
    ).raise_for_status()
    wait_for(lambda: bool(rows(database, FlowRun, state="running")))
    begun = time.monotonic()
    engine.stop()
    # Twice the promise: two cores are shared with everything else that runs.
    assert time.monotonic() - begun < 2
    (lease,) = rows(database, Lease)
    assert lease["expires_at"].year == 1970


def test_of_two_engines_one_runs_and_the_other_takes_over(
    database: Database, make_engine: MakeEngine
) -> None:
    first = make_engine()
    channel_id = only(first)
    wait_for(lambda: first.holds(channel_id))
    second = make_engine(db=Database(database.url.render_as_string(hide_password=False)))
    wait_for(lambda: bool(runs(database, "stock")))
    assert not second.holds(channel_id)
    # The first freezes: it neither renews nor gives back.
    first.channels[channel_id].lease._closing.set()
    wait_for(lambda: second.holds(channel_id), seconds=30)
    (lease,) = rows(database, Lease)
    wait_for(lambda: bool(runs(database, "stock", holder=lease["holder"])), seconds=30)
    assert first.channels[channel_id].lease.holder != lease["holder"]


def test_runs_of_a_dead_engine_become_lost(
    database: Database, make_engine: MakeEngine, sandbox: SandboxUnderTest
) -> None:
    first = make_engine()
    channel_id = only(first)
    wait_for(lambda: first.holds(channel_id))
    first.stop()
    table = table_of(FlowRun)
    with database.write() as connection:
        connection.execute(
            table.insert().values(
                channel_id=channel_id, flow="stock", state="running", started_by="schedule",
                holder="dead:1:x", epoch=1, started_at=sandbox.world.clock.now(),
                heartbeat_at=sandbox.world.clock.now(), keys=[], dry_run=False, ok=0, failed=0,
                skipped=0, reason_params={}, note={},
            )
        )  # fmt: skip
    make_engine()
    wait_for(lambda: bool(runs(database, "stock", state="lost", holder="dead:1:x")))
    (lost,) = runs(database, "stock", state="lost", holder="dead:1:x")
    assert lost["reason_id"] == "run.lost"


def test_nothing_of_a_lane_overlaps(database: Database, make_engine: MakeEngine) -> None:
    engine = make_engine(schedule={"stock": 0.2, "stock_correction": 0.2})
    channel_id = only(engine)
    seen: list[int] = []
    ended = threading.Event()
    table = table_of(FlowRun)

    def look() -> None:
        while not ended.is_set():
            with database.read() as connection:
                seen.append(
                    connection.execute(
                        select(func.count()).where(
                            table.c.channel_id == channel_id,
                            table.c.state == "running",
                            table.c.flow.in_(("stock", "stock_correction")),
                        )
                    ).scalar_one()
                )

    watcher = threading.Thread(target=look)
    watcher.start()
    wait_for(lambda: min(len(runs(database, f)) for f in ("stock", "stock_correction")) > 4,
             seconds=40)  # fmt: skip
    ended.set()
    watcher.join()
    assert max(seen) == 1
