"""Filter by this cell: what a line has in a column, as a chip."""

from __future__ import annotations

from datetime import time, tzinfo

from hbdash.domain.turkish import fold
from hbdash.store.log.reader import LogRow
from hbdash.texts import _
from screens.monitoring.chips import Chip, Span

_WORDS = 4
"""Words of a message that are asked for: those without a digit, which differ from line to line."""


def chip_of(row: LogRow, column: str, zone: tzinfo) -> Chip | str:
    """The chip, or a sentence where the cell is empty."""
    match column:
        case "time":
            local = row.at.astimezone(zone)
            start = time(local.hour, local.minute // 10 * 10)
            last = start.hour * 60 + start.minute + 10
            end = time(last // 60, last % 60) if last < 24 * 60 else None
            return Chip("time", span=Span("clock", day=local.date(), start=start, end=end))
        case "level":
            return Chip("level", (row.level,))
        case "flow":
            return Chip("flow", (row.flow,))
        case "key" if row.key:
            return Chip("key", (row.key,))
        case "key" if row.run_id is not None:
            return Chip("run", (str(row.run_id),))
        case "key":
            return _("This line has no key. Left and right choose another column.")
        case "code":
            return Chip("status", (row.status,))
        case _:
            return _of_message(row.message)


def _of_message(message: str) -> Chip | str:
    words = [w for w in fold(message[:400]).split() if w.isalpha() and len(w) > 2]
    if not words:
        return _("The message has no word to filter by. Left and right choose another column.")
    return Chip("word", (" ".join(words[:_WORDS]),))
