"""What a new holder does first: close what the dead one left standing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from hbdash.domain.clock import Clock
from hbdash.domain.states import RunState
from hbdash.store.bulk import table_of
from hbdash.store.log.writer import LogLine, LogWriter
from hbdash.store.tables import EngineRequest, FlowRun
from hbdash.texts.runs import run_line

#: A run without a heartbeat for this long is not running, whoever may claim so.
SILENT_AFTER_S = 20


def close_lost_runs(
    connection: Connection,
    channel_id: int,
    holder: str,
    writer: LogWriter,
    clock: Clock,
) -> int:
    """Runs of other holders that stand as running become *lost*, with the time of last progress.

    The requests they served wait again: a run by hand is harmless twice (design rule 9).
    """
    runs, requests = table_of(FlowRun), table_of(EngineRequest)
    now: datetime = clock.now()
    lost = list(
        connection.execute(
            select(runs.c.id, runs.c.flow, runs.c.heartbeat_at).where(
                runs.c.channel_id == channel_id,
                runs.c.state == RunState.RUNNING,
                runs.c.holder != holder,
            )
        )
    )
    lines = []
    for run_id, flow, heartbeat in lost:
        params = {"last_seen": heartbeat.isoformat()}
        connection.execute(
            update(runs)
            .where(runs.c.id == run_id)
            .values(state=RunState.LOST, ended_at=now, reason_id="run.lost", reason_params=params)
        )
        lines.append(
            LogLine(
                at=now,
                flow=flow,
                level="error",
                status="system",
                message=run_line(flow, RunState.LOST, "run.lost", params),
                kind="run",
                code="run.lost",
                params=params,
                run_id=run_id,
            )
        )
    if lines:
        writer.write(connection, lines)
    connection.execute(
        update(requests)
        .where(
            requests.c.channel_id == channel_id,
            requests.c.state == "taken",
            requests.c.taken_by != holder,
        )
        .values(state="waiting", taken_by=None)
    )
    return len(lost)
