"""Progress of the runs under way, written for the screens; and the sign that they are alive."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from sqlalchemy import update

from hbdash.domain.clock import Clock
from hbdash.runs.context import Progress
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import FlowRun

#: A run whose counts stand still is still written this often.
AT_LEAST_EVERY = timedelta(seconds=5)


class Heartbeat:
    """Knows the runs of this process; :meth:`beat` is called about once a second."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._lock = threading.Lock()
        self._runs: dict[int, Progress] = {}
        self._written: dict[int, tuple[datetime, tuple[int | None, int, int, int]]] = {}

    def watch(self, run_id: int, progress: Progress) -> None:
        """A run has started."""
        with self._lock:
            self._runs[run_id] = progress

    def unwatch(self, run_id: int) -> None:
        """A run has ended; its last row is its own affair."""
        with self._lock:
            self._runs.pop(run_id, None)
            self._written.pop(run_id, None)

    def beat(self) -> None:
        """Write what changed, and what has not been written for a while."""
        now = self._clock.now()
        due: list[tuple[int, tuple[int | None, int, int, int]]] = []
        with self._lock:
            for run_id, p in self._runs.items():
                counts = (p.total, p.ok, p.failed, p.skipped)
                at, before = self._written.get(run_id, (None, None))
                if at is None:
                    # Most runs end within a second: the first beat only notes that it saw them.
                    self._written[run_id] = (now, counts)
                elif counts != before or now - at >= AT_LEAST_EVERY:
                    due.append((run_id, counts))
                    self._written[run_id] = (now, counts)
        if not due:
            return
        runs = table_of(FlowRun)
        with self._db.write() as connection:
            for run_id, (total, ok, failed, skipped) in due:
                connection.execute(
                    update(runs)
                    .where(runs.c.id == run_id, runs.c.state == "running")
                    .values(heartbeat_at=now, total=total, ok=ok, failed=failed, skipped=skipped)
                )
