"""The 18 flows as a person sees them: last run, next run, pause; and the runs of one flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, or_, select

from hbdash.domain.flowspec import FlowSpec
from hbdash.domain.settings import ChannelSettings
from hbdash.domain.settings.obstacles import Obstacle, obstacles
from hbdash.domain.states import RunState
from hbdash.flows.registry import FLOWS
from hbdash.store.bulk import table_of
from hbdash.store.tables import (
    Channel,
    EngineRequest,
    FlowRun,
    FlowSchedule,
    Pause,
    SettingsSnapshot,
)

run_t = table_of(FlowRun)
schedule_t = table_of(FlowSchedule)
pause_t = table_of(Pause)
request_t = table_of(EngineRequest)
channel_t = table_of(Channel)
snapshot_t = table_of(SettingsSnapshot)

LISTED: tuple[FlowSpec, ...] = tuple(spec for spec in FLOWS.values() if spec.listed)
"""The 18 of the dashboard, in its order."""
BAD = (RunState.FAILED, RunState.LOST)
"""States of a last run that make the flow "failing"."""
_GOOD = ("done", "partly_done", "nothing_due")


@dataclass(frozen=True)
class RunLine:
    """One run, as a list shows it."""

    id: int
    flow: str
    state: RunState
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int | None
    total: int | None
    ok: int
    failed: int
    skipped: int
    dry_run: bool
    reason_id: str | None
    reason_params: Mapping[str, Any] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    note: Mapping[str, Any] = field(default_factory=dict)
    heartbeat_at: datetime | None = None


@dataclass(frozen=True)
class PauseLine:
    """A pause that holds now."""

    scope: str
    name: str
    until: datetime
    by: str
    why: str
    since: datetime | None = None


@dataclass(frozen=True)
class FlowState:
    """How one flow stands."""

    spec: FlowSpec
    state: RunState | None
    """``None``: never ran, or not part of this version."""
    run: RunLine | None
    next_due: datetime | None
    pause: PauseLine | None = None
    failing_since: datetime | None = None
    """Start of the first failed run after the last good one."""
    failures_in_row: int = 0
    obstacle: Obstacle | None = None
    """What keeps a flow that never ran from running; a run of its own says it otherwise."""

    @property
    def id(self) -> str:
        """The flow's id."""
        return self.spec.id

    @property
    def failing(self) -> bool:
        """Whether its last run failed or was lost; a pause or a run under way hides nothing."""
        return self.failing_since is not None


def flow_states(
    connection: Connection, channel_id: int, now: datetime, flows: Sequence[FlowSpec] = LISTED
) -> tuple[FlowState, ...]:
    """The given flows, in their order, each with its newest run."""
    ids = [spec.id for spec in flows]
    newest = (
        select(func.max(run_t.c.id))
        .where(run_t.c.channel_id == channel_id, run_t.c.flow.in_(ids), run_t.c.dry_run.is_(False))
        .group_by(run_t.c.flow)
    )
    runs = {
        row["flow"]: run_of(row)
        for row in connection.execute(select(run_t).where(run_t.c.id.in_(newest))).mappings()
    }
    schedules = {
        row.flow: row
        for row in connection.execute(
            select(schedule_t).where(schedule_t.c.channel_id == channel_id)
        )
    }
    held = pauses(connection, channel_id, now)
    in_the_way = _obstacles(connection, channel_id, [s for s in flows if s.id not in runs])
    states = []
    for spec in flows:
        run, schedule = runs.get(spec.id), schedules.get(spec.id)
        pause = next((p for p in held if holds(p, spec)), None)
        state = run.state if run is not None else None
        bad = state in BAD or (state is RunState.RUNNING and bool(_in_row(schedule)))
        states.append(
            FlowState(
                spec=spec,
                state=RunState.PAUSED if pause is not None and state is not RunState.RUNNING
                else state,
                run=run,
                next_due=pause.until if pause is not None
                else (schedule.next_due if schedule is not None else None),
                pause=pause,
                failing_since=failing_since(connection, channel_id, spec.id) if bad else None,
                failures_in_row=_in_row(schedule),
                obstacle=in_the_way.get(spec.id),
            )
        )  # fmt: skip
    return tuple(states)


def _obstacles(
    connection: Connection, channel_id: int, flows: Sequence[FlowSpec]
) -> dict[str, Obstacle]:
    """The first obstacle of each of these flows, by the settings as last read."""
    if not any(spec.built for spec in flows):
        return {}
    row = connection.execute(
        select(channel_t.c.name, channel_t.c.is_active, snapshot_t.c.conf, snapshot_t.c.form)
        .join(snapshot_t, snapshot_t.c.id == channel_t.c.settings_id)
        .where(channel_t.c.id == channel_id)
    ).first()
    if row is None:
        return {}
    settings = ChannelSettings.from_channel(
        {"name": row.name, **row.form, "is_active": row.is_active, "conf": row.conf}
    )
    found = {
        spec.id: obstacles(spec, settings, is_active=row.is_active is not False)
        for spec in flows
        if spec.built
    }
    return {flow: shut[0] for flow, shut in found.items() if shut}


def _in_row(schedule: Any) -> int:
    return schedule.failures_in_row if schedule is not None else 0


def failing_since(connection: Connection, channel_id: int, flow: str) -> datetime | None:
    """Start of the first failed run after the last good one; None when the last one was good."""
    mine = (run_t.c.channel_id == channel_id, run_t.c.flow == flow, run_t.c.dry_run.is_(False))
    last_good = (
        select(func.coalesce(func.max(run_t.c.id), 0))
        .where(*mine, run_t.c.state.in_(_GOOD))
        .scalar_subquery()
    )
    first = (
        select(run_t.c.started_at)
        .where(*mine, run_t.c.id > last_good, run_t.c.state.in_([s.value for s in BAD]))
        .order_by(run_t.c.id)
        .limit(1)
    )
    found: datetime | None = connection.execute(first).scalar()
    return found


def pauses(connection: Connection, channel_id: int, now: datetime) -> tuple[PauseLine, ...]:
    """Pauses that hold now: of flows, directions and the channel."""
    rows = connection.execute(
        select(pause_t)
        .where(
            pause_t.c.channel_id == channel_id,
            pause_t.c.ended_at.is_(None),
            pause_t.c.until > now,
        )
        .order_by(pause_t.c.until.desc())
    )
    return tuple(PauseLine(r.scope, r.name, r.until, r.by, r.why, r.created_at) for r in rows)


def holds(pause: PauseLine, spec: FlowSpec) -> bool:
    """Whether the pause holds this flow."""
    if pause.scope == "channel":
        return True
    return pause.name == (spec.id if pause.scope == "flow" else spec.direction.value)


def last_runs(
    connection: Connection, channel_id: int, flow: str, limit: int = 5
) -> tuple[RunLine, ...]:
    """The newest runs of a flow, dry runs too."""
    rows = connection.execute(
        select(run_t)
        .where(run_t.c.channel_id == channel_id, run_t.c.flow == flow)
        .order_by(run_t.c.id.desc())
        .limit(limit)
    ).mappings()
    return tuple(run_of(row) for row in rows)


def run_by_id(connection: Connection, run_id: int) -> RunLine | None:
    """One run."""
    row = connection.execute(select(run_t).where(run_t.c.id == run_id)).mappings().first()
    return None if row is None else run_of(row)


@dataclass(frozen=True)
class Asked:
    """What became of a request to the engine."""

    id: int
    kind: str
    flow: str | None
    state: str
    """``waiting``, ``taken``, ``done``, ``refused`` or ``failed``."""
    run: RunLine | None
    answer: Mapping[str, Any]


def asked(connection: Connection, request_id: int) -> Asked | None:
    """A request with its run, if it has one by now."""
    row = connection.execute(select(request_t).where(request_t.c.id == request_id)).first()
    if row is None:
        return None
    run = (
        connection.execute(
            select(run_t)
            .where(or_(run_t.c.id == row.run_id, run_t.c.request_id == request_id))
            .order_by(run_t.c.id.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    return Asked(
        row.id, row.kind, row.flow, row.state, None if run is None else run_of(run), row.answer
    )


def run_of(row: RowMapping) -> RunLine:
    """A row of ``flow_run``."""
    return RunLine(
        id=row["id"],
        flow=row["flow"],
        state=RunState(row["state"]),
        started_by=row["started_by"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        duration_ms=row["duration_ms"],
        total=row["total"],
        ok=row["ok"],
        failed=row["failed"],
        skipped=row["skipped"],
        dry_run=row["dry_run"],
        reason_id=row["reason_id"],
        reason_params=row["reason_params"] or {},
        keys=tuple(row["keys"] or ()),
        note=row["note"] or {},
        heartbeat_at=row["heartbeat_at"],
    )
