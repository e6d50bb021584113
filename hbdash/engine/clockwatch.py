"""Notices that the wall clock jumped: the scheduler sleeps on it and would oversleep, or race."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

JUMP_S = 2.0


class ClockWatch:
    """Compares wall time with monotonic time; ``jumped(seconds)`` is called from its thread."""

    def __init__(
        self,
        jumped: Callable[[float], None],
        *,
        every: float = 1.0,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._jumped = jumped
        self._every = every
        self._wall = wall
        self._monotonic = monotonic
        self._offset = wall() - monotonic()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="clock-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closing.set()

    def look(self) -> float:
        """Seconds the wall clock moved beside monotonic time since the last look."""
        offset = self._wall() - self._monotonic()
        moved = offset - self._offset
        self._offset = offset
        return moved

    def _watch(self) -> None:
        while not self._closing.wait(self._every):
            moved = self.look()
            if abs(moved) > JUMP_S:
                self._jumped(moved)
