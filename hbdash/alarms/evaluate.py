"""Which alarms ring: each rule is measured, its firings begin, change and end.

One firing per rule and subject at a time. What comes back within ``COOLDOWN`` of its end goes on
as the same firing and tells nobody again, so a condition that comes and goes is one line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hbdash.alarms import notices
from hbdash.alarms.metrics import Histories, Measurement, Rule, measure, rules_of
from hbdash.domain.alarms import METRICS
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.log.writer import LogLine, LogWriter
from hbdash.store.tables import Alarm, AlarmRule
from hbdash.texts.alarms import alarm_sentence, ended_sentence

COOLDOWN = timedelta(minutes=10)
_LOOK_BACK = timedelta(days=1)
"""How far the index by time is read for a firing to go on with; a longer one begins anew."""
FIRED, ENDED, RESUMED, CHANGED = "fired", "ended", "resumed", "changed"

alarm_t = table_of(Alarm)
rule_t = table_of(AlarmRule)


@dataclass(frozen=True)
class AlarmConfig:
    """What of the configuration alarms need: whom to tell (``[notify] urls``)."""

    urls: Sequence[str] = ()


@dataclass(frozen=True)
class Change:
    """Something about an alarm that differs since the last evaluation."""

    kind: str
    """``fired``, ``ended``, ``resumed`` (the same firing goes on) or ``changed`` (its value)."""
    rule: Rule | None
    """None for the end of an alarm whose rule is gone."""
    subject: str
    value: int
    severity: str
    params: Mapping[str, Any] = field(default_factory=dict)
    alarm_id: int | None = None

    def sentence(self, now: datetime) -> str:
        """As a person reads it at ``now``."""
        about = _about(self.rule, self.params)
        if self.kind == ENDED:
            return ended_sentence(**about, subject=self.subject)
        return alarm_sentence(
            **about, value=self.value, subject=self.subject, params=self.params, now=now
        )


def evaluate(
    db: Database, channel_id: int, now: datetime, config: AlarmConfig, writer: LogWriter
) -> list[Change]:
    """Bring the channel's alarms up to date and return what changed.

    Looks first and writes only if there is something to write: a quiet system commits nothing.
    Two evaluations at once are harmless, whatever their order.
    """
    with db.read() as connection:
        if not plan(connection, channel_id, now) and not _untold(connection, channel_id, now):
            return []
    with db.write() as connection:
        done = [
            made
            for change in plan(connection, channel_id, now)
            if (made := _apply(connection, channel_id, change, now)) is not None
        ]
        _tell(connection, channel_id, config, now)
        lines = [_line(change, now) for change in done if change.kind != CHANGED]
        writer.write(connection, lines)
    return done


def plan(connection: Connection, channel_id: int, now: datetime) -> list[Change]:
    """What would change now; reads only."""
    standing = _standing(connection, channel_id)
    histories = Histories(connection, channel_id, now)
    changes: list[Change] = []
    for rule in rules_of(connection, channel_id):
        mine = standing.pop(rule.id, {})
        spec = METRICS.get(rule.draft.metric)
        for found in measure(connection, channel_id, rule.draft, now, histories):
            row = mine.pop(found.subject, None)
            firing = row is not None
            holds = spec is not None and spec.holds(rule.draft.limit, found.level, firing=firing)
            if row is None:
                if holds and found.may_fire:
                    changes.append(_change(FIRED, rule, found))
            elif not holds:
                changes.append(_end(rule, row))
            elif (row["value"], row["severity"]) != (found.value, rule.draft.severity):
                changes.append(_change(CHANGED, rule, found, row))
        changes.extend(_end(rule, row) for row in mine.values())
    changes.extend(_end(None, row) for mine in standing.values() for row in mine.values())
    return changes


def _standing(connection: Connection, channel_id: int) -> dict[int, dict[str, RowMapping]]:
    """Rule id → subject → what rings."""
    rows = connection.execute(
        select(alarm_t).where(alarm_t.c.channel_id == channel_id, alarm_t.c.ended_at.is_(None))
    ).mappings()
    found: dict[int, dict[str, RowMapping]] = {}
    for row in rows:
        found.setdefault(row["rule_id"], {})[row["subject"]] = row
    return found


def _change(
    kind: str, rule: Rule, found: Measurement, row: RowMapping | None = None
) -> Change:  # fmt: skip
    draft = rule.draft
    kept = {} if row is None else {k: v for k, v in row["params"].items() if k in ("told", "note")}
    about = {
        "metric": draft.metric,
        "flow": draft.flow,
        "limit": draft.limit,
        "window_min": draft.window_min,
    }
    return Change(
        kind,
        rule,
        found.subject,
        found.value,
        draft.severity,
        {**kept, **found.params, "rule": about},
        None if row is None else row["id"],
    )


def _end(rule: Rule | None, row: RowMapping) -> Change:
    return Change(
        ENDED, rule, row["subject"], row["value"], row["severity"], row["params"], row["id"]
    )


def _apply(
    connection: Connection, channel_id: int, change: Change, now: datetime
) -> Change | None:  # fmt: skip
    """Write a change; None when another process has written it already."""
    if change.kind == FIRED:
        return _fire(connection, channel_id, change, now)
    values: dict[str, Any] = {"checked_at": now}
    if change.kind == ENDED:
        values["ended_at"] = now
    else:
        values |= {
            "value": change.value,
            "severity": change.severity,
            "params": dict(change.params),
        }
    hit = connection.execute(
        update(alarm_t)
        .where(alarm_t.c.id == change.alarm_id, alarm_t.c.ended_at.is_(None))
        .values(**values)
    )
    return change if hit.rowcount else None


def _fire(
    connection: Connection, channel_id: int, change: Change, now: datetime
) -> Change | None:  # fmt: skip
    assert change.rule is not None
    rule_id = change.rule.id
    values = {
        "value": change.value,
        "severity": change.severity,
        "params": dict(change.params),
        "checked_at": now,
    }
    before = connection.execute(
        select(alarm_t.c.id, alarm_t.c.params)
        .where(
            alarm_t.c.channel_id == channel_id,
            alarm_t.c.rule_id == rule_id,
            alarm_t.c.subject == change.subject,
            alarm_t.c.ended_at > now - COOLDOWN,
            alarm_t.c.fired_at > now - _LOOK_BACK,
        )
        .order_by(alarm_t.c.id.desc())
        .limit(1)
    ).first()
    if before is not None:
        told = {k: v for k, v in before.params.items() if k in ("told", "note")}
        values["params"] = {**change.params, **told}
        hit = connection.execute(
            update(alarm_t)
            .where(alarm_t.c.id == before.id, alarm_t.c.ended_at.is_not(None))
            .values(ended_at=None, **values)
        )
        return _as(RESUMED, change, before.id) if hit.rowcount else None
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    made = connection.execute(
        insert(alarm_t)
        .values(
            channel_id=channel_id,
            rule_id=rule_id,
            subject=change.subject,
            fired_at=now,
            **values,
        )
        .on_conflict_do_nothing()
        .returning(alarm_t.c.id)
    ).scalar_one_or_none()
    if made is None:
        return None
    connection.execute(update(rule_t).where(rule_t.c.id == rule_id).values(last_fired_at=now))
    return _as(FIRED, change, made)


def _as(kind: str, change: Change, alarm_id: int) -> Change:
    return Change(
        kind,
        change.rule,
        change.subject,
        change.value,
        change.severity,
        change.params,
        alarm_id,
    )


# Telling --------------------------------------------------------------------------------------


def _untold(connection: Connection, channel_id: int, now: datetime) -> list[RowMapping]:
    """Firings nobody was told of, that nobody has taken and whose rule is not silenced."""
    rows = connection.execute(
        select(alarm_t, rule_t.c.silenced_until)
        .join(rule_t, rule_t.c.id == alarm_t.c.rule_id)
        .where(
            alarm_t.c.channel_id == channel_id,
            alarm_t.c.ended_at.is_(None),
            alarm_t.c.acknowledged_at.is_(None),
        )
        .order_by(alarm_t.c.id)
    ).mappings()
    return [
        row
        for row in rows
        if not row["params"].get("told")
        and not (row["silenced_until"] is not None and row["silenced_until"] > now)
    ]


def _tell(connection: Connection, channel_id: int, config: AlarmConfig, now: datetime) -> None:
    rows = _untold(connection, channel_id, now)
    if not rows:
        return
    sentences = [
        alarm_sentence(
            **_about(None, row["params"]),
            value=row["value"],
            subject=row["subject"],
            params=row["params"],
            now=now,
        )
        for row in rows
    ]
    only = rows[0]["id"] if len(rows) == 1 else None
    notices.queue(connection, channel_id, config.urls, sentences, only, now)
    for row in rows:
        connection.execute(
            update(alarm_t)
            .where(alarm_t.c.id == row["id"])
            .values(params={**row["params"], "told": now.isoformat()})
        )


def _about(rule: Rule | None, params: Mapping[str, Any]) -> dict[str, Any]:
    """What a sentence needs to know of the rule; the firing remembers it beyond the rule's life."""
    if rule is not None:
        draft = rule.draft
        return {"metric": draft.metric, "flow": draft.flow, "limit": draft.limit}
    about = params.get("rule", {})
    return {key: about.get(key) for key in ("metric", "flow", "limit")}


_LEVELS = {"critical": "error", "warning": "warning"}


def _line(change: Change, now: datetime) -> LogLine:
    about = _about(change.rule, change.params)
    level = "info" if change.kind == ENDED else _LEVELS.get(change.severity, "info")
    return LogLine(
        at=now,
        flow=about["flow"] or "alarms",
        level=level,
        status="system",
        message=change.sentence(now),
        kind="alarm",
        key=change.subject,
        code=f"alarm.{change.kind}",
        params={"metric": about["metric"], "limit": about["limit"], "value": change.value},
    )
