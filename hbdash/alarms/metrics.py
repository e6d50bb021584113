"""What a rule measures: pure reads over one connection (R7.3.1, R7.3.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import floor
from typing import Any

from sqlalchemy import Connection, func, select

from hbdash.alarms.history import (
    RECENT,
    FlowHistory,
    error_counts,
    failures_in_row,
    flow_history,
    is_off,
    without_success,
)
from hbdash.domain.alarms import LEAST_RECORDS, METRICS, WINDOW_USUAL, RuleDraft
from hbdash.store.bulk import table_of
from hbdash.store.queries.causes import OPEN
from hbdash.store.queries.deadlines import claim_t, claim_to_decide, package_t, unwritten
from hbdash.store.queries.trends import lag
from hbdash.store.tables import AlarmRule, Failure, Penalty, Sweep

SETTLE = timedelta(minutes=2)
"""After the engine's start nothing is said to have had no success: its runs are on their way."""
_LONG_PAST = timedelta(hours=24)
"""A deadline missed by more than this can't be helped any more."""
_MOST_SUBJECTS = 500
_NOT_LET_IN = ("remote.auth", "remote.wall")


@dataclass(frozen=True)
class Rule:
    """A rule as kept in the database."""

    id: int
    name: str
    draft: RuleDraft
    silenced_until: datetime | None = None

    def is_silenced(self, now: datetime) -> bool:
        """Whether its firings tell nobody now."""
        return self.silenced_until is not None and self.silenced_until > now


@dataclass(frozen=True)
class Measurement:
    """How things stand for one subject of a rule."""

    level: float
    """In the unit of the metric, not rounded."""
    subject: str = ""
    """Claim number, order number or side; empty for the rule as a whole."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON that names what is behind it."""
    may_fire: bool = True
    """False while it is too early to say: what rings goes on, nothing new begins."""

    @property
    def value(self) -> int:
        """The level in whole units."""
        return floor(self.level)


class Histories:
    """Flow histories as of one moment, each read once however many rules look at it."""

    def __init__(self, connection: Connection, channel_id: int, now: datetime) -> None:
        self._connection = connection
        self._channel_id = channel_id
        self._now = now
        self._read: dict[tuple[str, int], FlowHistory] = {}

    def of(self, draft: RuleDraft) -> FlowHistory:
        """The history that a rule of a flow needs: newest runs, or as many as fill its window."""
        assert draft.flow is not None
        most = max(RECENT, 2 * (draft.window_min or 0))
        key = (draft.flow, most)
        if key not in self._read:
            self._read[key] = flow_history(
                self._connection, self._channel_id, draft.flow, self._now, most=most
            )
        return self._read[key]


def measure(
    connection: Connection,
    channel_id: int,
    draft: RuleDraft,
    now: datetime,
    histories: Histories | None = None,
) -> list[Measurement]:
    """Measure a rule now. No measurement for a subject means that its condition is gone."""
    spec = METRICS.get(draft.metric)
    if spec is None:  # written by a later version: it stays in the list and rings for nothing
        return []
    if spec.of_flow:
        if draft.flow is None:
            return []
        known = histories or Histories(connection, channel_id, now)
        found = measure_flow(known.of(draft), draft, now)
        return [] if found is None else [found]
    return _READERS[draft.metric](connection, channel_id, draft, now)


def measure_flow(history: FlowHistory, draft: RuleDraft, at: datetime) -> Measurement | None:
    """A metric of a flow as it stood at ``at``; None when it can't be told or the flow is off."""
    if is_off(history, at):
        return None
    if draft.metric == "failures_in_row":
        return Measurement(failures_in_row(history, at))
    if draft.metric == "error_rate":
        window = timedelta(minutes=draft.window_min or WINDOW_USUAL)
        failed, tried = error_counts(history, at, window)
        if tried < LEAST_RECORDS:
            return None
        return Measurement(100 * failed / tried, params={"failed": failed, "tried": tried})
    gone = without_success(history, at)
    if gone is None:
        return None
    settled = history.engine_since is None or at - history.engine_since >= SETTLE
    return Measurement(gone / timedelta(minutes=1), may_fire=settled)


def _claims(
    connection: Connection, channel_id: int, draft: RuleDraft, now: datetime
) -> list[Measurement]:
    rows = connection.execute(
        select(claim_t.c.number, claim_t.c.deadline)
        .where(claim_to_decide(channel_id), *_near(claim_t.c.deadline, draft, now))
        .order_by(claim_t.c.deadline)
        .limit(_MOST_SUBJECTS)
    )
    return [_left(row.number, row.deadline, now) for row in rows]


def _orders(
    connection: Connection, channel_id: int, draft: RuleDraft, now: datetime
) -> list[Measurement]:
    rows = connection.execute(
        select(package_t.c.order_number, func.min(package_t.c.due_at).label("due_at"))
        .where(unwritten(channel_id), *_near(package_t.c.due_at, draft, now))
        .group_by(package_t.c.order_number)
        .order_by(func.min(package_t.c.due_at))
        .limit(_MOST_SUBJECTS)
    )
    return [_left(row.order_number, row.due_at, now) for row in rows]


def _near(column: Any, draft: RuleDraft, now: datetime) -> tuple[Any, ...]:
    spec = METRICS[draft.metric]
    horizon = timedelta(hours=draft.limit + spec.margin(draft.limit))
    return (column.is_not(None), column <= now + horizon, column > now - _LONG_PAST)


def _left(subject: str, deadline: datetime, now: datetime) -> Measurement:
    hours = (deadline - now) / timedelta(hours=1)
    return Measurement(hours, subject, {"deadline": deadline.isoformat()})


def _stock_lag(
    connection: Connection, channel_id: int, draft: RuleDraft, now: datetime
) -> list[Measurement]:
    found = lag(connection, channel_id, "stock", now, now)
    if not found.waiting or found.now_s is None:
        return []
    return [Measurement(found.now_s / 60, params={"waiting": found.waiting})]


def _open_failures(
    connection: Connection, channel_id: int, draft: RuleDraft, now: datetime
) -> list[Measurement]:
    table = table_of(Failure)
    count = connection.execute(
        select(func.count())
        .select_from(table)
        .where(table.c.channel_id == channel_id, table.c.state.in_(OPEN))
    ).scalar_one()
    return [Measurement(count)]


def _ended_penalties(
    connection: Connection, channel_id: int, draft: RuleDraft, now: datetime
) -> list[Measurement]:
    table = table_of(Penalty)
    count = connection.execute(
        select(func.count())
        .select_from(table)
        .where(
            table.c.channel_id == channel_id,
            table.c.ended.is_(True),
            table.c.lifted_at.is_(None),
        )
    ).scalar_one()
    return [Measurement(count)]


def _auth_refused(
    connection: Connection, channel_id: int, draft: RuleDraft, now: datetime
) -> list[Measurement]:
    table = table_of(Failure)
    rows = connection.execute(
        select(table.c.params, table.c.code, table.c.flow).where(
            table.c.channel_id == channel_id,
            table.c.state.in_(OPEN),
            table.c.code.in_(_NOT_LET_IN),
        )
    )
    sides: dict[str, list[str]] = {}
    codes: dict[str, str] = {}
    for row in rows:
        side = str((row.params or {}).get("side", ""))
        sides.setdefault(side, []).append(row.flow)
        codes[side] = row.code
    return [
        Measurement(len(flows), side, {"code": codes[side], "flows": sorted(set(flows))})
        for side, flows in sorted(sides.items())
    ]


def _empty_answer(
    connection: Connection, channel_id: int, draft: RuleDraft, now: datetime
) -> list[Measurement]:
    """How much less the newest reading of a side found than the last whole one before it.

    A reading that shrank so much that the mirror did not believe it ended too, as not whole.
    """
    found = []
    for side in ("omnitron", "hepsiburada"):
        newest = _reading(connection, channel_id, side, now)
        before = newest and _reading(connection, channel_id, side, now, before=newest[0])
        if newest and before and before[1] > 0:
            fallen = 100 * max(before[1] - newest[1], 0) / before[1]
            found.append(Measurement(fallen, side, {"rows": newest[1], "before": before[1]}))
    return found


def _reading(
    connection: Connection,
    channel_id: int,
    side: str,
    now: datetime,
    *,
    before: int | None = None,
) -> tuple[int, int] | None:
    """Id and rows of a side's newest ended reading, or of the newest whole one ``before`` an id."""
    table = table_of(Sweep)
    wanted = [
        table.c.channel_id == channel_id,
        table.c.side == side,
        table.c.ended_at.is_not(None),
        table.c.ended_at <= now,
    ]
    if before is not None:
        wanted += [table.c.id < before, table.c.whole.is_(True)]
    row = connection.execute(
        select(table.c.id, table.c.rows).where(*wanted).order_by(table.c.id.desc()).limit(1)
    ).first()
    return None if row is None else (row.id, row.rows)


_Reader = Callable[[Connection, int, RuleDraft, datetime], list[Measurement]]
_READERS: dict[str, _Reader] = {
    "claim_deadline": _claims,
    "order_deadline": _orders,
    "stock_lag": _stock_lag,
    "open_failures": _open_failures,
    "ended_penalties": _ended_penalties,
    "auth_refused": _auth_refused,
    "empty_answer": _empty_answer,
}


def rules_of(connection: Connection, channel_id: int, *, active: bool = True) -> list[Rule]:
    """The rules of a channel, only the active ones unless told otherwise."""
    table = table_of(AlarmRule)
    statement = select(table).where(table.c.channel_id == channel_id).order_by(table.c.id)
    if active:
        statement = statement.where(table.c.is_active.is_(True))
    return [rule_of(row) for row in connection.execute(statement)]


def rule_of(row: Any) -> Rule:
    """A row of ``alarm_rule`` as a rule."""
    draft = RuleDraft(
        metric=row.metric,
        limit=row.limit,
        flow=row.flow,
        window_min=row.window_min,
        severity=row.severity,
        name=row.name,
        is_active=row.is_active,
    )
    return Rule(row.id, row.name, draft, row.silenced_until)
