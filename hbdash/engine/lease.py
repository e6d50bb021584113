"""One lease per channel decides who runs its flows; a thread of its own renews it.

Expiry is decided by the database's clock, in SQL; freshness, asked before each remote write, by
this process's monotonic clock: no work after two thirds of the term without a renewal.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from hbdash.runs.points import point
from hbdash.store.bulk import insert_ignore, table_of
from hbdash.store.database import Database
from hbdash.store.tables import Lease
from hbdash.store.types import EPOCH, from_micros

logger = logging.getLogger(__name__)

_SQLITE_NOW = "SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"
_POSTGRES_NOW = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"


def database_now(connection: Connection) -> datetime:
    """The database's own clock, which two engines on two machines share."""
    statement = _SQLITE_NOW if connection.dialect.name == "sqlite" else _POSTGRES_NOW
    return from_micros(int(connection.execute(text(statement)).scalar_one()))


def steady() -> float:
    """Seconds that no change of the wall clock moves, and that a suspended machine goes on
    counting (Linux stops its monotonic clock meanwhile): its lease has run out all the same."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _new_holder() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


class LeaseKeeper:
    """Takes, renews and gives back the lease of one channel.

    ``gained`` and ``lost`` are called from the keeper's thread, never both at once.
    """

    def __init__(
        self,
        db: Database,
        channel_id: int,
        *,
        face: str,
        username: str,
        term: timedelta,
        gained: Callable[[int], None],
        lost: Callable[[], None],
    ) -> None:
        self.db = db
        self.channel_id = channel_id
        self.holder = _new_holder()
        self.face = face
        self.username = username
        self.term = term
        self.epoch: int | None = None
        self._gained = gained
        self._lost = lost
        self._renewed = 0.0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"lease-{channel_id}", daemon=True)

    def start(self) -> None:
        """Try at once, then keep trying and renewing in the background."""
        self._thread.start()

    @property
    def is_held(self) -> bool:
        return self.epoch is not None

    def is_fresh(self) -> bool:
        """Whether the last renewal is younger than two thirds of the term."""
        age = steady() - self._renewed
        return self.is_held and age < self.term.total_seconds() * 2 / 3

    def close(self, *, wait: float = 1.0) -> None:
        """Stop renewing and give the lease back, so that another takes it at once."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(wait)
        self.release()

    def release(self) -> None:
        """Give the lease back; harmless when it is not ours any more."""
        if self.epoch is None:
            return
        leases = table_of(Lease)
        try:
            with self.db.durable() as connection:
                connection.execute(
                    update(leases)
                    .where(leases.c.channel_id == self.channel_id, leases.c.holder == self.holder)
                    .values(expires_at=EPOCH)
                )
        except SQLAlchemyError:
            logger.warning("lease of channel %s not given back", self.channel_id, exc_info=True)
        self.epoch = None

    def _keep(self) -> None:
        while True:
            try:
                self.step()
            except Exception:
                # A database that is locked or gone: freshness runs out by itself.
                logger.warning("lease of channel %s not renewed", self.channel_id, exc_info=True)
                if self.is_held and not self.is_fresh():
                    self._drop()
            if self._closing.wait(self.term.total_seconds() / 3):
                return

    def step(self) -> None:
        """Renew the lease, or take it if it is free or run out."""
        # Counted from before the row is written: a commit that takes long is old when it ends.
        asked = steady()
        if self.is_held:
            if self._renew():
                self._renewed = asked
            else:
                self._drop()
            return
        # A name for each holding: what an earlier one of this process left is anybody's too.
        self.holder = _new_holder()
        epoch = self._take()
        if epoch is not None:
            self._renewed = asked
            self.epoch = epoch
            point("lease_taken")
            if self._closing.is_set():
                self.release()
                return
            try:
                self._gained(epoch)
            except BaseException:
                # Kept, it would be renewed for ever by an engine that runs nothing.
                self.release()
                raise

    def _drop(self) -> None:
        self.epoch = None
        self._lost()

    def _renew(self) -> bool:
        leases = table_of(Lease)
        with self.db.durable() as connection:
            now = database_now(connection)
            done = connection.execute(
                update(leases)
                .where(
                    leases.c.channel_id == self.channel_id,
                    leases.c.holder == self.holder,
                    leases.c.epoch == self.epoch,
                )
                .values(renewed_at=now, expires_at=now + self.term)
            )
            return done.rowcount == 1

    def _take(self) -> int | None:
        leases = table_of(Lease)
        with self.db.durable() as connection:
            now = database_now(connection)
            mine = {
                "holder": self.holder,
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "username": self.username,
                "face": self.face,
                "taken_at": now,
                "renewed_at": now,
                "expires_at": now + self.term,
            }
            insert_ignore(
                connection,
                Lease,
                [{"channel_id": self.channel_id, "epoch": 0, **mine, "expires_at": EPOCH}],
            )
            taken = connection.execute(
                update(leases)
                .where(leases.c.channel_id == self.channel_id, leases.c.expires_at <= now)
                .values(epoch=leases.c.epoch + 1, **mine)
            )
            if taken.rowcount != 1:
                return None
            return int(
                connection.execute(
                    select(leases.c.epoch).where(leases.c.channel_id == self.channel_id)
                ).scalar_one()
            )
