"""Where the parts of Failures stand, for any size of the window."""

from __future__ import annotations

from textual.geometry import Region


def plan(
    width: int, height: int, wide: int, tall: int, causes: int, over: int
) -> dict[str, Region]:
    """Causes on top, what they mean and their records below; at the right from 180 on."""
    margin = 0 if wide < 120 else 1
    inner = width - 2 * margin
    rows = max(causes, 1)
    if wide >= 180:
        return _split(margin, inner, height, tall, rows, over)
    gap = 1 if wide >= 120 or tall >= 34 else 0
    past = min(max(over, 1), 6) + 1 if tall >= 34 else 0
    words = 5 if wide < 120 else 4
    listed = 1 + min(max(rows, 3), 14 if tall >= 50 else (9 if tall >= 34 else 6))
    rest = height - listed - 1 - words - gap - (past + gap if past else 0)
    if rest < 5:
        listed = max(listed - (5 - rest), 4)
    places = {"causes": Region(margin, 0, inner, listed)}
    y = listed + 1
    places["words"] = Region(margin, y, inner, words)
    y += words + gap
    end = height - (past + gap if past else 0)
    places["records"] = Region(margin, y, inner, max(end - y, 2))
    if past:
        places["over"] = Region(margin, height - past, inner, past)
    return places


def _split(
    margin: int, inner: int, height: int, tall: int, rows: int, over: int
) -> dict[str, Region]:
    left = inner * 60 // 100
    right, right_width = margin + left + 4, inner - left - 4
    past = min(max(over, 1), 12) + 1 if tall >= 34 else 0
    listed = min(rows + 1, height - past - (1 if past else 0))
    words = min(14, max(height // 2, 12))
    tries = 8 if tall >= 50 else 0
    places = {
        "causes": Region(margin, 0, left, max(listed, 4)),
        "words": Region(right, 0, right_width, words),
        "records": Region(right, words, right_width, height - words - tries - bool(tries)),
    }
    if past:
        places["over"] = Region(margin, max(listed, 4) + 1, left, past)
    if tries:
        places["tries"] = Region(right, height - tries, right_width, tries)
    return places
