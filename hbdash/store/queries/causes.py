"""Open failures by cause: forty failures with one cause are one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, case, func, select

from hbdash.domain.states import FailureState
from hbdash.store.bulk import table_of
from hbdash.store.tables import Failure
from hbdash.store.types import LIRA_SCALE

failure_t = table_of(Failure)

OPEN = ("open", "retrying", "ended")
"""States of a failure that is wrong now."""


@dataclass(frozen=True)
class Cause:
    """All open failures of one flow and one fingerprint."""

    flow: str
    code: str
    fingerprint: str
    count: int
    state: FailureState
    """The worst of them: ended, then open, then retrying."""
    need_person: int
    hopeless: bool
    first_at: datetime
    last_at: datetime
    next_at: datetime | None
    """Next try of the first of them that is tried again."""
    deadline: datetime | None
    amount: Decimal
    """Money at stake."""
    tries: int
    max_tries: int | None
    params: Mapping[str, Any] = field(default_factory=dict)
    """Of the newest one: what names the cause."""
    remote_text: str = ""

    @property
    def key(self) -> str:
        """Known by its flow and fingerprint."""
        return f"{self.flow}\x1f{self.fingerprint}"


def open_causes(connection: Connection, channel_id: int) -> tuple[Cause, ...]:
    """The open failures of a channel by cause, the most first."""
    t = failure_t
    groups = (
        select(
            t.c.flow,
            t.c.fingerprint,
            func.count().label("n"),
            func.sum(case((t.c.state == "retrying", 1), else_=0)).label("retrying"),
            func.sum(case((t.c.state == "ended", 1), else_=0)).label("ended"),
            func.sum(case((t.c.needs_person.is_(True) | (t.c.state == "ended"), 1), else_=0)).label(
                "persons"
            ),
            func.max(case((t.c.hopeless.is_(True), 1), else_=0)).label("hopeless"),
            func.min(t.c.first_at).label("first_at"),
            func.max(t.c.last_at).label("last_at"),
            func.min(case((t.c.state == "retrying", t.c.next_at))).label("next_at"),
            func.min(t.c.deadline).label("deadline"),
            func.coalesce(func.sum(t.c.amount), 0).label("amount"),
            func.max(t.c.tries).label("tries"),
            func.max(t.c.id).label("newest"),
        )
        .where(t.c.channel_id == channel_id, t.c.state.in_(OPEN))
        .group_by(t.c.fingerprint, t.c.flow)
        .subquery()
    )
    rows = connection.execute(
        select(groups, t.c.code, t.c.params, t.c.max_tries, t.c.remote_text)
        .join(t, t.c.id == groups.c.newest)
        .order_by(groups.c.n.desc(), groups.c.first_at)
    )
    return tuple(
        Cause(
            flow=row.flow,
            code=row.code,
            fingerprint=row.fingerprint,
            count=row.n,
            state=_state(row),
            need_person=int(row.persons),
            hopeless=bool(row.hopeless),
            first_at=row.first_at,
            last_at=row.last_at,
            next_at=row.next_at,
            deadline=row.deadline,
            amount=Decimal(int(row.amount)) / LIRA_SCALE,
            tries=row.tries,
            max_tries=row.max_tries,
            params=row.params or {},
            remote_text=row.remote_text or "",
        )
        for row in rows
    )


def _state(row: Any) -> FailureState:
    if row.ended:
        return FailureState.ENDED
    return FailureState.RETRYING if row.retrying == row.n else FailureState.OPEN
