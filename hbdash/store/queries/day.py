"""What a large window has room for: today's numbers, the flows' last hours, the lag's course."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Connection, case, func, select, type_coerce

from hbdash.store.log.reader import LogFilter, LogRow, page
from hbdash.store.queries.deadlines import (
    claim_t,
    count_to_decide,
    decision_t,
    package_t,
    unwritten,
)
from hbdash.store.queries.flows import run_t
from hbdash.store.queries.trends import figure_t
from hbdash.store.types import to_micros

MARKS = 36
"""Half hours of the flows' history: 18 hours."""
_HALF_HOUR = 1_800_000_000
_LAG_STEP = timedelta(minutes=4)
LAG_SPAN = timedelta(hours=6)
_RANKS = {"failed": 6, "lost": 6, "partly_done": 5, "refused": 4, "cancelled": 3, "done": 2}
_OF_RANK = {6: "failed", 5: "partly_done", 4: "refused", 3: "cancelled", 2: "done", 1: "nothing"}


@dataclass(frozen=True)
class Today:
    """Counts since midnight of the channel's zone."""

    orders_in: int
    not_in_omnitron: int
    handed_over: int
    claims_in: int
    to_decide: int
    claims_decided: int
    stock_sent: int
    prices_sent: int


@dataclass(frozen=True)
class Day:
    """The parts of a large dashboard."""

    today: Today
    marks: Mapping[str, tuple[str, ...]]
    """Flow → worst state of each half hour, the oldest first; empty where it did not run."""
    lag: Mapping[str, tuple[int | None, ...]]
    """``stock`` and ``price`` → seconds, every four minutes of six hours."""
    latest: tuple[LogRow, ...]


def day(connection: Connection, channel_id: int, now: datetime, midnight: datetime) -> Day:
    """Everything of :class:`Day`, in one transaction."""
    return Day(
        today=_today(connection, channel_id, midnight),
        marks=flow_marks(connection, channel_id, now),
        lag={kind: lag_course(connection, channel_id, kind, now) for kind in ("stock", "price")},
        latest=page(connection, LogFilter(channel_id), limit=20).rows,
    )


def _today(connection: Connection, channel_id: int, midnight: datetime) -> Today:
    packages = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((package_t.c.status == "InTransit", 1), else_=0)), 0),
        )
        .select_from(package_t)
        .where(package_t.c.channel_id == channel_id, package_t.c.first_seen >= midnight)
    ).one()
    missing = connection.execute(
        select(func.count()).select_from(package_t).where(unwritten(channel_id))
    ).scalar_one()
    claims = connection.execute(
        select(func.count())
        .select_from(claim_t)
        .where(claim_t.c.channel_id == channel_id, claim_t.c.claimed_at >= midnight)
    ).scalar_one()
    decided = connection.execute(
        select(func.count())
        .select_from(decision_t)
        .where(
            decision_t.c.channel_id == channel_id,
            decision_t.c.decided_at >= midnight,
            decision_t.c.state != "refused",
        )
    ).scalar_one()
    first = _first_run_since(connection, midnight)
    sent: dict[str, int] = {
        row[0]: int(row[1])
        for row in connection.execute(
            select(run_t.c.flow, func.coalesce(func.sum(run_t.c.ok), 0))
            .where(
                run_t.c.channel_id == channel_id,
                run_t.c.flow.in_(("stock", "price")),
                run_t.c.id >= first,
                run_t.c.dry_run.is_(False),
            )
            .group_by(run_t.c.flow)
        )
    }
    return Today(
        orders_in=packages[0],
        not_in_omnitron=missing,
        handed_over=int(packages[1]),
        claims_in=claims,
        to_decide=count_to_decide(connection, channel_id),
        claims_decided=decided,
        stock_sent=sent.get("stock", 0),
        prices_sent=sent.get("price", 0),
    )


def _first_run_since(connection: Connection, moment: datetime) -> int:
    """The least id of a run that began at ``moment`` or later.

    Ids grow with time, so halving finds it without an index on time.
    """
    low, high = connection.execute(
        select(func.coalesce(func.min(run_t.c.id), 0), func.coalesce(func.max(run_t.c.id), 0))
    ).one()
    while low < high:
        between = (low + high) // 2
        started = connection.execute(
            select(run_t.c.started_at).where(run_t.c.id >= between).order_by(run_t.c.id).limit(1)
        ).scalar()
        if started is not None and started < moment:
            low = between + 1
        else:
            high = between
    return int(low)


def flow_marks(
    connection: Connection, channel_id: int, now: datetime
) -> dict[str, tuple[str, ...]]:
    """Worst state of each flow in each of the last 36 half hours."""
    start = now - timedelta(minutes=30 * MARKS)
    place = func.floor(
        (type_coerce(run_t.c.started_at, BigInteger) - to_micros(start)) / _HALF_HOUR
    )
    rank = case(_RANKS, value=run_t.c.state, else_=1)
    rows = connection.execute(
        select(run_t.c.flow, place, func.max(rank))
        .where(
            run_t.c.channel_id == channel_id,
            run_t.c.id >= _first_run_since(connection, start),
            run_t.c.started_at >= start,
            run_t.c.dry_run.is_(False),
        )
        .group_by(run_t.c.flow, place)
    )
    marks: dict[str, list[str]] = {}
    for flow, at, worst in rows:
        row = marks.setdefault(flow, [""] * MARKS)
        row[min(int(at), MARKS - 1)] = _OF_RANK[worst]
    return {flow: tuple(row) for flow, row in marks.items()}


def lag_course(
    connection: Connection, channel_id: int, kind: str, now: datetime
) -> tuple[int | None, ...]:
    """Lag of a kind of value every four minutes of the last six hours."""
    start = now - LAG_SPAN
    rows: Sequence[tuple[datetime, int]] = [
        (row.at, row.value)
        for row in connection.execute(
            select(figure_t.c.at, figure_t.c.value)
            .where(
                figure_t.c.channel_id == channel_id,
                figure_t.c.name == f"{kind}_lag",
                figure_t.c.at >= start - timedelta(minutes=31),
                figure_t.c.at <= now,
            )
            .order_by(figure_t.c.at)
        )
    ]
    course: list[int | None] = []
    known: int | None = None
    index = 0
    for step in range(int(LAG_SPAN / _LAG_STEP)):
        end = start + (step + 1) * _LAG_STEP
        while index < len(rows) and rows[index][0] <= end:
            known = rows[index][1]
            index += 1
        course.append(known)
    return tuple(course)
