"""What the frame of every page shows: failures, nearest deadline, who runs the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select

from hbdash.store.bulk import table_of
from hbdash.store.queries.deadlines import Deadline, count_to_decide, nearest
from hbdash.store.tables import Alarm, Channel, Failure, Lease

failure_t = table_of(Failure)
lease_t = table_of(Lease)
alarm_t = table_of(Alarm)
channel_t = table_of(Channel)

OPEN = ("open", "retrying", "ended")
"""States of a failure that is wrong now."""
_URGENT = timedelta(hours=1)


@dataclass(frozen=True)
class LeaseState:
    """Who runs the flows of the channel."""

    host: str
    username: str
    face: str
    pid: int
    taken_at: datetime
    renewed_at: datetime
    alive: bool


@dataclass(frozen=True)
class Waiting:
    """What can't wait on a page: its count, and how urgent."""

    count: int
    colour: str
    """``error`` or ``warning``."""


@dataclass(frozen=True)
class FrameFigures:
    """What header and tabs show."""

    open_failures: int = 0
    need_person: int = 0
    deadline: Deadline | None = None
    lease: LeaseState | None = None
    firing: int = 0
    firing_critical: int = 0
    to_decide: int = 0
    is_active: bool | None = None
    connection: Mapping[str, Any] = field(default_factory=dict)
    """Last known state of each remote: ``{side: {state, since, next_try, code}}``."""
    at: datetime | None = None

    def tab(self, page_id: str) -> Waiting | None:
        """What can't wait on a page."""
        if page_id == "alarms" and self.firing:
            return Waiting(self.firing, "error" if self.firing_critical else "warning")
        if page_id == "refunds" and self.to_decide:
            near = (
                self.deadline is not None
                and self.deadline.kind == "claim"
                and self.at is not None
                and self.deadline.at - self.at < _URGENT
            )
            return Waiting(self.to_decide, "error" if near else "warning")
        return None


def frame_figures(connection: Connection, channel_id: int, now: datetime) -> FrameFigures:
    """Header and tabs of a channel; a handful of index look-ups."""
    failures = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((_needs_person(), 1), else_=0)), 0),
        )
        .select_from(failure_t)
        .where(failure_t.c.channel_id == channel_id, failure_t.c.state.in_(OPEN))
    ).one()
    firing = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((alarm_t.c.severity == "critical", 1), else_=0)), 0),
        )
        .select_from(alarm_t)
        .where(alarm_t.c.channel_id == channel_id, alarm_t.c.ended_at.is_(None))
    ).one()
    channel = connection.execute(
        select(channel_t.c.is_active, channel_t.c.connection).where(channel_t.c.id == channel_id)
    ).first()
    return FrameFigures(
        open_failures=failures[0],
        need_person=int(failures[1]),
        deadline=nearest(connection, channel_id),
        lease=lease_state(connection, channel_id, now),
        firing=firing[0],
        firing_critical=int(firing[1]),
        to_decide=count_to_decide(connection, channel_id),
        is_active=None if channel is None else channel.is_active,
        connection={} if channel is None else channel.connection,
        at=now,
    )


def lease_state(connection: Connection, channel_id: int, now: datetime) -> LeaseState | None:
    """Who holds the channel's lease; None when nobody ever did."""
    row = connection.execute(select(lease_t).where(lease_t.c.channel_id == channel_id)).first()
    if row is None:
        return None
    return LeaseState(
        host=row.host,
        username=row.username,
        face=row.face,
        pid=row.pid,
        taken_at=row.taken_at,
        renewed_at=row.renewed_at,
        alive=row.expires_at > now,
    )


def _needs_person() -> Any:
    """Waits for a person: by its kind, or because its tries are used up."""
    return failure_t.c.needs_person.is_(True) | (failure_t.c.state == "ended")
