"""Any order of presses, runs, faults, kills and take-overs: a claim is rejected exactly once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
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
from sqlalchemy import delete

from hbdash.flows.refunds import back_office, reject, sending
from hbdash.runs.fence import LaneLost
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import Lease
from tests.support.claims import decision, draft, open_claim, press, rejections, there
from tests.support.databases import url_of
from tests.support.flows import FlowBench, make_bench

KINDS = ("lost_answer", "drop", "half", "status", "late", "malformed")
PLACES = {
    "hepsiburada": {"service": "oms", "path": r"claims/number/\d+/reject"},
    "omnitron": {"service": "omnitron", "path": r"cancellation_requests/\d+/reject"},
}
#: Where a process may end: before the call, after its effect, and between the two sides.
ENDS: dict[str, tuple[Any, str]] = {
    "before the call": (sending, "_call"),
    "after the effect": (sending, "_taken"),
    "between the sides": (reject, "reject_requests"),
    "after Omnitron's effect": (back_office, "_note"),
}


class Killed(BaseException):
    """The end of a process."""


class Rejections(RuleBasedStateMachine):
    """One claim of two units; ``engines`` are made on the same database, each fencing the last."""

    def __init__(self, bench: FlowBench, engine: Callable[[], FlowBench]) -> None:
        super().__init__()
        self.bench = bench
        self.engine = engine
        self.pressed = False

    @initialize()
    def begin(self) -> None:
        """A claim, pulled and drafted."""
        self.bench.running.world.faults.clear()
        for n in range(2):
            sku = self.bench.healthy(n).sku
            self.bench.call(backoffice.set_stock, sku, 500)
            self.bench.call(marketplace.drift_stock, sku, 500)
        self.number = open_claim(self.bench, quantity=2)
        self.bench.run("order_refund")
        draft(self.bench, self.number)

    @rule()
    def press_the_button(self) -> None:
        press(self.bench, self.number)
        self.pressed = True

    @rule(place=st.sampled_from(sorted(PLACES)), kind=st.sampled_from(KINDS))
    def break_something(self, place: str, kind: str) -> None:
        """The next call there goes wrong."""
        fault = {"kind": kind}
        if kind == "late":
            fault = {"kind": "status", "after_effect": True}  # type: ignore[dict-item]
        self.bench.running.world.faults.add(method="POST", count=1, **PLACES[place], **fault)

    @precondition(lambda self: self.pressed)
    @rule()
    def run(self) -> None:
        self.bench.run("reject_refund")

    @precondition(lambda self: self.pressed)
    @rule(where=st.sampled_from(sorted(ENDS)))
    def run_and_die(self, where: str) -> None:
        """The process ends there, if the run comes so far."""

        def die(*_: Any, **__: Any) -> Any:
            raise Killed

        with pytest.MonkeyPatch.context() as patched, contextlib.suppress(Killed):
            patched.setattr(*ENDS[where], die)
            self.bench.run("reject_refund")

    @precondition(lambda self: self.pressed)
    @rule()
    def freeze_and_be_replaced(self) -> None:
        """Another engine finishes while this one hangs between effect and commit."""
        old, whole = self.bench, sending._taken

        def meanwhile(*arguments: Any) -> None:
            patched.undo()
            self.bench = self.engine()
            self.bench.run("reject_refund")
            whole(*arguments)

        with pytest.MonkeyPatch.context() as patched, contextlib.suppress(LaneLost):
            patched.setattr(sending, "_taken", meanwhile)
            old.run("reject_refund")

    @rule(seconds=st.sampled_from([5, 61]))
    def wait(self, seconds: int) -> None:
        self.bench.move(seconds)

    @rule()
    def pull(self) -> None:
        self.bench.run("order_refund")

    @invariant()
    def never_twice(self) -> None:
        if hasattr(self, "number"):
            claim, requests = rejections(self.bench, self.number)
            assert claim <= self.pressed
            assert all(times <= claim for times in requests)

    def teardown(self) -> None:
        """Calm returns: what was pressed is done, once on both sides."""
        if not hasattr(self, "number"):
            return
        self.bench.running.world.faults.clear()
        if self.pressed:
            for _ in range(6):
                self.bench.run("reject_refund")
                if decision(self.bench, self.number)["state"] == "done":
                    break
                self.bench.move(61)
        assert rejections(self.bench, self.number) == ((1, [1, 1]) if self.pressed else (0, [0, 0]))
        status = there(self.bench, self.number)["hepsiburada"]["status"]
        assert status == ("InDispute" if self.pressed else "AwaitingAction")


@pytest.mark.requirement("R5.16")
def test_exactly_once_whatever_happens(
    bench: FlowBench, open_database: Callable[[str], Database]
) -> None:
    def engine() -> FlowBench:
        with bench.db.write() as connection:
            connection.execute(delete(table_of(Lease)))
        return make_bench(open_database(url_of(bench.db)), bench.running)

    class HereRejections(Rejections):
        def __init__(self) -> None:
            super().__init__(engine(), engine)

    run_state_machine_as_test(
        HereRejections,
        settings=settings(
            max_examples=20,
            stateful_step_count=9,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
