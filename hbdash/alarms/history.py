"""The runs of a flow as alarms see them: which count as success, which as failure, which as off.

``nothing due`` is a success (the flow looked and all is well); a partly done run is one only if
something went through. A run refused because the other side does not answer goes on a row of
failures; one refused by a flag, a pause or an inactive channel means that somebody wants it off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from hbdash.alarms.flows import direction_of
from hbdash.domain.states import RunState
from hbdash.store.bulk import table_of
from hbdash.store.tables import FlowRun, FlowSchedule, Lease, Pause

run_t = table_of(FlowRun)
pause_t = table_of(Pause)

RECENT = 120
"""Runs looked at for one rule: more than the highest limit on failures in a row."""
_OFF_REASONS = frozenset({"flag.off", "channel.inactive", "run.paused", "run.not_built"})
_WAITS_FOR_SIDE = "run.remote_waiting"


class Outcome(Enum):
    """What a run says about its flow."""

    SUCCESS = 1
    FAILURE = 2
    OFF = 3
    """Somebody does not want it to run now."""
    SAYS_NOTHING = 4


@dataclass(frozen=True)
class EndedRun:
    """A run that has ended, as far as alarms look at it."""

    started_at: datetime
    ended_at: datetime
    outcome: Outcome
    ok: int
    failed: int
    is_regular: bool
    """Ran for all that was due, not by hand for some keys or a past window."""


@dataclass(frozen=True)
class FlowHistory:
    """What happened to a flow, newest run first."""

    flow: str
    runs: Sequence[EndedRun]
    off_until: datetime | None = None
    """End of the latest time in which it was meant to be off; None when it never was."""
    is_off: bool = False
    """Paused now."""
    began: datetime | None = None
    """Since when it could have run: the channel's first run, else the engine's start. Read only
    for a flow of which no success is known."""
    engine_since: datetime | None = None
    last_success: datetime | None = None
    """From the schedule, for when ``runs`` do not reach back far enough."""


def outcome_of(state: str, ok: int, reason_id: str | None) -> Outcome:
    """What a state, with what went through and why, says about the flow."""
    if state in (RunState.DONE, RunState.NOTHING_DUE):
        return Outcome.SUCCESS
    if state == RunState.PARTLY_DONE:
        return Outcome.SUCCESS if ok else Outcome.FAILURE
    if state in (RunState.FAILED, RunState.LOST):
        return Outcome.FAILURE
    if state == RunState.REFUSED:
        if reason_id in _OFF_REASONS:
            return Outcome.OFF
        return Outcome.FAILURE if reason_id == _WAITS_FOR_SIDE else Outcome.SAYS_NOTHING
    return Outcome.SAYS_NOTHING


def flow_history(
    connection: Connection,
    channel_id: int,
    flow: str,
    now: datetime,
    *,
    since: datetime | None = None,
    most: int = RECENT,
) -> FlowHistory:
    """The newest ended runs of a flow, up to ``now``; ``since`` leaves out what ended before."""
    conditions = [
        run_t.c.channel_id == channel_id,
        run_t.c.flow == flow,
        run_t.c.ended_at.is_not(None),
        run_t.c.ended_at <= now,
        run_t.c.dry_run.is_(False),
    ]
    if since is not None:
        conditions.append(run_t.c.ended_at > since)
    rows = connection.execute(
        select(
            run_t.c.started_at,
            run_t.c.ended_at,
            run_t.c.state,
            run_t.c.ok,
            run_t.c.failed,
            run_t.c.reason_id,
            run_t.c["keys"],
            run_t.c.window_from,
        )
        .where(*conditions)
        .order_by(run_t.c.id.desc())
        .limit(most)
    )
    runs = tuple(_run(row) for row in rows)
    paused_until, is_paused = _pauses(connection, channel_id, flow, now)
    off = [run.ended_at for run in runs if run.outcome is Outcome.OFF][:1]
    engine_since = _engine_since(connection, channel_id)
    last_success = _scheduled_success(connection, channel_id, flow)
    began = None
    if last_success is None and not any(
        run.is_regular and run.outcome in (Outcome.SUCCESS, Outcome.OFF) for run in runs
    ):  # else nobody asks, and the answer costs a scan
        began = channel_began(connection, channel_id) or engine_since
    return FlowHistory(
        flow=flow,
        runs=runs,
        off_until=max((at for at in (*off, paused_until) if at is not None), default=None),
        is_off=is_paused,
        began=began,
        engine_since=engine_since,
        last_success=last_success,
    )


def _run(row: Any) -> EndedRun:
    return EndedRun(
        started_at=row.started_at,
        ended_at=row.ended_at,
        outcome=outcome_of(row.state, row.ok, row.reason_id),
        ok=row.ok,
        failed=row.failed,
        is_regular=not row[6] and row.window_from is None,
    )


def _holds_flow(flow: str) -> ColumnElement[bool]:
    return or_(
        pause_t.c.scope == "channel",
        and_(pause_t.c.scope == "direction", pause_t.c.name == direction_of(flow)),
        and_(pause_t.c.scope == "flow", pause_t.c.name == flow),
    )


def _pauses(
    connection: Connection, channel_id: int, flow: str, now: datetime
) -> tuple[datetime | None, bool]:
    """End of the latest pause that is over, and whether one stands now."""
    rows = connection.execute(
        select(pause_t.c.until, pause_t.c.ended_at)
        .where(
            pause_t.c.channel_id == channel_id, pause_t.c.created_at <= now, _holds_flow(flow)
        )
        .order_by(pause_t.c.id.desc())
        .limit(20)
    )  # fmt: skip
    ends = [min(row.until, row.ended_at or row.until) for row in rows]
    past = max((end for end in ends if end <= now), default=None)
    return past, any(end > now for end in ends)


def _engine_since(connection: Connection, channel_id: int) -> datetime | None:
    lease = table_of(Lease)
    return connection.scalar(select(lease.c.taken_at).where(lease.c.channel_id == channel_id))


def channel_began(connection: Connection, channel_id: int) -> datetime | None:
    """When the channel's first run started; None before it."""
    return connection.scalar(
        select(run_t.c.started_at)
        .where(run_t.c.channel_id == channel_id)
        .order_by(run_t.c.id)
        .limit(1)
    )


def _scheduled_success(connection: Connection, channel_id: int, flow: str) -> datetime | None:
    table = table_of(FlowSchedule)
    return connection.scalar(
        select(table.c.last_success).where(
            table.c.channel_id == channel_id, table.c.flow == flow
        )
    )  # fmt: skip


# Pure functions over a history ---------------------------------------------------------------


def regular(history: FlowHistory, at: datetime) -> list[EndedRun]:
    """Regular runs that had ended at ``at``, newest first."""
    return [run for run in history.runs if run.is_regular and run.ended_at <= at]


def is_off(history: FlowHistory, at: datetime) -> bool:
    """Whether somebody wants the flow off: paused, or its newest run was refused for that."""
    if history.is_off:
        return True
    newest = next((run for run in regular(history, at)), None)
    return newest is not None and newest.outcome is Outcome.OFF


def failures_in_row(history: FlowHistory, at: datetime) -> int:
    """Runs that failed one after the other, up to ``at``; what lies before an off time is over."""
    count = 0
    for run in regular(history, at):
        if run.outcome in (Outcome.SUCCESS, Outcome.OFF):
            break
        if history.off_until is not None and run.ended_at <= history.off_until <= at:
            break
        count += run.outcome is Outcome.FAILURE
    return count


def without_success(history: FlowHistory, at: datetime) -> timedelta | None:
    """How long the flow has had no success while it was meant to run; None when not known."""
    start: datetime | None = None
    for run in regular(history, at):
        if run.outcome in (Outcome.SUCCESS, Outcome.OFF):
            start = run.ended_at
            break
    if start is None:
        earlier = history.last_success
        start = earlier if earlier is not None and earlier <= at else history.began
    if start is None:
        return None
    if history.off_until is not None and history.off_until <= at:
        start = max(start, history.off_until)
    return max(at - start, timedelta(0))


def error_counts(history: FlowHistory, at: datetime, window: timedelta) -> tuple[int, int]:
    """(failed, tried) records of the runs that ended within ``window`` before ``at``."""
    inside = [run for run in history.runs if at - window < run.ended_at <= at]
    failed = sum(run.failed for run in inside)
    return failed, failed + sum(run.ok for run in inside)
