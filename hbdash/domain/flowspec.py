"""What a flow declares about itself; light enough for any face to import."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Direction(StrEnum):
    """Where data go. Pauses may name a direction (design rule 10)."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"
    INTERNAL = "internal"


@dataclass(frozen=True)
class Every:
    """Due a period after the last start."""

    period: timedelta

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        return moment + self.period


@dataclass(frozen=True)
class Daily:
    """Due once a day at a time of the channel's zone (design rule 6)."""

    at: time

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        local = moment.astimezone(zone)
        due = datetime.combine(local.date(), self.at, tzinfo=zone)
        if due <= local:
            due = datetime.combine(local.date() + timedelta(days=1), self.at, tzinfo=zone)
        return due.astimezone(moment.tzinfo)


@dataclass(frozen=True)
class OnDemand:
    """Runs only when asked: by a person, a webhook or another flow."""

    def next_after(self, moment: datetime, zone: ZoneInfo) -> None:
        return None


Schedule = Every | Daily | OnDemand


@dataclass(frozen=True)
class FlowSpec:
    """One flow, declared once (design section 2, ``flows/``)."""

    id: str
    requirement: str
    """R-number of the requirements."""
    direction: Direction
    schedule: Schedule
    lane: str
    """Flows that must not overlap share a lane; one run per (channel, lane)."""
    key_kind: str = ""
    """What it can be run by hand for: ``sku``, ``order``, ``claim`` …; empty for nothing."""
    flag: str | None = None
    prerequisites: tuple[str, ...] = ()
    """Settings that must be filled, else the run is refused, naming them."""
    windowed: bool = False
    priority: int = 0
    """Which waiting run of a lane goes first; the highest."""
    body_path: str = ""
    """``module:function``; empty for a flow that this version does not have yet."""
    listed: bool = True
    """One of the 18 of the dashboard; helpers such as the mirror are not."""
    failures_of: str = ""
    """Flow under which its failures stand, if not its own: a correction's are the flow's."""
    budget: timedelta | None = None
    """How long one run may take; by default 80 % of its period."""

    @property
    def built(self) -> bool:
        """Whether this version has the flow."""
        return bool(self.body_path)

    @property
    def time_budget(self) -> timedelta:
        """Time after which a run ends by itself between two records (design rule 3)."""
        if self.budget is not None:
            return self.budget
        if isinstance(self.schedule, Every):
            return max(self.schedule.period * 0.8, timedelta(seconds=45))
        return timedelta(minutes=30)
