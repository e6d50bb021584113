"""The filter line: what a person types, read as chips.

``word`` must occur in a key or a message, ``!word`` must not; ``flow:stock``, ``level:error``,
``status:failed``, ``key:LZR-1``, ``run:88411``; ``today``, ``yesterday``, ``14:00-14:30``,
``14:00``, ``2h``, ``2026-11-20``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time, timedelta

from hbdash.domain.turkish import fold, sku_key, squeezed
from hbdash.flows.registry import FLOWS
from hbdash.texts import _
from hbdash.texts.labels import flow_label
from screens.monitoring.chips import LEVELS, Chip, Span

STATUSES = ("ok", "sent", "failed", "skipped", "waiting", "system")
_TIME = r"([01]?\d|2[0-3]):([0-5]\d)"
_CLOCK = re.compile(rf"(?:{_TIME})?(?:[-–](?:{_TIME})?)?")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})")
_LAST = re.compile(r"(\d{1,4})(min|dk|h|sa|d)", re.IGNORECASE)
_UNITS = {"min": 60, "dk": 60, "h": 3600, "sa": 3600, "d": 86_400}
_LONGEST = 10 * 366 * 86_400
_DAYS = {"today": "today", "bugun": "today", "yesterday": "yesterday", "dun": "yesterday"}
_LEVEL_WORDS = {
    "error": "error", "errors": "error", "err": "error", "hata": "error",
    "warning": "warning", "warn": "warning", "uyari": "warning",
    "info": "info", "bilgi": "info",
}  # fmt: skip


class Wrong(ValueError):
    """A word of the filter line that can't be read; its text says why, for the person."""


def parse(text: str) -> tuple[Chip, ...]:
    """The chips of a filter line. Raises :class:`Wrong`."""
    return tuple(_chip(word) for word in text.split())


def _chip(word: str) -> Chip:
    negated = word.startswith("!") and len(word) > 1
    bare = word[1:] if negated else word
    name, colon, value = bare.partition(":")
    reader = _READERS.get(fold(name)) if colon else None
    if reader is not None and value:
        chip = reader(value)
        if not negated:
            return chip
        if chip.kind == "flow":
            return Chip("!flow", chip.values, typed=chip.typed)
        raise Wrong(_("“{word}”: only words and flows can be left out.").format(word=word))
    if reader is not None:
        raise Wrong(_("“{word}”: what? For example flow:stock.").format(word=word))
    if negated:
        return _left_out(bare)
    span = _span(bare)
    if span is not None:
        return Chip("time", span=span)
    return Chip("word", (bare.strip('"“”'),))


def _left_out(word: str) -> Chip:
    """A word that begins the names of flows leaves those out, any other its text."""
    flows = tuple(flow for flow in FLOWS if fold(flow_label(flow)).split()[:1] == [fold(word)])
    return Chip("!flow", flows, typed=word) if flows else Chip("!word", (word.strip('"“”'),))


def _flow(value: str) -> Chip:
    wanted = squeezed(value).replace("_", "").replace("-", "")
    names = {flow: squeezed(flow_label(flow)) for flow in FLOWS}
    ids = {flow: flow.replace("_", "") for flow in FLOWS}
    same = [flow for flow in FLOWS if wanted in (names[flow], ids[flow])]
    begins = [f for f in FLOWS if names[f].startswith(wanted) or ids[f].startswith(wanted)]
    holds = [flow for flow in FLOWS if wanted in names[flow] or wanted in ids[flow]]
    found = same or begins or holds
    if not found or not wanted:
        raise Wrong(_("No flow is called “{name}”.").format(name=value))
    return Chip("flow", tuple(found), typed=value)


def _level(value: str) -> Chip:
    level = _LEVEL_WORDS.get(fold(value))
    if level is None:
        raise Wrong(_("Levels are {levels}.").format(levels=", ".join(LEVELS)))
    return Chip("level", (level,))


def _status(value: str) -> Chip:
    if fold(value) not in STATUSES:
        raise Wrong(_("Statuses are {statuses}.").format(statuses=", ".join(STATUSES)))
    return Chip("status", (fold(value),))


def _key(value: str) -> Chip:
    # Keys are written in upper case; who types them all lower means the same one.
    return Chip("key", (sku_key(value) if value == value.lower() else value,))


def _run(value: str) -> Chip:
    digits = value.replace(",", "").replace(".", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        raise Wrong(_("“{value}” is no number of a run.").format(value=value))
    return Chip("run", (digits,))


def _word(value: str) -> Chip:
    return Chip("word", (value,))


_READERS: dict[str, Callable[[str], Chip]] = {
    "flow": _flow, "akis": _flow, "level": _level, "duzey": _level, "status": _status,
    "durum": _status, "key": _key, "anahtar": _key, "run": _run, "text": _word,
}  # fmt: skip


def _span(word: str) -> Span | None:
    kind = _DAYS.get(fold(word))
    if kind is not None:
        return Span(kind)
    last = _LAST.fullmatch(word)
    if last is not None:
        seconds = int(last[1]) * _UNITS[last[2].lower()]
        return Span("last", ago=timedelta(seconds=min(max(seconds, 60), _LONGEST)))
    day = _DAY.fullmatch(word)
    if day is not None:
        year, month, number = (day[1], day[2], day[3]) if day[1] else (day[6], day[5], day[4])
        try:
            return Span("day", day=date(int(year), int(month), int(number)))
        except ValueError as wrong:
            raise Wrong(_("“{word}” is no day.").format(word=word)) from wrong
    clock = _CLOCK.fullmatch(word)
    if clock is None or (clock[1] is None and clock[3] is None):
        return None
    start = time(int(clock[1]), int(clock[2])) if clock[1] else None
    end = time(int(clock[3]), int(clock[4])) if clock[3] else None
    if start is not None and end is not None and end <= start:
        raise Wrong(_("“{word}” ends before it begins.").format(word=word))
    return Span("clock", start=start, end=end)


def combined(chips: tuple[Chip, ...]) -> tuple[Chip, ...]:
    """A day and a clock time that were typed together are one stretch of time."""
    spans = [chip.span for chip in chips if chip.span is not None]
    day = next((span for span in spans if span.kind in ("day", "today", "yesterday")), None)
    clock = next((span for span in spans if span.kind == "clock"), None)
    if day is None or clock is None:
        return chips
    kind = "clock" if day.kind == "today" else day.kind
    both = Chip("time", span=Span(kind, day=day.day, start=clock.start, end=clock.end))
    return (*(chip for chip in chips if chip.kind != "time"), both)
