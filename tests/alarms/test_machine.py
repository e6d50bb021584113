"""Whatever happens: an alarm rings exactly while its condition holds outside the hysteresis."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hbdash.domain.alarms import METRICS
from hbdash.store.database import Database
from hbdash.store.tables import Alarm, AlarmRule, Claim
from tests.support.alarm_world import AlarmWorld

CLAIMS = ("041987654", "042003118")


class Ringing(RuleBasedStateMachine):
    """Two rules, a flow whose runs end one way or another, and two claims.

    What must ring is computed here from plain lists, by the words of the requirement.
    """

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="hbdash-alarms-"))
        shutil.copyfile(self.template, self.home / "hbdash.db")
        self.db = Database(f"sqlite:///{self.home / 'hbdash.db'}")
        self.world = AlarmWorld.on(self.db)
        self.limits = {"failures_in_row": 2, "claim_deadline": 4}
        self.rules = {
            "failures_in_row": self.world.rule("failures_in_row", 2, "price"),
            "claim_deadline": self.world.rule("claim_deadline", 4),
        }
        self.active = dict.fromkeys(self.rules, True)
        self.row = 0
        self.claims: dict[str, int] = {}
        self.expected: set[tuple[str, str]] = set()

    def teardown(self) -> None:
        self.db.close()
        shutil.rmtree(self.home, ignore_errors=True)

    # What happens -----------------------------------------------------------------------------

    @rule(state=st.sampled_from(["done", "failed", "lost", "nothing_due", "cancelled"]))
    def a_run_ends(self, state: str) -> None:
        self.world.run("price", state)
        if state in ("done", "nothing_due"):
            self.row = 0
        elif state != "cancelled":
            self.row += 1

    @rule(minutes=st.integers(1, 180))
    def time_passes(self, minutes: int) -> None:
        self.world.later(minutes=minutes)

    @precondition(lambda self: len(self.claims) < len(CLAIMS))
    @rule(hours=st.integers(1, 12))
    def a_claim_comes(self, hours: int) -> None:
        number = next(n for n in CLAIMS if n not in self.claims)
        self.claims[number] = self.world.claim(number, hours=hours)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def a_claim_is_decided(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.claims)))
        claim_id = self.claims.pop(number)
        # Its number may come again: claims of this machine are few.
        self.world.change(Claim, claim_id, status="Rejected", number=f"{number}-{claim_id}")

    @rule(metric=st.sampled_from(["failures_in_row", "claim_deadline"]), limit=st.integers(1, 8))
    def a_limit_is_changed(self, metric: str, limit: int) -> None:
        self.limits[metric] = limit
        self.world.change(AlarmRule, self.rules[metric], limit=limit)

    @rule(metric=st.sampled_from(["failures_in_row", "claim_deadline"]))
    def a_rule_is_switched(self, metric: str) -> None:
        self.active[metric] = not self.active[metric]
        self.world.change(AlarmRule, self.rules[metric], is_active=self.active[metric])

    @rule(times=st.integers(1, 2))
    def the_engine_looks(self, times: int) -> None:
        for _ in range(times):
            self.world.evaluate()
        self.expected = self._should_ring()
        ringing = {(self._metric(row["rule_id"]), row["subject"]) for row in self.world.firing}
        assert ringing == self.expected
        for row in self.world.firing:
            assert row["checked_at"] <= self.world.now

    # What must hold ---------------------------------------------------------------------------

    def _metric(self, rule_id: int) -> str:
        return next(metric for metric, its in self.rules.items() if its == rule_id)

    def _should_ring(self) -> set[tuple[str, str]]:
        levels: dict[tuple[str, str], float] = {("failures_in_row", ""): self.row}
        rows = {row["id"]: row for row in self.world.rows(Claim)}
        for number, claim_id in self.claims.items():
            left = rows[claim_id]["deadline"] - self.world.now
            if left > timedelta(hours=-24):
                levels["claim_deadline", number] = left / timedelta(hours=1)
        ringing = set()
        for (metric, subject), level in levels.items():
            limit, rang = self.limits[metric], (metric, subject) in self.expected
            if METRICS[metric].falling:
                holds = level <= limit + (max(limit / 5, 1) if rang else 0)
            else:
                holds = level >= limit - (max(limit / 5, 1) if rang and limit > 1 else 0)
            if holds and self.active[metric]:
                ringing.add((metric, subject))
        return ringing

    @invariant()
    def one_firing_per_rule_and_subject(self) -> None:
        open_ones = [(row["rule_id"], row["subject"]) for row in self.world.firing]
        assert len(open_ones) == len(set(open_ones))

    @invariant()
    def every_firing_ends_after_it_began(self) -> None:
        for row in self.world.rows(Alarm):
            assert row["ended_at"] is None or row["ended_at"] >= row["fired_at"]


@pytest.mark.timeout(300)
def test_alarms_ring_exactly_while_their_condition_holds(migrated_sqlite_file: Path) -> None:
    Ringing.template = migrated_sqlite_file
    machine = Ringing.TestCase()
    machine.settings = settings(
        max_examples=25,
        stateful_step_count=25,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    machine.runTest()
