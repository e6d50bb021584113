"""Alarms in words: a rule as "what, limit", a firing as a sentence that says how bad it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hbdash.domain.alarms import METRICS, Severity, Unit
from hbdash.texts.formats import duration, late, number, percent
from hbdash.texts.labels import flow_label, side_label
from hbdash.texts.translate import N_, _


@dataclass(frozen=True)
class _Words:
    """Texts of a metric; ``{n}`` is a number with its unit."""

    name: str
    """In the form where a metric is chosen."""
    what: str
    """In front of the limit's column."""
    rule: str
    """The rule as a sentence, with its limit."""
    firing: str
    """The firing as a sentence, with its value."""


_WORDS = {
    "no_success": _Words(
        N_("no success for"),
        N_("{flow}: no success for"),
        N_("{flow}: no success for {n}"),
        N_("{flow}: no success for {n}"),
    ),
    "failures_in_row": _Words(
        N_("failures in a row"),
        N_("{flow}: failures in a row"),
        N_("{flow}: failures in a row reach {n}"),
        N_("{flow}: failures in a row: {n}"),
    ),
    "error_rate": _Words(
        N_("error rate"),
        N_("{flow}: records that fail, from"),
        N_("{flow}: {n} of the records fail"),
        N_("{flow}: {n} of the records fail"),
    ),
    "claim_deadline": _Words(
        N_("claim deadline"),
        N_("Claim deadline nearer than"),
        N_("Claim deadline nearer than {n}"),
        N_("Claim {subject}: {left} left"),
    ),
    "order_deadline": _Words(
        N_("ship-by of an order that is not in Omnitron"),
        N_("Order not in Omnitron, ship-by nearer than"),
        N_("Order not in Omnitron, ship-by nearer than {n}"),
        N_("Order {subject} is not in Omnitron, {left} until ship-by"),
    ),
    "stock_lag": _Words(
        N_("stock lag"), N_("Stock lag from"), N_("Stock lag from {n}"), N_("Stock lag {n}")
    ),
    "open_failures": _Words(
        N_("open failures"),
        N_("Open failures from"),
        N_("Open failures from {n}"),
        N_("Open failures: {n}"),
    ),
    "ended_penalties": _Words(
        N_("ended penalties"),
        N_("Ended penalties from"),
        N_("Ended penalties from {n}"),
        N_("Ended penalties: {n}"),
    ),
    "auth_refused": _Words(
        N_("login refused"),
        N_("Login refused, flows from"),
        N_("Login refused, flows from {n}"),
        N_("{subject} does not let us in"),
    ),
    "empty_answer": _Words(
        N_("fewer records than before"),
        N_("Fewer records than before, by"),
        N_("Fewer records than before, by {n}"),
        N_("{subject}: {rows} records where there were {before}"),
    ),
}
#: A firing beside a column that says how bad it is; of others the rule's own sentence stands there.
_SUBJECTS = {
    "claim_deadline": N_("Claim {subject}: deadline near"),
    "order_deadline": N_("Order {subject}: not in Omnitron"),
    "auth_refused": N_("{subject} does not let us in"),
    "empty_answer": N_("{subject}: fewer records than before"),
}
_MISSED = {
    "claim_deadline": N_("Claim {subject}: deadline missed"),
    "order_deadline": N_("Order {subject} is not in Omnitron, ship-by missed"),
}
_SEVERITIES = {
    Severity.CRITICAL: N_("critical"),
    Severity.WARNING: N_("warning"),
    Severity.NOTICE: N_("notice"),
}


def severity_label(severity: str) -> str:
    """``critical``, ``warning`` or ``notice``, in the language in use."""
    return _(_SEVERITIES[Severity(severity)]) if severity in list(Severity) else severity


def metric_label(metric: str) -> str:
    """The metric's name in the form; an unknown one is shown as it is."""
    return _(_WORDS[metric].name) if metric in _WORDS else metric


def amount_text(metric: str, amount: int) -> str:
    """A limit or a value with its unit: ``15 min``, ``4 h``, ``20 %``, ``5``."""
    spec = METRICS.get(metric)
    if spec is None or spec.unit is Unit.COUNT:
        return number(amount)
    if spec.unit is Unit.PERCENT:
        return percent(amount)
    if spec.unit is Unit.MINUTES:
        return duration(timedelta(minutes=amount))
    return duration(timedelta(hours=amount))


def rule_what(metric: str, flow: str | None) -> str:
    """What a rule watches, in front of its limit: ``Price: no success for``."""
    if metric not in _WORDS:
        return metric
    return _(_WORDS[metric].what).format(flow=flow_label(flow or ""))


def rule_sentence(metric: str, flow: str | None, limit: int) -> str:
    """The rule as a sentence: ``Price: no success for 15 min``."""
    if metric not in _WORDS:
        return f"{metric} {number(limit)}"
    return _(_WORDS[metric].rule).format(
        flow=flow_label(flow or ""), n=amount_text(metric, limit)
    )  # fmt: skip


def alarm_sentence(
    metric: str | None,
    flow: str | None,
    limit: int | None,
    *,
    value: int,
    subject: str = "",
    params: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> str:
    """A firing as a sentence: ``Price: no success for 52 min``.

    With ``now`` a deadline is counted from it; without, it is told in whole hours.
    """
    if metric not in _WORDS:
        return metric or "?"
    known = params or {}
    left = _left(value, known, now)
    if metric in _MISSED and left < timedelta(0):
        return _(_MISSED[metric]).format(subject=subject)
    return _(_WORDS[metric].firing).format(
        flow=flow_label(flow or ""),
        n=amount_text(metric, value),
        subject=side_label(subject) if subject else _("One side"),
        left=duration(left),
        rows=number(known.get("rows")),
        before=number(known.get("before")),
    )


def firing_title(metric: str, flow: str | None, limit: int, subject: str) -> str:
    """What rings, for a table that has its value in a column of its own."""
    if subject and metric in _SUBJECTS:
        return _(_SUBJECTS[metric]).format(subject=side_label(subject))
    return rule_sentence(metric, flow, limit)


def firing_value(
    metric: str, value: int, params: Mapping[str, Any], now: datetime
) -> str:  # fmt: skip
    """That column: ``52 min``, ``8``, ``1 h 12 min`` until a deadline, ``3 h late`` after it."""
    if metric in _MISSED:
        left = _left(value, params, now)
        return late(left) if left < timedelta(0) else duration(left)
    return amount_text(metric, value)


def ended_sentence(
    metric: str | None, flow: str | None, limit: int | None, subject: str = ""
) -> str:
    """The line when an alarm ends by itself: ``over: Price: no success for 15 min``."""
    if metric not in _WORDS:
        return _("over: {alarm}").format(alarm=metric or "?")
    sentence = rule_sentence(metric, flow, limit or 0)
    if subject:
        sentence = f"{sentence} ({side_label(subject)})"
    return _("over: {alarm}").format(alarm=sentence)


def _left(value: int, params: Mapping[str, Any], now: datetime | None) -> timedelta:
    deadline = params.get("deadline")
    if now is None or not isinstance(deadline, str):
        return timedelta(hours=value)
    return datetime.fromisoformat(deadline) - now
