"""Counting lines: totals, the histogram, and what to loosen when nothing is found.

Counters per minute and hour answer whatever asks for flow, level, status and time. The rest is
counted live, up to a limit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from hbdash.store.log.ids import id_minute, id_time, minute_floor
from hbdash.store.log.search import NO_END, LogFilter, Search, translate
from hbdash.store.types import to_micros

_MINUTE = timedelta(minutes=1)
_LONG_BAR = timedelta(hours=6)
_TEXT_SCAN = 10_000
_LIVE_SCAN = 50_000


@dataclass(frozen=True)
class Count:
    """How many; ``exact`` is false when there may be more."""

    n: int
    exact: bool


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram, from ``since`` until the next one."""

    total: int
    errors: int
    since: datetime
    known: bool = True
    """False where a bounded search has not looked (all of) it."""


def count(connection: Connection, wanted: LogFilter, cap: int = 1_000) -> Count:
    """How many lines fit; at most ``cap`` of them are counted where no counter knows.

    A text is looked for in the newest 10,000 lines that fit the rest of the filter.
    """
    search = translate(connection, wanted)
    if not search.arms or search.low >= search.high:
        return Count(0, exact=True)
    if search.by_facet:
        return Count(_counted(connection, search), exact=True)
    edge = _edge(connection, search, _TEXT_SCAN) if search.by_text else search.low
    n = search.count(connection, cap + 1, low=edge)
    return Count(min(n, cap), exact=n <= cap and edge == search.low)


def histogram(
    connection: Connection, wanted: LogFilter, since: datetime, until: datetime, bars: int
) -> list[Bar]:
    """Lines and errors in ``bars`` equal parts of the time from ``since`` until ``until``.

    Where a bar is a minute or longer and only flow, level and status are asked, whole minutes are
    counted (whole hours where it is six hours or longer), each in the bar in which it begins, so
    a ``since`` on a whole minute (hour) is exact. Other questions are counted live, in the newest
    50,000 lines (with a text 10,000); bars before those are not ``known``.
    """
    width = (until - since) / bars
    search = translate(connection, replace(wanted, since=since, until=until))
    totals, errors = [0] * bars, [0] * bars
    known_from = since
    slots: list[tuple[int, int, int]] = []
    if search.arms and search.by_facet and width >= _MINUTE:
        slots = _counted_slots(connection, search, since, until, bars)
    elif search.arms:
        edge = _edge(connection, search, _TEXT_SCAN if search.by_text else _LIVE_SCAN)
        known_from = since if edge == search.low else id_time(edge)
        slots = search.count_by(connection, -(-(search.high - search.low) // bars), above=edge)
    for slot, facet, n in slots:
        totals[slot] += n
        if search.facets[facet].level == "error":
            errors[slot] += n
    return [
        Bar(totals[n], errors[n], since + n * width, known=since + n * width >= known_from)
        for n in range(bars)
    ]


def relaxations(
    connection: Connection, wanted: LogFilter, cap: int = 1_000
) -> list[tuple[str, Count]]:
    """What would be found without each part of a filter that finds nothing, most first.

    The parts are ``flows``, ``not_flows``, ``levels``, ``statuses``, ``key``, ``text``,
    ``not_text``, ``time`` and ``run``; parts whose absence does not help are left out.
    """
    looser = {
        "flows": replace(wanted, flows=()),
        "not_flows": replace(wanted, not_flows=()),
        "levels": replace(wanted, levels=()),
        "statuses": replace(wanted, statuses=()),
        "key": replace(wanted, key=""),
        "text": replace(wanted, text=""),
        "not_text": replace(wanted, not_text=""),
        "time": replace(wanted, since=None, until=None),
        "run": replace(wanted, run_id=None),
    }
    counts = [(part, count(connection, one, cap)) for part, one in looser.items() if one != wanted]
    return sorted((c for c in counts if c[1].n), key=lambda c: -c[1].n)


def _edge(connection: Connection, search: Search, scan: int) -> int:
    """The id from which on at most ``scan`` lines fit, words aside."""
    found = search.ids(connection, 2, offset=scan - 1, with_words=False)
    return found[0] if len(found) == 2 else search.low


def _counted(connection: Connection, search: Search) -> int:
    """Whole hours and minutes by their counters, the broken minutes at both ends live."""
    low, high = search.low, search.high
    from_minute, to_minute = id_minute(low), id_minute(high)
    from_minute += minute_floor(from_minute) < low
    if from_minute >= to_minute:
        return search.count(connection, NO_END)
    from_hour, to_hour = -(-from_minute // 60), to_minute // 60
    if from_hour >= to_hour:
        whole = _sum(connection, search, "minute", from_minute, to_minute)
    else:
        whole = (
            _sum(connection, search, "minute", from_minute, from_hour * 60)
            + _sum(connection, search, "hour", from_hour, to_hour)
            + _sum(connection, search, "minute", to_hour * 60, to_minute)
        )
    head = search.count(connection, NO_END, high=minute_floor(from_minute))
    tail = search.count(connection, NO_END, low=minute_floor(to_minute))
    return head + whole + tail


def _sum(connection: Connection, search: Search, unit: str, first: int, end: int) -> int:
    if first >= end:
        return 0
    sql = (
        f"SELECT sum(n) FROM log_{unit} WHERE {unit} >= :first AND {unit} < :end"
        f" AND facet_id IN ({search.facet_list})"
    )
    return int(connection.scalar(text(sql), {"first": first, "end": end}) or 0)


def _counted_slots(
    connection: Connection, search: Search, since: datetime, until: datetime, bars: int
) -> list[tuple[int, int, int]]:
    """(bar, facet, lines) from the counters."""
    coarse = (until - since) / bars >= _LONG_BAR
    unit, micros = ("hour", 3_600_000_000) if coarse else ("minute", 60_000_000)
    start, end = to_micros(since), to_micros(until)
    sql = (
        f"SELECT (CAST({unit} AS BIGINT) * {micros} - :start) * :bars / :span AS bar, facet_id,"
        f" sum(n) FROM log_{unit} WHERE {unit} >= :first AND {unit} < :end"
        f" AND facet_id IN ({search.facet_list}) GROUP BY 1, 2"
    )
    values = {
        "start": start,
        "bars": bars,
        "span": end - start,
        "first": -(-start // micros),
        "end": -(-end // micros),
    }
    return [(bar, facet, int(n)) for bar, facet, n in connection.execute(text(sql), values)]
