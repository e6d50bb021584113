"""Rows of the Failures part: causes, their records, what is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from decimal import Decimal

from hbdash.domain.states import DeadlineState, FailureState, deadline_state, look_of
from hbdash.domain.turkish import sort_key_tr
from hbdash.store.queries.causes import Cause
from hbdash.store.queries.failures import Attempt, FailureRecord, Over
from hbdash.texts import N_, _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.causes import cause as cause_words
from hbdash.texts.causes import meaning, remedy
from hbdash.texts.labels import failure_state, flow_label
from screens.widgets.line import BLANK, Line, left, line, middle, right, safe, wrap, wrap_spans

WIDE = 100
SORTS: dict[str, Callable[[Cause], object]] = {
    "n": lambda one: -one.count,
    "first": lambda one: one.first_at,
    "last": lambda one: -one.last_at.timestamp(),
    "due": lambda one: (one.deadline is None, one.deadline or one.first_at),
    "amount": lambda one: -one.amount,
    "flow": lambda one: sort_key_tr(flow_label(one.flow)),
}
"""Column → what it sorts by; ties stay as they were."""
SORT_NAMES = {
    "n": N_("number"), "first": N_("first seen"), "last": N_("last seen"), "due": N_("deadline"),
    "amount": N_("money"), "flow": N_("flow"),
}  # fmt: skip
_HOW = {"succeeded": N_("by itself"), "cause_gone": N_("the cause is gone")}


# Causes ---------------------------------------------------------------------------------------


def _cause_widths(width: int) -> tuple[int, int, int]:
    """Cells of state, cause and flow."""
    if width >= WIDE:
        rest = width - 8 - 14 - 17 - 10 - 11 - 8 - 12
        return (14, max(min(rest, 46), 30), 16)
    return (13, 30, max(min(width - 7 - 13 - 31 - 10, 16), 10))


def causes_header(width: int, sort: str) -> Line:
    """Names of the columns; the one that sorts is bold."""
    state, cause, flow = _cause_widths(width)

    def name(column: str, text: str) -> tuple[str, str]:
        return (text, "bold" if column == sort else "muted")

    result = line(
        name("n", right(_("n"), 5)), "   ", name("", left(_("state"), state)),
        name("", left(_("cause"), cause)), " ", name("flow", left(_("flow"), flow)),
    )  # fmt: skip
    if width < WIDE:
        return (result + line(name("first", right(_("since"), 9)))).cut(width)
    return result + line(
        name("first", right(_("first"), 10)), " ", name("last", right(_("last"), 10)), " ",
        name("", right(_("next"), 7)), name("amount", right(_("money"), 12)),
    )  # fmt: skip


def cause_row(cause: Cause, width: int, now: datetime, zone: tzinfo) -> Line:
    """``31 » retrying 2/3  Listing service answers 503  Price  13:40``."""
    state, words, flow = _cause_widths(width)
    look = look_of(cause.state)
    what = failure_state(cause.state, tries=cause.tries, max_tries=cause.max_tries)
    if cause.hopeless:
        what = _("hopeless")
    result = line(
        (right(fmt.number(cause.count), 5), "bold"), " ", (look.sign, look.colour), " ",
        (left(what, state), "muted" if cause.state is FailureState.RETRYING else ""),
        left(cause_words(cause.code, cause.params), words), " ",
        (left(flow_label(cause.flow), flow), "muted"),
    )  # fmt: skip
    first = fmt.time(cause.first_at, now, zone)
    if width < WIDE:
        return (result + line((right(first, 9), "muted"))).cut(width)
    money = fmt.money(cause.amount, decimals=0) if cause.amount else fmt.NOT_APPLICABLE
    return result + line(
        (right(first, 10), "muted"), " ", (right(fmt.time(cause.last_at, now, zone), 10), "muted"),
        " ", (right(next_try(cause, now, zone), 7), "muted"), right(money, 12),
    )  # fmt: skip


def next_try(cause: Cause, now: datetime, zone: tzinfo) -> str:
    """When it is tried again; ``–`` where only a person helps."""
    if cause.state is not FailureState.RETRYING or cause.next_at is None:
        return fmt.NOT_APPLICABLE
    return fmt.time(cause.next_at, now, zone)


# What it means --------------------------------------------------------------------------------


def cause_note(cause: Cause, now: datetime, zone: tzinfo) -> str:
    """``8 records, ₺11,340.40, nearest deadline 17:00``."""
    n = ngettext("{n} record", "{n} records", cause.count).format(n=fmt.number(cause.count))
    parts = [n]
    if cause.amount:
        parts.append(fmt.money(cause.amount))
    if cause.deadline is not None:
        parts.append(_("nearest deadline {time}").format(time=fmt.time(cause.deadline, now, zone)))
    return ", ".join(parts)


def cause_lines(cause: Cause, width: int, *, long: bool) -> list[Line]:
    """The other side's words, what they mean, what to do."""
    lines: list[Line] = []
    if long and cause.remote_text:
        lines += wrap(safe(cause.remote_text[: width * 8]), width, "bold")[:3]
        lines.append(BLANK)
    means, does = (_("What it means"), _("What to do")) if long else (_("Means"), _("Do"))
    style, pad = ("bold", 0) if long else ("muted", 7)
    for label, text in (
        (means, meaning(cause.code, cause.params)),
        (does, remedy(cause.code, cause.params)),
    ):
        start = line((left(label, pad) if pad else f"{label}  ", style))
        lines += wrap_spans(start + line(text), width)
        if long:
            lines.append(BLANK)
    return lines


# Records --------------------------------------------------------------------------------------


def records_header(width: int) -> Line:
    """Names of the columns of the records."""
    return line(" ", (_record_columns(
        _("record"), _("due in"), _("amount"), _("tries"), _("last try"), _("next"), width
    ), "muted")).cut(width)  # fmt: skip


def _record_columns(
    key: str, due: str, amount: str, tries: str, last: str, following: str, width: int
) -> str:
    key_width = 22 if width >= 84 else 16
    text = left(key, key_width) + right(due, 13) + right(amount, 14) + right(tries, 9)
    text += right(last, 11)
    return text + right(following, 11) if width >= key_width + 58 else text


def record_row(record: FailureRecord, width: int, now: datetime, zone: tzinfo) -> Line:
    """``4102938847  2 h 28 min  ₺2,318.00  3 of 3  14:31:40``."""
    key_width = 22 if width >= 84 else 16
    key = record.key or _("the whole flow")
    due, style = _due(record.deadline, now)
    amount = fmt.money(record.amount) if record.amount is not None else fmt.NOT_APPLICABLE
    tries = fmt.number(record.tries)
    if record.max_tries:
        tries = fmt.n_of_m(record.tries, record.max_tries)
    last = fmt.time(record.last_at, now, zone, seconds=True)
    result = line(
        left(middle(safe(key), key_width - 1), key_width), (right(due, 13), style),
        right(amount, 14), (right(tries, 9), "muted"), (right(last, 11), "muted"),
    )  # fmt: skip
    if width >= key_width + 58:
        following = fmt.NOT_APPLICABLE
        if record.state is FailureState.RETRYING and record.next_at is not None:
            following = fmt.time(record.next_at, now, zone)
        result = result + line((right(following, 11), "muted"))
    if width >= key_width + 58 + 24 and record.remote_text:
        room = width - key_width - 58 - 2
        result = result + line("  ", (safe(record.remote_text[: room * 4]), "muted")).cut(room + 2)
    return result.cut(width)


def _due(deadline: datetime | None, now: datetime) -> tuple[str, str]:
    if deadline is None:
        return (fmt.NOT_APPLICABLE, "muted")
    remaining = deadline - now
    state = deadline_state(remaining)
    look = look_of(state)
    if state is DeadlineState.MISSED:
        return (fmt.late(remaining), f"{look.colour} bold")
    return (fmt.duration(remaining), f"{look.colour} bold" if look.bold else "")


def attempt_line(attempt: Attempt, width: int, now: datetime, zone: tzinfo) -> Line:
    """``14:31:40 × 503 Service Unavailable``."""
    when = fmt.time(attempt.at, now, zone, seconds=True)
    text = safe(attempt.remote_text[: width * 4]) or _("no answer was kept")
    return line((left(when, 11), "muted"), ("× ", "error"), text).cut(width)


def money_of(records: list[FailureRecord]) -> Decimal:
    """Money at stake in these records."""
    return sum((one.amount or Decimal(0) for one in records), Decimal(0))


# What is over ---------------------------------------------------------------------------------


def over_row(over: Over, width: int, now: datetime, zone: tzinfo) -> Line:
    """``42 ✓ Hepsiburada asks to slow down  Stock  08:40 – 08:52  by itself``."""
    look = look_of(over.state)
    begin, end = fmt.time(over.first_at, now, zone), fmt.time(over.last_at, now, zone)
    words = 30 if width < WIDE else 34
    result = line(
        (right(fmt.number(over.count), 5), "bold"), " ", (look.sign, look.colour), " ",
        left(cause_words(over.code, over.params), words), " ",
    )  # fmt: skip
    if width >= WIDE:
        result = result + line((left(flow_label(over.flow), 15), "muted"), " ")
    span = 22 if width >= WIDE else 14
    result = result + line((left(f"{begin} – {end}", span), "muted"))
    return (result + line(how(over))).cut(width)


def how(over: Over) -> str:
    """By itself, because the cause is gone, or by whom and why."""
    if over.state is FailureState.CLOSED:
        return f"{over.by or '?'}: “{safe(over.reason[:200])}”"
    words = _(_HOW[over.reason]) if over.reason in _HOW else safe(over.reason[:200])
    return f"{words}, {over.by}" if over.by else words
