"""Makes the reading of a whole table page by page cost the same for every page.

A mirror of a million SKUs asks a thousand pages in a row. Counting the table for each envelope and
walking to each offset would cost more than the rows themselves, so the server remembers the count,
and where a page ended: the next one begins there. Every note dies with the table's *shape*
(`schema.bump`), which changes whenever rows come, go or change sides.
"""

from __future__ import annotations

from collections.abc import Hashable

NOTES = 20_000


class Sweeps:
    """Notes of one server, in memory; losing them costs time and changes no answer."""

    def __init__(self) -> None:
        self._counts: dict[Hashable, int] = {}
        self._ends: dict[Hashable, int] = {}

    def count(self, key: Hashable) -> int | None:
        """How many rows match, if it was counted since the shape last changed."""
        return self._counts.get(key)

    def keep_count(self, key: Hashable, count: int) -> None:
        self._room(self._counts)[key] = count

    def end_of_page(self, key: Hashable) -> int | None:
        """The primary key of the last row of a page that was answered before."""
        return self._ends.get(key)

    def keep_end(self, key: Hashable, pk: int) -> None:
        self._room(self._ends)[key] = pk

    @staticmethod
    def _room(notes: dict[Hashable, int]) -> dict[Hashable, int]:
        if len(notes) >= NOTES:
            notes.clear()
        return notes
