"""Firings begin once, change, end by themselves, and tell once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hbdash.alarms.defaults import DEFAULTS, install_defaults
from hbdash.alarms.duty import watch_alarms
from hbdash.alarms.notices import target_name, url_of
from hbdash.domain.alarms import METRICS, problems_of
from hbdash.flows.registry import FLOWS
from hbdash.store.bulk import table_of
from hbdash.store.log.tables import LogEntry
from hbdash.store.tables import Alarm, AlarmRule, Audit, Claim
from tests.support.alarm_world import URLS, AlarmWorld


def fail(world: AlarmWorld, times: int, flow: str = "price") -> None:
    for _ in range(times):
        world.later(minutes=1)
        world.run(flow, "failed", failed=1, reason="run.all_failed")


def succeed(world: AlarmWorld, flow: str = "price") -> None:
    world.later(minutes=1)
    world.run(flow, "done", ok=1)


@pytest.mark.requirement("R7.3.1", "R7.3.2")
def test_a_firing_begins_once_changes_and_ends_by_itself(world: AlarmWorld) -> None:
    rule = world.rule("failures_in_row", 3, "price")
    fail(world, 2)
    assert world.evaluate() == []
    fail(world, 1)
    [fired] = world.evaluate()
    assert (fired.kind, fired.value) == ("fired", 3)
    assert fired.sentence(world.now) == "Price: failures in a row: 3"
    assert world.evaluate() == []
    fail(world, 1)
    assert world.kinds() == ["changed"]
    [alarm] = world.firing
    assert (alarm["value"], alarm["rule_id"], alarm["severity"]) == (4, rule, "warning")
    assert world.rows(AlarmRule)[0]["last_fired_at"] == alarm["fired_at"]
    succeed(world)
    [ended] = world.evaluate()
    assert ended.kind == "ended"
    assert ended.sentence(world.now) == "over: Price: failures in a row reach 3"
    assert world.firing == []
    assert world.rows(Alarm)[0]["ended_at"] == world.now


def test_what_comes_back_soon_is_the_same_firing_and_later_a_new_one(world: AlarmWorld) -> None:
    world.rule("failures_in_row", 1, "price")
    fail(world, 1)
    assert world.kinds() == ["fired"]
    succeed(world)
    assert world.kinds() == ["ended"]
    fail(world, 1)
    assert world.kinds() == ["resumed"]
    assert len(world.rows(Alarm)) == 1
    assert len(world.notices) == len(URLS)
    succeed(world)
    assert world.kinds() == ["ended"]
    world.later(minutes=11)
    fail(world, 1)
    assert world.kinds() == ["fired"]
    assert len(world.rows(Alarm)) == 2


def test_between_limit_and_margin_it_stays_as_it_is(world: AlarmWorld) -> None:
    world.rule("error_rate", 20, "price", window_min=60)
    world.run("price", "partly_done", ok=80, failed=20)
    assert world.kinds() == ["fired"]
    world.run("price", "done", ok=15)  # 17 %
    assert world.kinds() == ["changed"]
    world.run("price", "done", ok=30)  # 13 %
    assert world.kinds() == ["ended"]
    world.run("price", "partly_done", failed=10, ok=5)  # 19 %: not again before the limit
    assert world.kinds() == []


def test_claims_fire_one_by_one_and_end_when_decided(world: AlarmWorld) -> None:
    world.rule("claim_deadline", 4)
    first = world.claim("041987654", hours=3, minutes=30)
    world.claim("042003118", hours=5)
    [fired] = world.evaluate()
    assert (fired.subject, fired.value) == ("041987654", 3)
    assert fired.sentence(world.now) == "Claim 041987654: 3 h 30 min left"
    world.later(hours=1)
    assert sorted(world.kinds()) == ["changed", "fired"]
    world.later(hours=3)
    assert {row["subject"]: row["value"] for row in world.firing} == {
        "041987654": 2,
        "042003118": 4,
    }
    world.evaluate()
    world.change(Claim, first, status="Rejected")
    assert world.kinds() == ["ended"]
    assert [row["subject"] for row in world.firing] == ["042003118"]


def test_deleted_and_switched_off_rules_stop_ringing(world: AlarmWorld) -> None:
    rule = world.rule("failures_in_row", 1, "price")
    fail(world, 1)
    world.evaluate()
    world.change(AlarmRule, rule, is_active=False)
    assert world.kinds() == ["ended"]
    world.change(AlarmRule, rule, is_active=True)
    assert world.kinds() == ["resumed"]
    with world.db.write() as connection:
        connection.execute(table_of(AlarmRule).delete())
    [ended] = world.evaluate()
    assert ended.rule is None
    assert ended.sentence(world.now) == "over: Price: failures in a row reach 1"


def test_a_pause_ends_what_rings_and_it_does_not_come_back_with_the_old_runs(
    world: AlarmWorld,
) -> None:
    world.rule("failures_in_row", 2, "price")
    fail(world, 3)
    world.evaluate()
    world.pause("flow", "price", minutes=30)
    assert world.kinds() == ["ended"]
    world.later(minutes=31)
    assert world.kinds() == []


class TestTelling:
    def test_one_notice_per_target_without_its_secrets(self, world: AlarmWorld) -> None:
        world.rule("failures_in_row", 1, "price", severity="critical")
        world.rule("failures_in_row", 1, "stock")
        fail(world, 1)
        fail(world, 1, "stock")
        world.evaluate()
        world.evaluate()
        assert [row["target"] for row in world.notices] == ["mailto 1", "slack 2"]
        notice = world.notices[1]
        assert (notice["state"], notice["title"]) == ("waiting", "Price: failures in a row: 1 (+1)")
        assert notice["body"].splitlines() == [
            "Price: failures in a row: 1",
            "Stock: failures in a row: 1",
        ]
        assert "token" not in str(notice)
        assert url_of("slack 2", URLS) == URLS[1]
        assert url_of("slack 1", URLS) is None
        assert target_name("Slack://x", 1) == "slack 1"

    def test_a_silenced_rule_rings_and_tells_nobody_until_the_silence_ends(
        self, world: AlarmWorld
    ) -> None:
        world.rule("failures_in_row", 1, "price", silenced_until=world.now + timedelta(minutes=30))
        fail(world, 1)
        assert world.kinds() == ["fired"]
        assert world.notices == []
        world.later(minutes=30)
        assert world.kinds() == []
        assert len(world.notices) == 2

    def test_an_alarm_that_somebody_has_tells_nobody_after_the_silence(
        self, world: AlarmWorld
    ) -> None:
        world.rule("failures_in_row", 1, "price", silenced_until=world.now + timedelta(minutes=30))
        fail(world, 1)
        world.evaluate()
        [alarm] = world.firing
        world.change(Alarm, alarm["id"], acknowledged_at=world.now, acknowledged_by="ayse")
        world.later(minutes=30)
        world.evaluate()
        assert world.notices == []

    def test_without_targets_nothing_waits(self, world: AlarmWorld) -> None:
        world.rule("failures_in_row", 1, "price")
        fail(world, 1)
        world.evaluate(urls=())
        assert world.notices == []
        assert world.evaluate(urls=()) == []


def test_each_beginning_and_end_is_a_line_of_the_log(world: AlarmWorld) -> None:
    world.rule("failures_in_row", 1, "price", severity="critical")
    fail(world, 1)
    world.evaluate()
    fail(world, 1)
    world.evaluate()
    succeed(world)
    world.evaluate()
    table = table_of(LogEntry)
    with world.db.read() as connection:
        rows = connection.execute(select(table).order_by(table.c.id)).mappings().all()
    assert [(row["code"], row["kind"], row["message"]) for row in rows] == [
        ("alarm.fired", "alarm", "Price: failures in a row: 1"),
        ("alarm.ended", "alarm", "over: Price: failures in a row reach 1"),
    ]


def test_a_quiet_evaluation_writes_nothing(world: AlarmWorld) -> None:
    world.rule("no_success", 15, "price")
    world.run("price", "done")
    world.evaluate()
    commits: list[int] = []
    world.db.on_commit(lambda: commits.append(1))
    world.later(minutes=5)
    assert world.evaluate() == []
    assert commits == []


class TestDefaults:
    def test_every_default_is_a_rule_that_could_be_saved_on_a_built_flow(self) -> None:
        built = [flow for flow, spec in FLOWS.items() if spec.built]
        assert [problems_of(draft, built) for draft in DEFAULTS] == [[]] * len(DEFAULTS)
        assert len({draft.name for draft in DEFAULTS}) == len(DEFAULTS)
        assert {draft.metric for draft in DEFAULTS} == METRICS.keys() - {"open_failures"}

    def test_they_are_installed_once_and_deleted_ones_stay_deleted(self, world: AlarmWorld) -> None:
        def install() -> int:
            with world.db.write() as connection:
                return install_defaults(connection, world.channel_id, world.now)

        assert install() == len(DEFAULTS)
        assert install() == 0
        with world.db.write() as connection:
            rules = table_of(AlarmRule)
            connection.execute(rules.delete().where(rules.c.name == "stock.no_success"))
        assert install() == 0
        assert len(world.rows(AlarmRule)) == len(DEFAULTS) - 1
        assert {row["who"] for row in world.rows(Audit)} == {"hbdash"}

    def test_a_new_database_is_quiet_for_as_long_as_its_first_runs_take(
        self, world: AlarmWorld
    ) -> None:
        world.lease(world.now)
        rang: dict[str, int] = {}
        for minute in range(31):
            for change in watch_alarms(world.db, world.clock, world.channel_id, world.writer, URLS):
                assert change.rule is not None
                rang.setdefault(change.rule.name, minute)
            world.later(minutes=1)
        assert rang == {
            "stock.no_success": 10,
            "price.no_success": 15,
            "order_create.no_success": 20,
            "order_refund.no_success": 30,
        }

    def test_the_engine_asks_once_for_the_defaults(self, world: AlarmWorld) -> None:
        for _ in range(3):
            watch_alarms(world.db, world.clock, world.channel_id, world.writer, URLS)
        with world.db.read() as connection:
            count = connection.scalar(select(func.count()).select_from(table_of(AlarmRule)))
        assert count == len(DEFAULTS)


@pytest.mark.parametrize("metric", METRICS)
def test_hysteresis_never_ends_what_it_would_begin(metric: str) -> None:
    spec = METRICS[metric]
    for limit in range(spec.least, min(spec.most, 60) + 1):
        for level in range(-5, 80):
            if spec.holds(limit, level, firing=False):
                assert spec.holds(limit, level, firing=True)
        calm = limit + 1_000 if spec.falling else 0
        assert not spec.holds(limit, calm, firing=True)
