"""A breaker per remote: a side that is down is asked now and then, not by every flow.

It opens by the share of calls that found nobody or a 5xx, never by a 4xx, which names a faulty
record and not a faulty side. Its state can be stored, so that another process shows it.
(pybreaker counts failures in a row, and its storage has no place for "next try at".)
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

_WINDOW = 20
_FEWEST_FAILURES = 5
_SHARE = 0.5
_FIRST_REST = 10.0
_LONGEST_REST = 120.0


class BreakerPhase(StrEnum):
    """closed: calls go through. open: none does. half_open: one is trying."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class BreakerState:
    """What is stored and shown. since: when the phase began; next_try: None unless open (UTC).

    failures: failed calls in the window that opened it. reason: the last failure in words.
    """

    phase: BreakerPhase
    since: datetime
    next_try: datetime | None = None
    failures: int = 0
    reason: str = ""


class BreakerMemory(Protocol):
    """Where states are kept. Called only when a phase changes, in the calling thread."""

    def load(self, name: str) -> BreakerState | None: ...

    def save(self, name: str, state: BreakerState) -> None: ...


class ForgetfulMemory:
    """Keeps states in this process only."""

    def __init__(self) -> None:
        self.states: dict[str, BreakerState] = {}

    def load(self, name: str) -> BreakerState | None:
        return self.states.get(name)

    def save(self, name: str, state: BreakerState) -> None:
        self.states[name] = state


class Breaker:
    """Thread-safe. `admit` before each try, then exactly one of `succeeded`, `failed`, `gave_up`.

    now: aware UTC. An open state found in the memory at the start is kept, so that a restart does
    not storm a side that is down.
    """

    def __init__(
        self, name: str, *, now: Callable[[], datetime], memory: BreakerMemory | None = None
    ) -> None:
        self.name = name
        self._now = now
        self._memory = memory or ForgetfulMemory()
        self._lock = threading.Lock()
        self._outcomes: deque[bool] = deque(maxlen=_WINDOW)
        self._rest = _FIRST_REST
        self._trying = False
        found = self._memory.load(name)
        if found is not None and found.phase is BreakerPhase.HALF_OPEN:
            # Whoever was trying is gone.
            found = replace(found, phase=BreakerPhase.OPEN, next_try=now())
        self._state = found or BreakerState(BreakerPhase.CLOSED, now())

    @property
    def state(self) -> BreakerState:
        with self._lock:
            return self._state

    def admit(self) -> bool:
        """Whether a call may go out now. When the rest is over, one caller is let through."""
        with self._lock:
            if self._state.phase is BreakerPhase.CLOSED:
                return True
            now = self._now()
            next_try = self._state.next_try
            # A clock that was set back must not keep the breaker open for a day.
            too_far = now + timedelta(seconds=_LONGEST_REST)
            due = next_try is None or now >= next_try or next_try > too_far
            if self._trying or not due:
                return False
            self._trying = True
            self._become(replace(self._state, phase=BreakerPhase.HALF_OPEN))
            return True

    def succeeded(self) -> None:
        """The side answered, with whatever below 500."""
        with self._lock:
            self._outcomes.append(True)
            if self._state.phase is not BreakerPhase.CLOSED:
                self._outcomes.clear()
                self._trying = False
                self._rest = _FIRST_REST
                self._become(BreakerState(BreakerPhase.CLOSED, self._now()))

    def failed(self, reason: str) -> None:
        """Nobody there, too late, or a 5xx."""
        with self._lock:
            self._outcomes.append(False)
            if self._state.phase is BreakerPhase.HALF_OPEN:
                self._trying = False
                self._rest = min(self._rest * 2, _LONGEST_REST)
                self._open(reason, self._state.since)
            elif self._state.phase is BreakerPhase.CLOSED and self._too_many():
                self._open(reason, self._now())

    def gave_up(self) -> None:
        """The call ended without saying anything about the side (stopped, a mistake of ours)."""
        with self._lock:
            if self._state.phase is BreakerPhase.HALF_OPEN:
                self._trying = False
                self._become(replace(self._state, phase=BreakerPhase.OPEN, next_try=self._now()))

    def _too_many(self) -> bool:
        failures = self._outcomes.count(False)
        return failures >= _FEWEST_FAILURES and failures >= _SHARE * len(self._outcomes)

    def _open(self, reason: str, since: datetime) -> None:
        next_try = self._now() + timedelta(seconds=self._rest)
        failures = self._outcomes.count(False)
        self._become(BreakerState(BreakerPhase.OPEN, since, next_try, failures, reason))

    def _become(self, state: BreakerState) -> None:
        self._state = state
        self._memory.save(self.name, state)
