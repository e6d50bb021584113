"""Rate limits that obey complaints (H§4)."""

from __future__ import annotations

import pytest

from hbdash.transport.budget import Allowance, Budget, Budgets
from hbdash.transport.errors import CallStopped


class Time:
    """A clock that only waiting moves; it is the waiter too."""

    def __init__(self, *, stopped: bool = False) -> None:
        self.now = 1000.0
        self._stopped = stopped

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float, /) -> bool:
        self.now += seconds
        return self._stopped


@pytest.mark.parametrize(("calls", "seconds"), [(10, 1.0), (100, 1.0), (4, 60.0)])
def test_no_span_holds_more_calls_than_allowed(calls: int, seconds: float) -> None:
    time = Time()
    budget = Budget(Allowance(calls, seconds), monotonic=time)
    taken = []
    for _ in range(calls * 3 + 1):
        assert budget.take(time)
        taken.append(time.now)
    for first, later in zip(taken, taken[calls:], strict=False):
        assert later - first >= seconds - 0.002
    # The allowance is used, not merely kept.
    assert taken[-1] - taken[0] <= 3.2 * seconds


def test_a_complaint_holds_all_calls_and_halves_the_rate() -> None:
    time = Time()
    budget = Budget(Allowance(100, 1.0), monotonic=time)
    budget.take(time)
    budget.complained(7.0)
    budget.complained(7.0)
    assert budget.share == 0.5
    budget.take(time)
    assert time.now >= 1007.0


def test_calm_brings_the_rate_back() -> None:
    time = Time()
    budget = Budget(Allowance(100, 1.0), monotonic=time)
    for _ in range(10):
        budget.complained(2.0)
        time.wait(2.0)
    assert budget.share == pytest.approx(1 / 16)
    for _ in range(6):
        time.wait(31.0)
        budget.take(time)
    assert budget.share == 1.0


def test_no_turn_in_time_is_told_without_waiting() -> None:
    time = Time()
    budget = Budget(Allowance(1, 60.0), monotonic=time)
    assert budget.take(time)
    assert not budget.take(time, ends=time.now + 5.0)
    assert time.now == 1000.0


def test_a_stop_ends_the_wait() -> None:
    time = Time(stopped=True)
    budget = Budget(Allowance(1, 60.0), monotonic=time)
    budget.take(time)
    with pytest.raises(CallStopped):
        budget.take(time)


def test_a_host_has_one_budget_for_all_channels() -> None:
    budgets = Budgets()
    allowance = Allowance(10, 1.0)
    first = budgets.of("https://Mpop.hepsiburada.com", "catalogue", allowance)
    assert budgets.of("https://mpop.hepsiburada.com/x", "catalogue", allowance) is first
    assert budgets.of("https://mpop.hepsiburada.com", "other", allowance) is not first
