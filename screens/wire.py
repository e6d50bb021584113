"""Fewer bytes on the wire: sends a changed stretch of a line from its first changed cell.

Textual 8.2.8 re-sends a line from the left edge of its widget up to the change
(``ChopsUpdate.render_segments``, marked TODO there); over SSH that is most of what a quiet
dashboard sends. The version is pinned, so the replacement below stays in step with it.
"""

from __future__ import annotations

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate


def render_segments(update: ChopsUpdate, console: Console) -> str:
    """The terminal sequences of a partial update."""
    sequences: list[str] = []
    last_y = update.spans[-1][0]
    for y, first, end in update.spans:
        for chop_end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            begin, stop = max(first, x), min(end, chop_end)
            if strip is None or begin >= stop:
                continue
            sequences.append(Control.move_to(begin, y).segment.text)
            sequences.append(strip.crop(begin - x, stop - x).render(console))
        if y != last_y:
            sequences.append("\n")
    return "".join(sequences)


def send_only_changes() -> None:
    """Put the replacement in place; doing it twice is harmless."""
    ChopsUpdate.render_segments = render_segments  # type: ignore[assignment, method-assign]
