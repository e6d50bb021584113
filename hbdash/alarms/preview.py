"""What a rule says now, and what it would have done: for the form, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hbdash.alarms.history import channel_began, flow_history
from hbdash.alarms.metrics import Measurement, measure, measure_flow
from hbdash.domain.alarms import METRICS, WINDOW_USUAL, RuleDraft

SPAN = timedelta(hours=24)
_STEP = timedelta(minutes=5)
_MOST_RUNS = 5_000
"""A day of a flow that runs each minute, three times over."""


@dataclass(frozen=True)
class PastFiring:
    """A time in which the rule would have rung."""

    began: datetime
    ended: datetime | None
    """None: it would still ring."""
    worst: int
    """In the unit of the metric."""


@dataclass(frozen=True)
class Trial:
    """What a rule does with what is known now; nothing is written."""

    draft: RuleDraft
    now: tuple[Measurement, ...]
    """The measured subjects; empty when there is nothing to measure."""
    would_fire: bool
    past: tuple[PastFiring, ...]
    """In the last 24 h, oldest first; empty for metrics whose past is not kept."""
    has_past: bool
    """Whether the metric's past can be told at all."""

    @property
    def worst(self) -> Measurement | None:
        """The subject that is worst now."""
        spec = METRICS[self.draft.metric]
        choose = min if spec.falling else max
        return choose(self.now, key=lambda m: m.level) if self.now else None


def try_rule(connection: Connection, channel_id: int, draft: RuleDraft, now: datetime) -> Trial:
    """Measure a draft now and over the last 24 h; ``draft`` has been checked."""
    spec = METRICS[draft.metric]
    found = tuple(measure(connection, channel_id, draft, now))
    fires = any(m.may_fire and spec.holds(draft.limit, m.level, firing=False) for m in found)
    past = _past(connection, channel_id, draft, now) if spec.of_flow else ()
    return Trial(draft, found, fires, past, spec.of_flow)


def _past(
    connection: Connection, channel_id: int, draft: RuleDraft, now: datetime
) -> tuple[PastFiring, ...]:
    assert draft.flow is not None
    spec = METRICS[draft.metric]
    window = timedelta(minutes=draft.window_min or WINDOW_USUAL)
    since = now - SPAN - window - timedelta(hours=1)
    history = flow_history(
        connection, channel_id, draft.flow, now, since=since, most=_MOST_RUNS
    )  # fmt: skip
    firings: list[PastFiring] = []
    began: datetime | None = None
    worst = 0
    for at in _moments(channel_began(connection, channel_id), now):
        found = measure_flow(history, draft, at)
        holds = found is not None and spec.holds(
            draft.limit, found.level, firing=began is not None
        )  # fmt: skip
        if found is not None and holds:
            worst = max(worst, found.value) if began is not None else found.value
            began = began or at
        elif began is not None:
            firings.append(PastFiring(began, at, worst))
            began = None
    if began is not None:
        firings.append(PastFiring(began, None, worst))
    return tuple(firings)


def _moments(began: datetime | None, now: datetime) -> list[datetime]:
    first = max(now - SPAN, began) if began is not None else now
    steps = int((now - first) / _STEP)
    return [now - n * _STEP for n in range(steps, -1, -1)]
