"""Any order of tries, waits, lifts, cures and changed settings: the times are those of R3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hbdash.domain.retry import DEFAULT_FAILED_INTEGRATION
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice, penalties
from hbdash.store.tables import Failure, Penalty
from tests.flows.products import run_asked, settled
from tests.support.flows import FlowBench

pytestmark = pytest.mark.requirement(
    "R3.2", "R3.3", "R3.4", "R3.6", "R3.8", "R3.9", "R3.11", "R3.12", "R2.21"
)

#: interval, lifetime, retries: the default first, then the guide's own change of 3 h into 2 h.
RULES = [(28800, 57601, 2), (10800, 86400, 5), (7200, 86400, 5), (3600, 7201, 9), (28800, 0, 3)]
#: A run comes to a record within a minute; the clocks of both sides are the sandbox's.
SLACK = timedelta(seconds=5)


@dataclass
class Expected:
    """What R3 says of a failed record, counted apart from the code under test."""

    first: datetime
    due: datetime
    tries: int = 1
    over: bool = False

    @classmethod
    def failed(cls, before: Expected | None, at: datetime, rule: tuple[int, int, int]) -> Expected:
        """After a failure at this moment, by the rule in force (R3.6)."""
        interval, lifetime, retries = (
            timedelta(seconds=rule[0]),
            timedelta(seconds=rule[1]),
            rule[2],
        )
        on_time = before is not None and timedelta(0) <= at - before.due <= interval / 2
        base = before.due if before is not None and on_time else at
        now = cls(
            before.first if before else at, base + interval, before.tries + 1 if before else 1
        )
        now.over = now.tries > retries or now.due > now.first + lifetime
        return now


class Penalties(RuleBasedStateMachine):
    """One price of 0, which can't be sent."""

    def __init__(self, bench: FlowBench) -> None:
        super().__init__()
        self.bench = bench
        self.product = bench.healthy()
        self.rule: tuple[int, int, int] = RULES[0]
        self.expected: Expected | None = None
        self.faulty = False
        bench.call(marketplace.set_pace, upload=0)

    @initialize(rule=st.sampled_from(RULES))
    def begin(self, rule: tuple[int, int, int]) -> None:
        self.change_settings(rule)
        self.spoil()

    def spoil(self) -> None:
        """The price is 0 from now on, and the flow meets it."""
        self.bench.call(backoffice.set_price, self.product.sku, Decimal(0))
        self.faulty = True
        self.bench.run("price")
        self.failed_now()

    def failed_now(self) -> None:
        row = self.row()
        assert row is not None, "the try was not made"
        assert self.bench.now() - row["last_failed_at"] < SLACK, "the try was not made now"
        self.expected = Expected.failed(self.expected, row["last_failed_at"], self.rule)

    def row(self) -> dict[str, Any] | None:
        rows = self.bench.rows(Penalty, key=self.product.sku)
        return rows[0] if rows else None

    @rule(rule=st.sampled_from(RULES))
    def change_settings(self, rule: tuple[int, int, int]) -> None:
        """A waiting record serves its old wait (R3.6)."""
        self.rule = rule
        block = dict(
            zip(("RETRY_INTERVAL", "EXPIRATION_DATE", "MAX_RETRY_COUNT"), rule, strict=True)
        )
        book = {**DEFAULT_FAILED_INTEGRATION, "productprice": block}
        self.bench.call(backoffice.set_conf, failed_integration=book)

    @precondition(lambda self: self.expected is not None and not self.expected.over)
    @rule(late=st.sampled_from([0, 40, 900]))
    def wait_for_the_try(self, late: int) -> None:
        """Not a second earlier; and then, however late the run comes, it is tried."""
        assert self.expected is not None
        left = (self.expected.due - self.bench.now()).total_seconds()
        if left > 10:
            self.bench.move(left - 10)
            self.bench.run("price")
            row = self.row()
            assert row is not None
            assert row["tries"] == self.expected.tries, "tried too early"
        self.bench.move(max((self.expected.due - self.bench.now()).total_seconds(), 0) + late)
        self.bench.run("price")
        self.settle_try()

    @precondition(lambda self: self.expected is not None and not self.expected.over)
    @rule()
    def be_down_for_a_day(self) -> None:
        """A try that fell into an outage is made afterwards."""
        self.bench.move(86400)
        self.bench.run("price")
        self.settle_try()

    def settle_try(self) -> None:
        if self.faulty:
            self.failed_now()
        else:
            self.bench.run_until("price", self.cured, most=4)
            self.gone()

    @precondition(lambda self: self.expected is not None and self.expected.over)
    @rule()
    def stay_listed(self) -> None:
        """Used up: no try by itself any more, and listed until someone acts (R3.9)."""
        assert self.expected is not None
        self.bench.move(86400)
        self.bench.run("price")
        row = self.row()
        assert row is not None
        assert (row["ended"], row["tries"]) == (True, self.expected.tries)

    @precondition(lambda self: self.expected is not None)
    @rule(there=st.booleans())
    def lift(self, there: bool) -> None:
        """Here or in Omnitron: it goes in the next run, and is counted from 1 again."""
        row = self.row()
        assert row is not None
        if there:
            self.bench.call(penalties.lift, "productprice", row["object_pk"])
            self.bench.run("penalty_mirror")
        else:
            self.bench.run("lift_penalty", keys=[str(row["id"])])
        assert self.row() is None
        self.expected = None
        self.bench.run("price")
        self.settle_try()

    @precondition(lambda self: self.expected is not None and self.faulty)
    @rule()
    def cure(self) -> None:
        """The cause goes, which nobody tells us: it is watched, and the record goes at once."""
        self.bench.call(
            lambda world: world.db.execute(
                "UPDATE om_price SET price = ? WHERE product = ?",
                (str(self.product.price), self.product.pk),
            )
        )
        self.faulty = False
        self.bench.move(61)
        self.bench.run("cause_watch")
        assert self.row() is None, "the watched cause was gone"
        run_asked(self.bench)
        self.bench.run_until("price", self.cured, most=4)
        self.gone()

    def cured(self) -> bool:
        return settled(self.bench) and self.row() is None

    def gone(self) -> None:
        """It went through; now it fails afresh."""
        self.expected = None
        open_ = [
            f for f in self.bench.rows(Failure, key=self.product.sku) if f["closed_at"] is None
        ]
        assert not open_
        self.bench.move(30)
        self.spoil()

    @invariant()
    def ours_says_what_the_rules_say(self) -> None:
        row = self.row()
        if self.expected is None or row is None:
            assert row is None
            return
        assert (row["tries"], row["ended"]) == (self.expected.tries, self.expected.over)
        if self.expected.over:
            assert row["next_at"] is None
        else:
            assert row["next_at"] == self.expected.due
        there = self.bench.call(
            lambda world: world.db.execute("SELECT retry_count FROM om_penalty").fetchall()
        )
        assert [one["retry_count"] for one in there] == [self.expected.tries]


def test_the_times_are_those_of_the_rules(bench: FlowBench) -> None:
    if not bench.db.is_sqlite:
        pytest.skip("the rules do not depend on the database")

    class HerePenalties(Penalties):
        def __init__(self) -> None:
            bench.call(lambda world: world.db.execute("DELETE FROM om_penalty"))
            bench.run("penalty_mirror")
            super().__init__(bench)

    run_state_machine_as_test(
        HerePenalties,
        settings=settings(
            max_examples=8,
            stateful_step_count=7,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
