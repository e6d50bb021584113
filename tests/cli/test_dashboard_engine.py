"""A dashboard whose engine does not start says so, tries again, and leaves all the same."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from hbdash.cli import dashboard as cli
from hbdash.config import Config
from hbdash.domain.clock import SystemClock
from hbdash.engine import engine as engines
from hbdash.store.database import Database


class Locked(engines.Engine):
    """Does not come to life before the database is free."""

    free = threading.Event()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        if not self.free.is_set():
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        super().__init__(*arguments, **named)


@pytest.fixture
def background(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> cli._Background:
    Locked.free.clear()
    monkeypatch.setattr(engines, "Engine", Locked)
    monkeypatch.setattr(cli, "ENGINE_AGAIN_S", 0.02)
    return cli._Background(Config(), sqlite_database, SystemClock(), "ayse")


def test_it_says_why_and_goes_on_trying(background: cli._Background) -> None:
    told = threading.Event()
    background.start(told.set)
    assert told.wait(5)
    assert background.trouble is not None
    assert background.trouble.text == "database is locked"
    told.clear()
    Locked.free.set()
    background._thread.join(5)
    assert background.trouble is None
    assert told.is_set()
    background.stop()


def test_it_leaves_while_it_is_still_trying(background: cli._Background) -> None:
    told = threading.Event()
    background.start(told.set)
    assert told.wait(5)
    background.stop()
    background._thread.join(5)
    assert not background._thread.is_alive()
