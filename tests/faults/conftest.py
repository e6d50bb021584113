"""Workers that die, on a sandbox in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hbdash.store.database import Database
from tests.faults.shop import Shop, settle_in
from tests.sandbox.conftest import sandbox, start_sandbox
from tests.support.databases import PostgresServer
from tests.support.flows import bench
from tests.support.installation import Installation, copied_database, installed
from tests.support.processes import Nursery, nursery

__all__ = ["bench", "nursery", "sandbox", "start_sandbox"]

Install = Callable[..., Installation]


@pytest.fixture
def install(database: Database, tmp_path: Path, nursery: Nursery) -> Iterator[Install]:
    """Installations on the test's database; their processes end with the test."""
    with ExitStack() as open_ones:

        def make(**options: Any) -> Installation:
            return open_ones.enter_context(installed(database, tmp_path, nursery, **options))

        yield make


@pytest.fixture(scope="module")
def shop(
    migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory, nursery: Nursery
) -> Iterator[Shop]:
    """A shop in step, on SQLite, that all tests of a module go on with."""
    folder = tmp_path_factory.mktemp("shop")
    with copied_database(migrated_sqlite_file, folder) as db, installed(db, folder, nursery) as at:
        yield settle_in(at, claims=14)


@pytest.fixture(scope="module")
def postgres_shop(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory, nursery: Nursery
) -> Iterator[Shop]:
    """The same on PostgreSQL."""
    folder = tmp_path_factory.mktemp("postgres-shop")
    with postgres_server.copy_of("migrated") as url:
        db = Database(url)
        try:
            with installed(db, folder, nursery) as at:
                yield settle_in(at, claims=10)
        finally:
            db.close()
