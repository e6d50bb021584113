"""Reading the log: pages, one line, the story of a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, select

from hbdash.store.bulk import table_of
from hbdash.store.log.counts import Bar, Count, count, histogram, relaxations
from hbdash.store.log.ids import id_time
from hbdash.store.log.lines import LogDetail, LogRow
from hbdash.store.log.search import NO_END, Facet, LogFilter, Search, translate
from hbdash.store.log.tables import LogBody, LogEntry, LogFacet

__all__ = [
    "Bar", "Count", "LogDetail", "LogFilter", "LogPage", "LogRow", "count", "detail", "histogram",
    "id_time",
    "newest_id", "next_error", "page", "relaxations", "story",
]  # fmt: skip

TEXT_STEP = 10_000
"""Lines looked at for a text before the answer is given as it is."""
_ERROR_STEPS = 20


@dataclass(frozen=True)
class LogPage:
    """Lines, newest first."""

    rows: tuple[LogRow, ...]
    cursor: int | None
    """The next page's ``before`` (or ``after``, when that was asked); ``None`` at the end."""
    complete: bool
    """False when a text search gave up before it had filled the page."""
    searched_to: datetime | None
    """How far it has looked then."""


def page(
    connection: Connection,
    wanted: LogFilter,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> LogPage:
    """The newest ``limit`` lines, those older than ``before``, or the next ones after ``after``.

    Without a text a page costs about a millisecond. A text is looked for in at most
    :data:`TEXT_STEP` lines that fit the rest of the filter; what is found so far comes back with
    ``complete`` false, ``searched_to`` and the ``cursor`` from which to go on.
    """
    search = translate(connection, wanted)
    if not search.arms:
        return LogPage((), None, complete=True, searched_to=None)
    low = 0 if after is None else after + 1
    high = NO_END if before is None else before
    forward = after is not None and before is None
    edge = _edge_of_step(connection, search, low, high, forward=forward) if search.by_text else None
    if edge is not None:
        low, high = (low, edge + 1) if forward else (edge, high)
    ids = search.ids(connection, limit + 1, low=low, high=high, oldest_first=forward)
    more = len(ids) > limit
    ids = ids[:limit]
    rows = read_rows(connection, search.facets, ids)
    if more:
        return LogPage(rows, ids[-1], complete=True, searched_to=None)
    if edge is not None:
        return LogPage(rows, edge, complete=False, searched_to=id_time(edge))
    return LogPage(rows, None, complete=True, searched_to=None)


def _edge_of_step(
    connection: Connection, search: Search, low: int, high: int, *, forward: bool
) -> int | None:
    """The id at which one step of a text search ends; ``None`` if it reaches the end."""
    found = search.ids(
        connection,
        2,
        low=low,
        high=high,
        oldest_first=forward,
        offset=TEXT_STEP - 1,
        with_words=False,
    )
    return found[0] if len(found) == 2 else None


def newest_id(connection: Connection, channel_id: int) -> int | None:
    """The id of the channel's newest line."""
    search = translate(connection, LogFilter(channel_id))
    ids = search.ids(connection, 1) if search.arms else []
    return ids[0] if ids else None


def next_error(
    connection: Connection,
    wanted: LogFilter,
    from_id: int,
    direction: Literal["older", "newer"],
) -> LogRow | None:
    """The nearest error that fits the filter, not counting ``from_id`` itself."""
    if wanted.levels and "error" not in wanted.levels:
        return None
    errors = replace(wanted, levels=("error",))
    cursor: int | None = from_id
    for _ in range(_ERROR_STEPS):
        if direction == "older":
            found = page(connection, errors, before=cursor, limit=1)
        else:
            found = page(connection, errors, after=cursor, limit=1)
        if found.rows:
            return found.rows[0]
        cursor = found.cursor
        if cursor is None:
            break
    return None


def story(
    connection: Connection, channel_id: int, key: str, limit: int = 200
) -> tuple[LogRow, ...]:
    """What happened to a SKU, order, package or claim in all flows, newest first."""
    return page(connection, LogFilter(channel_id, key=key), limit=limit).rows if key else ()


def detail(connection: Connection, log_id: int) -> LogDetail | None:
    """One line with its bodies; ``None`` if retention has taken it."""
    entry, facet, body = table_of(LogEntry), table_of(LogFacet), table_of(LogBody)
    found = connection.execute(
        select(entry.c.facet_id, facet.c.flow, facet.c.level, facet.c.status,
               body.c.request, body.c.response, body.c.correlation_id)
        .join(facet, facet.c.id == entry.c.facet_id)
        .outerjoin(body, body.c.log_id == entry.c.id)
        .where(entry.c.id == log_id)
    ).one_or_none()  # fmt: skip
    if found is None:
        return None
    number, flow, level, status, request, response, correlation_id = found
    (row,) = read_rows(connection, {number: Facet(flow, level, status)}, [log_id])
    return LogDetail(row, request or "", response or "", correlation_id or "")


def read_rows(
    connection: Connection, facets: Mapping[int, Facet], ids: Sequence[int]
) -> tuple[LogRow, ...]:
    """The lines with these ids, newest first."""
    if not ids:
        return ()
    c = table_of(LogEntry).c
    found = connection.execute(
        select(c.facet_id, c.id, c.at, c.kind, c.key, c.code, c.params, c.message, c.run_id,
               c.duration_ms)
        .where(c.id.in_(ids))
        .order_by(c.id.desc())
    )  # fmt: skip
    return tuple(
        LogRow(log_id, at, facets[number].flow, facets[number].level, facets[number].status, *rest)
        for number, log_id, at, *rest in found
    )
