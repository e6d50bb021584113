"""What a dead engine, or a run that could not write its end, left standing: closed here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from hbdash.domain.states import RunState
from hbdash.store.bulk import table_of
from hbdash.store.log.writer import LogLine, LogWriter
from hbdash.store.tables import EngineRequest, FlowRun, FlowSchedule
from hbdash.texts.runs import run_line

_runs, _requests = table_of(FlowRun), table_of(EngineRequest)


def close_lost_runs(
    connection: Connection, channel_id: int, holder: str, writer: LogWriter, now: datetime
) -> int:
    """Runs of other holders that stand as running become *lost*; how many there were.

    What a person had asked for and nobody answered waits again: a run by hand is harmless twice
    (design rule 9).
    """
    lost = _close(
        connection,
        (_runs.c.channel_id == channel_id) & (_runs.c.holder != holder),
        channel_id,
        writer,
        now,
    )
    connection.execute(
        update(_requests)
        .where(
            _requests.c.channel_id == channel_id,
            _requests.c.state == "taken",
            _requests.c.taken_by != holder,
        )
        .values(state="waiting", taken_by=None)
    )
    return len(lost)


def close_runs(
    connection: Connection,
    channel_id: int,
    run_ids: Collection[int],
    writer: LogWriter,
    now: datetime,
) -> int:
    """Runs that have ended without a last row, because the database refused it, become *lost*."""
    lost = _close(connection, _runs.c.id.in_(sorted(run_ids)), channel_id, writer, now)
    served = [row.request_id for row in lost if row.request_id is not None]
    if served:
        connection.execute(
            update(_requests)
            .where(_requests.c.id.in_(served), _requests.c.state == "taken")
            .values(state="waiting", taken_by=None)
        )
    return len(lost)


def _close(
    connection: Connection,
    which: ColumnElement[bool],
    channel_id: int,
    writer: LogWriter,
    now: datetime,
) -> Sequence[Any]:
    """Close with the time of the last sign of life; what the schedule had started is due again."""
    lost = connection.execute(
        select(
            _runs.c.id,
            _runs.c.flow,
            _runs.c.heartbeat_at,
            _runs.c.started_by,
            _runs.c.request_id,
        ).where(which, _runs.c.state == RunState.RUNNING)
    ).all()
    lines = []
    for row in lost:
        params = {"last_seen": row.heartbeat_at.isoformat()}
        connection.execute(
            update(_runs)
            .where(_runs.c.id == row.id)
            .values(state=RunState.LOST, ended_at=now, reason_id="run.lost", reason_params=params)
        )
        lines.append(
            LogLine(
                at=now,
                flow=row.flow,
                level="error",
                status="system",
                message=run_line(row.flow, RunState.LOST, "run.lost", params),
                kind="run",
                code="run.lost",
                params=params,
                run_id=row.id,
            )
        )
    if lines:
        writer.write(connection, lines)
    due_again(connection, channel_id, {r.flow for r in lost if r.started_by == "schedule"}, now)
    return lost


def due_again(
    connection: Connection, channel_id: int, flows: Collection[str], now: datetime
) -> None:
    """A scheduled run that was cut off is run at once: a daily one would wait for tomorrow."""
    if not flows:
        return
    table = table_of(FlowSchedule)
    connection.execute(
        update(table)
        .where(
            table.c.channel_id == channel_id,
            table.c.flow.in_(sorted(flows)),
            table.c.next_due > now,
        )
        .values(next_due=now)
    )
