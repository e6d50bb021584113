"""The engine's idle minutes: what is older than ``[retention]`` leaves, the WAL is emptied."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from hbdash.config import RetentionConfig
from hbdash.domain.clock import Clock
from hbdash.store import maintenance
from hbdash.store.database import Database
from hbdash.store.retention import trim_books, trim_triggers

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
#: A WAL smaller than this is not worth the wait of writers (SQLite empties 4 MB by itself).
CHECKPOINT_FROM_BYTES = 8 * 1024 * 1024


class Housekeeping:
    """:meth:`look` is called about once a minute by who holds the lease.

    The first trim comes with the first look: a dashboard that is opened for minutes trims too.
    """

    def __init__(
        self, db: Database, clock: Clock, retention: RetentionConfig, is_idle: Callable[[], bool]
    ) -> None:
        self._db = db
        self._clock = clock
        self._retention = retention
        self._is_idle = is_idle
        self._trimmed_at: datetime | None = None

    def look(self) -> None:
        """Trim once an hour; empty the WAL when no run is on."""
        now = self._clock.now()
        last = self._trimmed_at
        # A clock that was put back must not keep the books from being trimmed.
        if last is None or not timedelta(0) <= now - last < EVERY:
            self._trim(now)
            self._trimmed_at = now
        if self._is_idle() and maintenance.wal_bytes(self._db) >= CHECKPOINT_FROM_BYTES:
            maintenance.checkpoint(self._db)

    def _trim(self, now: datetime) -> None:
        logs = now - timedelta(days=self._retention.logs_days)
        bodies = now - timedelta(days=self._retention.bodies_days)
        gone = maintenance.trim_bodies(self._db, max(bodies, logs))
        gone += maintenance.trim_log(self._db, logs)
        gone += trim_books(self._db, logs)
        gone += trim_triggers(self._db, now)
        if gone:
            logger.info("retention: %d rows", gone)
