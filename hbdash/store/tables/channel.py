"""Channels and what the engine remembers of each: settings, leases, cursors, pauses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from hbdash.store.types import big_field, id_field, json_field, key_field, moment_field


class Channel(SQLModel, table=True):
    """One sales channel of one brand; everything else carries its ``id`` as ``channel_id``."""

    __table_args__ = (UniqueConstraint("omnitron_url", "remote_id"),)

    id: int | None = id_field()
    key: str = key_field(unique=True)
    name: str
    omnitron_url: str = key_field()
    remote_id: int
    timezone: str
    environment: str
    """``sandbox`` or ``production``: shown in every header and every writing dialog."""
    is_active: bool | None = None
    """Omnitron's Status (R2.4) as last read; ``None`` before the first read."""
    catalog_id: int | None = None
    price_list: int | None = None
    stock_list: int | None = None
    settings_id: int | None = big_field(None)
    connection: dict[str, Any] = json_field()
    """Last known state of each remote: ``{side: {state, since, next_try, code}}``."""


class SettingsSnapshot(SQLModel, table=True):
    """A version of the channel's conf, kept when it differs from the one before (R3.6)."""

    __tablename__ = "settings_snapshot"

    id: int | None = id_field()
    channel_id: int = Field(index=True)
    read_at: datetime = moment_field()
    digest: str = key_field()
    conf: dict[str, Any] = json_field()
    """Secrets are replaced by dots."""
    form: dict[str, Any] = json_field()
    """The channel's other fields that settings come from: name, channel_type, schema."""
    problems: list[dict[str, Any]] = json_field(list)


class Lease(SQLModel, table=True):
    """Who runs the flows of a channel. ``epoch`` grows with each take-over."""

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    holder: str = key_field()
    host: str
    pid: int
    username: str
    face: str
    """``dashboard`` or ``worker``."""
    taken_at: datetime = moment_field()
    renewed_at: datetime = moment_field()
    expires_at: datetime = moment_field()
    epoch: int = 0


class Lane(SQLModel, table=True):
    """Fencing number of a lane: a run raises it at its start, each commit checks it."""

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    lane: str = key_field(primary_key=True)
    epoch: int = 0
    lease_epoch: int = 0


class FlowSchedule(SQLModel, table=True):
    """When a flow is due next; the scheduler thread only wakes people up."""

    __tablename__ = "flow_schedule"

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    flow: str = key_field(primary_key=True)
    next_due: datetime = moment_field()
    last_started: datetime | None = moment_field(None)
    last_success: datetime | None = moment_field(None)
    failures_in_row: int = 0


class Cursor(SQLModel, table=True):
    """How far an inbound flow has read; moves only when a slice is whole."""

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    flow: str = key_field(primary_key=True)
    name: str = key_field(primary_key=True)
    at: datetime = moment_field()


class Pause(SQLModel, table=True):
    """A flow, a direction or the whole channel paused until a time (design rule 10)."""

    id: int | None = id_field()
    channel_id: int = Field(index=True)
    scope: str = key_field()
    """``flow``, ``direction`` or ``channel``."""
    name: str = key_field()
    """Flow id, ``outbound``/``inbound``, or empty for the channel."""
    until: datetime = moment_field()
    by: str
    why: str
    created_at: datetime = moment_field()
    ended_at: datetime | None = moment_field(None)
    ended_by: str | None = None
