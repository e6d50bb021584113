"""One run from its first row to its last, whichever dispatcher starts it."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Any, cast

from sqlalchemy import insert, update

from hbdash.domain.failures import FAILURES
from hbdash.domain.flowspec import FlowSpec
from hbdash.domain.states import RunState
from hbdash.runs.context import LastExchange, Progress, RunContext, RunRequest
from hbdash.runs.failures import FailureBook, Met
from hbdash.runs.fence import LaneLost, check_epoch, raise_epoch
from hbdash.runs.gate import RunRefused, check_settings, standing_pause
from hbdash.runs.journal import Journal
from hbdash.runs.kit import Connected, RunKit, RunResult
from hbdash.runs.points import point
from hbdash.runs.stop import RunStopped, StopFlag
from hbdash.store.bulk import table_of
from hbdash.store.tables import FlowRun
from hbdash.texts.runs import run_line
from hbdash.transport.errors import BreakerOpen, CallStopped, RemoteError
from hbdash.transport.recorder import calling

logger = logging.getLogger(__name__)

FlowBody = Callable[[RunContext], None]


def run_flow(kit: RunKit, spec: FlowSpec, request: RunRequest, stop: StopFlag) -> RunResult:
    """Run a flow once. Whatever happens inside, the run ends in exactly one state.

    Raises :class:`LaneLost` if another holder owns the channel: then nothing was written.
    """
    run = _Run(kit, spec, request, stop)
    run.begin()
    try:
        with calling(recorder=run.wire, waiter=stop):
            run.perform()
    except BaseException:
        kit.abandon(run.run_id)
        raise
    finally:
        kit.unwatch(run.run_id)
    return run.result()


def load_body(spec: FlowSpec) -> FlowBody:
    """The function that does a flow's work; imported only when it is needed."""
    module, _, name = spec.body_path.partition(":")
    return cast(FlowBody, getattr(import_module(module), name))


#: Refusals that somebody wanted: no failure, only a state.
_WANTED_SO = frozenset({"flag.off", "channel.inactive"})


class _Run:
    def __init__(self, kit: RunKit, spec: FlowSpec, request: RunRequest, stop: StopFlag) -> None:
        self.kit = kit
        self.spec = spec
        self.request = request
        self.stop = stop
        self.wire = LastExchange()
        self.progress = Progress()
        self.journal = Journal(kit.writer, kit.clock, spec.id)
        self.failures = FailureBook(kit.channel_id, spec.failures_of or spec.id, kit.clock)
        self.state = RunState.RUNNING
        self.reason: tuple[str | None, dict[str, Any]] = (None, {})
        self.epoch = 0
        self.run_id = 0
        self.again_at: datetime | None = None
        self.told = False
        """The line of the failure says all that the line of the run would."""
        self.started: datetime = kit.clock.now()
        self.began = time.monotonic()

    def begin(self) -> None:
        """The first row: state running, the lane's new epoch."""
        kit, request = self.kit, self.request
        window = request.window or (None, None)
        with kit.db.durable() as connection:
            self.epoch = raise_epoch(connection, kit.channel_id, self.spec.lane, kit.lease_epoch)
            self.run_id = connection.execute(
                insert(table_of(FlowRun))
                .values(
                    channel_id=kit.channel_id,
                    flow=self.spec.id,
                    state=RunState.RUNNING,
                    started_by=request.started_by,
                    request_id=request.request_id,
                    keys=list(request.keys),
                    window_from=window[0],
                    window_to=window[1],
                    dry_run=request.dry_run,
                    holder=kit.holder,
                    epoch=self.epoch,
                    started_at=self.started,
                    heartbeat_at=self.started,
                )
                .returning(table_of(FlowRun).c.id)
            ).scalar_one()
        self.journal.run_id = self.run_id
        self.failures.run_id = self.run_id
        kit.watch(self.run_id, self.progress)
        point("run_begun")

    def perform(self) -> None:
        """The work and its end; every way a run can end is one branch here."""
        try:
            self._work()
        except RunRefused as refusal:
            self._refused(refusal)
        except RunStopped as stopped:
            self._stopped(stopped.why)
        except CallStopped:
            self._stopped(self.stop.why or "cancelled")
        except BreakerOpen as error:
            # The side failed often just now and is not asked again yet: this run waits for it.
            self.state = RunState.REFUSED
            self.reason = ("run.remote_waiting", {**error.params})
        except RemoteError as error:
            if self.stop.is_set:
                # Its calls were broken off on purpose; what was in doubt is asked by the next run.
                self._stopped(self.stop.why or "shutdown")
            else:
                self._remote_failed(error)
        except LaneLost:
            self._lost()
            raise
        except Exception as error:  # noqa: BLE001 - a flow's own fault must end as a state too
            self._broke(error)
        else:
            self.failures.passed("run", "")
            self._settled()
        point("run_worked")
        self.end()

    def _work(self) -> None:
        kit, spec = self.kit, self.spec
        with kit.db.read() as connection:
            pause = standing_pause(connection, kit.channel_id, spec, kit.clock.now())
        if pause is not None:
            raise RunRefused("run.paused", pause)
        if not spec.built:
            raise RunRefused("run.not_built")
        connected = kit.link.connect()
        try:
            self._work_with(connected)
        finally:
            kit.link.release(connected)

    def _work_with(self, connected: Connected) -> None:
        kit, spec = self.kit, self.spec
        check_settings(spec, connected.settings, is_active=connected.is_active)
        context = RunContext(
            spec=spec,
            request=self.request,
            run_id=self.run_id,
            epoch=self.epoch,
            channel=connected.facts,
            settings=connected.settings,
            config=kit.config,
            db=kit.db,
            clock=kit.clock,
            omnitron=connected.omnitron,
            hepsiburada=connected.hepsiburada,
            journal=self.journal,
            failures=self.failures,
            progress=self.progress,
            stop=self.stop,
            wire=self.wire,
            lease_is_fresh=kit.lease_is_fresh,
            until=self.began + spec.time_budget.total_seconds(),
            ask_for_run=kit.ask_for_run,
        )
        try:
            load_body(spec)(context)
        finally:
            self.again_at = context.again_at

    def _settled(self) -> None:
        progress = self.progress
        if progress.failed and progress.ok:
            self.state = RunState.PARTLY_DONE
        elif progress.failed:
            self.state = RunState.FAILED
            self.reason = ("run.all_failed", {"n": progress.failed})
        elif progress.ok or progress.skipped:
            self.state = RunState.DONE
        else:
            self.state = RunState.NOTHING_DUE

    def _stopped(self, why: str) -> None:
        if why == "budget":
            # The rest is still due; the next run takes it up.
            self.failures.passed("run", "")
            self._settled()
            self.progress.note["budget_used_up"] = True
        else:
            self.state, self.reason = RunState.CANCELLED, (f"run.{why}", {})

    def _refused(self, refusal: RunRefused) -> None:
        self.state, self.reason = RunState.REFUSED, (refusal.id, refusal.params)
        if refusal.id in FAILURES and refusal.id not in _WANTED_SO:
            # A missing setting or an unknown channel stays open until a run gets past it.
            self._flow_failure(refusal.id, refusal.params, "")

    def _remote_failed(self, error: RemoteError) -> None:
        self.state = RunState.PARTLY_DONE if self.progress.ok else RunState.FAILED
        params: dict[str, Any] = {**error.params, "text": error.message[:300]}
        self.reason = (error.failure_id, params)
        self._flow_failure(error.failure_id, params, str(error))

    def _broke(self, error: Exception) -> None:
        if self.stop.is_set:
            # The engine closes the clients under a run that does not end in time: no fault of it.
            self._stopped(self.stop.why or "shutdown")
            return
        self.state = RunState.FAILED
        params = {"error": type(error).__name__, "text": str(error)[:1000]}
        logger.exception("flow %s broke", self.spec.id)
        self.reason = ("internal.error", params)
        self._flow_failure("internal.error", params, traceback.format_exc(limit=-8))

    def _flow_failure(self, code: str, params: dict[str, Any], text: str) -> None:
        line = self.journal.add(
            "error",
            "failed",
            run_line(self.spec.id, self.state, code, params),
            kind="run",
            code=code,
            params=params,
            exchange=self.wire.exchange,
        )
        self.failures.met(Met("run", "", code, params, remote_text=text, line=line))
        self.told = self.state is not RunState.PARTLY_DONE

    def _lost(self) -> None:
        """Another holder owns the lane; the row of this run is closed by its recovery."""
        self.state = RunState.LOST

    def end(self) -> None:
        """The last row, and the line of the run itself; fenced like every commit before it.

        Raises :class:`LaneLost` if another holder has taken the channel: its recovery has closed
        this run, or will.
        """
        kit, progress = self.kit, self.progress
        now = kit.clock.now()
        code, params = self.reason
        if not self.told:
            level = "warning" if self.state is RunState.PARTLY_DONE else "info"
            level = "error" if self.state is RunState.FAILED else level
            self.journal.add(
                level,
                "system",
                run_line(self.spec.id, self.state, code, params, progress=progress),
                kind="run",
                code=code or f"run.{self.state.value}",
                params=params,
            )
        runs = table_of(FlowRun)
        with kit.db.durable() as connection:
            check_epoch(connection, kit.channel_id, self.spec.lane, self.epoch)
            self.journal.flush(connection)
            self.failures.flush(connection)
            connection.execute(
                update(runs)
                .where(runs.c.id == self.run_id, runs.c.state == RunState.RUNNING)
                .values(
                    state=self.state,
                    ended_at=now,
                    heartbeat_at=now,
                    duration_ms=round((time.monotonic() - self.began) * 1000),
                    total=progress.total,
                    ok=progress.ok,
                    failed=progress.failed,
                    skipped=progress.skipped,
                    reason_id=code,
                    reason_params=params,
                    note=progress.note,
                )
            )
        self.journal.settled()
        self.failures.settled()

    def result(self) -> RunResult:
        return RunResult(
            run_id=self.run_id,
            state=self.state,
            ok=self.progress.ok,
            failed=self.progress.failed,
            skipped=self.progress.skipped,
            reason_id=self.reason[0],
            again_at=self.again_at,
        )
