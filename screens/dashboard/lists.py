"""Rows of the dashboard's lists: open failures by cause, nearest deadlines, firing alarms."""

from __future__ import annotations

from datetime import datetime, tzinfo

from hbdash.domain.states import DeadlineState, FailureState, deadline_state, look_of
from hbdash.store.queries.causes import Cause
from hbdash.store.queries.deadlines import Deadline
from hbdash.store.queries.overview import FiringAlarm
from hbdash.texts import N_, _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.alarms import alarm_sentence
from hbdash.texts.causes import cause as cause_words
from hbdash.texts.labels import flow_label
from screens.widgets.line import Line, left, line, right, spread

WHAT = {
    "decide": N_("decide"),
    "not_in_omnitron": N_("not in Omnitron"),
    "hand_over": N_("hand to carrier"),
}


def cause_row(cause: Cause, width: int, now: datetime, zone: tzinfo) -> Line:
    """``31 » Listing service answers 503  13:40``; wider also the flow and what comes next."""
    look = look_of(cause.state)
    count = line((right(fmt.number(cause.count), 4), "bold"), " ", (look.sign, look.colour), " ")
    words = line(cause_words(cause.code, cause.params))
    if width < 44:
        return (count + words).cut(width)
    since = line((fmt.time(cause.first_at, now, zone), "muted"))
    if width < 80:
        return spread(count + words, since, width - 1)
    flow = line((left(flow_label(cause.flow), 15), "muted"))
    tail = since + line(" ", *_next(cause, now, zone))
    return spread(count + flow + words, tail.fit(30) if tail.width < 30 else tail, width - 1)


def _next(cause: Cause, now: datetime, zone: tzinfo) -> tuple[tuple[str, str], ...]:
    if cause.hopeless:
        return ((_("hopeless"), ""),)
    if cause.state is FailureState.RETRYING and cause.next_at is not None:
        when = fmt.time(cause.next_at, now, zone)
        return ((_("retrying, {time}").format(time=when), "muted"),)
    if cause.state is FailureState.ENDED:
        return ((_("tries used up"), ""),)
    return ((_("needs a person"), ""),) if cause.need_person else ()


def deadline_row(deadline: Deadline, width: int, now: datetime) -> Line:
    """``▲ 1 h 12 min claim 041987654  decide  ₺1,249.90``."""
    remaining = deadline.at - now
    state = deadline_state(remaining)
    look = look_of(state)
    near = look.bold or state is DeadlineState.MISSED
    style = f"{look.colour} bold" if near else ""
    span = fmt.late(remaining) if state is DeadlineState.MISSED else fmt.duration(remaining)
    kind = _("claim") if deadline.kind == "claim" else _("order")
    if deadline.count == 1:
        subject = f"{kind} {deadline.key}"
    elif deadline.kind == "claim":
        subject = ngettext("{n} claim", "{n} claims", deadline.count)
        subject = subject.format(n=fmt.number(deadline.count))
    else:
        subject = ngettext("{n} order", "{n} orders", deadline.count)
        subject = subject.format(n=fmt.number(deadline.count))
    start = line((look.sign, look.colour), " ", (right(span, 10), style), f" {subject}")
    if width < 44:
        return start.cut(width)
    what = line((_(WHAT[deadline.what]), "muted"))
    if width < 70:
        return start.fit(34) + what.cut(width - 34)
    return start.fit(40) + what.fit(20) + line(fmt.money(deadline.amount)).right(14)


def alarm_row(alarm: FiringAlarm, width: int, now: datetime, zone: tzinfo) -> Line:
    """``× Price: no success for 52 min  13:55  nobody yet``."""
    critical = alarm.severity == "critical"
    words = alarm_sentence(
        alarm.metric,
        alarm.flow,
        alarm.limit,
        value=alarm.value,
        subject=alarm.subject,
        params=alarm.params,
        now=now,
    )
    mark = line(("×", "error") if critical else ("▲", "warning"), " ")
    when = line((fmt.time(alarm.fired_at, now, zone), "muted"))
    if width < 44:
        whole = mark + line(words)
        return spread(whole, when, width) if whole.width + when.width < width else whole.cut(width)
    has = alarm.acknowledged_by
    owner = (
        line((_("{who} has it").format(who=has), "muted"))
        if has
        else line((_("nobody yet"), "warning"))
    )
    start = mark + line(words)
    for end in (when + line("  ") + owner.fit(14), owner.fit(14)):
        if start.width + end.width < width:
            return spread(start, end, width)
    return start.cut(width)
