"""Rows of the Penalties part."""

from __future__ import annotations

from datetime import datetime, tzinfo

from hbdash.store.queries.penalties import PenaltyLine
from hbdash.texts import N_, _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.causes import cause as cause_words
from hbdash.texts.causes import meaning, remedy
from hbdash.texts.labels import flow_label
from hbdash.texts.levers import content_type
from screens.widgets.line import Line, left, line, middle, right, safe, wrap_spans

STATES = ("", "ended", "due", "waiting")
"""Lists that left and right go through; the first is all of them."""
STATE_NAMES = {
    "": N_("All"), "ended": N_("Tries used up"), "due": N_("Goes next run"),
    "waiting": N_("Waits"),
}  # fmt: skip
_SIGNS = {"ended": ("×", "error"), "due": ("»", "accent"), "waiting": ("○", "muted")}
WIDE = 100


def _widths(width: int) -> tuple[int, int]:
    """Cells of key and cause."""
    key = 30 if width >= WIDE else 18
    return (key, max(min(width - key - 40, 60), 12))


def header(width: int) -> Line:
    """Names of the columns."""
    key, words = _widths(width)
    text = "  " + left(_("record"), key) + " " + left(_("of its"), 9) + left(_("cause"), words)
    text += right(_("failed"), 10) + right(_("next try"), 11) + right(_("left"), 6)
    return line((text, "muted")).cut(width)


def row(one: PenaltyLine, width: int, now: datetime, zone: tzinfo) -> Line:
    """``× HBV-1042  price  price is locked  3 of 3  –  0``."""
    key, words = _widths(width)
    sign, colour = _SIGNS[one.state]
    cause = cause_words(one.code, one.params) if one.code else _("not known here")
    tries = fmt.n_of_m(one.tries, one.max_retries + 1)
    return line(
        (sign, colour), " ", left(middle(safe(one.key), key), key), " ",
        (left(content_type(one.content_type), 9), "muted"), left(cause, words),
        (right(tries, 10), "muted"), right(next_try(one, now, zone), 11),
        (right(fmt.number(one.tries_left), 6), "muted"),
    ).cut(width)  # fmt: skip


def next_try(one: PenaltyLine, now: datetime, zone: tzinfo) -> str:
    """When it is tried again by itself."""
    if one.state == "ended":
        return _("never")
    if one.state == "due" or one.next_at is None:
        return _("next run")
    return fmt.time(one.next_at, now, zone)


def words(one: PenaltyLine, width: int, now: datetime, zone: tzinfo) -> list[Line]:
    """The record under the cursor: its history in numbers, what it means, what to do."""
    at = fmt.time(one.first_failed_at, now, zone)
    until = fmt.time(one.expires_at, now, zone)
    history = _("failed first {first}, last {last}; tries go on until {until}, every {step}")
    text = history.format(
        first=at, last=fmt.time(one.last_failed_at, now, zone), until=until,
        step=fmt.duration(one.interval),
    )  # fmt: skip
    whose = (
        _("Omnitron keeps the tries") if one.owner == "omnitron" else _("hbdash keeps the tries")
    )
    name = f"{safe(one.key)}  {safe(one.name)}" if one.name else safe(one.key)
    lines = [line((name, "bold")).cut(width), line((f"{text}; {whose}", "muted")).cut(width)]
    if one.code:
        flow = f" ({flow_label(one.flow)})" if one.flow else ""
        more = ""
        if one.causes > 1:
            others = one.causes - 1
            more = ngettext(" and {n} more cause", " and {n} more causes", others)
            more = more.format(n=fmt.number(others))
        for label, about in (
            (_("Means"), meaning(one.code, one.params) + flow + more),
            (_("Do"), remedy(one.code, one.params)),
        ):
            lines += wrap_spans(line((left(label, 7), "muted"), about), width)
    return lines
