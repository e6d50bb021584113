"""A day with activity, a marketplace that is away for six hours, a worker that is away for three
days: afterwards both sides are in step, and nothing is missing or doubled.

``HBDASH_STEPS`` makes the day finer (48 is half an hour a step); ``HBDASH_SEED`` replays one.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hbdash.domain.flowspec import OnDemand
from hbdash.flows.registry import FLOWS
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.omnitron.conf import FLAGS
from hbdash.store.tables import FlowRun, OmnitronOrder
from tests.support.days import Days
from tests.support.installation import Installation, copied_database, installed
from tests.support.processes import Nursery, Process

STEPS = int(os.environ.get("HBDASH_STEPS", "16"))
pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.requirement("R5.7", "R5.8", "R5.9", "R5.11", "R5.12", "R5.17"),
]


@pytest.fixture
def days(migrated_sqlite_file: Path, tmp_path: Path, nursery: Nursery) -> Iterator[Days]:
    seed = int(os.environ.get("HBDASH_SEED", random.randrange(10**6)))
    print(f"HBDASH_SEED={seed}")  # noqa: T201 - shown by pytest when it fails
    with (
        copied_database(migrated_sqlite_file, tmp_path) as db,
        installed(db, tmp_path, nursery, pace=False, skus=80, seed=seed % 1000) as at,
    ):
        flags = dict.fromkeys(FLAGS, True)
        at.call(backoffice.set_conf, feature_flags=flags, send_shipping_info=seed % 2 == 1)
        yield Days(at, random.Random(seed))


def stopped(process: Process) -> None:
    process.send(signal.SIGTERM)
    assert process.wait(10) == 0, process.told()


def flows_that_ran(at: Installation) -> set[str]:
    well = ("done", "partly_done", "nothing_due")
    return {row["flow"] for row in at.rows(FlowRun) if row["state"] in well}


def test_a_day_ends_with_both_sides_in_step(days: Days) -> None:
    at = days.at
    worker = at.start()
    at.wait_for_run("mirror", seconds=30)
    days.hours(24, steps=STEPS, each=4)
    days.calm()
    stopped(worker)
    assert days.panel, "no package was split, packed otherwise or broken"
    assert at.rows(OmnitronOrder)
    timed = {spec.id for spec in FLOWS.values() if not isinstance(spec.schedule, OnDemand)}
    assert timed - flows_that_ran(at) == set()


def test_six_hours_without_the_marketplace_lose_nothing(days: Days) -> None:
    at = days.at
    worker = at.start()
    at.wait_for_run("mirror", seconds=30)
    days.hours(2, steps=2)
    for service in ("mpop", "listing", "oms"):
        at.call(lambda world, service=service: world.faults.add(
            kind="status", status=503, service=service))  # fmt: skip
    days.hours(6, steps=6, each=4, followed=False)
    at.call(lambda world: world.faults.clear())
    days.hours(1, steps=2)
    days.calm()
    stopped(worker)


def test_three_days_without_a_worker_lose_nothing(days: Days) -> None:
    at = days.at
    first = at.start()
    at.wait_for_run("mirror", seconds=30)
    days.hours(1, steps=1)
    stopped(first)
    days.hours(72, steps=12, each=5, followed=False)
    second = at.start()
    days.calm()
    stopped(second)
