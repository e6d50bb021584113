"""Costly figures that are shown live: kept, and computed again only when they have rested.

A figure that took long rests longer, so that a log of ten million lines costs no more of the
processor than one of a hundred.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

SHARE = 30
"""A figure rests for so many times as long as it took."""


class Rested(Generic[T]):
    """One value, known by what was asked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: Hashable = None
        self._value: T | None = None
        self._until = 0.0
        self.again_in = 0.0
        """Seconds after which what was given last may be old; 0 when it was made just then."""

    def get(self, asked: Hashable, make: Callable[[], T]) -> T:
        """The value for ``asked``; anew if something else was asked before or it has rested."""
        begin = self._clock()
        self.again_in = 0.0
        if self._value is None or asked != self._asked or begin >= self._until:
            self._value = make()
            end = self._clock()
            self._asked, self._until = asked, end + (end - begin) * SHARE
        else:
            self.again_in = self._until - begin
        return self._value

    def forget(self) -> None:
        """Compute it anew next time."""
        self._asked, self._value = None, None
