"""Where the parts of the log stand, for any size of the window."""

from __future__ import annotations

from dataclasses import dataclass

from textual.geometry import Region


@dataclass(frozen=True)
class LogPlan:
    """Places within the part; a part without a place is not shown."""

    places: dict[str, Region]
    bars: int
    """Rows of bars."""
    split: bool
    """Whether the detail stands at the right of the list."""


def plan(width: int, height: int, wide: int, tall: int) -> LogPlan:
    """Chips, histogram, list and detail in ``width`` × ``height``; breakpoints act alone."""
    margin = 0 if wide < 120 else 1
    inner = width - 2 * margin
    places = {"chips": Region(margin, 0, inner, 1)}
    y = 1 if wide < 120 else 2
    bars = 3 if tall >= 50 or (tall >= 34 and wide >= 120) else 2
    places["chart"] = Region(margin, y, inner, bars + 1)
    y += bars + 1 + (1 if wide >= 120 else 0)
    rest = height - y
    if wide >= 180:
        left = inner * 60 // 100
        places["list"] = Region(margin, y, left, rest)
        places["detail"] = Region(margin + left + 4, y, inner - left - 4, rest)
        return LogPlan(places, bars, split=True)
    gap = 1 if wide >= 120 else 0
    detail = 6 if height < 26 else min(max(rest // 3, 8), 16)
    detail = min(detail, max(rest - 6 - gap, 3))
    places["list"] = Region(margin, y, inner, rest - detail - gap)
    places["detail"] = Region(margin, height - detail, inner, detail)
    return LogPlan(places, bars, split=False)
