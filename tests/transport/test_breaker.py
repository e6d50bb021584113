"""The breaker: opens for a side that is down, asks now and then, keeps its state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from hbdash.domain.clock import FixedClock
from hbdash.transport.breaker import Breaker, BreakerPhase, BreakerState, ForgetfulMemory
from hbdash.transport.call import ONCE
from hbdash.transport.errors import BreakerOpen, Refused, Unreachable
from hbdash.transport.remote import Remote
from tests.support.rawserver import RawServer, answer, say, say_and_close

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


def breaker(clock: FixedClock, memory: ForgetfulMemory | None = None) -> Breaker:
    return Breaker("hepsiburada/oms", now=clock.now, memory=memory)


def play(one: Breaker, outcomes: str) -> None:
    """`.` a success, `x` a failure."""
    for outcome in outcomes:
        assert one.admit()
        one.succeeded() if outcome == "." else one.failed("down")


@pytest.mark.parametrize(
    ("outcomes", "phase"),
    [
        ("xxxx", "closed"),
        ("xxxxx", "open"),
        (".....xxxx", "closed"),
        (".....xxxxx", "open"),
        ("...............xxxxx", "closed"),
    ],
)
def test_it_opens_by_the_share_of_failures(outcomes: str, phase: str, clock: FixedClock) -> None:
    one = breaker(clock)
    play(one, outcomes)
    assert one.state.phase == phase


def test_one_call_tries_after_the_rest_and_its_success_closes(clock: FixedClock) -> None:
    one = breaker(clock)
    play(one, "xxxxx")
    assert not one.admit()
    assert one.state.next_try is not None
    clock.move(one.state.next_try - START)
    assert one.admit()
    assert one.state.phase is BreakerPhase.HALF_OPEN
    assert not one.admit()
    one.succeeded()
    assert one.state.phase is BreakerPhase.CLOSED
    assert one.admit()


def test_a_failed_try_rests_longer_and_keeps_since(clock: FixedClock) -> None:
    one = breaker(clock)
    play(one, "xxxxx")
    rests = []
    for _ in range(6):
        assert one.state.next_try is not None
        rests.append((one.state.next_try - clock.now()).total_seconds())
        clock.move(one.state.next_try - clock.now())
        assert one.admit()
        one.failed("still down")
    assert rests == [10, 20, 40, 80, 120, 120]
    assert one.state.since == START
    assert one.state.reason == "still down"


def test_a_try_that_says_nothing_lets_the_next_one_try(clock: FixedClock) -> None:
    one = breaker(clock)
    play(one, "xxxxx")
    clock.move(timedelta(minutes=1))
    assert one.admit()
    one.gave_up()
    assert one.admit()


def test_its_state_outlives_the_process(clock: FixedClock) -> None:
    memory = ForgetfulMemory()
    play(breaker(clock, memory), "xxxxx")
    assert not breaker(clock, memory).admit()
    memory.save("hepsiburada/oms", BreakerState(BreakerPhase.HALF_OPEN, START))
    assert breaker(clock, memory).admit()


def test_a_clock_set_back_does_not_keep_it_open(clock: FixedClock) -> None:
    one = breaker(clock)
    play(one, "xxxxx")
    clock.move(timedelta(days=-1))
    assert one.admit()


def test_a_side_that_is_down_is_not_called(
    serve: Callable[..., RawServer], remote: Callable[..., Remote], clock: FixedClock
) -> None:
    server = serve(*[say_and_close(b"")] * 5, say(answer(b"[1]")))
    one = remote(server.url, retry=ONCE, clock=clock)
    for _ in range(5):
        with pytest.raises(Unreachable):
            one.request("GET", "/x")
    with pytest.raises(BreakerOpen) as caught:
        one.request("GET", "/x")
    assert len(server.requests) == 5
    assert caught.value.next_try == START + timedelta(seconds=10)
    clock.move(timedelta(seconds=10))
    assert one.request("GET", "/x").json() == [1]


def test_refusals_never_open_it(
    serve: Callable[..., RawServer], remote: Callable[..., Remote], clock: FixedClock
) -> None:
    one = remote(serve(say(answer(b'"no"', "400 No"))).url, retry=ONCE, clock=clock)
    for _ in range(30):
        with pytest.raises(Refused):
            one.request("GET", "/x")
    assert one.breaker.state.phase is BreakerPhase.CLOSED
