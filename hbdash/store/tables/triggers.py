"""Calls of other systems to the trigger endpoint (R9)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hbdash.store.types import big_field, id_field, key_field, moment_field


class TriggerEvent(SQLModel, table=True):
    """A call that was accepted, kept as long as it may be delivered once more.

    The sender repeats the same uuid with the same payload for weeks (O§9.3): it gets the first
    answer again and nothing is started twice.
    """

    __tablename__ = "trigger_event"
    __table_args__ = (
        Index("trigger_event_once", "channel_id", "flow", "key", unique=True),
        Index("trigger_event_age", "expires_at"),
    )

    id: int | None = id_field()
    channel_id: int = Field()
    flow: str = key_field()
    key: str = key_field()
    """``event:<uuid>``, or ``body:<sha256>`` of a caller without one."""
    digest: str = key_field()
    """SHA-256 of the payload, by which a different payload under the same uuid is found."""
    event_type: str = ""
    correlation_id: str = key_field()
    request_id: int | None = big_field(None)
    received_at: datetime = moment_field()
    last_at: datetime = moment_field()
    deliveries: int = 1
    expires_at: datetime = moment_field()
    """Until then a repetition is known as one."""
