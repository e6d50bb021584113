"""Runs that die right after a call was answered."""

from __future__ import annotations

from typing import Any

import pytest

from hbdash.runs.context import LastExchange
from hbdash.transport.recorder import Exchange


class Killed(BaseException):
    """The process died here."""


@pytest.fixture
def kill(monkeypatch: pytest.MonkeyPatch) -> Any:
    """``kill(n)``: the run dies when its n-th call has been answered; the number of calls so far
    is in ``kill.calls``."""

    class Killer:
        calls = 0
        at = 0

        def __call__(self, at: int) -> None:
            self.calls, self.at = 0, at

    killer = Killer()
    record = LastExchange.record

    def recorded(self: LastExchange, exchange: Exchange) -> None:
        record(self, exchange)
        killer.calls += 1
        if killer.calls == killer.at:
            raise Killed

    monkeypatch.setattr(LastExchange, "record", recorded)
    return killer
