"""Taking alarms, hushing, writing and deleting rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hbdash.actions import alarms
from hbdash.actions.actor import Actor, Refused, Role
from hbdash.domain.alarms import METRICS, RuleDraft
from hbdash.store.queries.alarms import alarms_view
from hbdash.store.tables import Alarm, AlarmRule, Audit
from hbdash.texts.refusals import refusal
from tests.support.alarm_world import AlarmWorld

AYSE = Actor("ayse", Role.OPERATOR, "dashboard")
MEHMET = Actor("mehmet", Role.ADMIN, "cli")
CAN = Actor("can", Role.VIEWER, "cli")
DRAFT = RuleDraft("no_success", 15, "price", severity="critical")


@pytest.fixture
def ringing(world: AlarmWorld) -> int:
    """An alarm that rings; its id."""
    world.rule("failures_in_row", 1, "price")
    world.run("price", "failed")
    world.evaluate()
    return int(world.firing[0]["id"])


def refused(call: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    assert "{" not in refusal(caught.value.id, caught.value.params)
    assert caught.value.id not in refusal(caught.value.id, caught.value.params)
    return caught.value


class TestAcknowledge:
    def test_the_first_has_it_and_the_second_is_told_who(
        self, world: AlarmWorld, ringing: int
    ) -> None:
        first = alarms.acknowledge(
            world.db, world.clock, AYSE, world.channel_id, ringing, note=" mapping  Bolu now "
        )
        assert (first.by, first.at, first.already) == ("ayse", world.now, False)
        taken_at = world.now
        world.later(minutes=3)
        for actor in (MEHMET, AYSE):
            again = alarms.acknowledge(world.db, world.clock, actor, world.channel_id, ringing)
            assert (again.by, again.at, again.already) == ("ayse", taken_at, True)
        [row] = world.rows(Alarm)
        assert (row["acknowledged_by"], row["params"]["note"]) == ("ayse", "mapping Bolu now")
        assert [(a["action"], a["who"]) for a in world.rows(Audit)] == [
            ("alarm.acknowledge", "ayse")
        ]

    def test_its_note_outlives_a_new_value(self, world: AlarmWorld, ringing: int) -> None:
        alarms.acknowledge(world.db, world.clock, AYSE, world.channel_id, ringing, note="mine")
        world.run("price", "failed")
        assert world.kinds() == ["changed"]
        assert world.firing[0]["params"]["note"] == "mine"

    def test_what_is_over_or_unknown_is_refused(self, world: AlarmWorld, ringing: int) -> None:
        def take(channel_id: int, alarm_id: int) -> Callable[[], Any]:
            return lambda: alarms.acknowledge(world.db, world.clock, AYSE, channel_id, alarm_id)

        assert refused(take(world.channel_id, 999)).id == "alarm.unknown"
        assert refused(take(world.channel_id + 1, ringing)).id == "alarm.unknown"
        world.run("price", "done")
        world.evaluate()
        assert refused(take(world.channel_id, ringing)).id == "alarm.ended"


class TestSilence:
    def test_hushes_until_a_time_and_can_be_ended(self, world: AlarmWorld, ringing: int) -> None:
        [rule] = world.rows(AlarmRule)
        until = world.now + timedelta(hours=2)
        alarms.silence(world.db, world.clock, AYSE, world.channel_id, rule["id"], until)
        with world.db.read() as connection:
            view = alarms_view(connection, world.channel_id, world.now)
        assert (view.rules[0].state(world.now), view.silenced(world.now)) == ("silenced", 1)
        assert view.rules[0].state(until) == "firing"
        alarms.silence(world.db, world.clock, AYSE, world.channel_id, rule["id"], None)
        [rule] = world.rows(AlarmRule)
        assert (rule["silenced_until"], rule["silenced_by"]) == (None, None)

    @pytest.mark.parametrize(
        ("span", "id"), [(0, "alarm.silence_past"), (31 * 24 * 60, "alarm.silence_long")]
    )
    def test_not_into_the_past_and_not_for_ever(
        self, world: AlarmWorld, span: int, id: str
    ) -> None:
        rule = world.rule("stock_lag", 10)
        until = world.now + timedelta(minutes=span)
        call = lambda: alarms.silence(  # noqa: E731
            world.db, world.clock, AYSE, world.channel_id, rule, until
        )
        assert refused(call).id == id


class TestRules:
    @pytest.mark.requirement("R7.3.1")
    def test_a_rule_is_made_and_changed(self, world: AlarmWorld) -> None:
        made = alarms.save_rule(world.db, world.clock, AYSE, world.channel_id, DRAFT)
        [row] = world.rows(AlarmRule)
        assert (row["id"], row["metric"], row["limit"], row["flow"]) == (
            made, "no_success", 15, "price",
        )  # fmt: skip
        assert (row["created_by"], row["is_default"], row["window_min"]) == ("ayse", False, None)
        changed = replace(DRAFT, limit=20, name="night watch", is_active=False)
        assert (
            alarms.save_rule(world.db, world.clock, MEHMET, world.channel_id, changed, made) == made
        )
        [row] = world.rows(AlarmRule)
        assert (row["limit"], row["name"], row["is_active"]) == (20, "night watch", False)
        edit = world.rows(Audit)[-1]
        assert (edit["action"], edit["who"]) == ("alarm.rule_edit", "mehmet")
        assert (edit["detail"]["before"]["limit"], edit["detail"]["limit"]) == (15, 20)

    def test_two_rules_without_a_name_do_not_collide(self, world: AlarmWorld) -> None:
        for _ in range(3):
            alarms.save_rule(world.db, world.clock, AYSE, world.channel_id, DRAFT)
        assert len({row["name"] for row in world.rows(AlarmRule)}) == 3

    def test_what_its_metric_does_not_use_is_dropped(self, world: AlarmWorld) -> None:
        draft = RuleDraft("stock_lag", 5, "price", window_min=30)
        alarms.save_rule(world.db, world.clock, AYSE, world.channel_id, draft)
        [row] = world.rows(AlarmRule)
        assert (row["flow"], row["window_min"]) == (None, None)

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"metric": "moon"}, {"metric": "alarm.metric_unknown"}),
            ({"limit": 0}, {"limit": "alarm.limit_range"}),
            ({"limit": 10_081}, {"limit": "alarm.limit_range"}),
            ({"flow": None}, {"flow": "alarm.flow_needed"}),
            ({"flow": "teleport"}, {"flow": "alarm.flow_unknown"}),
            ({"severity": "loud"}, {"severity": "alarm.severity_unknown"}),
            ({"name": "x" * 61}, {"name": "alarm.name_long"}),
            ({"metric": "error_rate", "window_min": 1}, {"window": "alarm.window_range"}),
            ({"limit": 0, "flow": None}, {"limit": "alarm.limit_range",
                                          "flow": "alarm.flow_needed"}),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_told_field_by_field_and_nothing_is_saved(
        self, world: AlarmWorld, change: dict[str, Any], fields: dict[str, str]
    ) -> None:
        draft = replace(DRAFT, **change)
        fault = refused(
            lambda: alarms.save_rule(world.db, world.clock, AYSE, world.channel_id, draft)
        )
        assert isinstance(fault, alarms.RuleRefused)
        assert {problem.field: problem.id for problem in fault.problems} == fields
        assert all(refusal(p.id, p.params) != p.id for p in fault.problems)
        assert world.rows(AlarmRule) == []
        assert world.rows(Audit)[-1]["outcome"] == "refused"
        if "name" not in fields:
            with pytest.raises(alarms.RuleRefused):
                alarms.test_rule(world.db, world.clock, world.channel_id, draft)

    def test_a_name_belongs_to_one_rule(self, world: AlarmWorld) -> None:
        named = replace(DRAFT, name="night watch")
        first = alarms.save_rule(world.db, world.clock, AYSE, world.channel_id, named)
        second = lambda: alarms.save_rule(  # noqa: E731
            world.db, world.clock, AYSE, world.channel_id, named
        )
        assert refused(second).id == "alarm.name_taken"
        alarms.save_rule(world.db, world.clock, AYSE, world.channel_id, named, first)

    def test_deleting_ends_what_rings_and_keeps_the_past(
        self, world: AlarmWorld, ringing: int
    ) -> None:
        [rule] = world.rows(AlarmRule)
        alarms.delete_rule(world.db, world.clock, AYSE, world.channel_id, rule["id"])
        with world.db.read() as connection:
            view = alarms_view(connection, world.channel_id, world.now)
        assert (view.rules, view.firing, view.past_total) == ((), (), 1)
        assert (view.past[0].metric, view.past[0].flow, view.past[0].limit) == (
            "failures_in_row", "price", 1,
        )  # fmt: skip
        gone = lambda: alarms.delete_rule(  # noqa: E731
            world.db, world.clock, AYSE, world.channel_id, rule["id"]
        )
        assert refused(gone).id == "alarm.rule_unknown"

    def test_trying_a_rule_writes_nothing(self, world: AlarmWorld, ringing: int) -> None:
        commits: list[int] = []
        world.db.on_commit(lambda: commits.append(1))
        rule = world.rows(AlarmRule)[0]["id"]
        trial = alarms.test_rule(world.db, world.clock, world.channel_id, rule)
        assert trial.would_fire
        assert commits == []


@pytest.mark.parametrize("actor", [CAN, replace(MEHMET, read_only=True)])
def test_who_may_not_write_can_do_nothing(world: AlarmWorld, ringing: int, actor: Actor) -> None:
    here = (world.db, world.clock, actor, world.channel_id)
    rule = world.rows(AlarmRule)[0]["id"]
    before = (world.rows(Alarm), world.rows(AlarmRule))
    for call in (
        lambda: alarms.acknowledge(*here, ringing),
        lambda: alarms.silence(*here, rule, world.now + timedelta(hours=1)),
        lambda: alarms.save_rule(*here, DRAFT),
        lambda: alarms.delete_rule(*here, rule),
    ):
        assert refused(call).id in ("action.not_allowed", "action.read_only")
    assert (world.rows(Alarm), world.rows(AlarmRule)) == before


@pytest.mark.parametrize("metric", METRICS)
def test_a_rule_of_each_metric_with_its_usual_limit_can_be_saved(
    world: AlarmWorld, metric: str
) -> None:
    world.run("stock", "done")
    spec = METRICS[metric]
    draft = RuleDraft(metric, spec.usual, "stock" if spec.of_flow else None)
    alarms.save_rule(world.db, world.clock, AYSE, world.channel_id, draft)
    assert world.evaluate() == []
