"""What the frame of every page shows, and the whole of the dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection, case, func, select

from hbdash.store.bulk import table_of
from hbdash.store.queries.causes import OPEN, Cause, open_causes
from hbdash.store.queries.deadlines import (
    Deadline,
    Deadlines,
    count_to_decide,
    deadlines,
    nearest,
)
from hbdash.store.queries.flows import FlowState, flow_states
from hbdash.store.queries.trends import FigureState, Lag, figure_states, lag
from hbdash.store.tables import Alarm, AlarmRule, Channel, Failure, Lease, Penalty

failure_t = table_of(Failure)
lease_t = table_of(Lease)
alarm_t = table_of(Alarm)
channel_t = table_of(Channel)
rule_t = table_of(AlarmRule)
penalty_t = table_of(Penalty)

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


@dataclass(frozen=True)
class FiringAlarm:
    """An alarm that rings now."""

    id: int
    rule: str
    metric: str
    flow: str | None
    limit: int
    value: int
    subject: str
    severity: str
    fired_at: datetime
    acknowledged_by: str | None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Overview:
    """Everything on the dashboard, read in one transaction."""

    frame: FrameFigures
    figures: tuple[FigureState, ...]
    stock_lag: Lag
    price_lag: Lag
    penalties: int
    penalties_ended: int
    flows: tuple[FlowState, ...]
    causes: tuple[Cause, ...]
    deadlines: Deadlines
    alarms: tuple[FiringAlarm, ...]

    @property
    def read_once(self) -> bool:
        """Whether the figures were read at all."""
        return any(figure.value is not None for figure in self.figures)


def overview(connection: Connection, channel_id: int, now: datetime, zone: tzinfo) -> Overview:
    """The dashboard of a channel; ``zone`` decides when today began."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    penalties = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((penalty_t.c.ended.is_(True), 1), else_=0)), 0),
        )
        .select_from(penalty_t)
        .where(penalty_t.c.channel_id == channel_id, penalty_t.c.lifted_at.is_(None))
    ).one()
    return Overview(
        frame=frame_figures(connection, channel_id, now),
        figures=figure_states(connection, channel_id, now),
        stock_lag=lag(connection, channel_id, "stock", now, midnight),
        price_lag=lag(connection, channel_id, "price", now, midnight),
        penalties=penalties[0],
        penalties_ended=int(penalties[1]),
        flows=flow_states(connection, channel_id, now),
        causes=open_causes(connection, channel_id),
        deadlines=deadlines(connection, channel_id, now),
        alarms=firing(connection, channel_id),
    )


def firing(connection: Connection, channel_id: int) -> tuple[FiringAlarm, ...]:
    """Alarms that ring now: the critical ones first, then the oldest."""
    worst = case((alarm_t.c.severity == "critical", 0), (alarm_t.c.severity == "warning", 1),
                 else_=2)  # fmt: skip
    rows = connection.execute(
        select(
            alarm_t.c.id, rule_t.c.name, rule_t.c.metric, rule_t.c.flow, rule_t.c.limit,
            alarm_t.c.value, alarm_t.c.subject, alarm_t.c.severity, alarm_t.c.fired_at,
            alarm_t.c.acknowledged_by, alarm_t.c.params,
        )
        .join(rule_t, rule_t.c.id == alarm_t.c.rule_id)
        .where(alarm_t.c.channel_id == channel_id, alarm_t.c.ended_at.is_(None))
        .order_by(worst, alarm_t.c.fired_at)
    )  # fmt: skip
    return tuple(FiringAlarm(*row) for row in rows)
