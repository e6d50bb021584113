"""Lines of the Alarms page: what rings, what is behind it, the rules, what rang before."""

from __future__ import annotations

from datetime import datetime, tzinfo

from hbdash.store.queries.alarms import PastAlarm, RuleRow
from hbdash.store.queries.ringing import Behind, FiringRow
from hbdash.texts import N_, _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.alarms import (
    alarm_sentence,
    amount_text,
    firing_title,
    firing_value,
    rule_sentence,
    rule_what,
    severity_label,
)
from hbdash.texts.causes import cause as cause_words
from hbdash.texts.labels import flow_label, run_state
from hbdash.texts.runs import reason
from screens.widgets.line import BLANK, Line, left, line, right

WIDE = 100
"""From this width the whole words and the last columns stand."""
_VALUE, _SINCE, _OWNER = 10, 7, 13
_LIMIT, _SEVERITY, _FIRED, _WEEK = 8, 9, 10, 8


def colour(severity: str) -> str:
    """The colour of what rings."""
    return {"critical": "error", "warning": "warning"}.get(severity, "")


def sign(severity: str) -> Line:
    """``×`` for critical, ``▲`` for the rest."""
    return line(("×" if severity == "critical" else "▲", colour(severity)))


# Firing ---------------------------------------------------------------------------------------


def firing_header(width: int) -> Line:
    """Names of the columns of what rings."""
    text = (
        left("  " + _("alarm"), _name_width(width))
        + right(_("is"), _VALUE)
        + right(_("since"), _SINCE)
        + " "
        + left(_("owner"), _OWNER)
        + _("told")
    )
    return line((text, "muted")).cut(width)


def firing_line(row: FiringRow, width: int, now: datetime, zone: tzinfo) -> Line:
    """``× Price: no success for 15 min   52 min  13:55 nobody yet told 13:55``."""
    alarm = row.alarm
    name = firing_title(alarm.metric, alarm.flow, alarm.limit, alarm.subject)
    value = firing_value(alarm.metric, alarm.value, alarm.params, now)
    taken = alarm.acknowledged_by
    owner = (left(taken, _OWNER), "") if taken else (left(_("nobody yet"), _OWNER), "warning")
    return (
        line(sign(alarm.severity), " ", (left(name, _name_width(width) - 2), "bold"))
        + line((right(value, _VALUE), f"{colour(alarm.severity)} bold"))
        + line((right(fmt.time(alarm.fired_at, now, zone), _SINCE), "muted"), " ", owner)
        + line((told(row, now, zone), "muted"))
    ).cut(width)


def told(row: FiringRow, now: datetime, zone: tzinfo) -> str:
    """What its owner said; else whether somebody was told."""
    if row.note:
        return f"“{row.note}”"
    if row.silenced_until is not None and row.silenced_until > now:
        return _("hushed to {time}").format(time=fmt.time(row.silenced_until, now, zone))
    if row.told:
        return ", ".join(
            _(_TOLD[one.state]).format(target=target_label(one.target)) for one in row.told
        )
    return _("only here")


def target_label(target: str) -> str:
    """``mailto 1`` as people say it: ``mail``; a kind without a word of its own, capitalised."""
    kind = target.partition(" ")[0]
    return _("mail") if kind in ("mailto", "mailtos") else kind.capitalize()


_TOLD = {
    "waiting": N_("{target} waits"),
    "sent": N_("{target} sent"),
    "failed": N_("{target} failed"),
}


def _name_width(width: int) -> int:
    rest = _VALUE + _SINCE + 1 + _OWNER
    return min(46 if width >= WIDE else 34, max(width - rest - 12, 20))


def behind_line(row: FiringRow, now: datetime, zone: tzinfo) -> Line:
    """``Behind it  31 records: Listing service answers 503, since 13:40   enter open``."""
    words = behind_words(row.behind, now, zone)
    keys = line("   ", ("enter", "accent bold"), " ", (_("open it"), ""))
    if row.alarm.flow is not None:
        name = flow_label(row.alarm.flow)
        keys = keys + line(
            "   ", ("o", "accent bold"), " ", _("run or pause {flow}").format(flow=name)
        )
    if not words:
        words = alarm_sentence(
            row.alarm.metric,
            row.alarm.flow,
            row.alarm.limit,
            value=row.alarm.value,
            subject=row.alarm.subject,
            params=row.alarm.params,
            now=now,
        )
    return line((_("Behind it"), "muted"), "  ", words) + keys


def behind_words(behind: Behind, now: datetime, zone: tzinfo) -> str:
    """The cause with the most records, the claim's product, or how the last run ended."""
    if behind.cause is not None:
        cause = behind.cause
        n = ngettext("{n} record: {cause}", "{n} records: {cause}", cause.count)
        what = n.format(n=fmt.number(cause.count), cause=cause_words(cause.code, cause.params))
        return f"{what}, {fmt.since(cause.first_at, now, zone)}"
    if behind.claim_product:
        said = f", “{behind.claim_explanation}”" if behind.claim_explanation else ""
        return f"{behind.claim_product}{said}"
    if behind.run_state is not None and behind.run_at is not None:
        state = run_state(behind.run_state)
        why = reason(behind.run_reason, behind.run_params, zone) if behind.run_reason else ""
        words = _("last run {time} {state}").format(
            time=fmt.time(behind.run_at, now, zone), state=state
        )
        return f"{words}: {why}" if why else words
    return ""


# Rules ----------------------------------------------------------------------------------------


def rules_header(width: int) -> Line:
    """Names of the columns of the rules."""
    text = (
        left("  " + _("rule"), _what_width(width))
        + right(_("limit"), _LIMIT)
        + " "
        + left(_("severity"), _SEVERITY)
        + left(_("state"), _state_width(width))
        + right(_("last fired") if width >= WIDE else _("fired"), _FIRED)
    )
    if width >= WIDE:
        text += right(_("7 days"), _WEEK)
    return line((text, "muted")).cut(width)


def rule_line(rule: RuleRow, width: int, now: datetime, zone: tzinfo) -> Line:
    """``✓ Stock: no success for   10 min critical quiet    19 Nov   1``."""
    state = rule.state(now)
    firing = state == "firing"
    mark = sign(rule.severity) if firing else _REST[state]
    words, style = _state_words(rule, state, now, zone, width)
    fired = fmt.time(rule.last_fired_at, now, zone) if rule.last_fired_at else _("never")
    name_style = "muted" if state == "off" else ""
    result = (
        line(mark, " ", (left(name_of(rule), _what_width(width) - 2), name_style))
        + line((right(amount_text(rule.metric, rule.limit), _LIMIT), name_style), " ")
        + line((left(severity_label(rule.severity), _SEVERITY), "muted"))
        + line((left(words, _state_width(width)), style))
        + line((right(fired, _FIRED), "muted"))
    )
    if width >= WIDE:
        week = fmt.number(rule.last_week)
        result = result + line((right(week, _WEEK), "" if rule.last_week else "muted"))
    return result.cut(width)


_REST = {
    "quiet": line(("✓", "success")),
    "silenced": line(("□", "muted")),
    "off": line(("□", "muted")),
}


def _state_words(
    rule: RuleRow, state: str, now: datetime, zone: tzinfo, width: int
) -> tuple[str, str]:
    if state == "firing":
        return (_("firing"), f"{colour(rule.severity)} bold")
    if state == "silenced":
        if width < WIDE:
            return (_("hushed"), "muted")
        return (
            _("hushed to {time}").format(time=fmt.time(rule.silenced_until, now, zone)),
            "muted",
        )
    return (_("off") if state == "off" else _("quiet"), "muted")


def name_of(rule: RuleRow) -> str:
    """What it watches, in front of the limit; the name that a person gave it, if there is one."""
    what = rule_what(rule.metric, rule.flow)
    own = own_name(rule)
    return f"{own}: {what}" if own else what


def own_name(rule: RuleRow) -> str:
    """The name if a person gave one; those we make are never shown."""
    made = rule.is_default or rule.name.startswith(f"{rule.metric}.")
    return "" if made else rule.name


def _what_width(width: int) -> int:
    fixed = _LIMIT + 1 + _SEVERITY + _state_width(width) + _FIRED
    fixed += _WEEK if width >= WIDE else 0
    return max(min(46, width - fixed), 20)


def _state_width(width: int) -> int:
    return 24 if width >= WIDE else 10


# Past -----------------------------------------------------------------------------------------


def past_line(past: PastAlarm, width: int, now: datetime, zone: tzinfo) -> Line:
    """``11:05 – 11:21  Order Create: failures in a row reach 5   ayse: “mapping Bolu now”``."""
    begin, end = fmt.time(past.fired_at, now, zone), fmt.time(past.ended_at, now, zone)
    if past.subject:
        what = firing_title(past.metric or "", past.flow, past.limit or 0, past.subject)
    else:
        what = rule_sentence(past.metric or "?", past.flow, past.limit or 0)
    lasted = fmt.duration(past.ended_at - past.fired_at)
    who = BLANK
    if past.acknowledged_by:
        note = f" “{past.note}”" if past.note else ""
        who = line((f"  {past.acknowledged_by}{note}", "muted"))
    start = line((left(f"{begin} – {end}", 23), "muted"), (right(lasted, 12), "muted"), "  ")
    return (start + line(left(what, min(46, max(width - 50, 20)))) + who).cut(width)
