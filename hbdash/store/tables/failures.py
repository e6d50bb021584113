"""Failures, their attempts, and penalties."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from hbdash.store.types import big_field, id_field, json_field, key_field, moment_field

_OPEN = text("state IN ('open', 'retrying', 'ended')")
_PUNISHED = text("penalty_id IS NOT NULL")


class Failure(SQLModel, table=True):
    """One record and cause that is wrong now or was once (design section 3, "A failure")."""

    __table_args__ = (
        Index("failure_once", "channel_id", "flow", "kind", "key", "fingerprint", unique=True,
              sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("failure_by_cause", "channel_id", "fingerprint", "flow",
              sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("failure_by_key", "channel_id", "key"),
        Index("failure_ended", "channel_id", "closed_at"),
        Index("failure_by_penalty", "penalty_id",
              sqlite_where=_PUNISHED, postgresql_where=_PUNISHED),
    )  # fmt: skip

    id: int | None = id_field()
    channel_id: int
    flow: str = key_field()
    kind: str = key_field()
    """Object kind: ``product``, ``productprice``, ``productstock``, ``order``, ``claim`` …"""
    key: str = key_field()
    """SKU key, package number, claim number; empty for the flow as a whole."""
    code: str = key_field()
    """Failure id of ``hbdash.domain.failures``."""
    fingerprint: str = key_field()
    params: dict[str, Any] = json_field()
    state: str = key_field()
    """``open``, ``retrying``, ``ended``, ``cured`` or ``closed``."""
    needs_person: bool = False
    hopeless: bool = False
    tries: int = 0
    max_tries: int | None = None
    next_at: datetime | None = moment_field(None)
    first_at: datetime = moment_field()
    last_at: datetime = moment_field()
    closed_at: datetime | None = moment_field(None)
    """When it was cured or closed."""
    closed_by: str | None = None
    close_reason: str | None = None
    """How it ended: ``succeeded``, ``cause_gone``, or a person's words."""
    remote_text: str = ""
    """The other side's own text, unchanged."""
    run_id: int | None = big_field(None)
    log_id: int | None = big_field(None)
    penalty_id: int | None = big_field(None)
    content_type: str | None = key_field(None)
    object_pk: int | None = big_field(None)
    watched: bool = False
    watch_at: datetime | None = moment_field(None)
    """When the cause is tested next (design rule 8)."""
    deadline: datetime | None = moment_field(None)
    amount: int | None = big_field(None)
    """Money at stake in 10⁻⁵ lira."""


class FailureAttempt(SQLModel, table=True):
    """One try that met a failure; attempts are rows of their own."""

    __tablename__ = "failure_attempt"

    id: int | None = id_field()
    failure_id: int = big_field(index=True)
    run_id: int | None = big_field(None)
    at: datetime = moment_field()
    remote_text: str = ""
    log_id: int | None = big_field(None)


class Penalty(SQLModel, table=True):
    """The wait of a failed record (R3): one per channel, content type and object.

    For records that Omnitron owns this mirrors its failed-integration row (``remote_pk``); for
    orders and claims that have none the row is ours (design rule 4).
    """

    __table_args__ = (
        UniqueConstraint("channel_id", "content_type", "key"),
        Index("penalty_by_object", "channel_id", "object_type", "object_pk"),
        Index("penalty_due", "channel_id", "ended", "next_at"),
    )

    id: int | None = id_field()
    channel_id: int = Field()
    content_type: str = key_field()
    key: str = key_field()
    object_type: str = key_field("")
    """Content type of the object that Omnitron punishes: a product that lacks a price is counted
    under ``productprice`` here, and as a ``product`` there."""
    object_pk: int | None = big_field(None)
    remote_pk: int | None = big_field(None)
    """Omnitron's failed-integration row; ``None`` while none was seen, and ours counts."""
    owner: str = key_field()
    """``omnitron`` or ``hbdash``."""
    reason_type: str = key_field("channel_app")
    tries: int = 1
    max_retries: int = 2
    interval_s: int = 28_800
    first_failed_at: datetime = moment_field()
    last_failed_at: datetime = moment_field()
    next_at: datetime | None = moment_field(None)
    expires_at: datetime = moment_field()
    ended: bool = False
    """Tries used up: listed until someone acts."""
    lifted_at: datetime | None = moment_field(None)
    lifted_by: str | None = None
