"""Lines of the log as rows: time, sign, flow, key, message; wider also code and duration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from hbdash.store.log.reader import LogRow
from hbdash.texts import _
from hbdash.texts import formats as fmt
from hbdash.texts.labels import flow_label
from screens.widgets.line import Line, left, line, middle, right, safe

COLUMNS = ("time", "level", "flow", "key", "message", "code")
"""Columns that f can filter by, in their order."""
_SIGNS = {"error": ("×", "error"), "warning": ("▲", "warning")}
_LONGEST = 1_000
"""Letters of a message that a row looks at: more than any window is wide."""


@dataclass(frozen=True)
class Widths:
    """Cells of the columns; 0 leaves one out."""

    time: int
    flow: int
    key: int
    message: int
    code: int = 0
    ms: int = 0


def widths(width: int, *, dated: bool) -> Widths:
    """How ``width`` cells are shared out; only the message grows."""
    when = 11 if dated else 8
    if width >= 100:
        flow, key, code, ms = 16, 14, 18, 9
    elif width >= 90:
        flow, key, code, ms = 15, 14, 0, 0
    else:
        flow, key, code, ms = 12, 13, 0, 0
    rest = width - when - 3 - flow - 1 - key - 1
    if code:
        rest -= code + ms + 2
    return Widths(when, flow, key, max(rest, 8), code, ms)


def header(width: int, *, dated: bool, column: str, focused: bool) -> Line:
    """Names of the columns; that which ``f`` filters by is marked."""
    w = widths(width, dated=dated)

    def name(column_id: str, text: str) -> tuple[str, str]:
        if column_id == column:
            return (text, "accent bold" if focused else "bold")
        return (text, "muted")

    level = "±" if column == "level" else " "
    parts = [
        name("time", left(_("time"), w.time)),
        name("level", level),
        name("flow", left(_("flow"), w.flow)),
        name("key", left(_("key"), w.key)),
        name("message", left(_("message"), w.message)),
    ]
    result = parts_line(parts)
    if w.code:
        result = result + line(
            " ", name("code", left(_("code"), w.code)), " ", (right(_("ms"), w.ms), "muted")
        )
    return result


def row(one: LogRow, width: int, now: datetime, zone: tzinfo, *, dated: bool) -> Line:
    """One line of the log. What is well is muted, so that errors stand out."""
    w = widths(width, dated=dated)
    sign = _SIGNS.get(one.level, ("·", "muted"))
    message = left(safe(one.message[:_LONGEST]), w.message)
    key = one.key or (
        _("run {n}").format(n=fmt.number(one.run_id)) if one.kind == "run" and one.run_id else ""
    )
    result = line(
        (left(clock(one.at, now, zone, dated=dated), w.time), "muted"), " ", sign, " ",
        left(flow_label(one.flow), w.flow), " ", left(middle(safe(key), w.key), w.key), " ",
        (message, "muted" if one.level == "info" else ""),
    )  # fmt: skip
    if w.code:
        code = one.code or one.status
        took = fmt.NOT_APPLICABLE if one.duration_ms is None else fmt.number(one.duration_ms)
        result = result + line(
            " ", (left(code, w.code), "muted"), " ", (right(took, w.ms), "muted")
        )
    return result


def clock(at: datetime, now: datetime, zone: tzinfo, *, dated: bool) -> str:
    """``14:32:04``; of other days also the day, and no seconds."""
    local = at.astimezone(zone)
    if not dated or local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M:%S}"
    if abs(now - at) < timedelta(days=300):
        return f"{local:%d.%m %H:%M}"
    return f"{local:%Y-%m-%d}"


def parts_line(parts: list[tuple[str, str]]) -> Line:
    """Columns, one cell apart."""
    result = line(parts[0])
    for part in parts[1:]:
        result = result + line(" ", part)
    return result
