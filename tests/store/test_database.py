"""Transactions, durability and exact values, on both databases."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from hbdash.store.bulk import insert_ignore, sliced, table_of, upsert
from hbdash.store.database import Database, WriteInsideWrite
from hbdash.store.tables import Claim, Failure, Lane, Offer
from hbdash.store.types import to_lira5, to_micros
from tests.support.databases import url_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
lanes, offers, failures, claims = map(table_of, (Lane, Offer, Failure, Claim))


def test_a_new_sqlite_file_is_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    before = os.umask(0o022)
    try:
        db = Database(f"sqlite:///{path}")
        assert not path.exists(), "who only looks makes no file"
        with db.write() as connection:
            connection.execute(text("CREATE TABLE names (name TEXT)"))
            modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
        db.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(modes, 0o640)
    assert "new.db-wal" in modes


def test_a_file_that_is_there_is_opened_by_sqlite_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To close another descriptor of it would drop SQLite's locks, which are the process's."""
    path = tmp_path / "there.db"
    path.touch()
    opened: list[str] = []
    really = os.open
    monkeypatch.setattr(
        os, "open", lambda name, *rest: opened.append(str(name)) or really(name, *rest)
    )
    db = Database(f"sqlite:///{path}")
    with db.read() as connection:
        connection.execute(text("SELECT 1"))
    db.close()
    assert str(path) not in opened


def test_eight_threads_lose_no_update(
    database: Database, open_database: Callable[[str], Database]
) -> None:
    """Half of them by a second :class:`Database`, as another process would have."""
    both = (database, open_database(url_of(database)))
    with database.write() as connection:
        connection.execute(insert(lanes), [{"channel_id": 1, "lane": "stock"}])
    start = threading.Barrier(8)

    def add(thread: int) -> None:
        start.wait()
        for n in range(50):
            db = both[thread % 2]
            with db.durable() if n % 2 else db.write() as connection:
                row = select(lanes.c.epoch).where(lanes.c.lane == "stock")
                if not database.is_sqlite:  # there rows are locked, not the file
                    row = row.with_for_update()
                epoch = connection.execute(row).scalar_one()
                connection.execute(update(lanes).values(epoch=epoch + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    with database.read() as connection:
        assert connection.scalar(select(lanes.c.epoch)) == 400


def test_an_exception_undoes_the_transaction(database: Database) -> None:
    def fail() -> None:
        with database.durable() as connection:
            connection.execute(insert(lanes), [{"channel_id": 1, "lane": "stock"}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as connection:
        assert connection.execute(select(lanes)).all() == []


def test_a_conflict_inside_a_savepoint_keeps_the_rest(database: Database) -> None:
    row = {"channel_id": 1, "lane": "stock"}
    with database.write() as connection:
        connection.execute(insert(lanes), [row])
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(insert(lanes), [row])
        connection.execute(insert(lanes), [row | {"lane": "price"}])
    with database.read() as connection:
        assert sorted(connection.scalars(select(lanes.c.lane))) == ["price", "stock"]


def test_durable_writes_are_synchronous_and_others_are_not(database: Database) -> None:
    def mode(connection: Connection) -> Any:
        if database.is_sqlite:
            return connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        return connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()

    for _ in range(3):  # connections are used again, in any order
        with database.durable() as connection:
            assert mode(connection) in (2, "on")
        with database.write() as connection:
            assert mode(connection) in (1, "off")


def test_pragmas_of_sqlite(sqlite_database: Database) -> None:
    wanted = {"journal_mode": "wal", "busy_timeout": 10_000, "foreign_keys": 1, "temp_store": 2,
              "cache_size": -2000, "mmap_size": 0}  # fmt: skip
    for open_one in (sqlite_database.read, sqlite_database.write, sqlite_database.durable):
        with open_one() as connection:
            found = {n: connection.exec_driver_sql(f"PRAGMA {n}").scalar() for n in wanted}
            assert found == wanted


def test_a_write_inside_a_write_is_refused_at_once(sqlite_database: Database) -> None:
    with (
        sqlite_database.write(),
        pytest.raises(WriteInsideWrite),
        sqlite_database.durable(),
    ):
        raise AssertionError("it was let in")


def test_a_reader_writes_nothing(postgresql_database: Database) -> None:
    with pytest.raises(Exception, match="read-only"), postgresql_database.read() as connection:
        connection.execute(insert(lanes), [{"channel_id": 1, "lane": "stock"}])


def test_listeners_hear_commits_only(database: Database) -> None:
    heard: list[int] = []
    stop = database.on_commit(lambda: heard.append(1))
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
    with pytest.raises(ZeroDivisionError), database.write():
        raise ZeroDivisionError
    assert heard == []
    with database.write():
        pass
    with database.durable():
        pass
    stop()
    with database.write():
        pass
    assert heard == [1, 1]


_MOMENTS = st.datetimes(
    datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.timezones()  # noqa: DTZ001
)  # fmt: skip
_LIRA = st.decimals(Decimal(-(10**12)), Decimal(10**12), places=5)
_KEYS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moment=_MOMENTS, amount=_LIRA, key=_KEYS)
def test_values_come_back_as_they_were(
    database: Database, moment: datetime, amount: Decimal, key: str
) -> None:
    with database.write() as connection:
        connection.execute(delete(claims))
        connection.execute(insert(claims), [_claim(key, amount=amount, claimed_at=moment)])
    with database.read() as connection:
        row = connection.execute(select(claims).where(claims.c.number == key)).one()
        assert row.claimed_at == moment.astimezone(UTC)
        assert row.claimed_at.utcoffset() == timedelta(0)
        assert row.amount == amount
        assert isinstance(row.amount, Decimal)
        assert row.number == key
        assert row.photos == [{"url": "İ", "by": None}]
        there = select(claims.c.number).where(
            claims.c.amount >= amount, claims.c.claimed_at <= moment
        )
        assert connection.scalars(there).all() == [key]


def _claim(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "channel_id": 1, "number": number, "status": "AwaitingAction", "claim_type": "Return",
        "reason": "", "claimed_at": NOW, "first_seen": NOW, "seen_at": NOW, "changed_at": NOW,
        "photos": [{"url": "İ", "by": None}],
    } | changes  # fmt: skip


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(keys=st.lists(_KEYS, unique=True, max_size=12))
def test_keys_sort_by_code_point(database: Database, keys: list[str]) -> None:
    with database.write() as connection:
        connection.execute(delete(lanes))
        insert_ignore(connection, Lane, [{"channel_id": 1, "lane": key} for key in keys])
    with database.read() as connection:
        assert connection.scalars(select(lanes.c.lane).order_by(lanes.c.lane)).all() == sorted(keys)


def test_what_is_not_exact_is_refused() -> None:
    with pytest.raises(ValueError):
        to_lira5(Decimal("1.000001"))
    with pytest.raises(ValueError):
        to_micros(datetime(2026, 1, 1))  # noqa: DTZ001


def test_upsert_touches_only_what_differs(database: Database) -> None:
    def offer(sku: str, wanted: int, code: str) -> dict[str, Any]:
        return {"channel_id": 1, "sku_key": sku, "kind": "stock", "wanted": wanted, "code": code}

    key = ("channel_id", "sku_key", "kind")
    with database.write() as connection:
        upsert(connection, Offer, [], key=key)
        upsert(connection, Offer, [offer("B", 2, "first"), offer("A", 1, "first")], key=key)
        changed = [offer("C", 3, "new"), offer("B", 9, "new"), offer("A", 1, "new")]
        upsert(connection, Offer, changed, key=key, compare=["wanted"])
    with database.read() as connection:
        found = connection.execute(select(offers.c.sku_key, offers.c.wanted, offers.c.code))
        assert sorted(found) == [("A", 1, "first"), ("B", 9, "new"), ("C", 3, "new")]
    with database.write() as connection:
        upsert(connection, Offer, [offer("A", 7, "x")], key=key, update=["wanted"])
        upsert(connection, Offer, [offer("A", 8, "y")], key=key, update=[])
    with database.read() as connection:
        row = connection.execute(select(offers).where(offers.c.sku_key == "A")).one()
        assert (row.wanted, row.code, row.state) == (7, "first", "waiting")


def test_upsert_sees_a_change_to_or_from_nothing(database: Database) -> None:
    key = ("channel_id", "sku_key", "kind")
    row = {"channel_id": 1, "sku_key": "A", "kind": "price"}
    for wanted in (None, 5, None):
        with database.write() as connection:
            upsert(connection, Offer, [row | {"wanted": wanted}], key=key, compare=["wanted"])
        with database.read() as connection:
            assert connection.scalar(select(offers.c.wanted)) == wanted


@given(st.lists(st.integers()), st.integers(1, 7))
def test_slices_are_whole_and_in_order(rows: list[int], size: int) -> None:
    parts = list(sliced(iter(rows), size))
    assert [row for part in parts for row in part] == rows
    assert all(len(part) == size for part in parts[:-1])
    assert all(parts)


@pytest.mark.parametrize("state", ["open", "retrying", "ended"])
def test_one_open_failure_per_record_and_cause(database: Database, state: str) -> None:
    failure = {
        "channel_id": 1, "flow": "stock", "kind": "productstock", "key": "A", "code": "x",
        "fingerprint": "x", "state": "open", "first_at": NOW, "last_at": NOW,
    }  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(failures), [failure, failure | {"state": "cured"},
                                              failure | {"state": "closed"},
                                              failure | {"fingerprint": "y"}])  # fmt: skip
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(failures), [failure | {"state": state}])
    with database.write() as connection:
        connection.execute(update(failures).where(failures.c.state == "open").values(state="cured"))
        connection.execute(insert(failures), [failure | {"state": state}])
