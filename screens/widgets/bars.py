"""Trends and charts in eighth blocks."""

from __future__ import annotations

from collections.abc import Sequence

from screens.widgets.line import Line, line

_EIGHTHS = " ▁▂▃▄▅▆▇█"


def bars(
    values: Sequence[int | None], width: int, height: int = 1, *, last: str = "text",
    style: str = "chart",
) -> list[Line]:  # fmt: skip
    """``values`` as ``height`` lines of ``width`` bars, from their least to their greatest.

    The newest bar has the style ``last``. Where nothing was read there is no bar.
    """
    shown = sampled(values, width)
    known = [value for value in shown if value is not None]
    if not known:
        return [Line() for _ in range(height)]
    least, most = min(known), max(known)
    eighths = height * 8
    levels = [
        None if value is None
        else 1 if most == least
        else 1 + round((value - least) * (eighths - 1) / (most - least))
        for value in shown
    ]  # fmt: skip
    lines = []
    for row in range(height - 1, -1, -1):
        text = "".join(
            " " if level is None else _EIGHTHS[max(0, min(level - row * 8, 8))] for level in levels
        )
        lines.append(line((text[:-1], style), (text[-1:], last)))
    return lines


def sampled(values: Sequence[int | None], width: int) -> list[int | None]:
    """``width`` of the values, evenly, the last one always; at the left nothing if there are few.

    Each place takes the last value known in its stretch.
    """
    count = len(values)
    if count <= width:
        return [None] * (width - count) + list(values)
    result: list[int | None] = []
    for place in range(width):
        end = (place + 1) * count // width
        start = place * count // width
        known = [value for value in values[start:end] if value is not None]
        result.append(known[-1] if known else None)
    return result


def progress_bar(done: int, total: int, width: int) -> Line:
    """A bar of a run: full blocks for what is done, low ones for the rest."""
    share = 0 if total <= 0 else min(done * width // total, width)
    return line(("█" * share, "accent"), ("▁" * (width - share), "chart"))
