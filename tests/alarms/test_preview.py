"""What a rule would have done."""

from __future__ import annotations

from datetime import timedelta

from hbdash.alarms.preview import Trial, try_rule
from hbdash.domain.alarms import RuleDraft
from tests.support.alarm_world import START, AlarmWorld


def tried(world: AlarmWorld, draft: RuleDraft) -> Trial:
    with world.db.read() as connection:
        return try_rule(connection, world.channel_id, draft, world.now)


def an_outage(world: AlarmWorld, minutes: int) -> None:
    """Price fails for so long, and is well for three hours around it."""
    for minute in range(0, 180, 5):
        world.run("price", "done", at=START + timedelta(minutes=minute), ok=1)
    for minute in range(180, 180 + minutes, 5):
        world.run("price", "failed", at=START + timedelta(minutes=minute), failed=1)
    for minute in range(180 + minutes, 360 + minutes, 5):
        world.run("price", "done", at=START + timedelta(minutes=minute), ok=1)
    world.later(minutes=360 + minutes)


def test_an_outage_rings_once_from_its_limit_to_its_end(world: AlarmWorld) -> None:
    an_outage(world, minutes=40)
    trial = tried(world, RuleDraft("no_success", 15, "price"))
    [firing] = trial.past
    assert firing.began == START + timedelta(minutes=175 + 15)
    assert firing.ended == START + timedelta(minutes=220)
    assert firing.worst == 40
    assert not trial.would_fire
    assert trial.has_past


def test_failures_in_a_row_and_error_rate_have_a_past_too(world: AlarmWorld) -> None:
    an_outage(world, minutes=40)
    [in_row] = tried(world, RuleDraft("failures_in_row", 3, "price")).past
    assert in_row.worst == 8
    assert tried(world, RuleDraft("failures_in_row", 9, "price")).past == ()
    [rate] = tried(world, RuleDraft("error_rate", 10, "price", window_min=240)).past
    assert 10 <= rate.worst <= 30


def test_what_would_still_ring_has_no_end(world: AlarmWorld) -> None:
    world.run("price", "done")
    world.later(minutes=50)
    trial = tried(world, RuleDraft("no_success", 15, "price"))
    assert [(f.ended, f.worst) for f in trial.past] == [(None, 50)]
    assert trial.would_fire
    assert trial.worst is not None
    assert trial.worst.value == 50


def test_a_metric_without_a_past_says_so_and_tells_the_present(world: AlarmWorld) -> None:
    world.claim("041987654", hours=2)
    world.claim("042003118", hours=4, minutes=30)
    trial = tried(world, RuleDraft("claim_deadline", 4))
    assert (trial.has_past, trial.past, trial.would_fire) == (False, (), True)
    assert trial.worst is not None
    assert trial.worst.subject == "041987654"


def test_nothing_measured_is_not_a_zero(world: AlarmWorld) -> None:
    trial = tried(world, RuleDraft("stock_lag", 10))
    assert (trial.now, trial.worst, trial.would_fire) == ((), None, False)
