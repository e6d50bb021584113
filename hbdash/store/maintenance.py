"""Looking after the database: retention, the WAL, checks and copies.

The engine calls these in its idle minutes; ``hbdash check`` and the backup command call them too.
What only SQLite needs does nothing on PostgreSQL, which looks after itself and is copied by its
own tools.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select

from hbdash.store.bulk import table_of
from hbdash.store.database import BUSY_TIMEOUT_MS, Database
from hbdash.store.log.ids import id_floor, id_minute, minute_floor
from hbdash.store.log.tables import LogBody, LogEntry, LogHour, LogMinute

SLICE = 2_000
"""Rows deleted per transaction, so that writers wait a few milliseconds at most."""

WAL_ALARM_BYTES = 64 * 1024 * 1024
"""A WAL larger than this has a reader that does not end (a checkpoint resets it at 4 MB)."""


_CHECKPOINT_WAIT_MS = 200  # writers wait behind it


class NotForPostgres(RuntimeError):
    """This is for SQLite; PostgreSQL has its own tool for it (``pg_dump``)."""


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint did."""

    emptied: bool
    """False when a reader or writer was in the way; try again later."""
    wal_bytes: int
    """Size of the WAL afterwards."""


def trim_log(db: Database, keep_since: datetime, *, slice_rows: int = SLICE) -> int:
    """Delete log lines, with bodies and counters, of the whole hours before ``keep_since``.

    Returns the number of lines deleted. Safe to interrupt: the next call goes on.
    """
    hour = id_minute(id_floor(keep_since)) // 60
    floor = minute_floor(hour * 60)
    trim_bodies(db, keep_since, slice_rows=slice_rows)
    entry, minute, hours = table_of(LogEntry), table_of(LogMinute), table_of(LogHour)
    deleted = _delete_below(db, entry, entry.c.id, floor, slice_rows)
    with db.write() as connection:
        connection.execute(delete(minute).where(minute.c.minute < hour * 60))
        connection.execute(delete(hours).where(hours.c.hour < hour))
    return deleted


def trim_bodies(db: Database, keep_since: datetime, *, slice_rows: int = SLICE) -> int:
    """Delete requests and responses of lines before ``keep_since``; the lines stay."""
    body = table_of(LogBody)
    return _delete_below(db, body, body.c.log_id, id_floor(keep_since), slice_rows)


def _delete_below(db: Database, table: Any, key: Any, floor: int, slice_rows: int) -> int:
    deleted = 0
    while True:
        with db.write() as connection:
            end = connection.scalar(
                select(key).where(key < floor).order_by(key).offset(slice_rows).limit(1)
            )
            gone = connection.execute(delete(table).where(key < (floor if end is None else end)))
            deleted += gone.rowcount
        if end is None:
            return deleted


def checkpoint(db: Database) -> Checkpoint:
    """Move the WAL into the database and empty it (SQLite); call it when little is going on."""
    if not db.is_sqlite:
        return Checkpoint(emptied=True, wal_bytes=0)
    with _bare(db) as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_WAIT_MS}")
        try:
            busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    return Checkpoint(emptied=busy == 0, wal_bytes=wal_bytes(db))


def wal_bytes(db: Database) -> int:
    """Size of the WAL; 0 on PostgreSQL, and where there is none."""
    wal = Path(f"{database_file(db)}-wal")
    return wal.stat().st_size if db.is_sqlite and wal.exists() else 0


def quick_check(db: Database) -> list[str]:
    """What SQLite finds wrong with the file; empty when it is sound, and on PostgreSQL."""
    if not db.is_sqlite:
        return []
    with _bare(db) as cursor:
        found = [str(row[0]) for row in cursor.execute("PRAGMA quick_check(20)").fetchall()]
    return [] if found == ["ok"] else found


def vacuum_into(db: Database, target: Path) -> None:
    """Write a whole, compact copy of the database to ``target``, which must not exist.

    Works while others read and write. Raises ``FileExistsError`` and :class:`NotForPostgres`.
    The copy appears under its name only when it is whole.
    """
    if not db.is_sqlite:
        raise NotForPostgres("use pg_dump")
    if target.exists():
        raise FileExistsError(target)
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.unlink(missing_ok=True)
    with _bare(db) as cursor:
        cursor.execute("VACUUM INTO ?", (str(unfinished),))
    unfinished.rename(target)


def sqlite_version(db: Database) -> tuple[str, bool]:
    """SQLite's version, and whether it is free of the WAL-reset fault (3.51.3, 3.50.7, 3.44.6)."""
    if not db.is_sqlite:
        return "", True
    text = _version(db)
    numbers = tuple(int(part) for part in text.split("."))
    mended = (
        numbers >= (3, 51, 3)
        or (3, 50, 7) <= numbers < (3, 51)
        or (3, 44, 6) <= numbers < (3, 45)
    )  # fmt: skip
    return text, mended


def _version(db: Database) -> str:
    with db.read() as connection:
        return str(connection.scalar(select(func.sqlite_version())))


def database_file(db: Database) -> Path:
    """The file of a SQLite database."""
    return Path(db.url.database or "")


@contextmanager
def _bare(db: Database) -> Iterator[Any]:
    """A cursor outside any transaction: what stands here may not run inside one."""
    connection = db.raw_connection()
    try:
        yield connection.cursor()
    finally:
        connection.close()
