"""The quick reader tells what the tables hold, and loads next to nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.migrations import HEAD
from hbdash.store.quick import QuickStatus, Unreadable, read_status
from hbdash.store.tables import (
    Alarm,
    AlarmRule,
    Channel,
    Claim,
    ClaimDecision,
    Failure,
    Figure,
    FlowRun,
    FlowSchedule,
    Lease,
    MarketPackage,
    Pause,
)
from tests.support.databases import url_of

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def _at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def _channel(number: int) -> dict[str, Any]:
    return {
        "id": number, "key": f"brand{number}", "name": "Lalezar", "omnitron_url": "http://o",
        "remote_id": number, "timezone": "Europe/Istanbul", "environment": "sandbox",
        "is_active": True, "connection": {"omnitron": {"state": "up"}},
    }  # fmt: skip


def _run(number: int, flow: str, state: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": number, "channel_id": 1, "flow": flow, "state": state, "started_by": "schedule",
        "holder": "h", "started_at": _at(number), "heartbeat_at": _at(number), "ok": number,
        "reason_id": None, "ended_at": None,
    } | changes  # fmt: skip


def _failure(key: str, code: str, state: str, **changes: Any) -> dict[str, Any]:
    return {
        "channel_id": 1, "flow": "stock", "kind": "productstock", "key": key, "code": code,
        "fingerprint": code, "state": state, "first_at": _at(0), "last_at": _at(5),
        "needs_person": False, "next_at": None,
    } | changes  # fmt: skip


def _claim(number: str, deadline: datetime | None, **changes: Any) -> dict[str, Any]:
    return {
        "channel_id": 1, "number": number, "status": "AwaitingAction", "claim_type": "Return",
        "reason": "Other", "claimed_at": _at(0), "first_seen": _at(0), "seen_at": _at(0),
        "changed_at": _at(0), "deadline": deadline, "amount": Decimal("12.34"), "settled": False,
    } | changes  # fmt: skip


def _package(number: str, due_at: datetime, state: str, status: str = "Open") -> dict[str, Any]:
    return {
        "channel_id": 1, "package_number": f"P{number}", "order_number": number, "status": status,
        "state": state, "due_at": due_at, "first_seen": _at(0), "seen_at": _at(0),
        "total": Decimal(5),
    }  # fmt: skip


ROWS: dict[type[Any], list[dict[str, Any]]] = {
    Channel: [_channel(1), _channel(2)],
    Lease: [{"channel_id": 1, "holder": "h", "host": "shop", "pid": 7, "username": "ayse",
             "face": "worker", "taken_at": _at(-9), "renewed_at": _at(-1), "expires_at": _at(1)}],
    Figure: [
        {"channel_id": 1, "name": name, "at": _at(minute), "value": value, "note": {"n": value}}
        for name, minute, value in
        [("sku_total", 0, 10), ("sku_total", 9, 12), ("sku_total", 5, 11), ("price_differs", 3, 2)]
    ],
    FlowRun: [
        _run(1, "stock", "done"), _run(2, "price", "failed", reason_id="x", reason_params={"n": 1},
                                       ended_at=_at(3), duration_ms=60_000),
        _run(3, "stock", "running"), _run(4, "stock", "done", channel_id=2),
    ],
    FlowSchedule: [{"channel_id": 1, "flow": "stock", "next_due": _at(1), "failures_in_row": 2}],
    Pause: [
        {"channel_id": 1, "scope": "flow", "name": "price", "until": _at(60), "by": "ayse",
         "why": "sale", "created_at": _at(0), "ended_at": ended}
        for ended in (None, _at(1))
    ],
    Failure: [
        _failure("A", "no_price", "retrying", next_at=_at(8)),
        _failure("B", "no_price", "ended", first_at=_at(-3), last_at=_at(9)),
        _failure("C", "no_price", "cured"),
        _failure("D", "locked", "open", needs_person=True),
        _failure("E", "locked", "open", channel_id=2),
    ],
    AlarmRule: [{"id": 5, "channel_id": 1, "name": "errors", "metric": "error_rate",
                 "flow": "stock", "limit": 10, "created_by": "hbdash", "created_at": _at(0)}],
    Alarm: [
        {"channel_id": 1, "rule_id": 5, "value": 20, "severity": "critical", "fired_at": _at(n),
         "checked_at": _at(n), "subject": str(n), "ended_at": ended, "acknowledged_by": None}
        for n, ended in ((1, _at(2)), (3, None), (4, None))
    ],
    Claim: [
        _claim("1", _at(50)), _claim("2", _at(20)), _claim("3", None), _claim("4", _at(1)),
        _claim("5", _at(1), settled=True), _claim("6", _at(1), status="Accepted"),
        _claim("7", _at(70)),
    ],
    ClaimDecision: [
        {"channel_id": 1, "claim_number": number, "verdict": "reject", "decided_by": "ayse",
         "decided_at": _at(0), "state": state}
        for number, state in (("4", "sending"), ("7", "refused"))
    ],
    MarketPackage: [
        _package("O1", _at(30), "failed"), _package("O2", _at(1), "written"),
        _package("O3", _at(1), "seen", "Delivered"),
    ],
}  # fmt: skip


@pytest.fixture
def told(database: Database) -> QuickStatus:
    with database.write() as connection:
        for model, rows in ROWS.items():
            for row in rows:
                connection.execute(insert(table_of(model)), [row])
    return read_status(url_of(database), deadlines=3)


def test_it_tells_what_the_tables_hold(told: QuickStatus) -> None:
    assert told.schema == "current"
    one, two = told.channels
    assert one.channel == {
        "id": 1, "key": "brand1", "name": "Lalezar", "environment": "sandbox",
        "timezone": "Europe/Istanbul", "is_active": True,
        "connection": {"omnitron": {"state": "up"}},
    }  # fmt: skip
    assert one.channel["is_active"] is True
    assert one.lease == {
        "holder": "h", "host": "shop", "pid": 7, "username": "ayse", "face": "worker",
        "taken_at": _at(-9), "renewed_at": _at(-1), "expires_at": _at(1),
    }  # fmt: skip
    assert one.figures == {
        "sku_total": {"value": 12, "at": _at(9), "note": {"n": 12}},
        "price_differs": {"value": 2, "at": _at(3), "note": {"n": 2}},
    }
    assert one.causes == [
        {"flow": "stock", "code": "no_price", "fingerprint": "no_price", "count": 2,
         "need_person": 1, "first_at": _at(-3), "last_at": _at(9), "next_at": _at(8)},
        {"flow": "stock", "code": "locked", "fingerprint": "locked", "count": 1,
         "need_person": 1, "first_at": _at(0), "last_at": _at(5), "next_at": None},
    ]  # fmt: skip
    assert (two.lease, two.figures, two.alarms, two.deadlines) == (None, {}, [], [])
    assert [cause["count"] for cause in two.causes] == [1]


def test_it_tells_runs_schedule_and_pauses(told: QuickStatus) -> None:
    one = told.channels[0]
    assert {flow: (run["id"], run["state"]) for flow, run in one.runs.items()} == {
        "stock": (3, "running"),
        "price": (2, "failed"),
    }
    price = one.runs["price"]
    assert (price["reason_id"], price["reason_params"]) == ("x", {"n": 1})
    assert (price["started_at"], price["ended_at"]) == (_at(2), _at(3))
    assert one.schedule == {
        "stock": {"next_due": _at(1), "last_started": None, "last_success": None,
                  "failures_in_row": 2},
    }  # fmt: skip
    assert one.pauses == [
        {"scope": "flow", "name": "price", "until": _at(60), "by": "ayse", "why": "sale"}
    ]


def test_it_tells_what_is_urgent(told: QuickStatus) -> None:
    one = told.channels[0]
    assert one.to_decide == 4
    assert one.deadlines == [
        {"kind": "claim", "key": "2", "at": _at(20), "amount": 1_234_000},
        {"kind": "order", "key": "O1", "at": _at(30), "amount": 500_000},
        {"kind": "claim", "key": "1", "at": _at(50), "amount": 1_234_000},
    ]
    assert [(a["subject"], a["rule"], a["limit"], a["fired_at"]) for a in one.alarms] == [
        ("4", "errors", 10, _at(4)),
        ("3", "errors", 10, _at(3)),
    ]


def test_it_says_when_the_schema_is_another(
    database: Database, empty_database_url: str, tmp_path: Path
) -> None:
    with database.write() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA user_version = {HEAD + 1}")
        else:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{HEAD + 1:04d}'"))
    assert read_status(url_of(database)).schema == "newer"
    if database.is_sqlite:
        assert read_status(empty_database_url).schema == "absent"
        (tmp_path / "empty.db").touch()
    assert read_status(empty_database_url).schema == "empty"


def test_it_names_what_it_cannot_read(tmp_path: Path) -> None:
    broken = tmp_path / "100% #broken.db"
    broken.write_bytes(b"no database " * 1000)
    with pytest.raises(Unreadable, match="not a database"):
        read_status(f"sqlite:///{broken}")
    with pytest.raises(Unreadable):
        read_status(f"postgresql+psycopg://nobody@/none?host={tmp_path}")


def test_it_reads_while_another_process_writes(
    sqlite_database: Database, open_database: Callable[[str], Database]
) -> None:
    with sqlite_database.write() as connection:
        connection.execute(insert(table_of(Channel)), [_channel(1)])
        assert read_status(url_of(sqlite_database)).channels == []
    assert len(read_status(url_of(sqlite_database)).channels) == 1
    sqlite_database.close()  # the WAL is gone now
    assert len(read_status(url_of(sqlite_database)).channels) == 1


_HEAVY = ("sqlalchemy", "sqlmodel", "pydantic", "textual", "alembic", "httpx", "apscheduler",
          "typing", "dataclasses", "pathlib", "asyncio", "psycopg", "orjson", "hbdash.domain",
          "hbdash.store.database", "hbdash.store.tables")  # fmt: skip


def test_it_loads_next_to_nothing(sqlite_database: Database) -> None:
    script = (
        "import sys\nfrom hbdash.store.quick import read_status\n"
        "assert read_status(sys.argv[1]).schema == 'current'\n"
        f"print([name for name in {_HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{script}",
         url_of(sqlite_database)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "[]\n"
