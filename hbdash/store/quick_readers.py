"""Read-only connections of the two drivers: no ORM, and little to import."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

TYPE_CHECKING = False  # importing it from typing would cost as much as everything else here
if TYPE_CHECKING:
    from typing import Any

    Row = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017  (datetime.UTC costs nothing less)
_MOMENTS = frozenset({
    "taken_at", "renewed_at", "expires_at", "started_at", "heartbeat_at", "ended_at", "first_at",
    "last_at", "next_at", "fired_at", "at", "until", "next_due", "last_started", "last_success",
})  # fmt: skip
_JSON = frozenset({"connection", "note", "reason_params"})
_BOOLEANS = frozenset({"is_active"})


class Reader:
    """A read-only connection of one driver."""

    faults: tuple[type[BaseException], ...] = (OSError,)
    details = True

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection: Any = None

    def open(self) -> bool:
        raise NotImplementedError

    def schema_number(self) -> int:
        raise NotImplementedError

    def rows(self, sql: str, *values: Any) -> list[Row]:
        cursor = self.connection.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [
            {name: self._value(name, value) for name, value in zip(names, row, strict=True)}
            for row in cursor.fetchall()
        ]

    def _value(self, name: str, value: Any) -> Any:
        if value is None:
            return None
        if name in _MOMENTS:
            return EPOCH + timedelta(microseconds=value)
        if name in _JSON:
            return self._parsed(value)
        if name in _BOOLEANS:
            return bool(value)
        return value

    def _parsed(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value  # PostgreSQL's driver has read it
        if value == "{}" or not self.details:
            return {}
        import json

        return json.loads(value)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()


class Sqlite(Reader):
    """The file, opened read-only."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        try:
            import pysqlite3 as sqlite
        except ImportError:
            import sqlite3 as sqlite
        self.sqlite = sqlite
        self.faults = (OSError, sqlite.Error)

    def open(self) -> bool:
        from os.path import abspath, exists  # pathlib takes as long to import as all the rest

        path = abspath(self.url.partition("///")[2].partition("?")[0])  # noqa: PTH100
        if not exists(path):  # noqa: PTH110
            return False
        try:
            self._open(path, "mode=ro")
        except self.sqlite.OperationalError:
            # In a folder that may not be written the WAL's index can't be made; without a WAL
            # the file can be read as it stands.
            if exists(f"{path}-wal"):  # noqa: PTH110
                raise
            self._open(path, "mode=ro&immutable=1")
        return True

    def _open(self, path: str, options: str) -> None:
        self.close()
        escaped = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        self.connection = self.sqlite.connect(
            f"file:{escaped}?{options}", uri=True, timeout=2, isolation_level=None
        )
        self.connection.execute("BEGIN")
        self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def schema_number(self) -> int:
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])


class Postgresql(Reader):
    """A connection in one read-only transaction."""

    def __init__(self, url: str) -> None:
        import psycopg

        scheme, _, rest = url.partition(":")
        super().__init__(f"{scheme.partition('+')[0]}:{rest}")
        self.psycopg = psycopg
        self.faults = (OSError, psycopg.Error)

    def open(self) -> bool:
        self.connection = self.psycopg.connect(self.url, connect_timeout=5)
        self.connection.read_only = True
        self.connection.isolation_level = self.psycopg.IsolationLevel.REPEATABLE_READ
        return True

    def rows(self, sql: str, *values: Any) -> list[Row]:
        return super().rows(sql.replace("?", "%s"), *values)

    def schema_number(self) -> int:
        if self.rows("SELECT to_regclass('alembic_version') AS name")[0]["name"] is None:
            return 0
        found = self.rows("SELECT version_num FROM alembic_version")
        return int(found[0]["version_num"]) if found else 0
