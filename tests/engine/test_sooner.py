"""A flow that has a result to ask for is due at its poll, not only when its schedule says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hbdash.config import EngineConfig
from hbdash.engine import schedule
from hbdash.flows.registry import FLOWS
from hbdash.store.database import Database

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FLOW = "product_create"


def test_a_result_brings_the_next_run_forward_and_never_puts_it_off(database: Database) -> None:
    spec, zone = FLOWS[FLOW], ZoneInfo("Europe/Istanbul")
    with database.write() as connection:
        schedule.install(connection, 1, {FLOW: spec}, EngineConfig(), zone, NOW)
        due = schedule.started(connection, 1, spec, spec.schedule, zone, NOW)
    assert due == NOW + timedelta(minutes=5)
    for at, wanted in ((30, 30), (120, 30), (10, 10)):
        with database.write() as connection:
            schedule.sooner(connection, 1, FLOW, NOW + timedelta(seconds=at))
            found = schedule.next_dues(connection, 1)[FLOW]
        assert found == NOW + timedelta(seconds=wanted)
