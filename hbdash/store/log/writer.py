"""Writing lines: the one way into the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from hbdash.domain.turkish import fold
from hbdash.store.bulk import insert_ignore, table_of
from hbdash.store.database import Database
from hbdash.store.log.ids import id_floor, id_minute, ids_of
from hbdash.store.log.lines import LogLine
from hbdash.store.log.tables import LogBody, LogEntry, LogFacet, LogHour, LogMinute

__all__ = ["BODY_CAP", "LogLine", "LogWriter"]

BODY_CAP = 16_384
"""Characters kept of a request and of a response; an upload of 4,000 rows has 600,000."""

_OVERTAKE = timedelta(seconds=5)

Facet = tuple[str, str, str]
"""Flow, level, status."""


class LogWriter:
    """Writes the lines of one channel; may be shared by threads.

    Write once per transaction: on PostgreSQL the minute's counters of the lines' facets stay locked
    until it ends.
    """

    def __init__(self, db: Database, channel_id: int) -> None:
        self._ids = ids_of(db)
        self._on_sqlite = db.is_sqlite
        self._channel_id = channel_id
        self._known: dict[Facet, int] = {}

    def write(self, connection: Connection, lines: Sequence[LogLine]) -> list[int]:
        """Write ``lines`` and return their ids, in the order of ``lines``.

        Ids follow the lines' times, and come after the ids that are already there if those are less
        than five seconds ahead, so that who follows the log by id misses nothing.
        """
        if not lines:
            return []
        facets = self._facets(connection, {(x.flow, x.level, x.status) for x in lines})
        self._above_what_is_there(connection, lines)
        try:
            with connection.begin_nested():
                ids = self._insert(connection, lines, facets)
        except IntegrityError:
            self._ids.disambiguate()
            ids = self._insert(connection, lines, facets)
        bodies = [
            {
                "log_id": log_id,
                "request": capped(line.request),
                "response": capped(line.response),
                "correlation_id": line.correlation_id,
            }
            for log_id, line in zip(ids, lines, strict=True)
            if line.request or line.response or line.correlation_id
        ]
        if bodies:
            connection.execute(insert(table_of(LogBody)), bodies)
        self._count(
            connection,
            (
                (log_id, facets[x.flow, x.level, x.status])
                for log_id, x in zip(ids, lines, strict=True)
            ),
        )
        return ids

    def _insert(
        self, connection: Connection, lines: Sequence[LogLine], facets: dict[Facet, int]
    ) -> list[int]:
        ids = [0] * len(lines)
        for place in sorted(range(len(lines)), key=lambda n: lines[n].at):
            ids[place] = self._ids.next(lines[place].at)
        rows = [
            {
                "id": log_id,
                "at": line.at,
                "facet_id": facets[line.flow, line.level, line.status],
                "run_id": line.run_id,
                "kind": line.kind,
                "key": line.key,
                "code": line.code,
                "params": dict(line.params),
                "message": line.message,
                "folded": fold(f"{line.key} {line.message}"),
                "duration_ms": line.duration_ms,
            }
            for log_id, line in zip(ids, lines, strict=True)
        ]
        connection.execute(insert(table_of(LogEntry)), rows)
        return ids

    def _above_what_is_there(self, connection: Connection, lines: Sequence[LogLine]) -> None:
        newest = connection.scalar(select(func.max(table_of(LogEntry).c.id)))
        first = min(line.at for line in lines)
        # Further ahead than that is a clock that was set back; then the time is worth more.
        if newest is not None and newest < id_floor(first + _OVERTAKE):
            self._ids.above(newest)

    def _count(self, connection: Connection, written: Iterable[tuple[int, int]]) -> None:
        """Add the lines to the counters of their minutes and hours."""
        minutes: dict[tuple[int, int], list[int]] = defaultdict(list)
        hours: dict[tuple[int, int], int] = defaultdict(int)
        for log_id, facet_id in written:
            minute = id_minute(log_id)
            minutes[minute, facet_id].append(log_id)
            hours[minute // 60, facet_id] += 1
        build: Any = sqlite.insert if self._on_sqlite else postgresql.insert
        least, greatest = (func.min, func.max) if self._on_sqlite else (func.least, func.greatest)
        per_minute = table_of(LogMinute)
        statement = build(per_minute)
        new = statement.excluded
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["minute", "facet_id"],
                set_={
                    "n": per_minute.c.n + new.n,
                    "first_id": least(per_minute.c.first_id, new.first_id),
                    "last_id": greatest(per_minute.c.last_id, new.last_id),
                },
            ),
            [
                {
                    "minute": minute,
                    "facet_id": facet_id,
                    "n": len(ids),
                    "first_id": min(ids),
                    "last_id": max(ids),
                }
                for (minute, facet_id), ids in sorted(minutes.items())
            ],
        )
        per_hour = table_of(LogHour)
        statement = build(per_hour)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["hour", "facet_id"],
                set_={"n": per_hour.c.n + statement.excluded.n},
            ),
            [
                {"hour": hour, "facet_id": facet_id, "n": n}
                for (hour, facet_id), n in sorted(hours.items())
            ],
        )

    def _facets(self, connection: Connection, wanted: set[Facet]) -> dict[Facet, int]:
        if wanted <= self._known.keys():
            return {facet: self._known[facet] for facet in wanted}
        found = self._stored(connection)
        made = _made_here(connection)
        if new := wanted - found.keys():
            columns = ("channel_id", "flow", "level", "status")
            rows = [dict(zip(columns, (self._channel_id, *facet), strict=True)) for facet in new]
            insert_ignore(connection, LogFacet, sorted(rows, key=lambda row: tuple(row.values())))
            made |= {(self._channel_id, *facet) for facet in new}
            found = self._stored(connection)
        self._known = {f: n for f, n in found.items() if (self._channel_id, *f) not in made}
        return {facet: found[facet] for facet in wanted}

    def _stored(self, connection: Connection) -> dict[Facet, int]:
        table = table_of(LogFacet)
        rows = connection.execute(
            select(table.c.flow, table.c.level, table.c.status, table.c.id).where(
                table.c.channel_id == self._channel_id
            )
        )
        return {(flow, level, status): number for flow, level, status, number in rows}


def _made_here(connection: Connection) -> set[tuple[Any, ...]]:
    """The facets made in the open transaction, by whichever writer.

    If it is rolled back they are gone and their numbers are given again, so nobody may remember
    them before another transaction has seen them.
    """
    transaction = connection.get_transaction()
    made: set[tuple[Any, ...]]
    owner, made = connection.info.get("hbdash_log_facets", (None, set()))
    if owner is not transaction:
        made = set()
        connection.info["hbdash_log_facets"] = (transaction, made)
    return made


def capped(body: str) -> str:
    """A body as it is kept: its beginning, and how much was left out."""
    if len(body) <= BODY_CAP:
        return body
    return f"{body[:BODY_CAP]}… (+{len(body) - BODY_CAP:,})"
