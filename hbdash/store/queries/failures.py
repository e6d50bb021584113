"""Failures one by one: the records of a cause, their tries, and what was cured or closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from hbdash.domain.states import FailureState
from hbdash.store.bulk import table_of
from hbdash.store.queries.causes import OPEN, failure_t
from hbdash.store.tables import FailureAttempt
from hbdash.store.types import LIRA_SCALE

attempt_t = table_of(FailureAttempt)

RECORDS = 500
"""Records of a cause that a list reads; all of them are counted, and all of them can be tried."""


@dataclass(frozen=True)
class FailureRecord:
    """One record that is wrong now."""

    id: int
    flow: str
    kind: str
    key: str
    code: str
    state: FailureState
    tries: int
    max_tries: int | None
    next_at: datetime | None
    first_at: datetime
    last_at: datetime
    deadline: datetime | None
    amount: Decimal | None
    """Money at stake, in lira."""
    remote_text: str
    watched: bool
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Records:
    """The first records of a cause, most urgent first, and how many there are."""

    rows: tuple[FailureRecord, ...]
    total: int


@dataclass(frozen=True)
class Over:
    """Failures of one cause that ended in one way since a moment."""

    flow: str
    code: str
    fingerprint: str
    state: FailureState
    """``cured`` or ``closed``."""
    by: str | None
    reason: str
    """``succeeded``, ``cause_gone``, or a person's words."""
    count: int
    first_at: datetime
    last_at: datetime
    """When the last of them ended."""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Known by cause, way and person."""
        return "\x1f".join((self.flow, self.fingerprint, self.state, self.by or "", self.reason))


@dataclass(frozen=True)
class Attempt:
    """One try that met the failure."""

    id: int
    at: datetime
    remote_text: str
    log_id: int | None
    run_id: int | None


def _of_cause(channel_id: int, flow: str, fingerprint: str) -> ColumnElement[bool]:
    t = failure_t
    condition: ColumnElement[bool] = (
        (t.c.channel_id == channel_id)
        & (t.c.flow == flow)
        & (t.c.fingerprint == fingerprint)
        & t.c.state.in_(OPEN)
    )
    return condition


def records(
    connection: Connection, channel_id: int, flow: str, fingerprint: str, limit: int = RECORDS
) -> Records:
    """Open records of a cause: nearest deadline first, then most money, then the oldest."""
    t = failure_t
    condition = _of_cause(channel_id, flow, fingerprint)
    total = connection.execute(select(func.count()).select_from(t).where(condition)).scalar_one()
    rows = connection.execute(
        select(t)
        .where(condition)
        .order_by(t.c.deadline.is_(None), t.c.deadline, func.coalesce(t.c.amount, 0).desc(), t.c.id)
        .limit(limit)
    ).mappings()
    return Records(tuple(_record(row) for row in rows), int(total))


def open_ids(
    connection: Connection, channel_id: int, causes: Sequence[tuple[str, str]]
) -> list[int]:
    """Ids of all open failures of these causes (flow, fingerprint): the list that is frozen."""
    found: list[int] = []
    for flow, fingerprint in causes:
        found += connection.execute(
            select(failure_t.c.id).where(_of_cause(channel_id, flow, fingerprint))
        ).scalars()
    return sorted(found)


def failure_of(
    connection: Connection, channel_id: int, flow: str, key: str, code: str
) -> FailureRecord | None:
    """The open failure that a line of the log speaks of, if it is still open."""
    if not key or not code:
        return None
    t = failure_t
    row = (
        connection.execute(
            select(t)
            .where(
                t.c.channel_id == channel_id,
                t.c.key == key,
                t.c.flow == flow,
                t.c.code == code,
                t.c.state.in_(OPEN),
            )
            .limit(1)
        )
        .mappings()
        .first()
    )
    return None if row is None else _record(row)


def attempts(connection: Connection, failure_id: int, limit: int = 50) -> tuple[Attempt, ...]:
    """The tries of a failure, newest first."""
    t = attempt_t
    rows = connection.execute(
        select(t.c.id, t.c.at, t.c.remote_text, t.c.log_id, t.c.run_id)
        .where(t.c.failure_id == failure_id)
        .order_by(t.c.id.desc())
        .limit(limit)
    )
    return tuple(Attempt(*row) for row in rows)


def over_since(connection: Connection, channel_id: int, since: datetime) -> tuple[Over, ...]:
    """What was cured or closed since a moment, by cause and way; cured first, then the most."""
    t = failure_t
    groups = (
        select(
            t.c.flow,
            t.c.fingerprint,
            t.c.state,
            t.c.closed_by,
            t.c.close_reason,
            func.count().label("n"),
            func.min(t.c.first_at).label("first_at"),
            func.max(t.c.closed_at).label("last_at"),
            func.max(t.c.id).label("newest"),
        )
        .where(
            t.c.channel_id == channel_id, t.c.closed_at >= since, t.c.state.in_(("cured", "closed"))
        )
        .group_by(t.c.flow, t.c.fingerprint, t.c.state, t.c.closed_by, t.c.close_reason)
        .subquery()
    )
    rows = connection.execute(
        select(groups, t.c.code, t.c.params)
        .join(t, t.c.id == groups.c.newest)
        .order_by(groups.c.state.desc(), groups.c.n.desc(), groups.c.last_at.desc())
    )
    return tuple(
        Over(
            flow=row.flow,
            code=row.code,
            fingerprint=row.fingerprint,
            state=FailureState(row.state),
            by=row.closed_by,
            reason=row.close_reason or "",
            count=row.n,
            first_at=row.first_at,
            last_at=row.last_at,
            params=row.params or {},
        )
        for row in rows
    )


def _record(row: RowMapping) -> FailureRecord:
    amount = row["amount"]
    return FailureRecord(
        id=row["id"],
        flow=row["flow"],
        kind=row["kind"],
        key=row["key"],
        code=row["code"],
        state=FailureState(row["state"]),
        tries=row["tries"],
        max_tries=row["max_tries"],
        next_at=row["next_at"],
        first_at=row["first_at"],
        last_at=row["last_at"],
        deadline=row["deadline"],
        amount=None if amount is None else Decimal(int(amount)) / LIRA_SCALE,
        remote_text=row["remote_text"] or "",
        watched=bool(row["watched"]),
        params=row["params"] or {},
    )
