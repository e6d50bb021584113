"""``hbdash worker``: the engine without a screen."""

from __future__ import annotations

import argparse
import logging
import signal
import socket
import sys
from types import FrameType

from hbdash.cli.common import DONE, WRONG_USE, CommandFailed, configuration, database, shown_url


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--clock",
        choices=("system", "sandbox"),
        default="system",
        help="sandbox: follow the clock of the sandbox in the configuration",
    )
    parser.add_argument("--log-level", default="INFO", choices=("DEBUG", "INFO", "WARNING"))


def run(args: argparse.Namespace) -> int:
    """Run flows until SIGTERM, SIGINT or SIGHUP; stops within a second."""
    from hbdash.config import os_user
    from hbdash.domain.clock import Clock, SystemClock
    from hbdash.engine.engine import Engine
    from hbdash.transport.followed_clock import FollowedClock

    logging.basicConfig(
        level=args.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for noisy in ("apscheduler", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    config = configuration(args)
    if not config.channels:
        raise CommandFailed("no channel in the configuration; see `hbdash init`", WRONG_USE)
    clock: Clock = SystemClock()
    if args.clock == "sandbox":
        if not config.sandbox.clock_url:
            raise CommandFailed("--clock sandbox needs [sandbox] clock_url", WRONG_USE)
        clock = FollowedClock(config.sandbox.clock_url)
    db = database(config)
    engine = Engine(config, db, clock, face="worker", username=os_user())
    trigger = None
    if config.trigger.listen:
        from hbdash.trigger.endpoint import make_server

        trigger = make_server(config, db, clock)
    asked = _ask_to_leave()
    engine.start()
    if trigger is not None:
        trigger.start()
    sys.stdout.write(f"worker runs {len(config.channels)} channel(s) on {shown_url(config)}\n")
    sys.stdout.flush()
    asked.recv(1)
    if trigger is not None:
        # First, so that what comes now is kept by its sender; both end within the same second.
        trigger.leave()
    engine.stop()
    if trigger is not None:
        trigger.stop()
    db.close()
    return DONE


def _ask_to_leave() -> socket.socket:
    """A socket on which a byte comes with the first signal.

    A lock or an event is no means to wait for one: the kernel may hand a signal to any thread, and
    then nothing wakes the one that waits (seen: a worker that ignored SIGTERM).
    """

    def stop(_signal: int, _frame: FrameType | None) -> None:
        """What counts is the byte that comes with the signal."""

    reading, writing = socket.socketpair()
    writing.setblocking(False)
    signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    _kept.append(writing)
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        signal.signal(getattr(signal, name), stop)
    return reading


#: Its descriptor is the wakeup of signals as long as the process lives.
_kept: list[socket.socket] = []
