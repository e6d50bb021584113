"""Tables of the log.

A facet is one (channel, flow, level, status) that exists; rows carry its small integer, so any mix
of those filters becomes one index arm per facet, merged newest first.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from hbdash.store.types import Id, big_field, id_field, json_field, key_field, moment_field

_HAS_KEY = text("key <> ''")


class LogFacet(SQLModel, table=True):
    """A combination of channel, flow, level and status that has occurred."""

    __tablename__ = "log_facet"
    __table_args__ = (UniqueConstraint("channel_id", "flow", "level", "status"),)

    id: int | None = id_field()
    channel_id: int
    flow: str = key_field()
    level: str = key_field()
    """``info``, ``warning`` or ``error``."""
    status: str = key_field()
    """``ok``, ``sent``, ``failed``, ``skipped``, ``waiting``, ``system``."""


class LogEntry(SQLModel, table=True):
    """One line. ``id`` is made by :class:`hbdash.store.log.ids.LogIds` and grows with time."""

    __tablename__ = "log_entry"
    __table_args__ = (
        Index("log_by_facet", "facet_id", "id"),
        Index("log_by_key", "key", "id", sqlite_where=_HAS_KEY, postgresql_where=_HAS_KEY),
        Index("log_by_run", "run_id", "id", sqlite_where=text("run_id IS NOT NULL"),
              postgresql_where=text("run_id IS NOT NULL")),
    )  # fmt: skip

    id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    at: datetime = moment_field()
    facet_id: int
    run_id: int | None = big_field(None)
    kind: str = key_field("")
    """Object kind: ``product``, ``productstock``, ``order``, ``claim``, ``run`` …"""
    key: str = key_field("")
    code: str = key_field("")
    """Failure or event id; the message is rendered from it and ``params`` at write time."""
    params: dict[str, Any] = json_field()
    message: str = ""
    folded: str = key_field("")
    """Key and message, Turkish letters folded, for text search."""
    duration_ms: int | None = None


class LogBody(SQLModel, table=True):
    """Masked request and response of a line, with a retention of its own."""

    __tablename__ = "log_body"

    log_id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    request: str = ""
    response: str = ""
    correlation_id: str = ""


class LogMinute(SQLModel, table=True):
    """Lines per minute and facet: histogram, counts, and time → id without an index on time."""

    __tablename__ = "log_minute"
    __table_args__ = ({"sqlite_with_rowid": False},)

    minute: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """Minutes since the epoch, of the id's own time."""
    facet_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    n: int
    first_id: int = big_field()
    last_id: int = big_field()


class LogHour(SQLModel, table=True):
    """Lines per hour and facet: what counts over weeks read instead of forty thousand minutes."""

    __tablename__ = "log_hour"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hour: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """Hours since the epoch, of the id's own time."""
    facet_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    n: int
