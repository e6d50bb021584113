"""Alarms that ring now: who was told, who took them, and what lies behind each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from hbdash.store.bulk import table_of
from hbdash.store.queries.causes import Cause, open_causes
from hbdash.store.queries.overview import FiringAlarm, firing
from hbdash.store.tables import Alarm, AlarmRule, Claim, FlowRun, Notice

alarm_t = table_of(Alarm)
rule_t = table_of(AlarmRule)
notice_t = table_of(Notice)


@dataclass(frozen=True)
class Told:
    """Notices of an alarm, by target and state."""

    target: str
    """``slack 2``: kind and place in ``[notify] urls``."""
    state: str
    """``waiting``, ``sent`` or ``failed``."""


@dataclass(frozen=True)
class Behind:
    """What lies behind a firing: the cause with the most open failures, the claim, or the run."""

    cause: Cause | None = None
    run_state: str | None = None
    run_reason: str | None = None
    run_params: Mapping[str, Any] = field(default_factory=dict)
    run_at: datetime | None = None
    claim_product: str = ""
    claim_explanation: str = ""


@dataclass(frozen=True)
class FiringRow:
    """An alarm that rings now, with all that its line shows."""

    alarm: FiringAlarm
    rule_id: int
    window_min: int | None
    acknowledged_at: datetime | None
    silenced_until: datetime | None
    told: tuple[Told, ...] = ()
    behind: Behind = Behind()

    @property
    def note(self) -> str:
        """What its owner said about it."""
        return str(self.alarm.params.get("note", ""))


def firing_rows(connection: Connection, channel_id: int) -> tuple[FiringRow, ...]:
    """The same alarms, in the same order, as ``overview.firing``, with owner and what is behind."""
    alarms = firing(connection, channel_id)
    if not alarms:
        return ()
    extra = {
        row.id: row
        for row in connection.execute(
            select(
                alarm_t.c.id,
                alarm_t.c.rule_id,
                alarm_t.c.acknowledged_at,
                rule_t.c.silenced_until,
                rule_t.c.window_min,
            )
            .join(rule_t, rule_t.c.id == alarm_t.c.rule_id)
            .where(alarm_t.c.channel_id == channel_id, alarm_t.c.ended_at.is_(None))
        )
    }
    told = _told(connection, channel_id, alarms)
    causes = open_causes(connection, channel_id)
    return tuple(
        FiringRow(
            alarm=alarm,
            rule_id=extra[alarm.id].rule_id,
            window_min=extra[alarm.id].window_min,
            acknowledged_at=extra[alarm.id].acknowledged_at,
            silenced_until=extra[alarm.id].silenced_until,
            told=told.get(alarm.params.get("told"), ()),
            behind=_behind(connection, channel_id, alarm, causes),
        )
        for alarm in alarms
    )


def _told(
    connection: Connection, channel_id: int, alarms: tuple[FiringAlarm, ...]
) -> dict[str | None, tuple[Told, ...]]:
    """Moment of telling, as alarms remember it → its notices: one may tell of several alarms."""
    moments = sorted({str(alarm.params["told"]) for alarm in alarms if "told" in alarm.params})
    rows = connection.execute(
        select(notice_t.c.created_at, notice_t.c.target, notice_t.c.state)
        .where(
            notice_t.c.channel_id == channel_id,
            notice_t.c.created_at.in_([datetime.fromisoformat(one) for one in moments[:500]]),
        )
        .order_by(notice_t.c.id)
    )
    found: dict[str | None, tuple[Told, ...]] = {}
    for row in rows:
        key = row.created_at.isoformat()
        found[key] = (*found.get(key, ()), Told(row.target, row.state))
    return found


def _behind(
    connection: Connection, channel_id: int, alarm: FiringAlarm, causes: tuple[Cause, ...]
) -> Behind:
    if alarm.metric == "claim_deadline":
        return _claim(connection, channel_id, alarm.subject)
    if alarm.metric == "auth_refused":
        code = alarm.params.get("code")
        mine = [c for c in causes if c.code == code and c.params.get("side") == alarm.subject]
        return Behind(cause=mine[0] if mine else None)
    if alarm.flow is None:
        return Behind()
    # What stops the flow as a whole says more than the records it could not send.
    mine = sorted(
        (cause for cause in causes if cause.flow == alarm.flow),
        key=lambda cause: (not cause.code.startswith("remote."), -cause.count, cause.first_at),
    )
    return _last_run(connection, channel_id, alarm.flow, mine[0] if mine else None)


def _claim(connection: Connection, channel_id: int, number: str) -> Behind:
    claim = table_of(Claim)
    row = connection.execute(
        select(claim.c.product_name, claim.c.explanation).where(
            claim.c.channel_id == channel_id, claim.c.number == number
        )
    ).first()
    if row is None:
        return Behind()
    return Behind(claim_product=row.product_name, claim_explanation=row.explanation)


def _last_run(connection: Connection, channel_id: int, flow: str, cause: Cause | None) -> Behind:
    run = table_of(FlowRun)
    row = connection.execute(
        select(run.c.state, run.c.reason_id, run.c.reason_params, run.c.ended_at)
        .where(run.c.channel_id == channel_id, run.c.flow == flow, run.c.ended_at.is_not(None))
        .order_by(run.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return Behind(cause=cause)
    return Behind(
        cause=cause,
        run_state=row.state,
        run_reason=row.reason_id,
        run_params=row.reason_params or {},
        run_at=row.ended_at,
    )
