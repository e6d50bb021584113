"""The log's reader against a model in plain lists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, event

from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.log import counts, reader
from hbdash.store.log.ids import id_time
from hbdash.store.log.lines import LogLine
from hbdash.store.log.reader import LogFilter
from hbdash.store.log.tables import LogBody, LogEntry, LogFacet, LogHour, LogMinute
from tests.store.log_model import FLOWS, LEVELS, MOMENTS, START, STATUSES, LogModel, filters, lines

_ON_ONE_DATABASE = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text searches that give up after five lines."""
    monkeypatch.setattr(reader, "TEXT_STEP", 5)


def _emptied(database: Database) -> LogModel:
    with database.write() as connection:
        for table in (LogEntry, LogBody, LogMinute, LogHour, LogFacet):
            connection.execute(delete(table_of(table)))
    return LogModel()


@pytest.mark.requirement("R7.2.1")
@_ON_ONE_DATABASE
@given(
    batches=st.lists(st.lists(lines, min_size=4, max_size=16), max_size=3),
    foreign=st.lists(lines, max_size=4),
    wanted=filters,
    limit=st.integers(1, 7),
)
def test_pages_counts_and_errors_agree_with_the_model(
    database: Database,
    short_steps: None,
    batches: list[list[LogLine]],
    foreign: list[LogLine],
    wanted: LogFilter,
    limit: int,
) -> None:
    model = _emptied(database)
    for batch in batches:
        model.write(database, 1, batch)
    model.write(database, 2, foreign)
    expected = model.ids(wanted)
    with database.read() as connection:
        older = _walk(connection, wanted, limit, "before", None)
        assert [n for part in older for n in part] == expected
        newer = _walk(connection, wanted, limit, "after", 0)
        assert [n for part in reversed(newer) for n in part] == expected

        assert reader.count(connection, wanted) == counts.Count(len(expected), exact=True)
        capped = reader.count(connection, wanted, cap=3)
        assert capped.n == (len(expected) if capped.exact else 3)

        errors = [n for n in expected if model.lines[n].level == "error"]
        for here, there in pairwise(errors):
            assert _id(reader.next_error(connection, wanted, here, "older")) == there
            assert _id(reader.next_error(connection, wanted, there, "newer")) == here

        newest = max(model.lines, default=None)
        assert reader.newest_id(connection, 1) == newest


def _walk(
    connection: Connection, wanted: LogFilter, limit: int, direction: str, start: int | None
) -> list[list[int]]:
    """The ids of all pages, from the first to the last."""
    parts = []
    cursor = start
    for _ in range(1000):
        page = reader.page(connection, wanted, limit=limit, **{direction: cursor})
        parts.append([row.id for row in page.rows])
        cursor = page.cursor
        assert len(page.rows) == limit or cursor is None or not page.complete
        assert page.complete == (page.searched_to is None)
        if cursor is None:
            return parts
    raise AssertionError("the pages have no end")


def _id(row: reader.LogRow | None) -> int | None:
    return None if row is None else row.id


def test_counters_and_live_counts_meet_at_every_border(database: Database) -> None:
    model = LogModel()
    model.write(database, 1, [_line(0, at=at) for at in MOMENTS])
    model.write(database, 2, [_line(0, at=MOMENTS[5])])
    with database.read() as connection:
        for since in [None, *MOMENTS]:
            for until in [None, *MOMENTS[2::7]]:
                wanted = LogFilter(1, since=since, until=until)
                assert reader.count(connection, wanted).n == len(model.ids(wanted)), wanted


@_ON_ONE_DATABASE
@given(
    batch=st.lists(lines, min_size=5, max_size=40),
    wanted=filters,
    late=st.sampled_from((0, 30)),
    length=st.sampled_from([10, 60, 30 * 60, 2 * 3600]),
    bars=st.integers(1, 12),
)
def test_histogram_agrees_with_the_model(
    database: Database, batch: list[LogLine], wanted: LogFilter, late: int, length: int, bars: int
) -> None:
    model = _emptied(database)
    model.write(database, 1, batch)
    start = START.replace(second=late if length < 60 else 0)
    until = start + timedelta(seconds=length * bars)
    wanted = replace(wanted, since=None, until=None)
    with database.read() as connection:
        found = reader.histogram(connection, wanted, start, until, bars)
    assert [bar.since for bar in found] == [
        start + n * timedelta(seconds=length) for n in range(bars)
    ]
    ids = model.ids(replace(wanted, since=start, until=until))
    slots = [(id_time(n) - start) // timedelta(seconds=length) for n in ids]
    errors = [s for s, n in zip(slots, ids, strict=True) if model.lines[n].level == "error"]
    assert [bar.total for bar in found] == [slots.count(n) for n in range(bars)]
    assert [bar.errors for bar in found] == [errors.count(n) for n in range(bars)]


def _line(n: int, **changes: object) -> LogLine:
    line = LogLine(START + timedelta(seconds=n), "stock", "info", "ok", f"line {n}", kind="product")
    return replace(line, **changes)  # type: ignore[arg-type]


def test_minutes_count_in_the_bar_in_which_they_begin(database: Database) -> None:
    LogModel().write(database, 1, [_line(n) for n in (0, 30, 90, 150, 180, 210)])  # from 09:58:30
    with database.read() as connection:
        found = reader.histogram(connection, LogFilter(1), START, START + timedelta(seconds=180), 2)
    assert [bar.total for bar in found] == [1, 3]  # 09:59 | 10:00 and 10:01, whole


def test_bars_of_many_hours_are_counted_by_the_hour(database: Database) -> None:
    model = LogModel()
    model.write(database, 1, [_line(n * 3600) for n in range(100)])
    since = START.replace(minute=0, second=0)
    with database.write() as connection:
        connection.execute(delete(table_of(LogMinute)))
    with database.read() as connection:
        found = reader.histogram(connection, LogFilter(1), since, since + timedelta(hours=96), 12)
    assert [bar.total for bar in found] == [8] * 12


def test_a_bounded_histogram_says_what_it_does_not_know(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "_LIVE_SCAN", 10)
    LogModel().write(database, 1, [_line(n, key="A") for n in range(40)])
    with database.read() as connection:
        found = reader.histogram(
            connection, LogFilter(1, key="A"), START, START + timedelta(seconds=40), 4
        )
    assert [(bar.total, bar.known) for bar in found] == [(0, False)] * 3 + [(10, True)]


def test_a_text_search_says_how_far_it_has_looked(database: Database, short_steps: None) -> None:
    model = LogModel()
    model.write(database, 1, [_line(n, message="IŞIK" if n == 0 else "x") for n in range(12)])
    wanted = LogFilter(1, text="ışık")
    with database.read() as connection:
        first = reader.page(connection, wanted)
        assert (first.rows, first.complete) == ((), False)
        assert first.searched_to == START + timedelta(seconds=7)
        second = reader.page(connection, wanted, before=first.cursor)
        third = reader.page(connection, wanted, before=second.cursor)
        assert [row.message for row in third.rows] == ["IŞIK"]
        assert (third.complete, third.cursor) == (True, None)
        assert reader.next_error(connection, wanted, model.ids(wanted)[0], "newer") is None


def test_a_line_is_read_back_whole(database: Database) -> None:
    line = _line(
        0, key="LZR-1", code="price.locked", params={"n": 3, "ad": "İğne"}, run_id=2**40,
        duration_ms=12, request="{}", response="<html>", correlation_id="c-1",
    )  # fmt: skip
    model = LogModel()
    model.write(database, 1, [line, _line(1, key="LZR-1"), _line(2, key="other")])
    newer, older = sorted((n for n, x in model.lines.items() if x.key == "LZR-1"), reverse=True)
    with database.read() as connection:
        found = reader.detail(connection, older)
        assert found is not None
        assert (found.request, found.response, found.correlation_id) == ("{}", "<html>", "c-1")
        assert found.row == reader.LogRow(
            older, line.at, "stock", "info", "ok", "product", "LZR-1", "price.locked",
            {"n": 3, "ad": "İğne"}, "line 0", 2**40, 12,
        )  # fmt: skip
        assert [row.id for row in reader.story(connection, 1, "LZR-1")] == [newer, older]
        assert reader.story(connection, 2, "LZR-1") == ()
        assert reader.story(connection, 1, "") == ()
        bare = reader.detail(connection, newer)
        assert bare is not None
        assert (bare.request, bare.response) == ("", "")
        assert reader.detail(connection, 1) is None


def test_an_empty_list_names_what_empties_it(database: Database) -> None:
    LogModel().write(
        database,
        1,
        [_line(n, flow="price", key="A") for n in range(3)] + [_line(9, level="error")],
    )
    wanted = LogFilter(1, flows=("stock",), key="A", statuses=("ok",))
    with database.read() as connection:
        assert reader.page(connection, wanted).rows == ()
        assert reader.relaxations(connection, wanted) == [
            ("flows", counts.Count(3, exact=True)),
            ("key", counts.Count(1, exact=True)),
        ]


@contextmanager
def _explained(connection: Connection, explain: str) -> Iterator[list[str]]:
    """The plans of the searches that are made meanwhile."""
    plans: list[str] = []

    def listen(_c: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if "FROM log_entry" in statement:
            plan = cursor.connection.cursor().execute(f"{explain} {statement}", values)
            plans.append("\n".join(step[-1] for step in plan))

    event.listen(connection, "before_cursor_execute", listen)
    yield plans
    event.remove(connection, "before_cursor_execute", listen)


@pytest.mark.parametrize(
    "wanted",
    [
        LogFilter(1, levels=("warning", "error")),
        LogFilter(1, not_flows=("stock",), statuses=("failed",)),
        LogFilter(1, flows=("price",), since=START, until=START + timedelta(hours=1)),
        LogFilter(1, levels=("error",), text="ışık"),
        LogFilter(1, levels=("error",), key="LZR-1"),
        LogFilter(1, levels=("error",), run_id=1),
    ],
    ids=str,
)
def test_sqlite_merges_indexes_and_sorts_nothing(
    sqlite_database: Database, wanted: LogFilter
) -> None:
    facets = [
        _line(n, flow=flow, level=level, status=status)
        for n, (flow, level, status) in enumerate(product(FLOWS, LEVELS, STATUSES))
    ]
    LogModel().write(sqlite_database, 1, facets)
    with (
        sqlite_database.read() as connection,
        _explained(connection, "EXPLAIN QUERY PLAN") as plans,
    ):
        reader.page(connection, wanted, limit=5)
    plan = plans[0]
    assert "TEMP B-TREE" not in plan
    assert "SCAN" not in plan
    if wanted.key:
        assert "log_by_key (key=? AND id>? AND id<?)" in plan
    elif wanted.run_id:
        assert "log_by_run (run_id=? AND id>? AND id<?)" in plan
    else:
        assert "MERGE (UNION ALL)" in plan
        assert plan.count("log_by_facet (facet_id=? AND id>? AND id<?)") > 1


def test_postgresql_merges_indexes_and_sorts_nothing(postgresql_database: Database) -> None:
    with postgresql_database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO log_facet (id, channel_id, flow, level, status)"
            " SELECT n, 1, 'flow ' || n, 'info', 'ok' FROM generate_series(1, 12) n"
        )
        connection.exec_driver_sql(
            "INSERT INTO log_entry (id, at, facet_id, kind, key, code, params, message, folded)"
            " SELECT n, n, 1 + mod(n, 12), '', '', '', '{}', 'message', 'message'"
            " FROM generate_series(1, 20000) n"
        )
        connection.exec_driver_sql("ANALYZE log_entry")
        with _explained(connection, "EXPLAIN") as plans:
            reader.page(connection, LogFilter(1, not_flows=("flow 3",)))
    plan = plans[0]
    assert "Merge Append" in plan
    assert "Sort " not in plan.replace("Sort Key", "")
