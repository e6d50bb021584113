"""The sandbox's clock: real time plus an offset that tests may move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """Tells the sandbox's time, aware and in UTC.

    ``moved`` is called with the new offset after each move, so that the world can keep it
    (a sandbox restarted from a file goes on in its own time).
    """

    def __init__(
        self, offset_seconds: float = 0.0, moved: Callable[[float], None] | None = None
    ) -> None:
        self.offset_seconds = offset_seconds
        self._moved = moved

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset_seconds)

    def move(self, seconds: float) -> None:
        """Move by ``seconds``; negative moves go back."""
        self.offset_seconds += seconds
        if self._moved is not None:
            self._moved(self.offset_seconds)
