"""Windows of time that inbound flows ask for (flows §2, design rule 5)."""

from __future__ import annotations

from datetime import datetime, timedelta

REACH = timedelta(hours=12)
OVERLAP = timedelta(minutes=15)
#: Longer ranges are cut by Hepsiburada in silence (H§10.1).
SLICE = timedelta(hours=24)


def run_window(
    now: datetime,
    cursor: datetime | None,
    reach: timedelta = REACH,
    overlap: timedelta = OVERLAP,
) -> tuple[datetime, datetime]:
    """From min(now − reach, cursor − overlap) to now: widened by the time that was missed.

    `cursor` is the end of what was read before; None before the first run.
    """
    start = now - reach
    if cursor is not None:
        start = min(start, cursor - overlap)
    return start, now


def slices(
    start: datetime, end: datetime, size: timedelta = SLICE
) -> list[tuple[datetime, datetime]]:
    """The window in parts of at most `size`, oldest first, each beginning where the last ends."""
    if size <= timedelta(0):
        raise ValueError("a slice needs a length")
    parts = []
    while start < end:
        until = min(start + size, end)
        parts.append((start, until))
        start = until
    return parts
