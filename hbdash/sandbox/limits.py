"""Rate limits as Hepsiburada counts them (H§4), and page maxima."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """What the counter says about one request; ``reset`` is in whole seconds, at least 1."""

    allowed: bool
    limit: int
    remaining: int
    reset: int
    blocked: bool = False

    def headers(self) -> dict[str, str]:
        """The headers that go with a 429 of the OMS host (H§4)."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


class RateCounter:
    """Counts requests per caller in windows of one real second.

    Real time and not the sandbox's clock: a move of the clock must not lift a limit. With
    ``block_after`` set, a caller over the limit in that many seconds running is blocked until
    :meth:`unblock` (H§4: the catalogue blocks the address until a ticket is answered).
    """

    def __init__(
        self,
        per_second: Callable[[], int],
        block_after: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_second = per_second
        self._block_after = block_after
        self._clock = clock
        self._windows: dict[str, tuple[int, int]] = {}
        self._over: dict[str, tuple[int, int]] = {}
        self._blocked: set[str] = set()

    def hit(self, caller: str = "") -> Verdict:
        """Count one request of ``caller`` (an address) and say whether it may pass."""
        limit = self._per_second()
        second = int(self._clock())
        if caller in self._blocked:
            return Verdict(False, limit, 0, 1, blocked=True)
        window, used = self._windows.get(caller, (second, 0))
        used = used + 1 if window == second else 1
        self._windows[caller] = (second, used)
        if used <= limit:
            return Verdict(True, limit, limit - used, 1)
        self._note_excess(caller, second)
        return Verdict(False, limit, 0, 1, blocked=caller in self._blocked)

    def unblock(self) -> None:
        self._blocked.clear()
        self._over.clear()

    def _note_excess(self, caller: str, second: int) -> None:
        if self._block_after is None:
            return
        last, running = self._over.get(caller, (second - 2, 0))
        if last != second:
            running = running + 1 if last == second - 1 else 1
            self._over[caller] = (second, running)
        if running >= self._block_after:
            self._blocked.add(caller)


@dataclass
class Limits:
    """Every number may be changed over ``POST /control/limits`` while the sandbox runs."""

    catalogue_per_second: int = 100
    oms_per_second: int = 1000
    listing_per_second: int = 1000
    upload_rows: int = 4000
    uploads_waiting: int = 5
    upload_quota_factor: int = 10
    import_rows: int = 100
    orders_page: int = 100
    packages_page: int = 10
    feeds_page: int = 50
    claims_page: int = 100
    listings_page: int = 1000
    products_page: int = 1000
    categories_page: int = 2000
    attribute_values_page: int = 1000
    catalogue: RateCounter = field(init=False, repr=False)
    oms: RateCounter = field(init=False, repr=False)
    listing: RateCounter = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.catalogue = RateCounter(lambda: self.catalogue_per_second, block_after=5)
        self.oms = RateCounter(lambda: self.oms_per_second)
        self.listing = RateCounter(lambda: self.listing_per_second)

    def numbers(self) -> dict[str, int]:
        """Every limit by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.init}

    def change(self, changes: dict[str, Any]) -> None:
        """Set limits by name; ValueError names what is unknown or no positive whole number."""
        known = self.numbers()
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"unknown limit {name!r}; known: {', '.join(known)}")
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"{name} must be a whole number of at least 1")
        for name, value in changes.items():
            setattr(self, name, value)
        self.catalogue.unblock()
