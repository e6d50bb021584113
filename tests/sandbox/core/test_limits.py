"""Rate counters on a clock of our own."""

from __future__ import annotations

from hbdash.sandbox.limits import RateCounter


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_each_second_and_each_caller_has_its_own_budget() -> None:
    clock = Seconds()
    counter = RateCounter(lambda: 2, clock=clock)
    assert [counter.hit("a").allowed for _ in range(3)] == [True, True, False]
    assert counter.hit("b").remaining == 1
    clock.now += 1
    assert counter.hit("a").allowed


def test_a_refusal_says_when_to_come_back() -> None:
    counter = RateCounter(lambda: 1, clock=Seconds())
    counter.hit()
    assert counter.hit().headers() == {
        "X-RateLimit-Limit": "1",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "1",
    }


def test_five_seconds_over_the_limit_block_the_address() -> None:
    clock = Seconds()
    counter = RateCounter(lambda: 1, block_after=5, clock=clock)
    for _ in range(5):
        assert not counter.hit("a").blocked
        counter.hit("a")
        clock.now += 1
    clock.now += 60
    assert counter.hit("a").blocked
    assert counter.hit("b").allowed
    counter.unblock()
    assert counter.hit("a").allowed


def test_a_pause_begins_the_count_anew() -> None:
    clock = Seconds()
    counter = RateCounter(lambda: 1, block_after=2, clock=clock)
    for _ in range(6):
        counter.hit("a")
        counter.hit("a")
        clock.now += 2
    assert counter.hit("a").allowed
