"""Cancellation, shutdown and time budget: one flag, looked at between records."""

from __future__ import annotations

import threading


class RunStopped(Exception):
    """The run ends at this safe point; ``why`` is ``cancelled``, ``shutdown`` or ``budget``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class StopFlag:
    """Set from any thread; waits inside a run end at once when it is set."""

    def __init__(self, parent: StopFlag | None = None) -> None:
        self._event = threading.Event()
        self._parent = parent
        self._children: list[StopFlag] = []
        self.why: str | None = None
        if parent is not None:
            parent._children.append(self)
            if parent.is_set:
                self.set(parent.why or "shutdown")

    def set(self, why: str) -> None:
        """Ask for a stop; the first reason stays."""
        if self.why is None:
            self.why = why
        self._event.set()
        for child in list(self._children):
            child.set(why)

    def detach(self) -> None:
        """Forget the parent; a finished run must not be kept alive by the engine's flag."""
        if self._parent is not None and self in self._parent._children:
            self._parent._children.remove(self)

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait, and tell whether the flag was set meanwhile."""
        return self._event.wait(seconds)
