"""Where each part of the page and of the form stands, for any size of the window."""

from __future__ import annotations

from textual.geometry import Region

PARTS = ("parts", "claims", "claim", "decided")
_MOST_DECIDED = 6


def page_plan(
    width: int, height: int, wide: int, *, rows: int, decided: int, opened: bool
) -> dict[str, Region]:
    """Places in a body of ``width`` × ``height``; a part without a place is not shown.

    rows: of the list; decided: of what became of earlier decisions; opened: the claim has the
    room of the list as well.
    """
    edge, top, gap = (0, 1, 0) if wide < 120 else (1, 2, 1)
    inner, room = width - 2 * edge, height - top
    places = {"parts": Region(edge, 0, inner, 1)}
    want = min(decided, _MOST_DECIDED) + 1 if decided else 0
    if wide >= 180:
        left = inner * 58 // 100
        high = min(max(rows, 2) + 2, room)
        if want and room - high >= want + 1:
            places["decided"] = Region(edge, top + high + 1, left, want)
        places["claims"] = Region(edge, top, left, high)
        places["claim"] = Region(edge + left + 3, top, inner - left - 3, room)
        return places
    if opened:
        places["claim"] = Region(edge, top, inner, room)
        return places
    most = max(room * 9 // 20 - 2, 5)
    high = min(max(rows, 2), most) + 2
    below = room - high - gap
    if want and below - want - 1 >= 14:
        places["decided"] = Region(edge, top + high + gap + below - want, inner, want)
        below -= want + 1
    places["claims"] = Region(edge, top, inner, high)
    places["claim"] = Region(edge, top + high + gap, inner, max(below, 1))
    return places


def form_plan(width: int, height: int, wide: int, reasons: int) -> dict[str, Region]:
    """Places of the form's fields; the reasons give way first, and say how many are below."""
    edge = 0 if wide < 120 else 1
    roomy = height >= 30
    gap = 1 if wide >= 120 and roomy else 0
    inner = width - 2 * edge
    left = min(max(inner * 62 // 100, 48), 84)
    foot = 3 if not roomy else 7 if height < 44 else 9
    above = 2 + gap
    text = 6 if roomy else 4
    room = height - above - foot - text - 1 - 2 * gap
    rows = max(min(room, max(reasons, 4) + 1), 5)
    text = max(min(height - above - rows - foot - 1 - 2 * gap, 14), 3)
    top = above + rows + gap
    return {
        "head": Region(edge, 0, inner, 2),
        "reasons": Region(edge, above, left, rows),
        "photos": Region(edge + left + 2, above, inner - left - 2, rows),
        "explanation": Region(edge, top, inner, 1),
        "statement": Region(edge + 1, top + 1, inner - 2, text),
        "foot": Region(edge, top + 1 + text + gap, inner, foot),
    }
