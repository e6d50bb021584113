"""What the Log part reads: the head of the list, how much there is, the histogram.

All of it runs in threads and gives frozen values; nothing here knows a widget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import Connection

from hbdash.flows.registry import FLOWS
from hbdash.store.database import Database
from hbdash.store.log import reader
from hbdash.store.log.reader import Bar, Count, LogDetail, LogFilter, LogPage, LogRow
from hbdash.store.queries.failures import FailureRecord, failure_of
from hbdash.store.queries.flows import PauseLine, holds, pauses
from screens.monitoring.chips import Query
from screens.monitoring.rested import Rested
from screens.monitoring.segment import PAGE

COUNTED = 1_000
"""Lines that are counted where no counter knows the answer."""
NEWER = 400
"""New lines taken at once; when there are more, the list begins anew at the newest."""
_RATE = timedelta(minutes=5)
_STORY = 40


@dataclass(frozen=True)
class Asked:
    """What the list shows now, as the reader thread needs it."""

    query: Query
    newest: int
    """The log's newest line when the list was last brought up to date."""
    fresh: bool
    """Whether the list begins anew."""
    follow: bool
    """Whether new lines are taken (else they are counted)."""
    bars: int
    serial: int
    """Grows with each new question: answers to older ones are dropped."""
    rate: bool = False
    empty: bool = False
    """Whether nothing that fits is in the list."""


@dataclass(frozen=True)
class LogView:
    """The log as it stands."""

    asked: Asked
    newest: int
    """The log's newest line now."""
    page: LogPage | None
    """The first page, where the list begins anew."""
    newer: tuple[LogRow, ...]
    waiting: Count
    shown: Count
    """Lines that fit."""
    of: Count
    """Lines of the time asked for."""
    kept: Count
    bars: tuple[Bar, ...]
    until: datetime
    newest_at: datetime | None
    rate: int | None
    relaxations: tuple[tuple[str, Count], ...]
    paused: PauseLine | None = None
    """The pause of the only flow asked for."""
    again_in: float = 0.0
    """Seconds after which a count that rests must be read again, although nobody writes; or 0."""


class LogReading:
    """Reads the head of the log for one channel; remembers what is costly."""

    def __init__(self) -> None:
        self._counts: Rested[tuple[Count, Count]] = Rested()
        self._kept: Rested[Count] = Rested()
        self._bars: Rested[tuple[tuple[Bar, ...], datetime]] = Rested()
        self._rate: Rested[int] = Rested()
        self._loose: Rested[tuple[tuple[str, Count], ...]] = Rested()

    def view(
        self, connection: Connection, channel_id: int, asked: Asked, now: datetime, zone: tzinfo
    ) -> LogView:
        """What is new, how much there is, and how it is spread over the time."""
        wanted = asked.query.filter(channel_id, now, zone)
        newest = reader.newest_id(connection, channel_id)
        page, newer, waiting = _head(connection, wanted, asked)
        about = (channel_id, asked.query)
        shown, of = self._counts.get(
            about,
            lambda: (
                reader.count(connection, wanted, COUNTED),
                reader.count(connection, asked.query.time_only(channel_id, now, zone)),
            ),
        )
        bars, until = self._bars.get(
            (*about, asked.bars), lambda: _bars(connection, wanted, asked.bars, now)
        )
        first = page is not None and not page.rows and page.complete
        empty = first or (asked.empty and not newer)
        view = LogView(
            asked=asked,
            newest=newest or 0,
            page=page,
            newer=newer,
            waiting=waiting,
            shown=shown,
            of=of,
            kept=self._kept.get(
                channel_id, lambda: reader.count(connection, LogFilter(channel_id))
            ),
            bars=bars,
            until=until,
            newest_at=None if newest is None else reader.id_time(newest),
            rate=self._lines_a_minute(connection, channel_id, now) if asked.rate else None,
            relaxations=self._loose.get(
                about, lambda: tuple(reader.relaxations(connection, wanted, COUNTED))
            )
            if empty and asked.query.chips
            else (),
            paused=_pause(connection, channel_id, asked.query, now),
        )
        resting = max(self._counts.again_in, self._kept.again_in, self._bars.again_in)
        return replace(view, again_in=resting)

    def _lines_a_minute(self, connection: Connection, channel_id: int, now: datetime) -> int:
        def lines() -> int:
            found = reader.count(connection, LogFilter(channel_id, since=now - _RATE))
            return round(found.n / (_RATE / timedelta(minutes=1)))

        return self._rate.get(channel_id, lines)


def _head(
    connection: Connection, wanted: LogFilter, asked: Asked
) -> tuple[LogPage | None, tuple[LogRow, ...], Count]:
    """The first page, or the lines newer than the list's first, or how many those are."""
    nothing = Count(0, exact=True)
    if asked.fresh:
        return (reader.page(connection, wanted, limit=PAGE), (), nothing)
    if not asked.follow:
        newer = replace(wanted, since=_after(wanted.since, asked.newest))
        found = reader.count(connection, newer, COUNTED)
        return (None, (), found)
    found_page = reader.page(connection, wanted, after=asked.newest, limit=NEWER)
    if found_page.cursor is not None:
        return (reader.page(connection, wanted, limit=PAGE), (), nothing)
    return (None, found_page.rows, nothing)


def _after(since: datetime | None, log_id: int) -> datetime:
    """The moment just after a line."""
    after = reader.id_time(log_id) + timedelta(microseconds=1)
    return after if since is None else max(since, after)


def _bars(
    connection: Connection, wanted: LogFilter, bars: int, now: datetime
) -> tuple[tuple[Bar, ...], datetime]:
    """The histogram from the first line that can fit until now, on whole minutes or hours."""
    until = wanted.until or now
    since = wanted.since
    if since is None:
        oldest = reader.page(connection, replace(wanted, text="", not_text=""), after=0, limit=1)
        since = oldest.rows[0].at if oldest.rows else until - timedelta(hours=1)
    since = since.replace(second=0, microsecond=0)
    if (until - since) / max(bars, 1) >= timedelta(hours=6):
        since = since.replace(minute=0)
    since = min(since, until - timedelta(minutes=1))
    return (tuple(reader.histogram(connection, wanted, since, until, max(bars, 1))), until)


def _pause(
    connection: Connection, channel_id: int, query: Query, now: datetime
) -> PauseLine | None:
    flows = query.of("flow")
    spec = FLOWS.get(flows[0]) if len(flows) == 1 else None
    if spec is None:
        return None
    return next((p for p in pauses(connection, channel_id, now) if holds(p, spec)), None)


# Pages, one after the other --------------------------------------------------------------------


def pages(
    db: Database, wanted: LogFilter, before: int | None, stopped: Callable[[], bool]
) -> Iterator[LogPage]:
    """A page, older than ``before``; of a text search one step after the other until it is full.

    Each step is a short transaction of its own and can be the last one: see ``stopped``.
    """
    found = 0
    cursor = before
    while not stopped():
        with db.read() as connection:
            page = reader.page(connection, wanted, before=cursor, limit=PAGE - found)
        found += len(page.rows)
        yield page
        if page.complete or found >= PAGE or page.cursor is None:
            return
        cursor = page.cursor


def newer_page(db: Database, wanted: LogFilter, after: int) -> LogPage:
    """Lines just newer than ``after``."""
    with db.read() as connection:
        return reader.page(connection, wanted, after=after, limit=PAGE)


def oldest_page(db: Database, wanted: LogFilter, stopped: Callable[[], bool]) -> LogPage:
    """The oldest lines, however far a search for words must go to meet the first one."""
    cursor = 0
    while True:
        with db.read() as connection:
            page = reader.page(connection, wanted, after=cursor, limit=PAGE)
        if page.rows or page.cursor is None or stopped():
            return page
        cursor = page.cursor


def around(db: Database, wanted: LogFilter, log_id: int) -> tuple[LogPage, LogPage]:
    """What stands before and after a line: (newer, from the line on older)."""
    with db.read() as connection:
        newer = reader.page(connection, wanted, after=log_id, limit=PAGE)
        older = reader.page(connection, wanted, before=log_id + 1, limit=PAGE)
    return (newer, older)


@dataclass(frozen=True)
class LineDetail:
    """A line with its bodies, its failure and what else happened to its key."""

    detail: LogDetail
    failure: FailureRecord | None
    story: tuple[LogRow, ...]


def line_detail(db: Database, channel_id: int, row: LogRow, *, story: bool) -> LineDetail | None:
    """All that is known of a line; ``None`` when retention has taken it."""
    with db.read() as connection:
        found = reader.detail(connection, row.id)
        if found is None:
            return None
        failure = failure_of(connection, channel_id, row.flow, row.key, row.code)
        lines = reader.story(connection, channel_id, row.key, _STORY) if story else ()
    return LineDetail(found, failure, lines)
