"""Starts runs in threads of this process: one at a time per lane, the most urgent first.

The same two methods, ``submit`` and ``cancel``, are all that a queue on PostgreSQL has to offer
when one machine is no longer enough.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from hbdash.domain.flowspec import FlowSpec
from hbdash.runs.context import RunRequest
from hbdash.runs.fence import LaneLost
from hbdash.runs.kit import RunResult
from hbdash.runs.stop import StopFlag

logger = logging.getLogger(__name__)

Perform = Callable[[FlowSpec, RunRequest, StopFlag], RunResult]
Ended = Callable[[FlowSpec, RunRequest, RunResult | None], None]
Dropped = Callable[[RunRequest], None]


def _tell_nobody(request: RunRequest) -> None:
    return None


@dataclass(order=True)
class _Job:
    rank: tuple[int, int]
    spec: FlowSpec = field(compare=False)
    request: RunRequest = field(compare=False)
    stop: StopFlag = field(compare=False)

    @property
    def is_regular(self) -> bool:
        return not self.request.by_hand and not self.request.dry_run


class LocalDispatcher:
    """A thread per run; lanes keep runs apart that must not overlap."""

    def __init__(self, perform: Perform, ended: Ended, dropped: Dropped = _tell_nobody) -> None:
        self._perform = perform
        self._ended = ended
        self._dropped = dropped
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._running: dict[str, _Job] = {}
        self._waiting: dict[str, list[_Job]] = {}
        self._order = count()
        self._stop = StopFlag()

    def submit(self, spec: FlowSpec, request: RunRequest) -> bool:
        """Start or queue a run. A regular run that stands already is not queued twice."""
        with self._lock:
            if self._stop.is_set:
                return False
            rank = 1 if request.by_hand or request.started_by != "schedule" else 0
            job = _Job(
                (-(spec.priority + 1000 * rank), next(self._order)),
                spec,
                request,
                StopFlag(self._stop),
            )
            if job.is_regular and self._stands(spec):
                return False
            self._waiting.setdefault(spec.lane, []).append(job)
            self._start_next(spec.lane)
            return True

    def cancel(self, *, flow: str | None = None, request_id: int | None = None) -> bool:
        """Stop a run at its next safe point, or take it out of the queue."""
        hit = False
        dropped: list[RunRequest] = []
        with self._lock:
            for jobs in self._waiting.values():
                for job in [j for j in jobs if _matches(j, flow, request_id)]:
                    jobs.remove(job)
                    job.stop.detach()
                    dropped.append(job.request)
                    hit = True
            for job in self._running.values():
                if _matches(job, flow, request_id):
                    job.stop.set("cancelled")
                    hit = True
        for request in dropped:
            self._dropped(request)
        return hit

    def is_busy(self, flow: str) -> bool:
        """Whether a run of the flow is on or waits."""
        with self._lock:
            return any(j.spec.id == flow for j in self._running.values()) or any(
                j.spec.id == flow for jobs in self._waiting.values() for j in jobs
            )

    @property
    def is_idle(self) -> bool:
        """Whether no run is on."""
        with self._lock:
            return not self._running

    @property
    def is_stopping(self) -> bool:
        """Nothing is started any more; what waits is left to the next holder."""
        return self._stop.is_set

    def stop(self, wait: float) -> bool:
        """Ask all runs to stop, and wait for them; true if all have ended."""
        self._stop.set("shutdown")
        deadline = time.monotonic() + wait
        with self._idle:
            self._waiting.clear()
            while self._running:
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._idle.wait(left)
        return True

    def _stands(self, spec: FlowSpec) -> bool:
        running = self._running.get(spec.lane)
        if running is not None and running.spec.id == spec.id and running.is_regular:
            return True
        return any(j.spec.id == spec.id and j.is_regular for j in self._waiting.get(spec.lane, ()))

    def _start_next(self, lane: str) -> None:
        jobs = self._waiting.get(lane)
        if not jobs or lane in self._running:
            return
        jobs.sort()
        job = jobs.pop(0)
        self._running[lane] = job
        # A daemon thread: a call that hangs in the kernel must not keep the process alive.
        threading.Thread(
            target=self._run, args=(job,), name=f"run-{job.spec.id}", daemon=True
        ).start()

    def _run(self, job: _Job) -> None:
        result: RunResult | None = None
        try:
            result = self._perform(job.spec, job.request, job.stop)
        except LaneLost as lost:
            logger.warning("run of %s ended: %s", job.spec.id, lost)
        except Exception:
            logger.exception("run of %s could not be written", job.spec.id)
        finally:
            job.stop.detach()
            try:
                self._ended(job.spec, job.request, result)
            except Exception:
                logger.exception("end of %s not noted", job.spec.id)
            with self._idle:
                self._running.pop(job.spec.lane, None)
                if not self._stop.is_set:
                    self._start_next(job.spec.lane)
                self._idle.notify_all()


def _matches(job: _Job, flow: str | None, request_id: int | None) -> bool:
    if request_id is not None:
        return job.request.request_id == request_id
    return job.spec.id == flow
