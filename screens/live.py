"""What is on the screen follows the database: one reader thread, snapshots, no timers.

The thread looks whether the database changed (a cheap question, twice a second), or whether a
minute has begun; only then it reads, and posts what it read as one immutable message. Later
messages replace earlier ones that were not shown yet, so nothing piles up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection
from textual.message import Message

from hbdash.domain.clock import Clock
from hbdash.store.database import Database
from hbdash.store.queries.flows import Asked, asked
from hbdash.store.queries.overview import FrameFigures

_WAITS = (1, 2, 4, 8, 15, 30)
"""Seconds between tries while the database is silent."""


class Watcher(Protocol):
    """Says whether something was committed since the last question."""

    def poll(self) -> bool:
        """True once per change, whoever made it; answers at once."""
        ...

    def close(self) -> None:
        """Give its connection back."""
        ...


def watcher(db: Database) -> Watcher:
    """The watcher of a database: its commits, also those of other processes."""
    from hbdash.store.changes import ChangeWatcher

    return ChangeWatcher(db)


class Target(Protocol):
    """What can be loaded: a page or an overlay."""

    def load(self, connection: Connection) -> Any:
        """Read what is shown now. Runs in the reader thread; touches no widget."""
        ...


class Loaded(Message):
    """What the reader thread read for ``target``."""

    def __init__(
        self,
        target: Target,
        frame: FrameFigures,
        snapshot: Any,
        at: datetime,
        asked: Asked | None = None,
    ) -> None:
        super().__init__()
        self.asked = asked
        """What became of the request that is followed."""
        self.target = target
        self.frame = frame
        self.snapshot = snapshot
        self.at = at

    def can_replace(self, message: Message) -> bool:
        """A newer snapshot of the same screen makes this one worthless."""
        return isinstance(message, Loaded) and message.target is self.target


@dataclass(frozen=True)
class Trouble:
    """The database did not answer."""

    text: str
    next_try: datetime
    tries: int


class Failing(Message):
    """The database does not answer; what is on the screen grows old."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self.trouble = trouble

    def can_replace(self, message: Message) -> bool:
        """Only the last one counts."""
        return isinstance(message, Failing)


class LiveReader:
    """The reader thread of an app.

    ``frame`` reads what the frame shows, ``post`` hands a message to the app (it may answer False
    when the app is gone), ``watcher`` makes the question whether the database changed.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        frame: Callable[[Connection, datetime], FrameFigures],
        post: Callable[[Message], bool],
        watcher: Callable[[], Watcher] | None,
        refresh: float,
    ) -> None:
        self._db = db
        self._clock = clock
        self._frame = frame
        self._post = post
        self._make_watcher = watcher
        self._refresh = refresh
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._target: Target | None = None
        self.request_id: int | None = None
        """Request to the engine that is followed in the line above the footer."""
        self._thread = threading.Thread(target=self._run, name="hbdash-reader", daemon=True)
        self._tries = 0
        self._reading = False

    def start(self) -> None:
        """Begin; nothing is read before there is a target."""
        self._thread.start()

    def follow(self, target: Target) -> None:
        """Read for this screen from now on, at once."""
        self._target = target
        self._wake.set()

    def read_now(self) -> None:
        """Read again, whether something changed or not."""
        self._wake.set()

    @property
    def idle(self) -> bool:
        """Whether nothing is asked for and nothing is being read."""
        return not (self._reading or self._wake.is_set())

    def stop(self) -> None:
        """End the thread; a read that runs is finished first."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def _run(self) -> None:
        watcher: Watcher | None = None
        minute: int | None = None
        pause = self._refresh
        while not self._stop.is_set():
            woken = self._wake.wait(pause)
            if woken:  # else a wish that comes just after the wait would be wiped away
                self._reading = True
                self._wake.clear()
            if self._stop.is_set() or self._target is None:
                self._reading = False
                continue
            try:
                if watcher is None and self._make_watcher is not None:
                    watcher = self._make_watcher()
                now = self._clock.now()
                changed = watcher.poll() if watcher is not None else False
                this_minute = int(now.timestamp()) // 60
                if woken or changed or self._tries or this_minute != minute:
                    self._read(self._target, now)
                    minute = this_minute
                self._tries = 0
                pause = self._refresh
            except Exception as fault:  # noqa: BLE001 - whatever fails, the screen says it and lives
                _close(watcher)
                watcher = None
                pause = _WAITS[min(self._tries, len(_WAITS) - 1)]
                self._tries += 1
                next_try = self._clock.now() + timedelta(seconds=pause)
                self._post(Failing(Trouble(_first_line(fault), next_try, self._tries)))
            self._reading = False
        _close(watcher)

    def _read(self, target: Target, now: datetime) -> None:
        with self._db.read() as connection:
            frame = self._frame(connection, now)
            snapshot = target.load(connection)
            request_id = self.request_id
            followed = None if request_id is None else asked(connection, request_id)
        self._post(Loaded(target, frame, snapshot, now, followed))


def _close(watcher: Watcher | None) -> None:
    if watcher is not None:
        with suppress(Exception):  # it is being thrown away
            watcher.close()


def _first_line(fault: Exception) -> str:
    original = getattr(fault, "orig", None) or fault
    return (str(original).strip().splitlines() or [type(fault).__name__])[0]
