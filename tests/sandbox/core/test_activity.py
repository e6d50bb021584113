"""Live activity: every act works, none floods, and the opening has something to show."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from hbdash.sandbox.activity import ACTS, Activity
from hbdash.sandbox.opening import CLAIMS
from tests.sandbox.conftest import SandboxUnderTest

Start = Callable[..., SandboxUnderTest]


@pytest.mark.parametrize("name", ACTS)
def test_every_act_does_something(sandbox: SandboxUnderTest, name: str) -> None:
    def three_times(world: Any) -> tuple[list[Any], dict[str, int]]:
        activity = Activity(world, 0)
        return [activity.act(name) for _ in range(3)], dict(activity.acts)

    sandbox.call(lambda world: [Activity(world, 0).act("place_order") for _ in range(4)])
    sandbox.move(60)
    results, acts = sandbox.call(three_times)
    assert acts.get("failed", 0) == 0
    assert results[0]


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_activity_can_be_started_and_stopped(sandbox: SandboxUnderTest) -> None:
    def acts() -> int:
        return sum(sandbox.control.get("/activity").json()["acts"].values())

    assert acts() == 0
    sandbox.control.post("/activity", json={"seconds": 0.02}).raise_for_status()
    until(lambda: acts() >= 10)
    sandbox.control.post("/activity", json={"seconds": 0}).raise_for_status()
    stopped = acts()
    for _ in range(20):
        sandbox.tick()
    assert acts() == stopped
    assert "failed" not in sandbox.control.get("/activity").json()["acts"]
    assert sandbox.control.post("/activity", json={"seconds": -1}).status_code == 400


def test_a_move_of_the_clock_brings_no_flood(start_sandbox: Start) -> None:
    running = start_sandbox(activity=3600)
    running.move(30 * 86_400)
    assert running.control.get("/activity").json()["acts"] == {}


def test_many_acts_leave_every_number_in_order(start_sandbox: Start) -> None:
    running = start_sandbox(skus=200, start_orders=True)

    def busy(world: Any) -> dict[str, int]:
        activity = Activity(world, 0)
        for _ in range(400):
            activity.act()
        return dict(activity.acts)

    acts = running.call(busy)
    assert "failed" not in acts
    assert acts["place_order"] > 100
    lowest = running.call(
        lambda world: world.db.execute("SELECT min(stock) FROM hb_listing").fetchone()[0]
    )
    assert lowest >= 0


def test_the_opening_has_orders_and_claims_of_every_deadline(start_sandbox: Start) -> None:
    running = start_sandbox(start_orders=True)
    rows = running.call(
        lambda world: [
            tuple(row)
            for row in world.db.execute("SELECT status, claim_type, deadline FROM hb_claim")
        ]
    )
    assert len(rows) == len(CLAIMS)
    statuses = [status for status, _, _ in rows]
    assert {"AwaitingAction", "Refunded", "Accepted", "InDispute"} <= set(statuses)
    assert "MissingInvoice" in {kind for _, kind, _ in rows}
    now = datetime.now(UTC)
    left = sorted(
        datetime.fromtimestamp(deadline / 1e6, UTC) - now
        for status, _, deadline in rows
        if status == "AwaitingAction"
    )
    assert timedelta(minutes=30) < left[0] < timedelta(hours=1) < left[1] < timedelta(hours=4)
    assert sum(timedelta(hours=24) < one < timedelta(hours=47) for one in left) >= 4
    assert running.control.get("/figures").json()["held_units"] > 0


def test_pictures_are_real_and_always_the_same(sandbox: SandboxUnderTest) -> None:
    files = sandbox.client("/files")
    first = files.get("/claims/041987654/1.jpg")
    assert first.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(first.content)) as picture:
        assert picture.size == (640, 480)
    assert files.get("/claims/041987654/1.jpg").content == first.content
    assert files.get("/claims/041987654/2.jpg").content != first.content
    assert files.get("/claims/041987654/99.jpg").status_code == 404
    assert files.get("/elsewhere/041987654/1.jpg").status_code == 404
