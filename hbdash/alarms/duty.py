"""What the engine calls: every ten seconds and after each run that went wrong, screen or not."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from hbdash.alarms.defaults import install_defaults
from hbdash.alarms.evaluate import AlarmConfig, Change, evaluate
from hbdash.domain.clock import Clock
from hbdash.store.database import Database
from hbdash.store.log.writer import LogWriter

_given: WeakKeyDictionary[Database, set[int]] = WeakKeyDictionary()
"""Channels that have their default rules, so that this is asked once per process."""
_lock = threading.Lock()


def watch_alarms(
    db: Database, clock: Clock, channel_id: int, writer: LogWriter, urls: Sequence[str]
) -> list[Change]:
    """Install the default rules if they were never installed, then evaluate all rules.

    Only who holds the channel's lease calls it. ``urls`` is ``[notify] urls``. Calls from several
    threads take turns.
    """
    with _lock:
        given = _given.setdefault(db, set())
        if channel_id not in given:
            with db.write() as connection:
                install_defaults(connection, channel_id, clock.now())
            given.add(channel_id)
        return evaluate(db, channel_id, clock.now(), AlarmConfig(tuple(urls)), writer)
