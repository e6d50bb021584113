"""The engine of a process: one :class:`ChannelEngine` per channel, one scheduler thread for all."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from hbdash.config import Config
from hbdash.domain.clock import Clock
from hbdash.engine.channel_engine import ChannelEngine
from hbdash.engine.channels import install_channel
from hbdash.engine.clockwatch import ClockWatch
from hbdash.store.database import Database

logger = logging.getLogger(__name__)

#: Beyond the promised wait, for giving leases back to a database that others write to.
_LAST_WRITES_S = 1.0


class Engine:
    """Runs the flows of all channels whose lease this process holds.

    ``face`` is ``dashboard`` or ``worker``. :meth:`start` returns at once; :meth:`stop` ends
    within ``wait`` seconds, runs in flight included, and gives the leases back.
    """

    def __init__(
        self, config: Config, db: Database, clock: Clock, *, face: str, username: str
    ) -> None:
        self.config = config
        self.db = db
        self.clock = clock
        self.channels: dict[int, ChannelEngine] = {}
        for channel in config.channels:
            channel_id = install_channel(db, channel)
            self.channels[channel_id] = ChannelEngine(
                channel_id, channel, config, db, clock, face=face, username=username
            )
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max(8, 4 * len(self.channels)))},
            # None: a job that comes late is run, not dropped; its work is idempotent.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._watch = ClockWatch(self._clock_jumped)
        self._stopped = threading.Event()

    def start(self) -> None:
        """Try for the leases and start the scheduler thread."""
        for channel in self.channels.values():
            for name, work, seconds in channel.duties():
                self._scheduler.add_job(
                    _guarded(work), "interval", seconds=seconds, id=f"{channel.id}:{name}"
                )
        self._scheduler.start()
        self._watch.start()
        for channel in self.channels.values():
            channel.start()

    def stop(self, *, wait: float = 1.0) -> None:
        """Stop within ``wait`` seconds; what was not finished is closed as lost by the next."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._watch.close()
        if self._scheduler.running:
            # Returns at once; the duties that still run are short and their threads are left alone.
            self._scheduler.shutdown(wait=False)
        # All at once: a second for each would be a minute for sixty brands.
        leaving = [
            threading.Thread(target=channel.stop, kwargs={"wait": wait}, name=f"stop-{channel.id}")
            for channel in self.channels.values()
        ]
        for thread in leaving:
            thread.daemon = True
            thread.start()
        deadline = time.monotonic() + wait + _LAST_WRITES_S
        for thread in leaving:
            thread.join(max(0.0, deadline - time.monotonic()))

    def holds(self, channel_id: int) -> bool:
        """Whether this process runs the channel's flows."""
        channel = self.channels.get(channel_id)
        return channel is not None and channel.lease.is_held

    def _clock_jumped(self, seconds: float) -> None:
        logger.warning("the clock moved by %.1f s", seconds)
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=now + timedelta(milliseconds=10))


def _guarded(work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        except Exception:
            # A duty that fails (a locked database, say) is tried again at its next turn.
            logger.exception("duty failed")

    return run
