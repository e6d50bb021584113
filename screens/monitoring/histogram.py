"""The histogram above the log: all lines in the chart's colour, errors in front of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from hbdash.store.log.reader import Bar
from hbdash.texts import formats as fmt
from screens.widgets.line import BLANK, Line, line

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_MARKS_EVERY = 16
"""Cells between two times below the bars, at least."""
_NICE = [
    timedelta(minutes=n) for n in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)
] + [timedelta(days=n) for n in (1, 2, 7, 14, 30, 90, 365)]  # fmt: skip


def chart(
    bars: Sequence[Bar], height: int, width: int, zone: tzinfo, until: datetime, *, colours: bool
) -> list[Line]:
    """``height`` lines of bars and one of times; without colours errors alone are drawn."""
    if not bars or not any(bar.total for bar in bars):
        empty = line(("▁" * len(bars), "rule"))
        return [*([BLANK] * (height - 1)), empty, _axis(bars, width, zone, until)]
    most = max(bar.total if colours else bar.errors for bar in bars) or 1
    totals = [_eighths(bar.total, most, height) for bar in bars]
    errors = [_eighths(bar.errors, most, height) for bar in bars]
    lines: list[Line] = []
    for level in range(height - 1, -1, -1):
        spans: list[tuple[str, str]] = []
        for n, bar in enumerate(bars):
            spans.append(_cell(bar, totals[n], errors[n], level, colours=colours))
        lines.append(line(*_joined(spans)))
    return [*lines, _axis(bars, width, zone, until)]


def _eighths(value: int, most: int, height: int) -> int:
    return max(1, round(value * height * 8 / most)) if value else 0


def _cell(bar: Bar, total: int, errors: int, level: int, *, colours: bool) -> tuple[str, str]:
    """One cell: the error's part below, the rest above, both in one letter where they meet."""
    if not bar.known and not bar.total:
        return ("·" if level == 0 else " ", "rule")
    reds = max(0, min(errors - level * 8, 8))
    alls = max(0, min(total - level * 8, 8))
    if not colours:
        return (_EIGHTHS[reds], "error" if reds else "")
    if reds and reds >= alls:
        return (_EIGHTHS[reds], "error")
    if reds:
        # Where the rest stands above the errors in the same cell, its top is full or cut off.
        return (_EIGHTHS[reds], "error /chart") if alls == 8 else (_EIGHTHS[alls], "error")
    return (_EIGHTHS[alls], "chart")


def _joined(spans: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    joined: list[tuple[str, str]] = []
    for text, style in spans:
        if joined and joined[-1][1] == style:
            joined[-1] = (joined[-1][0] + text, style)
        else:
            joined.append((text, style))
    return joined


def _axis(bars: Sequence[Bar], width: int, zone: tzinfo, until: datetime) -> Line:
    """Times below the bars: round ones, and the present at the end."""
    if not bars:
        return BLANK
    since = bars[0].since
    span = until - since
    per_cell = span / max(len(bars), 1)
    step = next((one for one in _NICE if one >= per_cell * _MARKS_EVERY), _NICE[-1])
    days = span > timedelta(hours=30)
    end = _mark(until, zone, days=span > timedelta(days=6))
    cells = [" "] * width
    moment = _first(since, step, zone)
    while moment <= until:
        place = int((moment - since) / per_cell)
        midnight = moment.astimezone(zone)
        text = _mark(moment, zone, days=days and (midnight.hour, midnight.minute) == (0, 0))
        if place + len(text) < len(bars) - len(end):
            cells[place : place + len(text)] = text
        moment += step
    place = max(min(len(bars), width) - len(end), 0)
    cells[place : place + len(end)] = end
    return line(("".join(cells[:width]).rstrip(), "muted"))


def _first(since: datetime, step: timedelta, zone: tzinfo) -> datetime:
    """The first round moment from ``since`` on, by the channel's own clock."""
    local = since.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = local - midnight
    steps = -(-passed // step) if passed else 0
    return (midnight + steps * step).astimezone(since.tzinfo)


def _mark(moment: datetime, zone: tzinfo, *, days: bool) -> str:
    local = moment.astimezone(zone)
    if not days:
        return f"{local:%H:%M}"
    return fmt.time(moment, local.replace(year=local.year) + timedelta(days=8), zone)
