"""Starts ``hbdash`` processes quickly: a child that has imported the program forks each of them.

Run as ``python -m tests.support.nursery``. One JSON line on its input, ``{"args", "env", "log"}``,
is one process, which does what the command ``hbdash ARGS`` does. It answers with
``{"started": pid}``, and with ``{"ended": pid, "status": n}`` when one has ended (minus the number
of the signal, if one ended it). It has one thread and no connection, so that a fork of it is as
good as a fresh process.
"""

from __future__ import annotations

import faulthandler
import json
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any

from hbdash.cli.main import main as hbdash
from hbdash.flows.registry import FLOWS
from hbdash.runs import points

#: What a worker imports sooner or later.
NEEDED = (
    "hbdash.cli.worker", "hbdash.engine.engine", "hbdash.store.migrate",
    "hbdash.transport.followed_clock",
)  # fmt: skip


def main() -> int:
    """Serve until the input ends."""
    for name in NEEDED:
        import_module(name)
    for spec in FLOWS.values():
        if spec.built:
            import_module(spec.body_path.partition(":")[0])
    assert threading.active_count() == 1, "a fork would lose threads"
    awake, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    _say(ready=os.getpid())
    for order in _orders(awake):
        pid = os.fork()
        if pid == 0:
            os.close(awake)
            os.close(wake)
            return _be(order)
        _say(started=pid)
    return 0


def _orders(awake: int) -> Iterator[dict[str, Any]]:
    """Lines of the input; meanwhile those who ended are told."""
    unread = b""
    while True:
        ready, _, _ = select.select([0, awake], [], [])
        if awake in ready:
            os.read(awake, 4096)
            _reap()
        if 0 in ready:
            new = os.read(0, 65536)
            if not new:
                return
            *lines, unread = (unread + new).split(b"\n")
            for line in lines:
                yield json.loads(line)


def _reap() -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            _say(ended=pid, status=os.waitstatus_to_exitcode(status))


def _be(order: dict[str, Any]) -> int:
    """In the fork: become the process that was asked for."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    faulthandler.register(signal.SIGUSR1)  # for one that does not end: where does it hang?
    os.environ.update(order["env"])
    points.rearm()
    return hbdash(order["args"])


def _say(**words: int) -> None:
    os.write(1, (json.dumps(words) + "\n").encode())


if __name__ == "__main__":
    sys.exit(main())
