"""Alarms, as people act on them: take one, hush a rule, write, try and delete rules (R7.3.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import acting
from hbdash.alarms.flows import known_flows
from hbdash.alarms.metrics import rule_of
from hbdash.alarms.preview import PastFiring, Trial, try_rule
from hbdash.domain.alarms import RuleDraft, RuleProblem, normal, problems_of
from hbdash.domain.clock import Clock
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import Alarm, AlarmRule

__all__ = [
    "LONGEST_SILENCE",
    "Acknowledged",
    "PastFiring",
    "RuleRefused",
    "Trial",
    "acknowledge",
    "delete_rule",
    "save_rule",
    "silence",
    "test_rule",
    "watchable",
]

LONGEST_SILENCE = timedelta(days=30)
"""Longer than this nobody remembers that a rule is hushed."""
_NOTE_MOST = 200

alarm_t = table_of(Alarm)
rule_t = table_of(AlarmRule)


@dataclass(frozen=True)
class Acknowledged:
    """Who has the alarm now."""

    by: str
    at: datetime
    already: bool
    """It was taken before, by ``by``; nothing was changed."""


class RuleRefused(Refused):
    """A rule that can't be saved; every problem with its field, the first one is the refusal."""

    def __init__(self, problems: list[RuleProblem]) -> None:
        super().__init__(problems[0].id, problems[0].params)
        self.problems = tuple(problems)


def watchable() -> tuple[str, ...]:
    """Flows that a rule may name, in the order of the dashboard."""
    return known_flows()


def acknowledge(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    alarm_id: int,
    *,
    note: str = "",
) -> Acknowledged:
    """Take an alarm: "I have it". Who comes second is told who came first.

    Raises ``Refused``: ``alarm.unknown``, ``alarm.ended``, or by role.
    """
    with acting(
        db, clock, actor, channel_id, "alarm.acknowledge", needs=Role.OPERATOR, target=str(alarm_id)
    ) as act:
        row = act.connection.execute(
            select(alarm_t)
            .where(alarm_t.c.channel_id == channel_id, alarm_t.c.id == alarm_id)
            .with_for_update()
        ).first()
        if row is None:
            raise Refused("alarm.unknown", {"alarm": alarm_id})
        if row.ended_at is not None:
            raise Refused("alarm.ended", {"alarm": alarm_id})
        if row.acknowledged_by is not None:
            act.changed = False
            return Acknowledged(row.acknowledged_by, row.acknowledged_at, already=True)
        now = clock.now()
        values: dict[str, Any] = {"acknowledged_at": now, "acknowledged_by": actor.name}
        if note.strip():
            values["params"] = {**row.params, "note": " ".join(note.split())[:_NOTE_MOST]}
        act.connection.execute(update(alarm_t).where(alarm_t.c.id == alarm_id).values(**values))
        act.detail |= {"rule_id": row.rule_id, "subject": row.subject}
        return Acknowledged(actor.name, now, already=False)


def silence(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    rule_id: int,
    until: datetime | None,
) -> None:
    """Hush a rule until a time: it goes on ringing on the screen and tells nobody.

    ``until=None`` ends the silence. Raises ``Refused``: ``alarm.rule_unknown``,
    ``alarm.silence_past``, ``alarm.silence_long``, or by role.
    """
    with acting(
        db, clock, actor, channel_id, "alarm.silence", needs=Role.OPERATOR, target=str(rule_id)
    ) as act:
        row = _rule(act.connection, channel_id, rule_id)
        now = clock.now()
        if until is not None and until <= now:
            raise Refused("alarm.silence_past")
        if until is not None and until > now + LONGEST_SILENCE:
            raise Refused("alarm.silence_long", {"most": LONGEST_SILENCE.days})
        act.target = row.name
        act.detail["until"] = None if until is None else until.isoformat()
        act.connection.execute(
            update(rule_t)
            .where(rule_t.c.id == rule_id)
            .values(silenced_until=until, silenced_by=None if until is None else actor.name)
        )


def save_rule(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    draft: RuleDraft,
    rule_id: int | None = None,
) -> int:
    """Make a rule, or change rule ``rule_id``; its id.

    Raises ``RuleRefused`` with all that is wrong with the draft, ``Refused`` by role or if the rule
    is gone (``alarm.rule_unknown``).
    """
    action = "alarm.rule_create" if rule_id is None else "alarm.rule_edit"
    with acting(
        db,
        clock,
        actor,
        channel_id,
        action,
        needs=Role.OPERATOR,
        target=draft.name,
        detail=_detail(draft),
    ) as act:
        problems = problems_of(draft, known_flows())
        if problems:
            raise RuleRefused(problems)
        old = None if rule_id is None else _rule(act.connection, channel_id, rule_id)
        fair = normal(draft)
        name = fair.name or (old.name if old else _free_name(act.connection, channel_id, fair))
        if _taken(act.connection, channel_id, name, rule_id):
            raise RuleRefused([RuleProblem("name", "alarm.name_taken", {"name": name})])
        act.target, act.detail = name, _detail(fair)
        values = {
            "name": name,
            "metric": fair.metric,
            "flow": fair.flow,
            "limit": fair.limit,
            "window_min": fair.window_min,
            "severity": fair.severity,
            "is_active": fair.is_active,
        }
        if old is not None:
            act.detail["before"] = _detail(rule_of(old).draft)
            act.connection.execute(update(rule_t).where(rule_t.c.id == old.id).values(**values))
            return int(old.id)
        made = act.connection.execute(
            insert(rule_t)
            .values(
                channel_id=channel_id,
                is_default=False,
                created_by=actor.name,
                created_at=clock.now(),
                **values,
            )
            .returning(rule_t.c.id)
        ).scalar_one()
        return int(made)


def delete_rule(
    db: Database, clock: Clock, actor: Actor, channel_id: int, rule_id: int
) -> None:  # fmt: skip
    """Delete a rule; what it has ringing ends, what it rang stays in the past.

    Raises ``Refused``: ``alarm.rule_unknown``, or by role.
    """
    with acting(
        db, clock, actor, channel_id, "alarm.rule_delete", needs=Role.OPERATOR, target=str(rule_id)
    ) as act:
        row = _rule(act.connection, channel_id, rule_id)
        act.target, act.detail = row.name, _detail(rule_of(row).draft)
        act.connection.execute(
            update(alarm_t)
            .where(
                alarm_t.c.channel_id == channel_id,
                alarm_t.c.rule_id == rule_id,
                alarm_t.c.ended_at.is_(None),
            )
            .values(ended_at=clock.now())
        )
        act.connection.execute(delete(rule_t).where(rule_t.c.id == rule_id))


def test_rule(
    db: Database, clock: Clock, channel_id: int, what: RuleDraft | int
) -> Trial:  # fmt: skip
    """What a rule (its id) or a draft says now and over the last 24 h. Writes nothing.

    Raises ``RuleRefused`` for a faulty draft, ``Refused`` if the rule is gone.
    """
    with db.read() as connection:
        draft = (
            what
            if isinstance(what, RuleDraft)
            else rule_of(_rule(connection, channel_id, what)).draft
        )
        problems = problems_of(draft, known_flows())
        if problems:
            raise RuleRefused(problems)
        fair = replace(normal(draft), name=draft.name)
        return try_rule(connection, channel_id, fair, clock.now())


# pytest takes any test_… it finds in a test module's namespace for a test.
test_rule.__test__ = False  # type: ignore[attr-defined]


def _rule(connection: Connection, channel_id: int, rule_id: int) -> Row[Any]:
    row = connection.execute(
        select(rule_t).where(rule_t.c.channel_id == channel_id, rule_t.c.id == rule_id)
    ).first()
    if row is None:
        raise Refused("alarm.rule_unknown", {"rule": rule_id})
    return row


def _taken(connection: Connection, channel_id: int, name: str, but: int | None) -> bool:
    found = connection.scalar(
        select(rule_t.c.id).where(rule_t.c.channel_id == channel_id, rule_t.c.name == name)
    )
    return found is not None and found != but


def _free_name(connection: Connection, channel_id: int, draft: RuleDraft) -> str:
    """A name that nobody reads: the screen shows the rule's sentence instead."""
    stem = ".".join(filter(None, (draft.metric, draft.flow)))
    count = connection.execute(
        select(func.coalesce(func.max(rule_t.c.id), 0)).where(rule_t.c.channel_id == channel_id)
    ).scalar_one()
    name = f"{stem}.{count + 1}"
    while _taken(connection, channel_id, name, None):
        count += 1
        name = f"{stem}.{count + 1}"
    return name


def _detail(draft: RuleDraft) -> dict[str, Any]:
    return {
        "metric": draft.metric,
        "flow": draft.flow,
        "limit": draft.limit,
        "window_min": draft.window_min,
        "severity": str(draft.severity),
        "is_active": draft.is_active,
    }
