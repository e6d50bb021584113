"""Intents: committed before a call that creates, cancels, accepts, rejects or splits.

On doubt (timeout, reset, crash) the remote side is asked first, then it is decided: a timeout is
an unknown, not a failure (design rules 2 and 11).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from hbdash.store.bulk import table_of
from hbdash.store.tables import Intent

#: How long after a lost answer the remote side is asked: the call may still be on its way.
ASK_AFTER = timedelta(seconds=60)

UNSETTLED = ("open", "unknown")


@dataclass(frozen=True)
class IntentView:
    """An intent as flows see it."""

    id: int
    kind: str
    key: str
    state: str
    payload: dict[str, Any]
    created_at: datetime
    called_at: datetime | None
    ask_at: datetime | None
    asked: int

    @property
    def surely_never_left(self) -> bool:
        """The engine died before the call; it may simply be made."""
        return self.called_at is None


def begin(
    connection: Connection,
    *,
    channel_id: int,
    run_id: int | None,
    flow: str,
    kind: str,
    key: str,
    payload: dict[str, Any],
    epoch: int,
    now: datetime,
) -> int:
    """Write an intent whose call follows; one unsettled intent per kind and key can stand."""
    return int(
        connection.execute(
            insert(table_of(Intent))
            .values(
                channel_id=channel_id,
                run_id=run_id,
                flow=flow,
                kind=kind,
                key=key,
                payload=payload,
                state="open",
                epoch=epoch,
                created_at=now,
                called_at=now,
                asked=0,
            )
            .returning(table_of(Intent).c.id)
        ).scalar_one()
    )


def settle(
    connection: Connection,
    intent_id: int,
    state: str,
    now: datetime,
    outcome: dict[str, Any] | None = None,
) -> None:
    """``done``, ``failed`` (it surely did not happen) or ``abandoned``."""
    table = table_of(Intent)
    connection.execute(
        update(table)
        .where(table.c.id == intent_id)
        .values(state=state, settled_at=now, ask_at=None, outcome=outcome or {})
    )


def doubt(
    connection: Connection, intent_id: int, now: datetime, *, ask_after: timedelta = ASK_AFTER
) -> None:
    """The outcome is unknown: ask the remote side from ``ask_after`` on."""
    table = table_of(Intent)
    connection.execute(
        update(table)
        .where(table.c.id == intent_id)
        .values(state="unknown", ask_at=now + ask_after, asked=table.c.asked + 1)
    )


def repeat(connection: Connection, intent_id: int, now: datetime) -> None:
    """The remote side surely has no trace of it: the call is made again under the same intent."""
    table = table_of(Intent)
    connection.execute(
        update(table)
        .where(table.c.id == intent_id)
        .values(state="open", called_at=now, ask_at=None)
    )


def unsettled(
    connection: Connection, channel_id: int, kind: str, *, key: str | None = None
) -> list[IntentView]:
    """Open and unknown intents of a kind, oldest first.

    Within its lane no other run is alive, so at the start of a run an open one is a dead run's.
    """
    table = table_of(Intent)
    statement = (
        select(table)
        .where(
            table.c.channel_id == channel_id,
            table.c.kind == kind,
            table.c.state.in_(UNSETTLED),
        )
        .order_by(table.c.id)
    )
    if key is not None:
        statement = statement.where(table.c.key == key)
    return [_view(row) for row in connection.execute(statement).mappings()]


def _view(row: RowMapping) -> IntentView:
    return IntentView(
        id=row["id"],
        kind=row["kind"],
        key=row["key"],
        state=row["state"],
        payload=row["payload"],
        created_at=row["created_at"],
        called_at=row["called_at"],
        ask_at=row["ask_at"],
        asked=row["asked"],
    )
