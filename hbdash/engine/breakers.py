"""Breakers remembered in the channel's row, so that every screen shows who is not answering."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from hbdash.store.bulk import table_of
from hbdash.store.database import Database, WriteInsideWrite
from hbdash.store.tables import Channel
from hbdash.transport.breaker import BreakerPhase, BreakerState

logger = logging.getLogger(__name__)


class StoredBreakers:
    """A ``BreakerMemory``: remote name → state, in ``Channel.connection``."""

    def __init__(self, db: Database, channel_id: int) -> None:
        self._db = db
        self._channel_id = channel_id
        self._lock = threading.Lock()

    def load(self, name: str) -> BreakerState | None:
        """The stored state; ``None`` if there is none or it can't be read."""
        try:
            found = self._all().get(name)
        except SQLAlchemyError:
            return None
        if found is None:
            return None
        next_try = found.get("next_try")
        return BreakerState(
            phase=BreakerPhase(found["phase"]),
            since=datetime.fromisoformat(found["since"]),
            next_try=datetime.fromisoformat(next_try) if next_try else None,
            failures=found.get("failures", 0),
            reason=found.get("reason", ""),
        )

    def save(self, name: str, state: BreakerState) -> None:
        """Keep the state; a database that can't be written must not stop the call."""
        entry = {
            "phase": state.phase.value,
            "since": state.since.isoformat(),
            "next_try": state.next_try.isoformat() if state.next_try else None,
            "failures": state.failures,
            "reason": state.reason[:300],
        }
        channels = table_of(Channel)
        try:
            with self._lock:
                standing = self._all()
                if standing.get(name) == entry:
                    return
                with self._db.write() as connection:
                    connection.execute(
                        update(channels)
                        .where(channels.c.id == self._channel_id)
                        .values(connection={**standing, name: entry})
                    )
        except (SQLAlchemyError, WriteInsideWrite):
            logger.warning("state of %s not stored", name, exc_info=True)

    def _all(self) -> dict[str, Any]:
        channels = table_of(Channel)
        with self._db.read() as connection:
            value = connection.execute(
                select(channels.c.connection).where(channels.c.id == self._channel_id)
            ).scalar_one_or_none()
        return dict(value or {})
