"""What is due: a fact in the database; the scheduler thread only wakes people up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, case, select, update

from hbdash.config import EngineConfig
from hbdash.domain.flowspec import Every, FlowSpec, Schedule
from hbdash.domain.states import RunState
from hbdash.store.bulk import table_of, upsert
from hbdash.store.tables import FlowSchedule

#: A day on which the clock is put back: between two daily runs there is never more.
LONGEST_DAY = timedelta(hours=25)

SUCCESS = (RunState.DONE, RunState.NOTHING_DUE, RunState.PARTLY_DONE)


def schedule_of(spec: FlowSpec, config: EngineConfig) -> Schedule:
    """The flow's schedule, or the period that the installation gives it (R5.19)."""
    period = config.period(spec.id)
    return spec.schedule if period is None else Every(period)


def install(
    connection: Connection,
    channel_id: int,
    specs: Mapping[str, FlowSpec],
    config: EngineConfig,
    zone: ZoneInfo,
    now: datetime,
) -> None:
    """A row per scheduled flow. New ones of a period are due now; ``start_all`` makes all due."""
    rows = []
    for spec in specs.values():
        schedule = schedule_of(spec, config)
        due = schedule.next_after(now, zone)
        if not spec.built or due is None:
            continue
        at_once = config.start_all or isinstance(schedule, Every)
        rows.append(
            {
                "channel_id": channel_id,
                "flow": spec.id,
                "next_due": now if at_once else due,
                "failures_in_row": 0,
            }
        )
    upsert(
        connection,
        FlowSchedule,
        rows,
        key=("channel_id", "flow"),
        update=("next_due",) if config.start_all else (),
    )


def next_dues(connection: Connection, channel_id: int) -> dict[str, datetime]:
    """Flow id → when it is due next."""
    table = table_of(FlowSchedule)
    rows = connection.execute(
        select(table.c.flow, table.c.next_due).where(table.c.channel_id == channel_id)
    )
    return {row.flow: row.next_due for row in rows}


def is_due(due: datetime, now: datetime, schedule: Schedule) -> bool:
    """Due now; a due time further away than a whole period means that the clock went back."""
    if due <= now:
        return True
    period = schedule.period if isinstance(schedule, Every) else LONGEST_DAY
    return due - now > period + timedelta(seconds=1)


def started(
    connection: Connection,
    channel_id: int,
    spec: FlowSpec,
    schedule: Schedule,
    zone: ZoneInfo,
    now: datetime,
) -> datetime | None:
    """Note a start; the next is counted from now, so a missed run is run once, not many times."""
    table = table_of(FlowSchedule)
    due = schedule.next_after(now, zone)
    if due is not None:
        connection.execute(
            update(table)
            .where(table.c.channel_id == channel_id, table.c.flow == spec.id)
            .values(next_due=due, last_started=now)
        )
    return due


def sooner(connection: Connection, channel_id: int, flow: str, at: datetime) -> None:
    """The flow has a result to ask for at that time: it is due then, if it was due later."""
    table = table_of(FlowSchedule)
    connection.execute(
        update(table)
        .where(table.c.channel_id == channel_id, table.c.flow == flow, table.c.next_due > at)
        .values(next_due=at)
    )


def ended(
    connection: Connection, channel_id: int, flow: str, state: RunState, now: datetime
) -> None:
    """Note how a run ended: time of the last success, failures in a row."""
    table = table_of(FlowSchedule)
    here = (table.c.channel_id == channel_id) & (table.c.flow == flow)
    if state in SUCCESS:
        connection.execute(update(table).where(here).values(last_success=now, failures_in_row=0))
    elif state in (RunState.FAILED, RunState.LOST):
        connection.execute(
            update(table)
            .where(here)
            .values(
                failures_in_row=case(
                    (table.c.failures_in_row.is_(None), 1), else_=table.c.failures_in_row + 1
                )
            )
        )
