"""The schema: made by migrations, equal to the tables, on both databases."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

import hbdash.store.tables  # noqa: F401
from hbdash.store.database import Database
from hbdash.store.migrate import SchemaNewer, migrate, schema_state
from hbdash.store.migrations import HEAD
from tests.support.databases import url_of


def test_migrated_schema_has_what_the_tables_say(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.requirement("R1.4")
def test_migrated_schema_is_the_one_the_tables_would_create(
    database: Database, empty_database: Database
) -> None:
    """Alembic's comparison knows nothing of conditions of indexes, collations and row ids."""
    with empty_database.write() as connection:
        SQLModel.metadata.create_all(connection)
        wanted = _definitions(connection)
    with database.read() as connection:
        assert _definitions(connection) == wanted


def _definitions(connection: Connection) -> set[tuple[Any, ...]]:
    """Everything the database itself knows of the schema, but for Alembic's own table."""
    if connection.dialect.name == "sqlite":
        found = set()
        for name, sql in connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%'"
        ):
            head, _, body = (sql or "").replace("\t", " ").partition("(")
            body, _, tail = body.rpartition(")")
            parts = sorted(part.strip() for part in body.split(", \n"))
            found.add((name, " ".join(head.split()), " | ".join(parts).strip(), tail.strip()))
        return found
    columns = connection.execute(
        text(
            "SELECT table_name, column_name, data_type, is_nullable, collation_name, column_default"
            " FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
        )
    )
    indexes = connection.execute(
        text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename <> 'alembic_version'")
    )
    return {tuple(row) for row in columns} | {tuple(row) for row in indexes}


def test_state_of_the_schema(empty_database: Database) -> None:
    assert schema_state(empty_database) == "empty"
    migrate(empty_database)
    assert schema_state(empty_database) == "current"
    migrate(empty_database)
    assert schema_state(empty_database) == "current"


def test_a_later_schema_is_left_alone(database: Database) -> None:
    with database.write() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA user_version = {HEAD + 1}")
        else:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{HEAD + 1:04d}'"))
    assert schema_state(database) == "newer"
    with pytest.raises(SchemaNewer) as refusal:
        migrate(database)
    assert (refusal.value.found, refusal.value.known) == (HEAD + 1, HEAD)


_MIGRATE = """
import sys
from hbdash.store.database import Database
from hbdash.store.migrate import migrate
db = Database(sys.argv[1])
sys.stdin.readline()
migrate(db)
db.close()
"""


@pytest.mark.requirement("R1.4")
def test_processes_that_start_at_once_migrate_once(empty_database: Database) -> None:
    url = url_of(empty_database)
    processes = [
        subprocess.Popen([sys.executable, "-c", _MIGRATE, url], stdin=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.close()
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    assert schema_state(empty_database) == "current"
    with empty_database.read() as connection:
        assert len(inspect(connection).get_table_names()) == len(SQLModel.metadata.tables) + 1


def test_current_schema_is_recognised_without_alembic(database: Database) -> None:
    script = _MIGRATE + "\nassert 'alembic' not in sys.modules, 'alembic was loaded'"
    done = subprocess.run([sys.executable, "-c", script, url_of(database)], input="go\n", text=True)
    assert done.returncode == 0
