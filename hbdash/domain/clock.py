"""Time: the clock everything asks, and the forms in which the two sides write it (H§3.3).

Inside hbdash a time is always an aware `datetime` in UTC (design rule 6).
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

TURKEY = ZoneInfo("Europe/Istanbul")

_TIME = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{0,9}))?)?)?"
    r"\s*(?P<zone>Z|z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


class Clock(Protocol):
    """Where the time comes from; tests and the sandbox bring their own."""

    def now(self) -> datetime:
        """The present, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow; for deadlines and durations."""
        ...


def has_come(at: datetime | None, now: datetime, longest: float) -> bool:
    """Whether a moment that was noted for later has come; ``longest``: the longest wait, seconds.

    One that lies further ahead than that was noted before the clock was set back.
    """
    return at is None or at <= now or (at - now).total_seconds() > longest


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class FixedClock:
    """A clock that stands still until it is moved, for tests."""

    def __init__(self, now: datetime) -> None:
        self._now = _aware(now).astimezone(UTC)
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def move(self, step: timedelta) -> None:
        """Forward, or back as a clock that jumps; `monotonic` never goes back."""
        self._now += step
        self._monotonic += max(step.total_seconds(), 0.0)


def to_zone(moment: datetime, zone: tzinfo) -> datetime:
    """The same moment as a clock on the wall in `zone` shows it."""
    return _aware(moment).astimezone(zone)


def parse_time(text: str, assume: tzinfo = TURKEY) -> datetime:
    """A time as either side writes it, in UTC (H§3.3).

    Takes 0 to 9 decimals (beyond microseconds they are cut), `T` or a blank, no time at all
    (midnight), `Z`, `+03:00` or `+0300`; without a zone it is a time of `assume`.
    Raises ValueError for anything else, also for times that UTC can't express (`0001-01-01`).
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"not a time: {text[:60]!r}")
    year, month, day = (int(part) for part in found["date"].split("-"))
    micros = int((found["fraction"] or "").ljust(6, "0")[:6])
    try:
        local = datetime(
            year,
            month,
            day,
            int(found["hour"] or 0),
            int(found["minute"] or 0),
            int(found["second"] or 0),
            micros,
            tzinfo=_zone(found["zone"]) or assume,
        )
        return local.astimezone(UTC)
    except OverflowError as fault:
        raise ValueError(f"not a time in UTC: {text[:60]!r}") from fault


def parse_time_or_none(text: object, assume: tzinfo = TURKEY) -> datetime | None:
    """`parse_time`, with None for what is empty, no text, or no time (`0001-01-01T00:00:00`)."""
    if not isinstance(text, str):
        return None
    try:
        return parse_time(text, assume)
    except ValueError:
        return None


def turkey_minute(moment: datetime, *, up: bool) -> str:
    """`yyyy-MM-dd HH:mm` in Turkey's time, as order and claim queries want it (H§3.3).

    A begin is rounded down and an end up, so that no moment of the window is left out.
    """
    local = to_zone(moment, TURKEY)
    minute = local.replace(second=0, microsecond=0)
    if up and minute != local:
        minute = (_aware(minute).astimezone(UTC) + timedelta(minutes=1)).astimezone(TURKEY)
    return minute.strftime("%Y-%m-%d %H:%M")


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone is not a moment")
    return moment
