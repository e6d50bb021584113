"""The Alarms screen and ``hbdash alarms list``: what rings, the rules, what rang before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, select

from hbdash.store.bulk import table_of
from hbdash.store.queries.causes import Cause, open_causes
from hbdash.store.queries.overview import FiringAlarm, firing
from hbdash.store.tables import Alarm, AlarmRule, Claim, FlowRun, Notice

alarm_t = table_of(Alarm)
rule_t = table_of(AlarmRule)
notice_t = table_of(Notice)

MOST_PAST = 200
WEEK = timedelta(days=7)


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


@dataclass(frozen=True)
class RuleRow:
    """A rule with how it stands."""

    id: int
    name: str
    metric: str
    flow: str | None
    limit: int
    window_min: int | None
    severity: str
    is_active: bool
    is_default: bool
    created_by: str
    created_at: datetime
    silenced_until: datetime | None
    silenced_by: str | None
    last_fired_at: datetime | None
    firing: int
    """How many of its subjects ring now."""
    last_week: int
    """Firings that began in the last seven days."""

    def state(self, now: datetime) -> str:
        """``firing``, ``silenced``, ``off`` or ``quiet``."""
        if not self.is_active:
            return "off"
        if self.silenced_until is not None and self.silenced_until > now:
            return "silenced"
        return "firing" if self.firing else "quiet"


@dataclass(frozen=True)
class PastAlarm:
    """An alarm that is over."""

    id: int
    metric: str | None
    flow: str | None
    limit: int | None
    subject: str
    value: int
    severity: str
    fired_at: datetime
    ended_at: datetime
    acknowledged_by: str | None
    note: str


@dataclass(frozen=True)
class AlarmsView:
    """Everything on the Alarms screen, read in one transaction."""

    firing: tuple[FiringRow, ...]
    rules: tuple[RuleRow, ...]
    past: tuple[PastAlarm, ...]
    past_total: int
    """All that are over, of which ``past`` are the newest."""

    @property
    def without_owner(self) -> int:
        """Alarms that nobody has taken."""
        return sum(1 for row in self.firing if row.alarm.acknowledged_by is None)

    def silenced(self, now: datetime) -> int:
        """Rules that are hushed now."""
        return sum(1 for rule in self.rules if rule.state(now) == "silenced")


def alarms_view(
    connection: Connection, channel_id: int, now: datetime, *, most_past: int = MOST_PAST
) -> AlarmsView:
    """Firing alarms (critical first, then the oldest), rules, and the newest past alarms."""
    past = past_alarms(connection, channel_id, most_past)
    total = connection.execute(
        select(func.count())
        .select_from(alarm_t)
        .where(alarm_t.c.channel_id == channel_id, alarm_t.c.ended_at.is_not(None))
    ).scalar_one()
    return AlarmsView(
        firing=firing_rows(connection, channel_id),
        rules=rule_rows(connection, channel_id, now),
        past=past,
        past_total=total,
    )


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


def rule_rows(connection: Connection, channel_id: int, now: datetime) -> tuple[RuleRow, ...]:
    """All rules of a channel in the order they were made."""
    in_week = func.count(alarm_t.c.id).filter(alarm_t.c.fired_at > now - WEEK)
    now_firing = func.count(alarm_t.c.id).filter(alarm_t.c.ended_at.is_(None))
    counts = (
        select(alarm_t.c.rule_id, in_week.label("last_week"), now_firing.label("firing"))
        .where(alarm_t.c.channel_id == channel_id)
        .where((alarm_t.c.fired_at > now - WEEK) | alarm_t.c.ended_at.is_(None))
        .group_by(alarm_t.c.rule_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            rule_t,
            func.coalesce(counts.c.last_week, 0).label("last_week"),
            func.coalesce(counts.c.firing, 0).label("firing"),
        )
        .outerjoin(counts, counts.c.rule_id == rule_t.c.id)
        .where(rule_t.c.channel_id == channel_id)
        .order_by(rule_t.c.id)
    ).mappings()
    return tuple(RuleRow(**{k: v for k, v in row.items() if k != "channel_id"}) for row in rows)


def past_alarms(
    connection: Connection, channel_id: int, most: int = MOST_PAST
) -> tuple[PastAlarm, ...]:
    """Alarms that are over, the newest first; a rule may have been deleted since."""
    rows = connection.execute(
        select(alarm_t, rule_t.c.metric, rule_t.c.flow, rule_t.c.limit)
        .outerjoin(
            rule_t, and_(rule_t.c.id == alarm_t.c.rule_id, rule_t.c.channel_id == channel_id)
        )
        .where(alarm_t.c.channel_id == channel_id, alarm_t.c.ended_at.is_not(None))
        .order_by(alarm_t.c.fired_at.desc(), alarm_t.c.id.desc())
        .limit(most)
    )
    return tuple(_past(row) for row in rows)


def _past(row: Any) -> PastAlarm:
    # What the rule said when it rang: it may be another one by now.
    about = (row.params or {}).get("rule", {})
    return PastAlarm(
        id=row.id,
        metric=about.get("metric", row.metric),
        flow=about.get("flow", row.flow),
        limit=about.get("limit", row.limit),
        subject=row.subject,
        value=row.value,
        severity=row.severity,
        fired_at=row.fired_at,
        ended_at=row.ended_at,
        acknowledged_by=row.acknowledged_by,
        note=str((row.params or {}).get("note", "")),
    )
