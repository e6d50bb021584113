"""Where each part of the dashboard stands, for any size of the window.

Breakpoints act alone: a wide, low window has wide columns and few rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.geometry import Region

PARTS = (
    "figures", "flows", "causes", "deadlines", "alarms", "today", "engine", "lag", "latest",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """Places of the parts in the body; a part without a place is not shown."""

    places: dict[str, Region]
    figure_heights: tuple[int, int, int]
    figure_gap: int
    figure_title: bool
    flow_columns: int
    flow_header: bool


def plan(width: int, height: int, wide: int, tall: int, causes: int, deadlines: int, alarms: int
         ) -> Plan:  # fmt: skip
    """The plan for a body of ``width`` × ``height``; the counts are rows of the lists."""
    if wide >= 180 and tall >= 50:
        return _large(width, height, causes, deadlines, alarms)
    if wide >= 120 and tall >= 34:
        return _roomy(width, height, deadlines)
    return _compact(width, height, wide, deadlines)


def _compact(width: int, height: int, wide: int, deadlines: int) -> Plan:
    """80 × 24: figures, the strip, and three lists, without a blank row."""
    margin = 0 if wide < 120 else 1
    inner = width - 2 * margin
    places = {
        "figures": Region(margin, 0, inner, 5),
        "flows": Region(margin, 5, inner, 7),
    }
    blank = 1 if height >= 22 else 0
    places["flows"] = Region(margin, 5 + blank, inner, 7)
    top = places["flows"].bottom + blank
    _bottom(places, margin, top, inner, height - top, deadlines, gap=1 if wide < 120 else 2)
    return Plan(places, (1, 2, 2), 0, False, 3, False)


def _roomy(width: int, height: int, deadlines: int) -> Plan:
    """120 × 40: a blank row between sections, the flows in two columns with their results."""
    inner = width - 2
    places = {
        "figures": Region(1, 0, inner, 9),
        "flows": Region(1, 10, inner, 11),
    }
    _bottom(places, 1, 22, inner, height - 22, deadlines, gap=2)
    return Plan(places, (2, 2, 2), 1, True, 2, True)


def _bottom(
    places: dict[str, Region], margin: int, top: int, width: int, height: int, deadlines: int,
    *, gap: int,
) -> None:  # fmt: skip
    """Causes at the left, deadlines over alarms at the right."""
    half = (width - gap) // 2
    right, right_width = margin + half + gap, width - half - gap
    blank = 1 if height >= 10 else 0
    alarms = max(3, min(5, (height - blank) // 2)) if height >= 7 else 2
    places["causes"] = Region(margin, top, half, height)
    places["deadlines"] = Region(right, top, right_width, height - alarms - blank)
    places["alarms"] = Region(right, top + height - alarms, right_width, alarms)


def _large(width: int, height: int, causes: int, deadlines: int, alarms: int) -> Plan:
    """200 × 60: the history of each flow, today's numbers, the lag, and the latest lines."""
    left_width = (width - 6) * 55 // 100
    right, right_width = left_width + 4, width - left_width - 5
    places = {"figures": Region(1, 0, width - 2, 11), "flows": Region(1, 12, left_width, 20)}
    top = 33
    rows = min(max(causes, 5), 8) + 1
    places["causes"] = Region(1, top, left_width, rows)
    top += rows + 1
    if height - top >= 8:
        places["lag"] = Region(1, top, left_width, height - top)
    else:
        places["causes"] = Region(1, 33, left_width, height - 33)
    top = 12
    for part, rows in (
        ("deadlines", min(max(deadlines, 5), 8) + 1),
        ("alarms", min(max(alarms, 2), 4) + 1),
        ("today", 7),
        ("engine", 3),
    ):
        places[part] = Region(right, top, right_width, rows)
        top += rows + 1
    if height - top >= 3:
        places["latest"] = Region(right, top, right_width, height - top)
    return Plan(places, (2, 3, 3), 1, True, 1, True)
