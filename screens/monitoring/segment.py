"""The part of the log that is in memory: a stretch without gaps, newest first.

However long the log is, no more than :data:`MOST` lines of it are here; what lies before and
after is read by key when the cursor comes near.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hbdash.store.log.reader import LogRow

MOST = 1_200
"""Lines kept; the far end is dropped beyond that."""
PAGE = 200
"""Lines read at a time."""


@dataclass
class Segment:
    """Lines, newest first, and what is known of both ends."""

    rows: list[LogRow] = field(default_factory=list)
    at_head: bool = True
    """Whether nothing newer fitted when it was read."""
    older: int | None = None
    """From where to read on, older; ``None``: nothing older fits."""
    dropped: int = 0
    """Lines that were dropped at the newer end: what the first one's number lacks."""

    @property
    def newest_id(self) -> int:
        """Id of the first line; 0 when there is none."""
        return self.rows[0].id if self.rows else 0

    @property
    def whole(self) -> bool:
        """Whether everything that fits is here."""
        return self.at_head and self.older is None

    def place_of(self, log_id: int) -> int | None:
        """Index of a line; ids fall, so it is looked up by halving."""
        low, high = 0, len(self.rows)
        while low < high:
            half = (low + high) // 2
            if self.rows[half].id > log_id:
                low = half + 1
            else:
                high = half
        return low if low < len(self.rows) and self.rows[low].id == log_id else None

    def add_newer(self, rows: Sequence[LogRow], *, at_head: bool) -> int:
        """Put lines in front; how many were new."""
        first = self.newest_id
        fresh = [row for row in rows if row.id > first]
        self.rows[:0] = fresh
        self.at_head = at_head
        self.dropped = 0 if at_head else max(self.dropped - len(fresh), 0)
        if len(self.rows) > MOST:
            del self.rows[MOST:]
            self.older = self.rows[-1].id
        return len(fresh)

    def add_older(self, rows: Sequence[LogRow], older: int | None) -> int:
        """Put lines at the end; how many were dropped at the front for it."""
        last = self.rows[-1].id if self.rows else None
        self.rows.extend(row for row in rows if last is None or row.id < last)
        self.older = older
        over = len(self.rows) - MOST
        if over <= 0:
            return 0
        del self.rows[:over]
        self.at_head = False
        self.dropped += over
        return over
