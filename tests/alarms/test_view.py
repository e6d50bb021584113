"""What the screen and the CLI read: one query for the figure and for the list behind it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from hbdash.domain.alarms import METRICS
from hbdash.store.queries.alarms import AlarmsView, alarms_view
from hbdash.store.queries.overview import frame_figures
from hbdash.store.queries.ringing import Told
from hbdash.store.tables import Alarm, Notice
from hbdash.texts import set_language
from hbdash.texts.alarms import (
    alarm_sentence,
    amount_text,
    ended_sentence,
    firing_title,
    firing_value,
    metric_label,
    rule_sentence,
    rule_what,
    severity_label,
)
from tests.support.alarm_world import START, AlarmWorld


def view(world: AlarmWorld) -> AlarmsView:
    with world.db.read() as connection:
        return alarms_view(connection, world.channel_id, world.now)


def test_the_count_in_the_header_is_the_length_of_the_list(world: AlarmWorld) -> None:
    for flow in ("stock", "price"):
        world.rule("failures_in_row", 1, flow, severity="critical" if flow == "price" else "notice")
        world.run(flow, "failed")
    world.evaluate()
    seen = view(world)
    with world.db.read() as connection:
        frame = frame_figures(connection, world.channel_id, world.now)
    assert (frame.firing, frame.firing_critical) == (len(seen.firing), 1) == (2, 1)
    assert [row.alarm.severity for row in seen.firing] == ["critical", "notice"]
    assert seen.without_owner == 2


def test_the_cause_of_the_flow_as_a_whole_stands_before_its_records(world: AlarmWorld) -> None:
    world.rule("failures_in_row", 1, "price")
    for key in ("A", "B", "C"):
        world.failure("price", key, "price.missing")
    world.failure("price", "", "remote.server", params={"side": "hepsiburada", "service": "l"})
    world.run("price", "failed", reason="run.all_failed", reason_params={"n": 3})
    world.evaluate()
    [row] = view(world).firing
    assert row.behind.cause is not None
    assert row.behind.cause.code == "remote.server"
    assert (row.behind.run_state, row.behind.run_reason) == ("failed", "run.all_failed")
    assert row.behind.run_params == {"n": 3}


def test_a_claim_brings_what_the_customer_says(world: AlarmWorld) -> None:
    world.rule("claim_deadline", 4)
    world.claim("041987654", hours=1)
    world.evaluate()
    [row] = view(world).firing
    assert row.behind.claim_product == "Yün Halı 120×180"
    assert row.behind.claim_explanation == "Kutusu kırık geldi"


def test_each_of_several_alarms_shows_the_notice_that_told_of_it(world: AlarmWorld) -> None:
    for flow in ("stock", "price"):
        world.rule("failures_in_row", 1, flow)
        world.run(flow, "failed")
    world.evaluate()
    world.change(Notice, world.notices[0]["id"], state="sent")
    told = (Told("mailto 1", "sent"), Told("slack 2", "waiting"))
    assert [row.told for row in view(world).firing] == [told, told]


def test_rules_count_the_firings_of_a_week(world: AlarmWorld) -> None:
    rule = world.rule("failures_in_row", 1, "price")
    for days in (10, 6, 1):
        at = world.now - timedelta(days=days)
        world.add(
            Alarm, rule_id=rule, subject="", value=1, params={}, severity="warning",
            fired_at=at, checked_at=at, ended_at=at,
        )  # fmt: skip
    [row] = view(world).rules
    assert (row.last_week, row.firing, row.state(world.now)) == (2, 0, "quiet")
    assert view(world).past_total == 3
    assert [past.fired_at for past in view(world).past] == sorted(
        (past.fired_at for past in view(world).past), reverse=True
    )


def test_two_evaluations_at_once_make_one_firing(world: AlarmWorld) -> None:
    world.rule("failures_in_row", 1, "price")
    world.run("price", "failed")
    start, kinds = threading.Barrier(4), []

    def look() -> None:
        start.wait()
        kinds.extend(change.kind for change in world.evaluate())

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kinds == ["fired"]
    assert len(world.rows(Alarm)) == 1


@pytest.mark.parametrize("language", ["en", "tr"])
@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_has_its_words(metric: str, language: str) -> None:
    spec = METRICS[metric]
    flow = "price" if spec.of_flow else None
    subject = "hepsiburada" if spec.per_subject else ""
    set_language(language)
    try:
        said = [
            metric_label(metric),
            rule_what(metric, flow),
            rule_sentence(metric, flow, spec.usual),
            alarm_sentence(
                metric, flow, spec.usual, value=3, subject=subject,
                params={"rows": 0, "before": 40_000},
            ),
            alarm_sentence(metric, flow, spec.usual, value=-1, subject=subject),
            ended_sentence(metric, flow, spec.usual, subject),
            firing_title(metric, flow, spec.usual, subject),
            firing_value(metric, 3, {}, START),
            amount_text(metric, spec.usual),
        ]  # fmt: skip
        assert all(said)
        assert not any("{" in text or text == metric for text in said)
        assert severity_label("critical") == ("kritik" if language == "tr" else "critical")
    finally:
        set_language("en")


def test_a_metric_of_a_later_version_is_shown_as_it_is(world: AlarmWorld) -> None:
    world.rule("moon_phase", 3)
    assert world.evaluate() == []
    [row] = view(world).rules
    assert rule_sentence(row.metric, row.flow, row.limit) == "moon_phase 3"
    assert alarm_sentence("moon_phase", None, 3, value=1) == "moon_phase"
