"""Runs of flows, what people ask of the engine, and intents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from hbdash.store.types import big_field, id_field, json_field, key_field, moment_field


class FlowRun(SQLModel, table=True):
    """One run of a flow: who started it, for what, and how it ended."""

    __tablename__ = "flow_run"
    __table_args__ = (
        Index("flow_run_by_flow", "channel_id", "flow", "id"),
        Index("flow_run_open", "channel_id", "state", sqlite_where=text("state = 'running'"),
              postgresql_where=text("state = 'running'")),
    )  # fmt: skip

    id: int | None = id_field()
    channel_id: int
    flow: str = key_field()
    state: str = key_field()
    """A value of ``hbdash.domain.states.RunState``."""
    started_by: str
    """``schedule``, a user name, ``webhook`` …"""
    request_id: int | None = big_field(None)
    keys: list[str] = json_field(list)
    window_from: datetime | None = moment_field(None)
    window_to: datetime | None = moment_field(None)
    dry_run: bool = False
    holder: str = key_field()
    epoch: int = 0
    started_at: datetime = moment_field()
    heartbeat_at: datetime = moment_field()
    ended_at: datetime | None = moment_field(None)
    duration_ms: int | None = None
    total: int | None = None
    """Records known to be due when the run last looked; ``None`` when not known."""
    ok: int = 0
    failed: int = 0
    skipped: int = 0
    reason_id: str | None = key_field(None)
    """Failure or refusal id of the one-line reason; rendered with ``reason_params``."""
    reason_params: dict[str, Any] = json_field()
    note: dict[str, Any] = json_field()
    """What was asked: window, filter, pages (design rule 13: an empty answer is news)."""


class EngineRequest(SQLModel, table=True):
    """What a person, the CLI or a webhook asks of the engine; only the engine acts on it."""

    __tablename__ = "engine_request"
    __table_args__ = (
        Index("engine_request_waiting", "channel_id", "id",
              sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
    )  # fmt: skip

    id: int | None = id_field()
    channel_id: int
    kind: str = key_field()
    """``run``, ``cancel_run``, ``reject_claim`` …"""
    flow: str | None = key_field(None)
    payload: dict[str, Any] = json_field()
    requested_by: str
    requested_at: datetime = moment_field()
    state: str = key_field("waiting")
    """``waiting``, ``taken``, ``done``, ``refused`` or ``failed``."""
    taken_by: str | None = key_field(None)
    answered_at: datetime | None = moment_field(None)
    run_id: int | None = big_field(None)
    answer: dict[str, Any] = json_field()
    """``{"id": refusal id, "params": {…}}`` or what came of it."""


class Intent(SQLModel, table=True):
    """Committed before a call that creates, cancels, accepts, rejects or splits (design rule 2)."""

    __table_args__ = (
        Index("intent_once", "channel_id", "kind", "key", unique=True,
              sqlite_where=text("state IN ('open', 'unknown')"),
              postgresql_where=text("state IN ('open', 'unknown')")),
    )  # fmt: skip

    id: int | None = id_field()
    channel_id: int = Field()
    run_id: int | None = big_field(None)
    flow: str = key_field()
    kind: str = key_field()
    """``create_order``, ``claim_reject``, ``import`` … (flows section 10)."""
    key: str = key_field()
    """Our own key, by which the remote side can be asked afterwards."""
    payload: dict[str, Any] = json_field()
    state: str = key_field("open")
    """``open``, ``done``, ``failed``, ``unknown`` or ``abandoned``."""
    epoch: int = 0
    created_at: datetime = moment_field()
    called_at: datetime | None = moment_field(None)
    """When the call was about to leave; ``None`` means it surely never left."""
    ask_at: datetime | None = moment_field(None)
    asked: int = 0
    settled_at: datetime | None = moment_field(None)
    outcome: dict[str, Any] = json_field()
