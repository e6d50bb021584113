from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.retry import (
    DEFAULT_FAILED_INTEGRATION,
    Penalty,
    PenaltyState,
    RetryBook,
    RetryRule,
    next_penalty,
)

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

RULES = st.builds(
    RetryRule,
    interval=st.integers(1, 10 * 86400).map(lambda n: timedelta(seconds=n)),
    lifetime=st.integers(0, 60 * 86400).map(lambda n: timedelta(seconds=n)),
    max_retries=st.integers(0, 20),
)
# How late a run comes to a record whose wait is over.
DELAYS = st.lists(st.integers(0, 7200).map(lambda n: timedelta(seconds=n)), min_size=1, max_size=25)


def fail_until_ended(rule: RetryRule, delay: timedelta = timedelta(0)) -> list[PenaltyState]:
    """Fails at START and whenever the wait is over, `delay` late each time."""
    state = next_penalty(None, START, rule)
    states = [state]
    while state.next_at is not None:
        state = next_penalty(state, state.next_at + delay, rule)
        states.append(state)
    return states


@pytest.mark.requirement("R3.1", "R3.2", "R3.3", "R3.4", "R3.12")
@pytest.mark.parametrize(
    "content_type", ["order", "product", "productprice", "productstock", "orderitem"]
)
@pytest.mark.parametrize("delay", [timedelta(0), timedelta(minutes=5), timedelta(hours=4)])
def test_the_defaults_retry_after_8_and_16_hours_and_end(
    content_type: str, delay: timedelta
) -> None:
    states = fail_until_ended(RetryBook.from_setting(None).rule_for(content_type), delay)
    assert [state.next_at for state in states] == [START + 8 * HOUR, START + 16 * HOUR, None]
    assert states[-1].ended
    assert states[-1].tries == 3


@pytest.mark.requirement("R3.3", "R3.4")
@given(RULES, DELAYS)
def test_tries_end_by_count_or_by_lifetime_and_stay_ended(
    rule: RetryRule, delays: list[timedelta]
) -> None:
    now = START
    state = next_penalty(None, now, rule)
    for tries, delay in enumerate(delays, start=1):
        assert state.tries == tries
        assert state.first_failed_at == START
        assert state.ended == (state.next_at is None)
        if state.next_at is None:
            assert tries > rule.max_retries or now + rule.interval > START + rule.lifetime
            assert state.blocks(now + timedelta(days=999))
            assert next_penalty(state, now, rule).ended
            return
        assert tries <= rule.max_retries
        assert now + rule.interval / 2 <= state.next_at <= START + rule.lifetime
        assert state.blocks(state.next_at - timedelta(microseconds=1))
        assert not state.blocks(state.next_at)
        now = state.next_at + delay
        state = next_penalty(state, now, rule)


@pytest.mark.requirement("R3.6")
def test_a_changed_setting_acts_on_the_next_failure() -> None:
    """The guide's example: 3 h becomes 2 h (R3.6)."""
    old, new = (RetryRule(n * HOUR, 24 * HOUR, 9) for n in (3, 2))
    waiting = next_penalty(None, START, old)
    assert waiting.next_at == START + 3 * HOUR
    again = next_penalty(waiting, START + 3 * HOUR, new)
    assert again.next_at == START + 5 * HOUR


def test_a_try_before_its_time_waits_the_whole_interval_again() -> None:
    rule = RetryRule(8 * HOUR, 100 * HOUR, 9)
    state = next_penalty(next_penalty(None, START, rule), START + 2 * HOUR, rule)
    assert state.next_at == START + 10 * HOUR


def test_a_try_long_after_its_time_waits_the_whole_interval_again() -> None:
    rule = RetryRule(8 * HOUR, 100 * HOUR, 9)
    state = next_penalty(next_penalty(None, START, rule), START + 15 * HOUR, rule)
    assert state.next_at == START + 23 * HOUR


def test_a_penalty_keeps_its_record() -> None:
    rule = RetryRule(HOUR, 9 * HOUR, 1)
    penalty = Penalty("order", "5000031669", next_penalty(None, START, rule))
    assert penalty.blocks(START)
    assert not penalty.blocks(START + HOUR)
    assert penalty.failed_again(START + HOUR, rule).state.ended


@pytest.mark.requirement("R3.11")
def test_an_unlisted_type_uses_the_channels_default() -> None:
    book = RetryBook.from_setting({"default": {"RETRY_INTERVAL": "60", "MAX_RETRY_COUNT": 7}})
    for content_type in ("cancellationrequest", "product"):
        rule = book.rule_for(content_type)
        assert (rule.interval, rule.max_retries) == (timedelta(seconds=60), 7)
        assert rule.lifetime == timedelta(seconds=57601)
    assert book.result_hours == 6


@pytest.mark.requirement("R2.21", "R3.1")
def test_blocks_are_found_in_any_case_and_filled_from_default() -> None:
    book = RetryBook.from_setting(
        {
            "Order": {"retry_interval": 60},
            "DEFAULT": {"MAX_RETRY_COUNT": 5},
            "SENT_TO_REMOTE": {"EXPIRATION_HOUR": "9"},
        }
    )
    assert book.rule_for("ORDER") == RetryRule(timedelta(minutes=1), timedelta(seconds=57601), 5)
    assert book.result_hours == 9
    assert not book.problems


@pytest.mark.parametrize("value", [-1, "soon", True, 10**12, [], "1.5"])
def test_senseless_values_are_named_and_replaced(value: object) -> None:
    book = RetryBook.from_setting(
        {
            "order": {"RETRY_INTERVAL": value},
            "product": "x",
            "sent_to_remote": {"EXPIRATION_HOUR": 0},
        }
    )
    assert book.rule_for("order").interval == 8 * HOUR
    assert book.rule_for("product").interval == 8 * HOUR
    assert book.result_hours == 6
    assert set(book.problems) == {
        "order.RETRY_INTERVAL",
        "product",
        "sent_to_remote.EXPIRATION_HOUR",
    }


@pytest.mark.requirement("R3.5")
def test_a_result_is_overdue_after_its_hours() -> None:
    book = RetryBook.from_setting(DEFAULT_FAILED_INTEGRATION)
    assert not book.result_overdue(START, START + 6 * HOUR - timedelta(seconds=1))
    assert book.result_overdue(START, START + 6 * HOUR)
