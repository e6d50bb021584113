"""Waiting that a stop flag ends. A `threading.Event` is a `Waiter` as it stands."""

from __future__ import annotations

import threading
from typing import Protocol

from hbdash.transport.errors import CallStopped


class Waiter(Protocol):
    """Waits `seconds`; True means: stop, do not go on. `threading.Event.wait` is exactly this."""

    def wait(self, seconds: float, /) -> bool: ...


class PatientWaiter:
    """Waits to the end: for the CLI's single calls and for tests."""

    def __init__(self) -> None:
        self._never = threading.Event()

    def wait(self, seconds: float, /) -> bool:
        return self._never.wait(seconds)


def pause(waiter: Waiter, seconds: float) -> None:
    """Wait, and raise `CallStopped` if the stop flag came first."""
    if seconds > 0 and waiter.wait(seconds):
        raise CallStopped
