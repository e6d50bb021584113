"""What people and other processes ask for: rows, taken by whoever holds the lease."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from hbdash.store.bulk import table_of
from hbdash.store.tables import EngineRequest


@dataclass(frozen=True)
class Asked:
    """A request that was taken just now."""

    id: int
    kind: str
    flow: str | None
    payload: dict[str, Any]
    requested_by: str


def any_waiting(connection: Connection, channel_id: int) -> bool:
    """Whether something waits; a read, so that looking costs no write lock."""
    table = table_of(EngineRequest)
    found = connection.execute(
        select(table.c.id)
        .where(table.c.channel_id == channel_id, table.c.state == "waiting")
        .limit(1)
    )
    return found.first() is not None


def take(connection: Connection, channel_id: int, holder: str) -> list[Asked]:
    """Take all that waits, oldest first; they stay ``taken`` until answered."""
    table = table_of(EngineRequest)
    statement = (
        select(table)
        .where(table.c.channel_id == channel_id, table.c.state == "waiting")
        .order_by(table.c.id)
    )
    if connection.dialect.name == "postgresql":
        statement = statement.with_for_update(skip_locked=True)
    rows = connection.execute(statement).mappings().all()
    if rows:
        connection.execute(
            update(table)
            .where(table.c.id.in_([row["id"] for row in rows]))
            .values(state="taken", taken_by=holder)
        )
    return [
        Asked(row["id"], row["kind"], row["flow"], row["payload"], row["requested_by"])
        for row in rows
    ]


def answer(
    connection: Connection,
    request_id: int,
    state: str,
    now: datetime,
    *,
    run_id: int | None = None,
    answer: dict[str, Any] | None = None,
) -> None:
    """``done``, ``refused`` or ``failed``, and what came of it."""
    table = table_of(EngineRequest)
    connection.execute(
        update(table)
        .where(table.c.id == request_id)
        .values(state=state, answered_at=now, run_id=run_id, answer=answer or {})
    )


def give_back(connection: Connection, request_id: int) -> None:
    """A taken request that nobody serves waits again; an answered one stays answered."""
    table = table_of(EngineRequest)
    connection.execute(
        update(table)
        .where(table.c.id == request_id, table.c.state == "taken")
        .values(state="waiting", taken_by=None)
    )
