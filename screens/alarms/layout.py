"""How high each part of the Alarms page is, by the lines there are."""

from __future__ import annotations

from dataclasses import dataclass

_PAST_MOST = 8
_RULES_LEAST = 5


@dataclass(frozen=True)
class Heights:
    """Lines of each part, its heading included; 0 is not shown."""

    firing: int
    behind: int
    rules: int
    past: int


def heights(lines: int, firing: int, rules: int, past: int, *, tall: bool) -> Heights:
    """Firing takes what it needs, the rules the rest; the past and what is behind go first.

    ``firing``, ``rules`` and ``past`` are rows; ``tall`` is a window of 34 lines or more.
    """
    firing_lines = 2 + min(firing, 12 if tall else 5)
    behind = 2 if tall and firing else 0
    past_lines = 1 + max(min(past, _PAST_MOST), 1) if tall else 0
    gaps = 1 + (1 if past_lines else 0)
    room = lines - firing_lines - behind - past_lines - gaps
    rules_lines = max(min(room, 2 + max(rules, 1)), 2 + min(rules, _RULES_LEAST))
    if past_lines:
        past_lines = max(lines - firing_lines - behind - rules_lines - gaps, 2)
    return Heights(firing_lines, behind, rules_lines, past_lines)
