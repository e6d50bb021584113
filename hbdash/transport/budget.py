"""How often a host may be called: rate limits that obey the host's own complaints.

The marketplace counts per host and outgoing address (H§4), so a budget belongs to a host and is
shared by all channels and threads of the process: `Budgets.of` hands out the same one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from hbdash.transport.errors import CallStopped
from hbdash.transport.waiting import Waiter

# After a complaint the rate is halved, down to this share; it doubles back after calm.
_LOWEST_SHARE = 1 / 16
_CALM_SECONDS = 30.0
# Threads that came together do not try again in the same millisecond.
_SHORTEST_WAIT = 0.001


@dataclass(frozen=True)
class Allowance:
    """At most `calls` in any span of `seconds`."""

    calls: int
    seconds: float


class Budget:
    """One allowance, taken from before each call. Thread-safe."""

    def __init__(
        self, allowance: Allowance, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.allowance = allowance
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._share = 1.0
        self._calm_since = monotonic()
        self._held_until = 0.0
        self._bucket = InMemoryBucket([self._rate()])

    def _rate(self) -> Rate:
        calls = max(1, int(self.allowance.calls * self._share))
        return Rate(calls, max(1, int(self.allowance.seconds * 1000)))

    @property
    def share(self) -> float:
        """The part of the allowance in use now: 1.0, or less after complaints."""
        with self._lock:
            return self._share

    def take(self, waiter: Waiter, ends: float | None = None) -> bool:
        """Wait for a turn. False: none before `ends` (monotonic). `CallStopped` if stopped."""
        while True:
            wait = self._try()
            if wait is None:
                return True
            if ends is not None and self._monotonic() + wait > ends:
                return False
            if waiter.wait(max(wait, _SHORTEST_WAIT)):
                raise CallStopped

    def _try(self) -> float | None:
        """None: a turn was taken. Else the seconds until it is worth trying again."""
        with self._lock:
            now = self._monotonic()
            if now < self._held_until:
                return self._held_until - now
            if self._share < 1.0 and now - self._calm_since >= _CALM_SECONDS:
                self._share = min(1.0, self._share * 2)
                self._calm_since = now
                self._bucket.rates = [self._rate()]
            stamp = int(now * 1000)
            self._bucket.leak(stamp)
            item = RateItem("call", stamp)
            if self._bucket.put(item):
                return None
            waiting = self._bucket.waiting(item)
            milliseconds = waiting if isinstance(waiting, int) else 0
            return max(milliseconds, 1) / 1000

    def complained(self, retry_after: float | None) -> None:
        """The host said "too many": hold all calls for its time, then go on at half the rate."""
        with self._lock:
            now = self._monotonic()
            self._held_until = max(self._held_until, now + (retry_after or 1.0))
            # A burst of refusals that left together is one complaint.
            if self._share == 1.0 or now - self._calm_since > 1.0:
                self._share = max(_LOWEST_SHARE, self._share / 2)
                self._bucket.rates = [self._rate()]
            self._calm_since = now


class Budgets:
    """The budgets of all hosts this process calls. One instance per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: dict[tuple[str, str], Budget] = {}

    def of(self, base_url: str, kind: str, allowance: Allowance) -> Budget:
        """The budget for `kind` of calls to that host: the same object for the same host.

        Path and scheme do not matter, except that services of the sandbox stand under paths of
        one host and are counted apart by their `kind`.
        """
        host = base_url.split("://", 1)[-1].split("/", 1)[0].lower()
        with self._lock:
            return self._all.setdefault((host, kind), Budget(allowance))


# The process's own; tests make theirs.
PROCESS_BUDGETS = Budgets()
