"""Following the log misses nothing and repeats nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hbdash.store.database import Database
from hbdash.store.log.lines import LogLine
from hbdash.store.log.reader import LogFilter
from hbdash.store.log.tail import LogTail
from hbdash.store.log.writer import LogWriter
from tests.store.log_model import START
from tests.support.databases import url_of

LINE = LogLine(START, "stock", "info", "ok", "sent")


def _lines(first: int, count: int, **changes: str) -> list[LogLine]:
    return [
        replace(LINE, at=START + timedelta(seconds=n), message=str(n), **changes)  # type: ignore[arg-type]
        for n in range(first, first + count)
    ]


def _messages(database: Database, tail: LogTail, limit: int = 200) -> tuple[list[str], int]:
    with database.read() as connection:
        read = tail.read(connection, limit)
    return [row.message for row in read.rows], read.skipped


def test_each_new_line_comes_once(database: Database) -> None:
    writer = LogWriter(database, 1)
    tail = LogTail(LogFilter(1, flows=("stock",)), after=0)
    assert _messages(database, tail) == ([], 0)
    with database.write() as connection:
        (first, *_) = writer.write(connection, _lines(0, 3))
        writer.write(connection, _lines(3, 2, flow="price"))
    assert _messages(database, tail) == (["2", "1", "0"], 0)
    assert _messages(database, tail) == ([], 0)
    with database.write() as connection:
        writer.write(connection, _lines(10, 5))
    assert _messages(database, tail, limit=2) == (["14", "13"], 3)
    assert _messages(database, tail) == ([], 0)
    later = LogTail(LogFilter(1), after=first)
    assert _messages(database, later)[0] == ["14", "13", "12", "11", "10", "4", "3", "2", "1"]


def test_a_transaction_that_commits_late_is_not_missed(
    postgresql_database: Database, open_database: Callable[[str], Database]
) -> None:
    other = open_database(url_of(postgresql_database))
    with other.write() as connection:
        LogWriter(other, 1).write(connection, [replace(LINE, flow="price", message="early")])
    tail = LogTail(LogFilter(1), after=0)
    assert _messages(other, tail) == (["early"], 0)
    with postgresql_database.write() as slow:
        LogWriter(postgresql_database, 1).write(slow, _lines(1, 2))
        with other.write() as quick:
            LogWriter(other, 1).write(quick, _lines(3, 1, flow="price"))
        assert _messages(other, tail) == (["3"], 0)
    assert _messages(other, tail) == (["2", "1"], 0)
    assert _messages(other, tail) == ([], 0)
