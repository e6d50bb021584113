"""The Alarms screen and ``hbdash alarms list``: what rings, the rules, what rang before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, select

from hbdash.store.bulk import table_of
from hbdash.store.queries.ringing import FiringRow, firing_rows
from hbdash.store.tables import Alarm, AlarmRule

alarm_t = table_of(Alarm)
rule_t = table_of(AlarmRule)

MOST_PAST = 200
WEEK = timedelta(days=7)


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
