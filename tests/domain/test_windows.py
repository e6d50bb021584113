from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.windows import OVERLAP, REACH, SLICE, run_window, slices

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SPANS = st.integers(0, 90 * 86400).map(lambda n: timedelta(seconds=n))


@given(SPANS)
def test_a_window_covers_its_reach_and_all_that_was_missed(missed: timedelta) -> None:
    start, end = run_window(NOW, NOW - missed)
    assert end == NOW
    assert start <= NOW - REACH
    assert start <= NOW - missed - OVERLAP
    assert start in (NOW - REACH, NOW - missed - OVERLAP)


def test_the_first_window_is_the_reach() -> None:
    assert run_window(NOW, None) == (NOW - REACH, NOW)
    assert run_window(NOW, None, reach=SLICE) == (NOW - SLICE, NOW)


def test_a_cursor_ahead_of_the_clock_does_not_shrink_the_window() -> None:
    assert run_window(NOW, NOW + timedelta(days=3)) == (NOW - REACH, NOW)


@given(SPANS, st.integers(60, 40 * 86400).map(lambda n: timedelta(seconds=n)))
def test_slices_cover_the_window_oldest_first_without_gap(span: timedelta, size: timedelta) -> None:
    parts = slices(NOW - span, NOW, size)
    edges = [NOW - span, *(until for _, until in parts)]
    assert [start for start, _ in parts] == edges[:-1]
    assert edges[-1] == NOW
    assert all(timedelta(0) < until - start <= size for start, until in parts)


def test_a_stop_of_three_days_is_asked_in_slices_of_a_day() -> None:
    parts = slices(*run_window(NOW, NOW - timedelta(days=3)))
    assert len(parts) == 4
    assert parts[0] == (NOW - timedelta(days=3) - OVERLAP, NOW - timedelta(days=2) - OVERLAP)


def test_a_slice_needs_a_length() -> None:
    with pytest.raises(ValueError):
        slices(NOW, NOW, timedelta(0))
