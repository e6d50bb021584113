"""Connections: short reads, short writes, and durable writes for money and goods.

SQLite follows the recipe of its dialect's documentation: the driver never begins by itself, every
transaction opens with ``BEGIN IMMEDIATE`` (``BEGIN`` for reads), so that read-then-write is one
transaction. ``synchronous`` is NORMAL for the log and the mirror, FULL for what must outlive a
power cut, since the remote effect outlives the row.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url

BUSY_TIMEOUT_MS = 10_000
#: A process that freezes inside a transaction would keep its locks, the lease's row among them, and
#: nobody could take over: the server ends the transaction instead. No wait for a lock is endless.
_POSTGRES_OPTIONS = (
    f"-c idle_in_transaction_session_timeout={BUSY_TIMEOUT_MS} -c lock_timeout={BUSY_TIMEOUT_MS}"
)
NOTIFY_CHANNEL = "hbdash"


def sqlite_module() -> ModuleType:
    """A SQLite without the WAL-reset bug where there is a wheel, else the standard library's."""
    try:
        import pysqlite3
    except ImportError:
        import sqlite3

        return sqlite3
    module: ModuleType = pysqlite3
    return module


def _make_private(path: str | None) -> None:
    """A new file is closed to others, whatever the umask: it holds names and addresses. SQLite
    gives its journal the same mode; a folder that is missing is its own to tell."""
    # One that is there is never opened here: to close it would drop the locks that SQLite holds on
    # it in this process (POSIX locks are the process's, not the descriptor's).
    if path and path != ":memory:" and Path(path).parent.is_dir() and not Path(path).exists():
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o660))


def _without_nul(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
) -> tuple[str, Any]:
    """PostgreSQL's text has no NUL; a hostile answer may, and must not cost the log line."""
    rows = parameters if many else (parameters,)
    if any("\x00" in v for row in rows for v in _values(row) if isinstance(v, str)):
        clean = [_cleaned(row) for row in rows]
        return statement, clean if many else clean[0]
    return statement, parameters


def _values(row: Any) -> Any:
    return row.values() if isinstance(row, Mapping) else row


def _cleaned(row: Any) -> Any:
    def one(value: Any) -> Any:
        return value.replace("\x00", "\ufffd") if isinstance(value, str) else value

    if isinstance(row, Mapping):
        return {key: one(value) for key, value in row.items()}
    return tuple(one(value) for value in row)


class WriteInsideWrite(RuntimeError):
    """A second write transaction was begun in a thread that already holds one."""


class Database:
    """One database, SQLite or PostgreSQL, shared by the threads of a process.

    ``read``, ``write`` and ``durable`` are context managers that give a Core ``Connection`` inside
    one transaction; leaving normally commits, an exception rolls back.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = self._make_engine("NORMAL")
        # PostgreSQL switches durability per transaction; SQLite per connection, so it has two.
        self._durable_engine = self._make_engine("FULL") if self.is_sqlite else self._engine
        self._write_lock = threading.Lock()
        self._writer: int | None = None
        self._listeners: list[Callable[[], None]] = []

    def _make_engine(self, synchronous: str) -> Engine:
        common: dict[str, Any] = {
            "json_serializer": lambda value: orjson.dumps(value).decode(),
            "json_deserializer": orjson.loads,
        }
        if not self.is_sqlite:
            engine = create_engine(
                self.url,
                pool_pre_ping=True,
                pool_size=24,
                connect_args={"options": _POSTGRES_OPTIONS},
                **common,
            )
            event.listen(engine, "before_cursor_execute", _without_nul, retval=True)
            return engine
        engine = create_engine(
            self.url,
            module=sqlite_module(),
            pool_size=24,
            max_overflow=8,
            connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
            **common,
        )

        def before_connect(*_: Any) -> None:
            _make_private(self.url.database)

        def on_connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in (
                "journal_mode=WAL",
                f"synchronous={synchronous}",
                f"busy_timeout={BUSY_TIMEOUT_MS}",
                "temp_store=MEMORY",
                "foreign_keys=ON",
                "cache_size=-2000",
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        def on_begin(connection: Connection) -> None:
            reading = connection.get_execution_options().get("hbdash_read", False)
            connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

        event.listen(engine, "do_connect", before_connect)
        event.listen(engine, "connect", on_connect)
        event.listen(engine, "begin", on_begin)
        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A short read transaction, a page of rows: an open reader stops checkpoints."""
        with self._engine.connect() as raw:
            connection = raw.execution_options(hbdash_read=True)
            if not self.is_sqlite:
                connection = connection.execution_options(postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A short write transaction whose loss on power failure does no harm."""
        with self._writing(self._engine, durable=False) as connection:
            yield connection

    @contextmanager
    def durable(self) -> Iterator[Connection]:
        """A short write transaction that is on disk when it returns: intents, orders, leases."""
        with self._writing(self._durable_engine, durable=True) as connection:
            yield connection

    @contextmanager
    def _writing(self, engine: Engine, *, durable: bool) -> Iterator[Connection]:
        thread = threading.get_ident()
        if self._writer == thread:
            raise WriteInsideWrite("finish the open write transaction first")
        # SQLite has one writer; waiting here is fair and quiet, waiting in the file is neither.
        lock = self._write_lock if self.is_sqlite else threading.Lock()
        with lock:
            if self.is_sqlite:
                self._writer = thread
            try:
                with engine.begin() as connection:
                    if not self.is_sqlite:
                        mode = "on" if durable else "off"
                        connection.execute(text(f"SET LOCAL synchronous_commit = {mode}"))
                        connection.execute(text(f"NOTIFY {NOTIFY_CHANNEL}"))
                    yield connection
            finally:
                if self.is_sqlite:
                    self._writer = None
        for listener in tuple(self._listeners):
            listener()

    def on_commit(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after each write of this process; it must return at once.

        Returns the function that stops it.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def raw_connection(self) -> Any:
        """A driver connection of its own, for watchers and bulk readers; close it yourself."""
        return self._engine.raw_connection()

    @property
    def engine(self) -> Engine:
        """The engine, for migrations and benchmarks."""
        return self._engine

    def close(self) -> None:
        """Give all connections back; on SQLite the last one empties the WAL."""
        self._engine.dispose()
        self._durable_engine.dispose()
