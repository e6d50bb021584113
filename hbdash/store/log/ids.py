"""Ids of log lines: they grow with time, so that time is searched without an index of its own.

An id is the microseconds since 2020 (53 bits, until 2305) followed by ten random bits of the
process, so that two processes do not meet in the same microsecond.
"""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from hbdash.store.database import Database
from hbdash.store.types import from_micros, to_micros

_START = to_micros(datetime(2020, 1, 1, tzinfo=UTC))
_BITS = 10


def id_floor(at: datetime) -> int:
    """The smallest id that a line of the moment ``at`` can have: lines since ``at`` are ≥ it."""
    return max(to_micros(at) - _START, 0) << _BITS


def id_time(log_id: int) -> datetime:
    """The moment that an id carries."""
    return from_micros((log_id >> _BITS) + _START)


def id_minute(log_id: int) -> int:
    """Minutes since the epoch of the moment that an id carries."""
    return ((log_id >> _BITS) + _START) // 60_000_000


def minute_floor(minute: int) -> int:
    """The smallest id of a minute, counted since the epoch."""
    return max(minute * 60_000_000 - _START, 0) << _BITS


class LogIds:
    """Makes the ids of one database; shared by the threads of a process, see :func:`ids_of`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self._process = secrets.randbits(_BITS)

    def next(self, at: datetime) -> int:
        """The id of a line of ``at``; above every id given before, even if the clock went back."""
        with self._lock:
            self._last = max(to_micros(at) - _START, self._last + 1)
            return (self._last << _BITS) | self._process

    def above(self, log_id: int) -> None:
        """Give only ids that sort after ``log_id``."""
        with self._lock:
            self._last = max(self._last, log_id >> _BITS)

    def disambiguate(self) -> None:
        """Take other random bits: another process was found to have the same."""
        with self._lock:
            self._process = (self._process + 1 + secrets.randbelow((1 << _BITS) - 1)) % (1 << _BITS)


_allocators: WeakKeyDictionary[Database, LogIds] = WeakKeyDictionary()
_allocators_lock = threading.Lock()


def ids_of(db: Database) -> LogIds:
    """The one allocator that this process has for ``db``."""
    with _allocators_lock:
        return _allocators.setdefault(db, LogIds())
