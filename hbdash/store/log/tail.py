"""Following the log: each new line once, however its writer was delayed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from hbdash.store.log.ids import id_floor, id_time
from hbdash.store.log.lines import LogRow
from hbdash.store.log.reader import read_rows
from hbdash.store.log.search import LogFilter, translate

SETTLE = timedelta(seconds=5)
"""How long a PostgreSQL transaction may take from making its ids to its commit."""
_MOST = 20_000


@dataclass(frozen=True)
class TailRead:
    """What came since the last look."""

    rows: tuple[LogRow, ...]
    """Newest first."""
    skipped: int
    """New lines older than ``rows`` that had no room; a page from ``rows[-1].id`` has them."""


class LogTail:
    """Follows the lines of a filter from ``after`` on (see :func:`reader.newest_id`).

    On SQLite commits come in the order of ids. On PostgreSQL a transaction may commit after a
    younger one, so the last seconds are looked at again each time.
    """

    def __init__(self, wanted: LogFilter, after: int) -> None:
        self._wanted = wanted
        self._newest = after
        self._seen: set[int] = set()
        self._start = after

    def read(self, connection: Connection, limit: int = 200) -> TailRead:
        """The lines that came since the last call, at most ``limit``."""
        search = translate(connection, self._wanted)
        if not search.arms:
            return TailRead((), 0)
        low = self._newest + 1
        if connection.dialect.name != "sqlite":
            low = max(id_floor(id_time(self._newest) - SETTLE), self._start + 1)
        ids = search.ids(connection, _MOST, low=low)
        new = [log_id for log_id in ids if log_id not in self._seen]
        if new:
            self._newest = max(self._newest, new[0])
        horizon = id_floor(id_time(self._newest) - SETTLE)
        self._seen = {log_id for log_id in self._seen.union(new) if log_id >= horizon}
        rows = read_rows(connection, search.facets, new[:limit])
        return TailRead(rows, max(len(new) - limit, 0))
