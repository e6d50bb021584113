"""A log in plain lists, against which the real one is compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from hbdash.domain.turkish import fold
from hbdash.store.database import Database
from hbdash.store.log.ids import id_time
from hbdash.store.log.lines import LogLine
from hbdash.store.log.reader import LogFilter
from hbdash.store.log.writer import LogWriter

START = datetime(2026, 3, 1, 9, 58, 30, tzinfo=UTC)
FLOWS = ("stock", "price", "order_create")
LEVELS = ("info", "warning", "error")
STATUSES = ("ok", "failed")
KEYS = ("", "LZR-1", "LZR-2", "4711")
MESSAGES = ("sent 4,000 rows", "IŞIKLI HALI yok", "Kadıköy eşlenmemiş", "price 100% off_today")
TEXTS = ("ışıklı", "yok hal", "KADIKOY", "100%", "off_", "lzr-1", "absent")
RUNS = (None, 1, 2)

# Close to the borders of minutes and hours, and close to each other.
MOMENTS = [
    START + timedelta(minutes=minutes, seconds=seconds)
    for minutes in (0, 1, 2, 61, 62, 121, 122, 125)
    for seconds in (0, 1, 29.999999, 30, 30.000001, 45)
]
moments = st.sampled_from(MOMENTS)
lines = st.builds(
    LogLine,
    at=moments,
    flow=st.sampled_from(FLOWS),
    level=st.sampled_from(LEVELS),
    status=st.sampled_from(STATUSES),
    message=st.sampled_from(MESSAGES),
    key=st.sampled_from(KEYS),
    run_id=st.sampled_from(RUNS),
)


def _rarely(asked: st.SearchStrategy[Any], default: Any) -> st.SearchStrategy[Any]:
    """Mostly ``default``: filters that ask for everything at once find nothing."""
    return st.integers(0, 3).flatmap(lambda n: st.just(default) if n else asked)


def _some(words: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return _rarely(st.lists(st.sampled_from(words), max_size=3, unique=True).map(tuple), ())


filters = st.builds(
    LogFilter,
    channel_id=st.just(1),
    flows=_some((*FLOWS, "mirror")),
    not_flows=_some(FLOWS),
    levels=_some(LEVELS),
    statuses=_some(STATUSES),
    key=_rarely(st.sampled_from((*KEYS, "LZR")), ""),
    text=st.just("") | st.sampled_from(TEXTS),
    not_text=_rarely(st.sampled_from(TEXTS), ""),
    since=st.none() | moments,
    until=st.none() | moments,
    run_id=_rarely(st.sampled_from(RUNS), None),
)


@dataclass
class LogModel:
    """What was written, by id."""

    lines: dict[int, LogLine] = field(default_factory=dict)

    def write(self, database: Database, channel_id: int, batch: list[LogLine]) -> None:
        writer = LogWriter(database, channel_id)
        with database.write() as connection:
            ids = writer.write(connection, batch)
        if channel_id == 1:
            self.lines.update(zip(ids, batch, strict=True))

    def ids(self, wanted: LogFilter) -> list[int]:
        """Ids of the lines that fit, newest first."""
        return sorted((n for n, x in self.lines.items() if _fits(n, x, wanted)), reverse=True)


def _fits(log_id: int, line: LogLine, wanted: LogFilter) -> bool:
    folded = fold(f"{line.key} {line.message}")
    return (
        (not wanted.flows or line.flow in wanted.flows)
        and line.flow not in wanted.not_flows
        and (not wanted.levels or line.level in wanted.levels)
        and (not wanted.statuses or line.status in wanted.statuses)
        and (not wanted.key or line.key == wanted.key)
        and (wanted.run_id is None or line.run_id == wanted.run_id)
        and (wanted.since is None or id_time(log_id) >= wanted.since)
        and (wanted.until is None or id_time(log_id) < wanted.until)
        and all(word in folded for word in fold(wanted.text).split())
        and not any(word in folded for word in fold(wanted.not_text).split())
    )
