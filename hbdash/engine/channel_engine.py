"""One channel's engine: lease, due flows, requests, heartbeat, alarms."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from hbdash.alarms.duty import watch_alarms
from hbdash.config import ChannelConfig, Config
from hbdash.domain.clock import Clock
from hbdash.domain.flowspec import FlowSpec
from hbdash.domain.states import RunState
from hbdash.engine import recovery, schedule
from hbdash.engine.desk import REFUSALS, RequestDesk
from hbdash.engine.dispatcher import LocalDispatcher
from hbdash.engine.heartbeat import Heartbeat
from hbdash.engine.housekeeping import Housekeeping
from hbdash.engine.lease import LeaseKeeper
from hbdash.engine.link import Link
from hbdash.flows.registry import FLOWS
from hbdash.runs.context import RunRequest
from hbdash.runs.fence import raise_all
from hbdash.runs.kit import RunKit, RunResult
from hbdash.runs.run_flow import run_flow
from hbdash.runs.stop import StopFlag
from hbdash.store.database import Database
from hbdash.store.log.writer import LogWriter

logger = logging.getLogger(__name__)


class ChannelEngine:
    """Runs one channel's flows while it holds the lease; idle otherwise."""

    def __init__(
        self,
        channel_id: int,
        channel: ChannelConfig,
        config: Config,
        db: Database,
        clock: Clock,
        *,
        face: str,
        username: str,
    ) -> None:
        self.id = channel_id
        self._config = config
        self._db = db
        self._clock = clock
        self._zone = ZoneInfo(channel.timezone)
        self._link = Link(db, clock, channel, channel_id)
        self._writer = LogWriter(db, channel_id)
        self._heartbeat = Heartbeat(db, clock)
        self._house = Housekeeping(db, clock, config.retention, self._is_idle)
        self._dispatcher: LocalDispatcher | None = None
        self._dues: dict[str, datetime] = {}
        self._lock = threading.RLock()
        self._starting = threading.Lock()
        self._desk = RequestDesk(db, clock, channel_id)
        self._unclosed: set[int] = set()
        self._unnoted: deque[tuple[FlowSpec, RunRequest, RunResult | None]] = deque()
        self.lease = LeaseKeeper(
            db,
            channel_id,
            face=face,
            username=username,
            term=timedelta(seconds=config.engine.lease_term_s),
            gained=self._gained,
            lost=self._lost,
        )

    def start(self) -> None:
        self.lease.start()

    def stop(self, *, wait: float) -> None:
        """Stop runs at a safe point, break calls that hang, give the lease back."""
        with self._lock:
            dispatcher, self._dispatcher = self._dispatcher, None
        if dispatcher is not None and not dispatcher.stop(wait * 0.6):
            self._link.hang_up()
            dispatcher.stop(wait * 0.3)
        self.lease.close(wait=wait * 0.1)
        self._link.close()
        self._desk.close()

    def duties(self) -> list[tuple[str, Callable[[], None], float]]:
        """Name, work and period in seconds of what the scheduler thread wakes."""
        return [
            ("due", self._start_due, 0.5),
            ("requests", self._take_requests, 0.5),
            ("heartbeat", self._heartbeat.beat, 1.0),
            ("unclosed", self._close_unclosed, 1.0),
            ("alarms", self._watch_alarms, 10.0),
            ("housekeeping", self._keep_house, 60.0),
        ]

    # Lease ------------------------------------------------------------------------------------

    def _gained(self, epoch: int) -> None:
        with self._db.durable() as connection:
            raise_all(connection, self.id, epoch)
            lost = recovery.close_lost_runs(
                connection, self.id, self.lease.holder, self._writer, self._clock.now()
            )
            schedule.install(
                connection, self.id, FLOWS, self._config.engine, self._zone, self._clock.now()
            )
            dues = schedule.next_dues(connection, self.id)
        if lost:
            logger.warning("%d runs of the former holder were lost", lost)
        with self._lock:
            self._dues = dues
            self._desk.look_again()
            self._dispatcher = LocalDispatcher(
                self._perform_with(epoch), self._ended, self._desk.dropped
            )
        # Not left to the next turn of the duty: the first figures are being waited for.
        self._start_due()

    def _lost(self) -> None:
        logger.warning("lease of channel %s lost", self.id)
        with self._lock:
            dispatcher, self._dispatcher = self._dispatcher, None
        if dispatcher is not None:
            dispatcher.stop(0)

    # Runs -------------------------------------------------------------------------------------

    def _perform_with(self, epoch: int) -> Callable[[FlowSpec, RunRequest, StopFlag], RunResult]:
        kit = RunKit(
            channel_id=self.id,
            holder=self.lease.holder,
            lease_epoch=epoch,
            config=self._config,
            db=self._db,
            clock=self._clock,
            link=self._link,
            writer=self._writer,
            lease_is_fresh=self.lease.is_fresh,
            ask_for_run=self.ask_for_run,
            watch=self._heartbeat.watch,
            unwatch=self._heartbeat.unwatch,
            abandon=self._unclosed.add,
        )

        def perform(spec: FlowSpec, request: RunRequest, stop: StopFlag) -> RunResult:
            return run_flow(kit, spec, request, stop)

        return perform

    def ask_for_run(self, flow: str, keys: tuple[str, ...], why: str) -> None:
        """A run that one flow asks of another: a cured cause, a new listing."""
        dispatcher = self._dispatcher
        if dispatcher is not None:
            dispatcher.submit(FLOWS[flow], RunRequest(flow, started_by=why, keys=keys))

    def _ended(self, spec: FlowSpec, request: RunRequest, result: RunResult | None) -> None:
        try:
            self._note_end(spec, request, result)
        except SQLAlchemyError:
            # Who asked must be answered all the same: it is noted at a later turn.
            logger.warning("end of %s not noted yet", spec.id, exc_info=True)
            self._unnoted.append((spec, request, result))

    def _note_end(self, spec: FlowSpec, request: RunRequest, result: RunResult | None) -> None:
        state = RunState.LOST if result is None else result.state
        now = self._clock.now()
        with self._db.write() as connection:
            if not request.by_hand and not request.dry_run:
                schedule.ended(connection, self.id, spec.id, state, now)
            if request.started_by == "schedule" and result and result.reason_id == "run.shutdown":
                recovery.due_again(connection, self.id, {spec.id}, now)
            if result is not None and result.again_at is not None:
                schedule.sooner(connection, self.id, spec.id, result.again_at)
            self._desk.ended(connection, request, result)
        if result is not None and result.again_at is not None and spec.id in self._dues:
            self._dues[spec.id] = min(self._dues[spec.id], result.again_at)
        if result is None:
            self._desk.look_again()
        if state in REFUSALS:
            self._watch_alarms()

    # Duties -----------------------------------------------------------------------------------

    def _start_due(self) -> None:
        with self._starting:
            self._start_all_due()

    def _start_all_due(self) -> None:
        dispatcher = self._dispatcher
        if dispatcher is None:
            return
        now = self._clock.now()
        for flow, due in list(self._dues.items()):
            spec = FLOWS[flow]
            plan = schedule.schedule_of(spec, self._config.engine)
            if not schedule.is_due(due, now, plan) or dispatcher.is_busy(flow):
                continue
            with self._db.write() as connection:
                following = schedule.started(connection, self.id, spec, plan, self._zone, now)
            if following is not None:
                self._dues[flow] = following
            dispatcher.submit(spec, RunRequest(flow, started_by="schedule"))

    def _take_requests(self) -> None:
        self._desk.look(self._dispatcher, self.lease.holder)

    def _close_unclosed(self) -> None:
        """Runs whose end met a locked database, or a lease that was lost, are closed afterwards."""
        while self._unnoted:
            spec, request, result = self._unnoted[0]
            self._note_end(spec, request, result)
            self._unnoted.popleft()
        gone = set(self._unclosed)
        if not gone:
            return
        with self._db.durable() as connection:
            recovery.close_runs(connection, self.id, gone, self._writer, self._clock.now())
            dues = schedule.next_dues(connection, self.id)
        self._unclosed -= gone
        with self._lock:
            self._dues.update(dues)
            self._desk.look_again()

    def _watch_alarms(self) -> None:
        if self.lease.is_held:
            watch_alarms(self._db, self._clock, self.id, self._writer, self._config.notify.urls)

    def _keep_house(self) -> None:
        if self.lease.is_held:
            self._house.look()

    def _is_idle(self) -> bool:
        dispatcher = self._dispatcher
        return dispatcher is None or dispatcher.is_idle
