"""Alarms as plain data: what can be measured, when it rings, and when it stops (R7.3.1).

A rule fires when its level reaches the limit, and stops only when the level has gone back by a
margin: between the two it stays as it is, so that nothing flaps.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How loud: critical first everywhere."""

    CRITICAL = "critical"
    WARNING = "warning"
    NOTICE = "notice"


class Unit(StrEnum):
    """What a limit and a value are counted in."""

    PERCENT = "percent"
    COUNT = "count"
    MINUTES = "minutes"
    HOURS = "hours"


@dataclass(frozen=True)
class MetricSpec:
    """Something that a rule can watch."""

    id: str
    unit: Unit
    least: int
    most: int
    usual: int
    """The limit a new rule begins with."""
    of_flow: bool = False
    """Measured for one flow, which the rule must name."""
    windowed: bool = False
    """Measured over the last ``window_min`` minutes."""
    falling: bool = False
    """Rings when the level comes down to the limit: hours left until a deadline."""
    per_subject: bool = False
    """Fires once for each claim, order or side, not once for the rule."""

    def holds(self, limit: int, level: float, *, firing: bool) -> bool:
        """Whether the condition holds, given whether it already rang."""
        margin = self.margin(limit) if firing else 0
        if self.falling:
            return level <= limit + margin
        return level >= limit - margin

    def margin(self, limit: int) -> float:
        """How far the level must go back beyond the limit before the alarm ends.

        A fifth of the limit, at least one; a limit of 1 has none, since only 0 lies below it.
        """
        if limit <= 1 and not self.falling:
            return 0
        return max(limit / 5, 1)


_ALL = (
    MetricSpec("no_success", Unit.MINUTES, 1, 10_080, 30, of_flow=True),
    MetricSpec("failures_in_row", Unit.COUNT, 1, 100, 3, of_flow=True),
    MetricSpec("error_rate", Unit.PERCENT, 1, 100, 20, of_flow=True, windowed=True),
    MetricSpec("claim_deadline", Unit.HOURS, 1, 48, 4, falling=True, per_subject=True),
    MetricSpec("order_deadline", Unit.HOURS, 1, 72, 3, falling=True, per_subject=True),
    MetricSpec("stock_lag", Unit.MINUTES, 1, 1_440, 10),
    MetricSpec("open_failures", Unit.COUNT, 1, 1_000_000, 100),
    MetricSpec("ended_penalties", Unit.COUNT, 1, 1_000_000, 10),
    MetricSpec("auth_refused", Unit.COUNT, 1, 1_000, 1, per_subject=True),
    MetricSpec("empty_answer", Unit.PERCENT, 10, 100, 50, per_subject=True),
)

#: Metric id → what is known about it, in the order of the form.
METRICS: dict[str, MetricSpec] = {spec.id: spec for spec in _ALL}

WINDOW_LEAST, WINDOW_MOST, WINDOW_USUAL = 5, 1_440, 60
"""Minutes of a windowed metric."""
NAME_MOST = 60
LEAST_RECORDS = 20
"""Below this many records in the window an error rate says nothing: 1 of 3 is 33 %."""


@dataclass(frozen=True)
class RuleDraft:
    """A rule as a person writes it; ``name`` may be empty, its sentence then names it."""

    metric: str
    limit: int
    flow: str | None = None
    window_min: int | None = None
    severity: str = Severity.WARNING
    name: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class RuleProblem:
    """What is wrong with a draft: the field, and a refusal id with its parameters."""

    field: str
    id: str
    params: Mapping[str, Any]


def problems_of(draft: RuleDraft, flows: Collection[str]) -> list[RuleProblem]:
    """Everything that is wrong with a draft; ``flows`` are those that can be watched."""
    spec = METRICS.get(draft.metric)
    if spec is None:
        return [RuleProblem("metric", "alarm.metric_unknown", {"metric": draft.metric})]
    found = []
    if not spec.least <= draft.limit <= spec.most:
        found.append(_range("limit", "alarm.limit_range", spec.least, spec.most))
    if spec.of_flow and not draft.flow:
        found.append(RuleProblem("flow", "alarm.flow_needed", {"metric": draft.metric}))
    elif spec.of_flow and draft.flow not in flows:
        found.append(RuleProblem("flow", "alarm.flow_unknown", {"flow": draft.flow}))
    window = draft.window_min or WINDOW_USUAL
    if spec.windowed and not WINDOW_LEAST <= window <= WINDOW_MOST:
        found.append(_range("window", "alarm.window_range", WINDOW_LEAST, WINDOW_MOST))
    if draft.severity not in list(Severity):
        found.append(
            RuleProblem("severity", "alarm.severity_unknown", {"severity": draft.severity})
        )
    if len(draft.name.strip()) > NAME_MOST:
        found.append(RuleProblem("name", "alarm.name_long", {"most": NAME_MOST}))
    return found


def normal(draft: RuleDraft) -> RuleDraft:
    """The draft without what its metric does not use, and with the usual window."""
    spec = METRICS[draft.metric]
    return RuleDraft(
        metric=draft.metric,
        limit=draft.limit,
        flow=draft.flow if spec.of_flow else None,
        window_min=(draft.window_min or WINDOW_USUAL) if spec.windowed else None,
        severity=draft.severity,
        name=" ".join(draft.name.split()),
        is_active=draft.is_active,
    )


def _range(field: str, id: str, least: int, most: int) -> RuleProblem:
    return RuleProblem(field, id, {"least": least, "most": most})
