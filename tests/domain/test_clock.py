from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.clock import (
    TURKEY,
    FixedClock,
    SystemClock,
    has_come,
    parse_time,
    parse_time_or_none,
    to_zone,
    turkey_minute,
)

MOMENTS = st.datetimes(
    min_value=datetime(2001, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(2099, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-08-19T08:22:23.01Z", datetime(2021, 8, 19, 8, 22, 23, 10_000, tzinfo=UTC)),
        ("2020-09-15T16:06:51Z", datetime(2020, 9, 15, 16, 6, 51, tzinfo=UTC)),
        ("2018-12-21T09:34:47", datetime(2018, 12, 21, 6, 34, 47, tzinfo=UTC)),
        (
            "2019-10-31T10:03:21.7955751",
            datetime(2019, 10, 31, 7, 3, 21, 795_575, tzinfo=UTC),
        ),
        (
            "2022-12-13T12:03:02.366862835Z",
            datetime(2022, 12, 13, 12, 3, 2, 366_862, tzinfo=UTC),
        ),
        (
            "2026-08-19T13:19:41.338+0000",
            datetime(2026, 8, 19, 13, 19, 41, 338_000, tzinfo=UTC),
        ),
        ("2026-08-19T13:19:41+03:00", datetime(2026, 8, 19, 10, 19, 41, tzinfo=UTC)),
        ("2026-03-01 00:00", datetime(2026, 2, 28, 21, 0, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 2, 28, 21, 0, tzinfo=UTC)),
    ],
)
def test_reads_every_form_of_the_two_sides(text: str, expected: datetime) -> None:
    assert parse_time(text) == expected
    assert parse_time(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-13-01T00:00:00Z", "2026-02-30", "0001-01-01T00:00:00", "٢٠٢٦-01-01"],
)
def test_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError):
        parse_time(text)
    assert parse_time_or_none(text) is None


def test_no_text_is_no_time() -> None:
    assert parse_time_or_none(None) is None
    assert parse_time_or_none(17) is None


@given(MOMENTS, st.integers(-12 * 60, 14 * 60))
def test_reads_back_what_iso_writes_in_any_zone(moment: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    assert parse_time(moment.astimezone(zone).isoformat()) == moment


@given(st.text(max_size=40))
def test_raises_nothing_but_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_time(text).tzinfo is UTC


@given(MOMENTS)
def test_query_minutes_enclose_the_moment_by_less_than_a_minute(moment: datetime) -> None:
    begin = parse_time(turkey_minute(moment, up=False))
    end = parse_time(turkey_minute(moment, up=True))
    assert begin <= moment <= end
    assert moment - begin < timedelta(minutes=1)
    assert end - moment < timedelta(minutes=1)


def test_query_minutes_are_turkish() -> None:
    moment = datetime(2026, 3, 1, 21, 59, 30, tzinfo=UTC)
    assert turkey_minute(moment, up=False) == "2026-03-02 00:59"
    assert turkey_minute(moment, up=True) == "2026-03-02 01:00"


def test_a_time_without_zone_is_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError):
        to_zone(naive, TURKEY)
    with pytest.raises(ValueError):
        FixedClock(naive)


def test_a_fixed_clock_moves_only_when_told() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    clock = FixedClock(start)
    assert clock.now() == clock.now() == start
    clock.move(timedelta(hours=2))
    assert clock.now() == start + timedelta(hours=2)
    assert clock.monotonic() == 7200
    clock.move(timedelta(hours=-5))
    assert clock.now() == start - timedelta(hours=3)
    assert clock.monotonic() == 7200


def test_the_system_clock_is_aware() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


@pytest.mark.parametrize(
    ("ahead", "come"), [(None, True), (-5, True), (0, True), (30, False), (60, False), (3600, True)]
)
def test_a_moment_noted_before_the_clock_was_set_back_has_come(
    ahead: int | None, come: bool
) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    at = None if ahead is None else now + timedelta(seconds=ahead)
    assert has_come(at, now, longest=60) is come
