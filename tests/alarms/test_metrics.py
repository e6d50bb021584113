"""What rules measure: which runs count, which do not, and from when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hbdash.alarms.flows import direction_of, known_flows
from hbdash.alarms.history import Outcome, outcome_of
from hbdash.alarms.metrics import Measurement, measure
from hbdash.domain.alarms import METRICS, RuleDraft
from hbdash.flows.registry import FLOWS
from hbdash.store.tables import Claim, ClaimDecision, Failure, Offer, Penalty, Sweep
from tests.support.alarm_world import AlarmWorld


def level(
    world: AlarmWorld, metric: str, limit: int = 3, flow: str | None = "price"
) -> float | None:
    """The one level of a rule, or None when it measures nothing."""
    found = all_of(world, metric, limit, flow)
    assert len(found) <= 1
    return found[0].level if found else None


def all_of(
    world: AlarmWorld, metric: str, limit: int = 3, flow: str | None = "price"
) -> list[Measurement]:
    draft = RuleDraft(metric, limit, flow if METRICS[metric].of_flow else None)
    with world.db.read() as connection:
        return measure(connection, world.channel_id, draft, world.now)


@pytest.mark.parametrize(
    ("state", "ok", "reason", "outcome"),
    [
        ("done", 3, None, Outcome.SUCCESS),
        ("nothing_due", 0, None, Outcome.SUCCESS),
        ("partly_done", 1, None, Outcome.SUCCESS),
        ("partly_done", 0, None, Outcome.FAILURE),
        ("failed", 0, "run.all_failed", Outcome.FAILURE),
        ("lost", 5, "run.lost", Outcome.FAILURE),
        ("refused", 0, "run.remote_waiting", Outcome.FAILURE),
        ("refused", 0, "flag.off", Outcome.OFF),
        ("refused", 0, "run.paused", Outcome.OFF),
        ("refused", 0, "channel.inactive", Outcome.OFF),
        ("refused", 0, "setting.missing", Outcome.SAYS_NOTHING),
        ("cancelled", 2, "run.cancelled", Outcome.SAYS_NOTHING),
    ],
)
def test_what_a_run_says_about_its_flow(
    state: str, ok: int, reason: str | None, outcome: Outcome
) -> None:
    assert outcome_of(state, ok, reason) is outcome


def test_a_rule_may_name_what_this_version_runs() -> None:
    assert {"stock", "price", "order_create", "mirror"} <= set(known_flows())
    assert "cause_watch" not in known_flows()
    assert all(FLOWS[flow].built for flow in known_flows())
    assert direction_of("a flow of a later version") == ""


class TestFailuresInRow:
    def test_counts_back_to_the_last_success(self, world: AlarmWorld) -> None:
        world.run("price", "failed")
        world.run("price", "done", ok=4)
        for state in ("failed", "lost", "failed"):
            world.run("price", state)
        assert level(world, "failures_in_row") == 3

    def test_runs_that_say_nothing_neither_count_nor_break_the_row(self, world: AlarmWorld) -> None:
        world.run("price", "failed")
        world.run("price", "cancelled")
        world.run("price", "refused", reason="setting.missing")
        world.run("price", "failed")
        assert level(world, "failures_in_row") == 2

    def test_other_flows_dry_runs_and_runs_by_hand_for_keys_are_not_looked_at(
        self, world: AlarmWorld
    ) -> None:
        world.run("price", "failed")
        world.run("stock", "done")
        world.run("price", "done", dry_run=True)
        world.run("price", "done", keys=["LZR-1"])
        assert level(world, "failures_in_row") == 1

    def test_what_lies_before_a_pause_is_over(self, world: AlarmWorld) -> None:
        world.run("price", "failed")
        world.later(minutes=1)
        world.pause("direction", "outbound", minutes=30)
        world.later(minutes=10)
        assert level(world, "failures_in_row") is None
        world.later(minutes=40)
        assert level(world, "failures_in_row") == 0
        world.run("price", "failed")
        assert level(world, "failures_in_row") == 1

    @pytest.mark.parametrize(("scope", "name"), [("channel", ""), ("flow", "price")])
    def test_a_paused_flow_is_not_measured(self, world: AlarmWorld, scope: str, name: str) -> None:
        world.run("price", "failed")
        world.pause(scope, name, minutes=5)
        assert level(world, "failures_in_row") is None
        assert level(world, "failures_in_row", flow="stock") == (None if name == "" else 0)


class TestNoSuccess:
    def test_counts_from_the_end_of_the_last_success(self, world: AlarmWorld) -> None:
        world.run("price", "nothing_due")
        world.later(minutes=7)
        world.run("price", "failed")
        world.run("price", "refused", reason="setting.missing")
        world.later(minutes=7)
        assert level(world, "no_success") == 14

    def test_a_flow_without_any_success_counts_from_the_first_run_of_the_channel(
        self, world: AlarmWorld
    ) -> None:
        world.run("stock", "done", at=world.now - timedelta(minutes=9, seconds=-5))
        assert level(world, "no_success") == pytest.approx(9, abs=0.2)

    def test_a_new_database_counts_from_the_start_of_the_engine(self, world: AlarmWorld) -> None:
        world.lease(world.now)
        world.later(minutes=14)
        assert level(world, "no_success") == 14

    def test_just_after_the_start_of_the_engine_nothing_new_rings(self, world: AlarmWorld) -> None:
        world.run("price", "done")
        world.later(hours=60)
        world.lease(world.now)
        world.later(seconds=90)
        assert [m.may_fire for m in all_of(world, "no_success")] == [False]
        world.later(seconds=30)
        assert [m.may_fire for m in all_of(world, "no_success")] == [True]

    def test_time_in_which_the_flag_was_off_does_not_count(self, world: AlarmWorld) -> None:
        world.run("price", "done")
        world.later(hours=5)
        world.run("price", "refused", reason="flag.off")
        assert level(world, "no_success") is None
        world.later(minutes=5)
        world.run("price", "failed")
        assert level(world, "no_success") == 5


class TestErrorRate:
    @pytest.mark.requirement("R7.3.2")
    def test_is_the_share_of_records_that_failed_within_the_window(self, world: AlarmWorld) -> None:
        world.run("price", "failed", failed=500, at=world.now - timedelta(minutes=61))
        world.run("price", "partly_done", ok=30, failed=10)
        world.run("price", "partly_done", ok=50, failed=10, keys=["LZR-1"])
        assert level(world, "error_rate") == 20

    def test_says_nothing_of_a_few_records(self, world: AlarmWorld) -> None:
        world.run("price", "partly_done", ok=12, failed=7)
        assert level(world, "error_rate") is None
        world.run("price", "done", ok=1)
        assert level(world, "error_rate") == 35


class TestDeadlines:
    def test_each_undecided_claim_that_is_near_is_a_subject(self, world: AlarmWorld) -> None:
        world.claim("far", hours=9)
        near = world.claim("near", hours=2)
        world.claim("late", hours=-1)
        world.claim("long-past", hours=-25)
        decided = world.claim("decided", hours=1)
        settled = world.claim("settled", hours=1)
        world.change(Claim, settled, settled=True)
        world.add(
            ClaimDecision,
            claim_number="decided", verdict="reject", reason="", statement="", attachments=[],
            decided_by="ayse", decided_at=world.now, state="sending", refusal={},
        )  # fmt: skip
        found = all_of(world, "claim_deadline", limit=4, flow=None)
        assert [(m.subject, m.level) for m in found] == [("late", -1), ("near", 2)]
        assert decided
        assert near

    def test_an_order_that_is_not_in_omnitron_is_one(self, world: AlarmWorld) -> None:
        world.package("4102938847", hours=2)
        world.package("4102939910", hours=30)
        found = all_of(world, "order_deadline", limit=3, flow=None)
        assert [(m.subject, m.level) for m in found] == [("4102938847", 2)]


class TestWholeChannel:
    def test_stock_lag_is_the_age_of_the_oldest_change_not_confirmed(
        self, world: AlarmWorld
    ) -> None:
        assert level(world, "stock_lag", flow=None) is None
        with world.db.write() as connection:
            for sku, kind, state, minutes in (
                ("A", "stock", "waiting", 12),
                ("B", "stock", "confirmed", 90),
                ("C", "price", "waiting", 90),
            ):
                connection.execute(
                    Offer.__table__.insert().values(  # type: ignore[attr-defined]
                        channel_id=world.channel_id, sku_key=sku, kind=kind, state=state,
                        wanted=5, wanted_version=1, urgency=2, is_correction=False, overwritten=0,
                        wanted_at=world.now - timedelta(minutes=minutes),
                    )
                )  # fmt: skip
        assert level(world, "stock_lag", flow=None) == 12

    def test_open_failures_and_ended_penalties_are_counted(self, world: AlarmWorld) -> None:
        world.failure("price", "A", "price.missing")
        world.failure("price", "B", "price.missing", state="retrying")
        cured = world.failure("price", "C", "price.missing")
        world.change(Failure, cured, state="cured")
        assert level(world, "open_failures", flow=None) == 2
        for key, ended, lifted in (("A", True, None), ("B", True, world.now), ("C", False, None)):
            world.add(
                Penalty, content_type="order", key=key, owner="hbdash", reason_type="x", tries=1,
                max_retries=2, interval_s=60, first_failed_at=world.now, last_failed_at=world.now,
                expires_at=world.now, ended=ended, lifted_at=lifted,
            )  # fmt: skip
        assert level(world, "ended_penalties", flow=None) == 1

    def test_a_refused_login_is_told_per_side(self, world: AlarmWorld) -> None:
        for flow in ("stock", "price"):
            world.failure(flow, "", "remote.auth", params={"side": "hepsiburada", "status": 401})
        world.failure("order_create", "", "remote.timeout", params={"side": "omnitron"})
        [found] = all_of(world, "auth_refused", flow=None)
        assert (found.subject, found.level) == ("hepsiburada", 2)
        assert found.params == {"code": "remote.auth", "flows": ["price", "stock"]}

    def test_an_empty_answer_where_data_were_is_news(self, world: AlarmWorld) -> None:
        def sweep(rows: int, whole: bool = True) -> None:
            world.later(minutes=5)
            world.add(
                Sweep, side="hepsiburada", number=1, started_at=world.now, ended_at=world.now,
                rows=rows, whole=whole, position={},
            )  # fmt: skip

        sweep(0)
        assert level(world, "empty_answer", flow=None) is None
        sweep(40_000)
        assert level(world, "empty_answer", flow=None) is None
        sweep(39_000)
        assert level(world, "empty_answer", flow=None) == 2.5
        sweep(0, whole=False)  # the mirror does not believe it
        sweep(0, whole=False)
        [found] = all_of(world, "empty_answer", flow=None)
        assert (found.level, found.params) == (100, {"rows": 0, "before": 39_000})
        world.add(
            Sweep, side="hepsiburada", number=9, started_at=world.now, rows=0, whole=False,
            position={},
        )  # fmt: skip
        assert level(world, "empty_answer", flow=None) == 100
        sweep(39_500)
        assert level(world, "empty_answer", flow=None) == 0

    def test_another_channel_counts_for_nothing(self, world: AlarmWorld) -> None:
        other = AlarmWorld(world.db, world.clock, world.channel_id + 1, world.writer)
        other.failure("price", "A", "price.missing")
        other.run("price", "failed")
        other.claim("1", hours=1)
        assert level(world, "open_failures", flow=None) == 0
        assert level(world, "failures_in_row") == 0
        assert all_of(world, "claim_deadline", flow=None) == []
