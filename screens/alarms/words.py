"""What lines and headings of the Alarms page say, as text; also for the filter and for copying."""

from __future__ import annotations

from datetime import datetime

from hbdash.store.queries.alarms import AlarmsView, PastAlarm, RuleRow
from hbdash.store.queries.ringing import FiringRow
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.alarms import firing_title, rule_sentence
from screens.alarms.rows import own_name


def firing_words(row: FiringRow) -> str:
    """A firing."""
    alarm = row.alarm
    return firing_title(alarm.metric, alarm.flow, alarm.limit, alarm.subject)


def rule_words(rule: RuleRow) -> str:
    """A rule, with the name that a person gave it."""
    own = own_name(rule)
    sentence = rule_sentence(rule.metric, rule.flow, rule.limit)
    return f"{own}: {sentence}" if own else sentence


def past_words(past: PastAlarm) -> str:
    """A past alarm."""
    return firing_title(past.metric or "?", past.flow, past.limit or 0, past.subject)


def firing_note(view: AlarmsView, shown: int) -> str:
    """``2, 1 without an owner``; how many of them when some are filtered out."""
    total = len(view.firing)
    if not total:
        return ""
    if shown < total:
        return fmt.n_of_m(shown, total)
    n = view.without_owner
    if not n:
        return _("{total}, each with an owner").format(total=fmt.number(total))
    words = ngettext("{total}, {n} without an owner", "{total}, {n} without an owner", n)
    return words.format(total=fmt.number(total), n=fmt.number(n))


def rules_note(view: AlarmsView, shown: int, word: str, now: datetime) -> str:
    """``20, of which 1 hushed``; the filter, if there is one."""
    total = len(view.rules)
    if word:
        return _("filter “{word}”: {part}").format(word=word, part=fmt.n_of_m(shown, total))
    n = view.silenced(now)
    if not n:
        return fmt.number(total)
    return _("{total}, of which {n} hushed").format(total=fmt.number(total), n=fmt.number(n))
