"""Tests wait for conditions, never for time."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_for(
    condition: Callable[[], bool], *, seconds: float = 20.0, what: str | Callable[[], str] = ""
) -> None:
    """Look every few milliseconds until it is so; an AssertionError names what did not come.

    ``what`` may be a function, called when it did not: it tells how things stand.
    """
    deadline = time.monotonic() + seconds
    pause = 0.005
    while not condition():
        if time.monotonic() > deadline:
            told = what() if callable(what) else what
            raise AssertionError(f"not within {seconds:g} s: {told or condition}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
