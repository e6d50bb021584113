"""Writing the log: ids, facets, bodies and counters."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.log import ids as ids_module
from hbdash.store.log.ids import LogIds, id_floor, id_minute, id_time, ids_of, minute_floor
from hbdash.store.log.lines import LogLine
from hbdash.store.log.reader import LogFilter, count, detail, page
from hbdash.store.log.tables import LogEntry, LogFacet, LogHour, LogMinute
from hbdash.store.log.writer import BODY_CAP, LogWriter
from tests.store.log_model import START, moments
from tests.support.databases import url_of

LINE = LogLine(START, "stock", "info", "ok", "sent", kind="productstock", key="LZR-1")


@given(st.lists(moments, min_size=1))
def test_ids_grow_and_carry_their_time(times: list[Any]) -> None:
    ids = LogIds()
    given_ids = [ids.next(at) for at in times]
    assert all(a < b for a, b in pairwise(given_ids))
    for place, (at, log_id) in enumerate(zip(times, given_ids, strict=True)):
        newest = max(times[: place + 1])
        assert newest <= id_time(log_id) <= newest + timedelta(microseconds=len(times))
        assert at > newest or log_id >= id_floor(at)
        assert minute_floor(id_minute(log_id)) <= log_id < minute_floor(id_minute(log_id) + 1)


def test_threads_share_one_allocator(database: Database) -> None:
    ids = ids_of(database)
    assert ids_of(database) is ids
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: [ids.next(START) for _ in range(500)], range(4)))
    assert len({log_id for part in found for log_id in part}) == 2000


_WRITER = """
import sys
from datetime import datetime
from hbdash.store.database import Database
from hbdash.store.log.writer import LogLine, LogWriter
db = Database(sys.argv[1])
writer = LogWriter(db, 1)
sys.stdin.readline()
line = LogLine(datetime.fromisoformat(sys.argv[2]), "stock", "info", "ok", "same microsecond")
for _ in range(20):
    with db.write() as connection:
        writer.write(connection, [line] * 5)
db.close()
"""


def test_processes_write_in_the_same_microsecond(database: Database) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, url_of(database), START.isoformat()],
            stdin=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    for process in processes:
        process.communicate("go\n", timeout=60)
    assert [process.returncode for process in processes] == [0, 0, 0]
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(table_of(LogEntry))) == 300
        assert connection.scalar(select(func.count()).select_from(table_of(LogFacet))) == 1
        assert count(connection, LogFilter(1)).n == 300


def test_two_processes_with_the_same_random_bits(
    database: Database, open_database: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids_module.secrets, "randbits", lambda bits: 5)
    other = open_database(url_of(database))
    ids_of(database).above(id_floor(START + timedelta(days=1)))  # no chance to see what is there
    late = replace(LINE, at=START + timedelta(days=1, microseconds=1))
    with database.write() as connection:
        (first,) = LogWriter(database, 1).write(connection, [late])
    monkeypatch.setattr(LogWriter, "_above_what_is_there", lambda *_: None)
    with other.write() as connection:
        (second,) = LogWriter(other, 1).write(connection, [late])
    assert second != first
    assert id_time(second) - id_time(first) <= timedelta(microseconds=2)


def test_ids_are_returned_in_the_order_of_the_lines(database: Database) -> None:
    lines = [replace(LINE, at=START + timedelta(seconds=n), message=str(n)) for n in (3, 1, 2)]
    with database.write() as connection:
        ids = LogWriter(database, 1).write(connection, lines)
        assert LogWriter(database, 1).write(connection, []) == []
    assert sorted(ids) == [ids[1], ids[2], ids[0]]
    with database.read() as connection:
        rows = page(connection, LogFilter(1)).rows
    assert [(row.id, row.message) for row in rows] == [(ids[0], "3"), (ids[2], "2"), (ids[1], "1")]


def test_a_late_line_of_another_process_sorts_behind_what_is_there(
    database: Database, open_database: Callable[[str], Database]
) -> None:
    with database.write() as connection:
        (first,) = LogWriter(database, 1).write(connection, [LINE])
    other = open_database(url_of(database))
    late = replace(LINE, at=START - timedelta(seconds=1))
    old = replace(LINE, at=START - timedelta(hours=1))
    with other.write() as connection:
        (clock_behind,) = LogWriter(other, 1).write(connection, [old])
        (second,) = LogWriter(other, 1).write(connection, [late])
    assert second > first
    assert clock_behind < first


def test_facets_of_a_transaction_that_failed_are_forgotten(database: Database) -> None:
    one, two = LogWriter(database, 1), LogWriter(database, 1)

    def fail(writer: LogWriter) -> None:
        with database.write() as connection:
            writer.write(connection, [LINE])
            two.write(connection, [LINE])
            raise ZeroDivisionError

    for writer in (one, two):
        with pytest.raises(ZeroDivisionError):
            fail(writer)
    with database.write() as connection:
        LogWriter(database, 1).write(connection, [replace(LINE, level="error", status="failed")])
    for writer in (one, two):
        with database.write() as connection:
            writer.write(connection, [LINE])
            writer.write(connection, [replace(LINE, flow="price")])
    with database.read() as connection:
        found = Counter((row.flow, row.level) for row in page(connection, LogFilter(1)).rows)
    assert found == {("stock", "error"): 1, ("stock", "info"): 2, ("price", "info"): 2}


def test_bodies_are_kept_when_given_and_only_their_beginning(database: Database) -> None:
    long = replace(LINE, request="a" * (BODY_CAP + 1234), response="b" * BODY_CAP)
    with database.write() as connection:
        whole, bare = LogWriter(database, 1).write(connection, [long, LINE])
    with database.read() as connection:
        kept = detail(connection, whole)
        assert kept is not None
        assert kept.request == "a" * BODY_CAP + "… (+1,234)"
        assert kept.response == long.response
        none = detail(connection, bare)
        assert none is not None
        assert (none.request, none.response, none.correlation_id) == ("", "", "")


def test_counters_add_up_over_batches(database: Database) -> None:
    writer = LogWriter(database, 1)
    times = [START + timedelta(seconds=n) for n in (0, 29, 31, 89, 91, 4000)]
    for batch in (times[:2], times[2:], times[1:3]):
        with database.write() as connection:
            writer.write(connection, [replace(LINE, at=at) for at in batch])
    minute, hour = table_of(LogMinute), table_of(LogHour)
    with database.read() as connection:
        stored = list(connection.scalars(select(table_of(LogEntry).c.id)))
        minutes = connection.execute(
            select(minute.c.minute, minute.c.n, minute.c.first_id, minute.c.last_id)
        ).all()
        hours = connection.execute(select(hour.c.hour, hour.c.n)).all()
    assert Counter({m: n for m, n, _, _ in minutes}) == Counter(id_minute(i) for i in stored)
    assert Counter(dict(map(tuple, hours))) == Counter(id_minute(i) // 60 for i in stored)
    for m, _, first, last in minutes:
        of_minute = [i for i in stored if id_minute(i) == m]
        assert (first, last) == (min(of_minute), max(of_minute))
