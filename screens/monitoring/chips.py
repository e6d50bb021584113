"""Filters of the log as chips: what is asked, in the order it was added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from hbdash.store.log.reader import LogFilter
from hbdash.texts import _
from hbdash.texts import formats as fmt
from hbdash.texts.labels import flow_label

_ONE_OF_A_KIND = ("time", "key", "run", "level")
LEVELS = ("info", "warning", "error")
_AT_LEAST = {"info": LEVELS, "warning": LEVELS[1:], "error": LEVELS[2:]}


@dataclass(frozen=True)
class Span:
    """A stretch of time, as asked: some of it moves on with the clock."""

    kind: str
    """``today``, ``yesterday``, ``day``, ``clock`` (of a day, from – to) or ``last``."""
    day: date | None = None
    start: time | None = None
    end: time | None = None
    ago: timedelta | None = None

    def bounds(self, now: datetime, zone: tzinfo) -> tuple[datetime, datetime | None]:
        """(since, until), the end open where it reaches the present."""
        here = now.astimezone(zone)
        if self.kind == "last" and self.ago is not None:
            since = (now - self.ago).replace(second=0, microsecond=0)
            return (since, None)
        day = here.date() - timedelta(days=1) if self.kind == "yesterday" else self.day
        if self.kind == "today" or day is None:
            day = here.date()
        begin = datetime.combine(day, self.start or time(0), tzinfo=zone)
        if self.end is not None:
            until: datetime | None = datetime.combine(day, self.end, tzinfo=zone)
        elif day < here.date():
            until = datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone)
        else:
            until = None
        utc = now.tzinfo
        return (begin.astimezone(utc), None if until is None else until.astimezone(utc))

    def label(self, now: datetime, zone: tzinfo) -> str:
        """``today``, ``14:00–14:30``, ``Fri 22:00–``, ``last 2 h``."""
        if self.kind == "last" and self.ago is not None:
            return _("last {span}").format(span=fmt.duration(self.ago))
        if self.kind == "today":
            return _("today")
        day = _("yesterday") if self.kind == "yesterday" else ""
        if self.day is not None and self.day != now.astimezone(zone).date():
            day = f"{self.day:%d.%m.%Y}"
        if self.start is None and self.end is None:
            return day or _("today")
        hours = f"{self.start or time(0):%H:%M}–" + (f"{self.end:%H:%M}" if self.end else "")
        return f"{day} {hours}".strip()


@dataclass(frozen=True)
class Chip:
    """One filter. ``kind``: time, flow, !flow, level, status, key, run, word or !word."""

    kind: str
    values: tuple[str, ...] = ()
    """Flow ids, levels, statuses, words; the key; the number of the run."""
    span: Span | None = None
    typed: str = ""
    """As a person wrote it, where that says more than the values."""

    def label(self, now: datetime, zone: tzinfo) -> str:
        """As the chip shows it."""
        first = self.values[0] if self.values else ""
        match self.kind:
            case "time":
                return self.span.label(now, zone) if self.span is not None else ""
            case "flow" | "!flow":
                name = self.typed if len(self.values) > 1 else flow_label(first)
                return ("!" if self.kind == "!flow" else "") + name
            case "level":
                return level_label(first)
            case "status":
                return status_label(first)
            case "key":
                return _("key {key}").format(key=first)
            case "run":
                return _("run {n}").format(n=fmt.number(int(first)))
            case "!word":
                return f"!{first}"
            case _:
                return f"“{first}”"


TODAY = Chip("time", span=Span("today"))
ERRORS = Chip("level", ("error",))


@dataclass(frozen=True)
class Query:
    """All chips; no chip asks for everything."""

    chips: tuple[Chip, ...] = ()

    def add(self, *chips: Chip) -> Query:
        """With these added; of time, key, run and level there is one at a time."""
        kept = list(self.chips)
        for chip in chips:
            if chip in kept:
                continue
            if chip.kind in _ONE_OF_A_KIND:
                kept = [one for one in kept if one.kind != chip.kind]
            kept.append(chip)
        return Query(tuple(kept))

    def without(self, *kinds: str) -> Query:
        """Without the chips of these kinds."""
        return Query(tuple(chip for chip in self.chips if chip.kind not in kinds))

    @property
    def less(self) -> Query:
        """Without the chip that was added last."""
        return Query(self.chips[:-1])

    def of(self, kind: str) -> tuple[str, ...]:
        """All values of a kind."""
        return tuple(value for chip in self.chips if chip.kind == kind for value in chip.values)

    @property
    def span(self) -> Span | None:
        """The time asked for."""
        return next((chip.span for chip in self.chips if chip.kind == "time"), None)

    @property
    def by_text(self) -> bool:
        """Whether lines must be read to answer it."""
        return bool(self.of("word") or self.of("!word"))

    @property
    def errors_only(self) -> bool:
        """Whether nothing but errors is asked for."""
        return self.of("level") == ("error",)

    def filter(self, channel_id: int, now: datetime, zone: tzinfo) -> LogFilter:
        """What the reader is asked."""
        since, until = self.span.bounds(now, zone) if self.span is not None else (None, None)
        key, run, level = self.of("key"), self.of("run"), self.of("level")
        return LogFilter(
            channel_id,
            flows=tuple(dict.fromkeys(self.of("flow"))),
            not_flows=tuple(dict.fromkeys(self.of("!flow"))),
            levels=() if not level or level[0] == "info" else _AT_LEAST[level[0]],
            statuses=self.of("status"),
            key=key[0] if key else "",
            text=" ".join(self.of("word")),
            not_text=" ".join(self.of("!word")),
            since=since,
            until=until,
            run_id=int(run[0]) if run else None,
        )

    def time_only(self, channel_id: int, now: datetime, zone: tzinfo) -> LogFilter:
        """Everything in the time asked for: what the list is a part of."""
        since, until = self.span.bounds(now, zone) if self.span is not None else (None, None)
        return LogFilter(channel_id, since=since, until=until)


def level_label(level: str) -> str:
    """``errors``, ``level ≥ warning``."""
    if level == "error":
        return _("errors")
    return _("level ≥ {level}").format(level=_("warning") if level == "warning" else _("info"))


def status_label(status: str) -> str:
    """A status of a line in a word."""
    words = {
        "ok": _("ok"),
        "sent": _("sent"),
        "failed": _("failed"),
        "skipped": _("skipped"),
        "waiting": _("waiting"),
        "system": _("system"),
    }
    return words.get(status, status)


def labels(chips: Iterable[Chip], now: datetime, zone: tzinfo) -> list[str]:
    """The labels of chips."""
    return [chip.label(now, zone) for chip in chips]
