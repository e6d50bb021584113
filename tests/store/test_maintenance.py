"""Retention, checkpoints, checks and copies."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.log.reader import LogFilter, count, detail, histogram, page
from hbdash.store.log.tables import LogBody, LogEntry
from hbdash.store.log.writer import LogLine, LogWriter
from hbdash.store.maintenance import (
    NotForPostgres,
    checkpoint,
    quick_check,
    sqlite_version,
    trim_bodies,
    trim_log,
    vacuum_into,
    wal_bytes,
)
from hbdash.store.migrate import schema_state
from hbdash.store.tables import Attachment
from tests.store.log_model import START

LINE = LogLine(START, "stock", "info", "ok", "sent", request="{}")


@pytest.fixture
def week(database: Database) -> list[int]:
    """A line every ten minutes for a week; their ids."""
    lines = [replace(LINE, at=START + timedelta(minutes=10 * n)) for n in range(7 * 24 * 6)]
    with database.write() as connection:
        return LogWriter(database, 1).write(connection, lines)


def test_retention_deletes_whole_hours_and_keeps_the_counters_true(
    database: Database, week: list[int]
) -> None:
    keep_since = START + timedelta(days=3, minutes=40)
    hour = keep_since.replace(minute=0, second=0)
    left = [n for n in range(len(week)) if START + timedelta(minutes=10 * n) >= hour]
    assert trim_log(database, keep_since, slice_rows=100) == len(week) - len(left)
    assert trim_log(database, keep_since) == 0
    with database.read() as connection:
        ids = list(connection.scalars(select(table_of(LogEntry).c.id)))
        assert sorted(ids) == [week[n] for n in left]
        assert count(connection, LogFilter(1)).n == len(left)
        bars = histogram(connection, LogFilter(1), hour - timedelta(days=3), hour, 12)
        assert [bar.total for bar in bars] == [0] * 12
        assert page(connection, LogFilter(1), before=week[left[0]]).rows == ()


def test_bodies_go_before_their_lines(database: Database, week: list[int]) -> None:
    assert trim_bodies(database, START + timedelta(days=6), slice_rows=50) == 6 * 24 * 6
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(table_of(LogBody))) == 24 * 6
        first, last = detail(connection, week[0]), detail(connection, week[-1])
        assert first is not None
        assert last is not None
        assert (first.request, last.request) == ("", "{}")


def _fill(database: Database) -> None:
    row = {
        "channel_id": 1, "claim_number": "1", "name": "a.jpg", "mime": "image/jpeg", "size": 1,
        "width": 1, "height": 1, "sha256": "", "added_by": "ayse", "added_at": START,
        "data": os.urandom(200_000),
    }  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(table_of(Attachment)), [row])


def test_a_checkpoint_empties_the_wal_unless_someone_reads(sqlite_database: Database) -> None:
    _fill(sqlite_database)
    assert wal_bytes(sqlite_database) > 200_000
    with sqlite_database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(table_of(Attachment))) == 1
        _fill(sqlite_database)
        blocked = checkpoint(sqlite_database)
        assert not blocked.emptied
        assert blocked.wal_bytes > 200_000
    done = checkpoint(sqlite_database)
    assert (done.emptied, done.wal_bytes) == (True, 0)
    with sqlite_database.write() as connection:  # the connection waits for locks as before
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000


def test_a_sound_file_and_a_damaged_one(
    sqlite_database: Database, tmp_path: Path, open_database: Callable[[str], Database]
) -> None:
    _fill(sqlite_database)
    assert quick_check(sqlite_database) == []
    copy = tmp_path / "copy.db"
    vacuum_into(sqlite_database, copy)
    bytes_of_copy = bytearray(copy.read_bytes())
    bytes_of_copy[-150_000:] = b"\xff" * 150_000
    copy.write_bytes(bytes_of_copy)
    assert quick_check(open_database(f"sqlite:///{copy}")) != []


def test_a_copy_is_whole_and_replaces_nothing(
    sqlite_database: Database, tmp_path: Path, open_database: Callable[[str], Database]
) -> None:
    _fill(sqlite_database)
    target = tmp_path / "backup of today.db"
    with sqlite_database.read() as connection:  # a copy is made while others read
        connection.scalar(select(func.count()).select_from(table_of(Attachment)))
        vacuum_into(sqlite_database, target)
    with pytest.raises(FileExistsError):
        vacuum_into(sqlite_database, target)
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []
    copy = open_database(f"sqlite:///{target}")
    assert schema_state(copy) == "current"
    with copy.read() as connection:
        assert connection.scalar(select(func.count()).select_from(table_of(Attachment))) == 1


def test_postgresql_looks_after_itself(postgresql_database: Database, tmp_path: Path) -> None:
    assert checkpoint(postgresql_database).emptied
    assert wal_bytes(postgresql_database) == 0
    assert quick_check(postgresql_database) == []
    assert sqlite_version(postgresql_database) == ("", True)
    with pytest.raises(NotForPostgres):
        vacuum_into(postgresql_database, tmp_path / "copy.db")


@pytest.mark.parametrize(
    ("version", "mended"),
    [("3.40.1", False), ("3.44.6", True), ("3.45.0", False), ("3.50.6", False), ("3.50.7", True),
     ("3.51.2", False), ("3.51.3", True), ("3.53.4", True), ("4.0.0", True)],
)  # fmt: skip
def test_versions_that_can_damage_a_file_are_known(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, version: str, mended: bool
) -> None:
    monkeypatch.setattr("hbdash.store.maintenance._version", lambda _db: version)
    assert sqlite_version(sqlite_database) == (version, mended)


def test_the_wheel_in_use_is_mended(sqlite_database: Database) -> None:
    pytest.importorskip("pysqlite3")
    assert sqlite_version(sqlite_database)[1]
