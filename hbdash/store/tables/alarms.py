"""Alarm rules, firings, outgoing notices, and the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from hbdash.store.types import id_field, json_field, key_field, moment_field

_FIRING = text("ended_at IS NULL")


class AlarmRule(SQLModel, table=True):
    """What rings when (R7.3.1): a metric, a limit, a window."""

    __tablename__ = "alarm_rule"
    __table_args__ = (UniqueConstraint("channel_id", "name"),)

    id: int | None = id_field()
    channel_id: int
    name: str = key_field()
    """Stable name of a default rule, or the words of who made it."""
    metric: str = key_field()
    """``error_rate`` (percent), ``failures_in_row``, ``no_success`` (minutes),
    ``claim_deadline`` (hours) …"""
    flow: str | None = key_field(None)
    limit: int
    window_min: int | None = None
    severity: str = key_field("warning")
    """``critical``, ``warning`` or ``notice``."""
    is_active: bool = True
    silenced_until: datetime | None = moment_field(None)
    silenced_by: str | None = None
    is_default: bool = False
    created_by: str
    created_at: datetime = moment_field()
    last_fired_at: datetime | None = moment_field(None)


class Alarm(SQLModel, table=True):
    """One firing of a rule, until its condition is gone."""

    __table_args__ = (
        Index("alarm_firing_once", "channel_id", "rule_id", "subject", unique=True,
              sqlite_where=_FIRING, postgresql_where=_FIRING),
        Index("alarm_by_time", "channel_id", "fired_at"),
    )  # fmt: skip

    id: int | None = id_field()
    channel_id: int
    rule_id: int
    subject: str = key_field("")
    """Claim number for a deadline, else empty."""
    value: int
    params: dict[str, Any] = json_field()
    severity: str = key_field()
    fired_at: datetime = moment_field()
    checked_at: datetime = moment_field()
    acknowledged_at: datetime | None = moment_field(None)
    acknowledged_by: str | None = None
    ended_at: datetime | None = moment_field(None)


class Notice(SQLModel, table=True):
    """Something to tell somebody outside (mail, chat); sent by the engine, once."""

    id: int | None = id_field()
    channel_id: int = Field(index=True)
    alarm_id: int | None = None
    target: str
    title: str
    body: str
    state: str = key_field("waiting")
    """``waiting``, ``sent`` or ``failed``."""
    tries: int = 0
    created_at: datetime = moment_field()
    next_at: datetime | None = moment_field(None)
    sent_at: datetime | None = moment_field(None)
    error: str = ""


class Audit(SQLModel, table=True):
    """Who did what, when, and what came of it."""

    __table_args__ = (Index("audit_by_time", "channel_id", "at"),)

    id: int | None = id_field()
    channel_id: int | None = None
    at: datetime = moment_field()
    who: str
    role: str = key_field()
    via: str = key_field()
    """``dashboard`` or ``cli``."""
    action: str = key_field()
    target: str = key_field("")
    detail: dict[str, Any] = json_field()
    outcome: str = key_field()
    """``accepted`` or ``refused``."""
