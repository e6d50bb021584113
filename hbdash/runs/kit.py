"""What a run is made with and what comes of it: the kit of a channel, its link, the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hbdash.config import Config
from hbdash.domain.clock import Clock
from hbdash.domain.settings import ChannelSettings
from hbdash.domain.states import RunState
from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.omnitron.client import OmnitronClient
from hbdash.runs.context import ChannelFacts, Progress
from hbdash.store.database import Database
from hbdash.store.log.writer import LogWriter


@dataclass(frozen=True)
class Connected:
    """A channel whose conf was read a moment ago, and the clients that fit it."""

    facts: ChannelFacts
    settings: ChannelSettings
    is_active: bool
    omnitron: OmnitronClient
    hepsiburada: HepsiburadaClient


class ChannelLink(Protocol):
    """Reads the conf and gives the clients; raises a ``RemoteError`` if Omnitron can't be read."""

    def connect(self) -> Connected: ...

    def release(self, connected: Connected) -> None:
        """The run is over: what was handed out to it is not used any more."""


@dataclass(frozen=True)
class RunKit:
    """What every run of a channel shares; made once by the engine."""

    channel_id: int
    holder: str
    lease_epoch: int
    config: Config
    db: Database
    clock: Clock
    link: ChannelLink
    writer: LogWriter
    lease_is_fresh: Callable[[], bool]
    ask_for_run: Callable[[str, tuple[str, ...], str], None]
    watch: Callable[[int, Progress], None]
    """Told of each run that starts, so that its heartbeat and progress are written."""
    unwatch: Callable[[int], None]
    abandon: Callable[[int], None] = field(default=lambda run_id: None)
    """Told of a run that has ended and whose last row could not be written."""


@dataclass(frozen=True)
class RunResult:
    """How a run ended."""

    run_id: int
    state: RunState
    ok: int
    failed: int
    skipped: int
    reason_id: str | None
    again_at: datetime | None = None
    """When the flow has a result to ask for, earlier than its schedule says."""
