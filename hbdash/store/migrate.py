"""Bringing the schema of a database up to date.

A start on a current database costs one ``PRAGMA``: Alembic (0.3 s to import) is loaded only when
there is something to do. SQLite's ``user_version`` repeats Alembic's own table, so that ``hbdash
status`` can tell the schema's age without SQLAlchemy.
"""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, text

from hbdash.store.database import Database
from hbdash.store.migrations import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

SchemaState = Literal["current", "old", "newer", "empty"]

_LOCK = 0x68626461  # any constant of our own; PostgreSQL's advisory locks are plain numbers


class SchemaNewer(RuntimeError):
    """The database was written by a later hbdash; this one must not touch it."""

    def __init__(self, found: int) -> None:
        super().__init__(f"the database has schema {found}, this hbdash knows up to {HEAD}")
        self.found = found
        self.known = HEAD


def schema_number(connection: Connection) -> int:
    """Number of the revision the database is at; 0 for none."""
    if connection.dialect.name == "sqlite":
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return 0
    return int(connection.scalar(text("SELECT version_num FROM alembic_version")) or 0)


def schema_state(db: Database) -> SchemaState:
    """How the database's schema stands to this version of hbdash; reads only."""
    with db.read() as connection:
        return _state(schema_number(connection))


def migrate(db: Database) -> None:
    """Bring the schema to :data:`HEAD`; nothing to do costs one small read.

    Of two processes that start at once one migrates and the other waits for it: the whole change
    is one transaction, begun with SQLite's write lock or PostgreSQL's advisory lock, and the state
    is looked at again inside it. Raises :class:`SchemaNewer` on a later version's database.
    """
    with db.read() as connection:
        number = schema_number(connection)
    if number > HEAD:
        raise SchemaNewer(number)
    if number == HEAD:
        return
    with db.durable() as connection:
        if not db.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if schema_number(connection) >= HEAD:
            return
        _upgrade(connection)
        if db.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA user_version = {HEAD}")


def alembic_config(connection: Connection, script_location: str) -> Config:
    """Alembic's settings for work on ``connection``, without an ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", script_location.replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    from alembic import command

    with as_file(files("hbdash.store") / "migrations") as folder:
        command.upgrade(alembic_config(connection, str(folder)), "head")


def _state(number: int) -> SchemaState:
    if number == 0:
        return "empty"
    if number == HEAD:
        return "current"
    return "old" if number < HEAD else "newer"
