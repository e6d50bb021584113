"""Noticing that the database changed, whoever changed it.

A commit of this process is noticed at once. One of another process: on SQLite within 0.2 s, by
``PRAGMA data_version`` on a connection of our own (asking costs microseconds); on PostgreSQL at
once, by LISTEN, since every write transaction notifies.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from hbdash.store.database import NOTIFY_CHANNEL, Database

POLL_S = 0.2
"""How often SQLite is asked: five times a second cost about 0.1 % of a processor."""
_RETRY_S = 1.0


class ChangeWatcher:
    """Tells one thread that something was committed; others may :meth:`close` it.

    Several commits may be told as one. A connection that was lost is opened again, and then told
    as a change, since some may have been missed.
    """

    def __init__(self, db: Database) -> None:
        self._own = threading.Event()
        self._closed = False
        self._remote: _Remote = _SqliteVersion(db) if db.is_sqlite else _Listener(db)
        self._stop_hearing = db.on_commit(self._own.set)

    def poll(self) -> bool:
        """Whether something was committed since this was last asked; does not wait."""
        return self._changed()

    def wait(self, timeout: float) -> bool:
        """Wait at most ``timeout`` seconds for a commit. False when none came, or when closed."""
        end = time.monotonic() + timeout
        while not self._closed:
            if self._changed():
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            self._remote.sleep(self._own, min(left, POLL_S))
        return False

    def close(self) -> None:
        """Give the connection back; a :meth:`wait` in another thread ends."""
        if self._closed:
            return
        self._closed = True
        self._stop_hearing()
        self._own.set()
        self._remote.close()

    def _changed(self) -> bool:
        if self._closed:
            return False
        own = self._own.is_set()
        self._own.clear()
        # The commits of this process are seen from the connection as well, so that one commit is
        # told once; while it is lost they are all that is known.
        changed = self._remote.changed()
        return own if changed is None else changed


class _Remote(Protocol):
    """How other processes' commits are noticed."""

    def changed(self) -> bool | None:
        """Since it was last asked; ``None`` while the connection is lost."""
        ...

    def sleep(self, own: threading.Event, seconds: float) -> None: ...

    def close(self) -> None: ...


class _Connection:
    """A driver connection that is opened again when it was lost, not more than once a second."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._faults = (SQLAlchemyError, db.engine.dialect.loaded_dbapi.Error)
        self._lock = threading.Lock()
        self._pooled: Any = None
        self._raw: Any = None
        self._retry_at = 0.0
        self._closed = False

    def _connected(self) -> bool:
        """Whether there is a connection, opening one if it is time to."""
        if self._raw is None and not self._closed and time.monotonic() >= self._retry_at:
            self._pooled = self._db.raw_connection()
            self._raw = self._pooled.driver_connection
            self._pooled.detach()  # it is not the pool's any more
            self._begin()
        return self._raw is not None

    def _begin(self) -> None:
        """What a new connection needs."""

    def _lose(self) -> None:
        self._raw = None
        self._retry_at = time.monotonic() + _RETRY_S
        pooled, self._pooled = self._pooled, None
        with suppress(*self._faults):  # it is gone; nobody is left to be told
            if pooled is not None:
                pooled.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._lose()


class _SqliteVersion(_Connection):
    """``data_version`` changes with each commit of another connection."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._version = 0
        self.changed()

    def _begin(self) -> None:
        self._version = -1

    def changed(self) -> bool | None:
        with self._lock:
            try:
                if not self._connected():
                    return None
                known = self._version
                (self._version,) = self._raw.execute("PRAGMA data_version").fetchone()
            except self._faults:
                self._lose()
                return None
            return bool(self._version != known)

    def sleep(self, own: threading.Event, seconds: float) -> None:
        own.wait(seconds)


class _Listener(_Connection):
    """LISTEN on a connection of our own; this process's commits arrive there too."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._heard = False
        self.changed()

    def _begin(self) -> None:
        self._raw.autocommit = True
        self._raw.execute(f"LISTEN {NOTIFY_CHANNEL}")
        self._heard = True

    def changed(self) -> bool | None:
        connected = self._hear(0)
        heard, self._heard = self._heard, False
        return heard if connected or heard else None

    def sleep(self, own: threading.Event, seconds: float) -> None:
        if not self._hear(seconds):
            own.wait(seconds)

    def _hear(self, seconds: float) -> bool:
        """Take in what was notified, waiting for the first; false without a connection."""
        with self._lock:
            try:
                if not self._connected():
                    return False
                if not self._heard:
                    for _ in self._raw.notifies(timeout=seconds, stop_after=1 if seconds else None):
                        self._heard = True
            except self._faults:
                self._lose()
                return False
            return True
