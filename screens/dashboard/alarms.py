"""A firing alarm in words: ``Price: no success for 52 min``."""

from __future__ import annotations

from datetime import timedelta

from hbdash.store.queries.overview import FiringAlarm
from hbdash.texts import N_, _
from hbdash.texts import formats as fmt
from hbdash.texts.labels import flow_label

_WORDS = {
    "no_success": N_("no success for {value}"),
    "failures_in_row": N_("{value} failures in a row"),
    "error_rate": N_("{value} of the records fail"),
    "claim_deadline": N_("claim {subject} is due in {value}"),
    "empty_answer": N_("an empty answer where there was much before"),
}


def alarm_words(alarm: FiringAlarm) -> str:
    """What rings, where."""
    words = _WORDS.get(alarm.metric)
    if words is None:
        text = f"{alarm.rule}: {fmt.number(alarm.value)}"
    else:
        text = _(words).format(value=_value(alarm), subject=alarm.subject)
    flow = alarm.flow or str(alarm.params.get("flow", ""))
    return f"{flow_label(flow)}: {text}" if flow else text[:1].upper() + text[1:]


def _value(alarm: FiringAlarm) -> str:
    if alarm.metric == "no_success":
        return fmt.duration(timedelta(minutes=alarm.value))
    if alarm.metric == "claim_deadline":
        return fmt.duration(timedelta(minutes=alarm.value))
    if alarm.metric == "error_rate":
        return fmt.percent(alarm.value)
    return fmt.number(alarm.value)
