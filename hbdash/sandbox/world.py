"""The world: everything both sides of the sandbox share."""

from __future__ import annotations

import random
import sqlite3
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from hbdash.sandbox.books import Books
from hbdash.sandbox.clock import SandboxClock
from hbdash.sandbox.faults import Faults
from hbdash.sandbox.limits import Limits

CHANNEL_ID = 137
_KEY_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


@dataclass
class World:
    """State of one sandbox. Only the server's loop touches it while it serves.

    ``db`` has sqlite3.Row rows and no autocommit; the core commits after each request, tick and
    act. ``rng`` is for live activity; seeding uses ``random.Random(f"{seed}:{topic}")``.
    """

    seed: int
    skus: int
    clock: SandboxClock
    db: sqlite3.Connection
    books: Books
    faults: Faults
    rng: random.Random
    merchant_id: str
    service_key: str
    user_agent: str
    omnitron_username: str
    omnitron_password: str
    channel_id: int = CHANNEL_ID
    base_url: str = "http://127.0.0.1:8137"
    limits: Limits = field(default_factory=Limits)

    def file_url(self, path: str) -> str:
        """The full address of a file of the sandbox, given its path (``/files/…``)."""
        return self.base_url + path

    def meta(self, key: str) -> str | None:
        """A value kept in the database (``sb_meta``), or None."""
        row = self.db.execute("SELECT value FROM sb_meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO sb_meta VALUES (?, ?)", (key, value))

    def commit(self) -> None:
        """Make everything so far durable, effects included."""
        self.books.flush()
        self.db.commit()

    def rollback(self) -> None:
        """Undo what was done since the last commit."""
        self.books.drop_waiting()
        self.db.rollback()


def connect(file: Path | None) -> sqlite3.Connection:
    """Open the sandbox's database; None keeps it in memory."""
    db = sqlite3.connect(str(file) if file else ":memory:", check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA cache_size = -65536")
    db.execute("PRAGMA temp_store = MEMORY")
    return db


def new_world(seed: int, skus: int, file: Path | None = None) -> World:
    """A world on a new or existing database, tables of both sides not yet made.

    An existing file keeps its own seed and size, whatever is asked for.
    """
    db = connect(file)
    db.execute("CREATE TABLE IF NOT EXISTS sb_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    kept = {row["key"]: row["value"] for row in db.execute("SELECT key, value FROM sb_meta")}
    seed, skus = int(kept.get("seed", seed)), int(kept.get("skus", skus))
    clock = SandboxClock(
        float(kept.get("clock_offset", "0")),
        lambda offset: _keep_offset(db, offset),
    )
    identity = random.Random(f"{seed}:identity")
    # each start draws anew, or a restarted shop would see the same customers again
    starts = int(kept.get("starts", "0"))
    db.execute("INSERT OR REPLACE INTO sb_meta VALUES ('starts', ?)", (str(starts + 1),))
    return World(
        seed=seed,
        skus=skus,
        clock=clock,
        db=db,
        books=Books(db, clock.now),
        faults=Faults(random.Random(f"{seed}:faults")),
        rng=random.Random(f"{seed}:activity:{starts}"),
        merchant_id=str(uuid.UUID(int=identity.getrandbits(128), version=4)),
        service_key="".join(identity.choices(_KEY_LETTERS, k=12)),
        user_agent="lalezar_dev",
        omnitron_username="hbdash",
        omnitron_password="".join(identity.choices(_KEY_LETTERS, k=16)),
    )


def _keep_offset(db: sqlite3.Connection, offset: float) -> None:
    db.execute("INSERT OR REPLACE INTO sb_meta VALUES ('clock_offset', ?)", (repr(offset),))
