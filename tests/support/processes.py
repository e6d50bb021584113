"""Processes of hbdash for tests of faults: started, frozen, killed, and waited for by their pid."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]


@dataclass
class Process:
    """A running ``hbdash``."""

    pid: int
    log: Path
    status: int | None = None
    """Exit status; minus the number of the signal that ended it; ``None`` while it runs."""

    def send(self, number: signal.Signals) -> None:
        """A signal; nothing happens to one that has ended."""
        if self.status is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """``kill -9``; returns when it is gone."""
        self.send(signal.SIGKILL)
        self.wait()

    def wait(self, seconds: float = 20) -> int:
        """Its exit status; AssertionError, with the stacks of its threads, if it goes on."""
        try:
            wait_for(lambda: self.status is not None, seconds=seconds)
        except AssertionError:
            written = len(self.told())
            self.send(signal.SIGUSR1)
            wait_for(lambda: len(self.told()) > written, seconds=2)
            raise AssertionError(f"goes on after {seconds:g} s:\n{self.told()}") from None
        assert self.status is not None
        return self.status

    def told(self) -> str:
        """What it wrote, for messages."""
        return self.log.read_text()[-4000:] if self.log.exists() else ""


@dataclass
class Nursery:
    """The child that forks processes (see :mod:`tests.support.nursery`)."""

    _child: subprocess.Popen[bytes]
    _living: dict[int, Process] = field(default_factory=dict)
    _started: queue.Queue[int] = field(default_factory=queue.Queue)
    _early: dict[int, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, args: Sequence[str], log: Path, env: Mapping[str, str]) -> Process:
        """``hbdash ARGS`` with additional environment variables."""
        order = {"args": list(args), "env": dict(env), "log": str(log)}
        assert self._child.stdin is not None
        self._child.stdin.write((json.dumps(order) + "\n").encode())
        self._child.stdin.flush()
        process = Process(self._started.get(timeout=20), log)
        with self._lock:
            self._living[process.pid] = process
            if process.pid in self._early:
                process.status = self._early.pop(process.pid)
        return process

    def listen(self) -> None:
        """Note who starts and who ends, until the child is gone."""
        assert self._child.stdout is not None
        for line in self._child.stdout:
            told: dict[str, Any] = json.loads(line)
            if "started" in told:
                self._started.put(told["started"])
            elif "ended" in told:
                with self._lock:
                    process = self._living.pop(told["ended"], None)
                    if process is None:
                        self._early[told["ended"]] = told["status"]
                    else:
                        process.status = told["status"]

    def close(self) -> None:
        """End what still runs, and the child."""
        for process in list(self._living.values()):
            process.kill()
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait(20)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Started once; importing the program takes longer than most of its runs here."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.support.nursery"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    made = Nursery(child)
    threading.Thread(target=made.listen, name="nursery", daemon=True).start()
    yield made
    made.close()
