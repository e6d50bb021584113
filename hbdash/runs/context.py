"""What a flow is given: its settings, the two clients, its log, and the ways to commit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hbdash.config import Config
from hbdash.domain.clock import Clock
from hbdash.domain.flowspec import FlowSpec
from hbdash.domain.settings import ChannelSettings
from hbdash.hepsiburada.client import HepsiburadaClient
from hbdash.omnitron.client import OmnitronClient
from hbdash.runs import intents
from hbdash.runs.failures import FailureBook
from hbdash.runs.fence import LaneLost, check_epoch
from hbdash.runs.journal import Journal
from hbdash.runs.points import point
from hbdash.runs.stop import RunStopped, StopFlag
from hbdash.store.database import Database
from hbdash.transport.errors import RemoteError
from hbdash.transport.recorder import Exchange


@dataclass(frozen=True)
class RunRequest:
    """What a run is asked to do."""

    flow: str
    started_by: str
    keys: tuple[str, ...] = ()
    window: tuple[datetime, datetime] | None = None
    dry_run: bool = False
    request_id: int | None = None

    @property
    def by_hand(self) -> bool:
        """For given keys or a past window: the regular cursor stays where it is (rule 9)."""
        return bool(self.keys) or self.window is not None


@dataclass(frozen=True)
class ChannelFacts:
    """What Omnitron says of the channel, read at the start of the run."""

    id: int
    remote_id: int
    zone: ZoneInfo
    catalog_id: int
    price_list: int
    stock_list: int


@dataclass
class Progress:
    """Counts of a run; read by the engine's heartbeat from another thread."""

    total: int | None = None
    ok: int = 0
    failed: int = 0
    skipped: int = 0
    note: dict[str, Any] = field(default_factory=dict)


class LastExchange:
    """Keeps the newest exchange of the run's thread, to attach it to a log line."""

    def __init__(self) -> None:
        self.exchange: Exchange | None = None

    def record(self, exchange: Exchange) -> None:
        self.exchange = exchange


@dataclass
class RunContext:
    """One run. Flows commit through it and look at :meth:`go_on` between records."""

    spec: FlowSpec
    request: RunRequest
    run_id: int
    epoch: int
    channel: ChannelFacts
    settings: ChannelSettings
    config: Config
    db: Database
    clock: Clock
    omnitron: OmnitronClient
    hepsiburada: HepsiburadaClient
    journal: Journal
    failures: FailureBook
    progress: Progress
    stop: StopFlag
    wire: LastExchange
    lease_is_fresh: Callable[[], bool]
    until: float
    """Monotonic time at which the budget ends."""
    ask_for_run: Callable[[str, tuple[str, ...], str], None]
    """Ask the engine for a run of another flow: ``(flow, keys, why)``."""
    again_at: datetime | None = None

    def come_again(self, at: datetime | None) -> None:
        """Have this flow run at that time although its schedule says later; ``None`` for no wish.

        A run does not wait for a result that takes its time: the next one asks for it.
        """
        self.again_at = at

    @property
    def channel_id(self) -> int:
        return self.channel.id

    @property
    def dry_run(self) -> bool:
        return self.request.dry_run

    def now(self) -> datetime:
        return self.clock.now()

    @contextmanager
    def commit(self, *, durable: bool = False) -> Iterator[Connection]:
        """One fenced write transaction, with the log lines and failures collected so far.

        Raises :class:`LaneLost` if another run or holder has taken the lane: nothing is written.
        """
        opened = self.db.durable() if durable else self.db.write()
        try:
            with opened as connection:
                check_epoch(connection, self.channel_id, self.spec.lane, self.epoch)
                yield connection
                self.journal.flush(connection)
                self.failures.flush(connection)
        except BaseException:
            self.journal.undone()
            raise
        self.journal.settled()
        self.failures.settled()

    def go_on(self) -> None:
        """Raise :class:`RunStopped` at this safe point if the run was cancelled or timed out."""
        if self.stop.is_set:
            raise RunStopped(self.stop.why or "cancelled")
        if time.monotonic() > self.until:
            raise RunStopped("budget")

    def before_write(self) -> None:
        """Asked before each remote write: the stop flag, and the age of the lease."""
        if self.stop.is_set:
            raise RunStopped(self.stop.why or "cancelled")
        if not self.lease_is_fresh():
            raise LaneLost("the lease was not renewed in time")

    def begin_intent(self, kind: str, key: str, payload: dict[str, Any]) -> int:
        """Commit an intent, durably, right before its call."""
        self.before_write()
        with self.commit(durable=True) as connection:
            intent_id = intents.begin(
                connection,
                channel_id=self.channel_id,
                run_id=self.run_id,
                flow=self.spec.id,
                kind=kind,
                key=key,
                payload=payload,
                epoch=self.epoch,
                now=self.now(),
            )
        point("intent_committed")
        return intent_id

    @contextmanager
    def intent(self, kind: str, key: str, payload: dict[str, Any]) -> Iterator[int]:
        """The call of an intent: left normally the caller settles it in its own commit.

        A call whose outcome is unknown leaves the intent in doubt; one that surely failed closes
        it. Either way the error goes on to the caller.
        """
        intent_id = self.begin_intent(kind, key, payload)
        try:
            yield intent_id
        except RemoteError as error:
            with self.commit(durable=True) as connection:
                if error.unknown_outcome:
                    intents.doubt(connection, intent_id, self.now())
                else:
                    intents.settle(
                        connection, intent_id, "failed", self.now(), {"error": str(error)}
                    )
            raise
        point("intent_called")

    def repeat_intent(self, intent_id: int) -> None:
        """Commit, durably, that the call of an unsettled intent is made again."""
        self.before_write()
        with self.commit(durable=True) as connection:
            intents.repeat(connection, intent_id, self.now())
        point("intent_committed")
