"""What goes over the wire, on a real pseudo-terminal: nothing while nothing changes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.dashboards import SilentDatabase
from tests.support.databases import url_of
from tests.support.waiting import wait_for

_PROGRAM = """
import sys
from hbdash.store.database import Database
from tests.support.dashboards import dashboard
dashboard(Database(sys.argv[1])).run()
"""
_ROOT = Path(__file__).parents[2]


class Terminal:
    """A program on a terminal of 120 × 40, and the bytes it sends."""

    def __init__(self, url: str) -> None:
        self.fd, slave = pty.openpty()
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        environ = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, url],
            stdin=slave, stdout=slave, stderr=slave, cwd=_ROOT, env=environ, start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def read(self, seconds: float) -> bytes:
        """Everything sent until nothing came for ``seconds``."""
        data = b""
        while select.select([self.fd], [], [], seconds)[0]:
            try:
                part = os.read(self.fd, 65_536)
            except OSError:
                break
            if not part:
                break
            data += part
        return data

    def read_until(self, words: bytes) -> bytes:
        """Everything sent until ``words`` were, and then until it is quiet."""
        data, end = b"", time.monotonic() + 30
        while words not in data and time.monotonic() < end:
            data += self.read(0.1)
        assert words in data
        return data + self.read(1.0)

    def press(self, keys: bytes) -> bytes:
        """What is sent for a key."""
        os.write(self.fd, keys)
        return self.read(0.7)

    def close(self) -> None:
        """End it, whatever became of it."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        os.close(self.fd)


@pytest.fixture
def terminal(lalezar: SilentDatabase) -> Iterator[Terminal]:
    """The dashboard on a terminal, filled and quiet."""
    one = Terminal(url_of(lalezar))
    try:
        one.read_until(b"failing")
        yield one
    finally:
        one.close()


def test_a_quiet_dashboard_sends_nothing(terminal: Terminal) -> None:
    assert terminal.read(3.0) == b""


def test_a_step_of_the_cursor_is_small(terminal: Terminal) -> None:
    assert 0 < len(terminal.press(b"j")) < 2_500


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_leaves_at_once_and_restores_the_terminal(
    terminal: Terminal, number: signal.Signals
) -> None:
    begun = time.monotonic()
    terminal.process.send_signal(number)
    sent = terminal.read(0.5)
    assert terminal.process.wait(5) == 0
    assert time.monotonic() - begun < 2
    assert b"\x1b[?1049l" in sent


#: Starts the program as `make` does: told of the lost terminal, it waits for its child.
_LEADER = """
import signal, subprocess, sys
signal.signal(signal.SIGHUP, lambda *_: None)
sys.exit(subprocess.call([sys.executable, "-c", *sys.argv[1:]]))
"""


@pytest.mark.parametrize("number", [None, signal.SIGHUP])
@pytest.mark.parametrize("leads", [True, False])
def test_a_terminal_that_is_gone_ends_the_program(
    lalezar: SilentDatabase, leads: bool, number: signal.Signals | None
) -> None:
    """A lost SSH session: nothing may go on spinning without its terminal. The kernel signals the
    leader of the session, which may be the program or the one that started it."""
    programs = [_PROGRAM] if leads else [_LEADER, _PROGRAM]
    pid, fd = pty.fork()
    if pid == 0:  # the child leads a session with the terminal as its own
        os.chdir(_ROOT)
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "-c", *programs, url_of(lalezar)])
    try:
        drawn = b""
        while b"SKUs" not in drawn:
            drawn += os.read(fd, 65_536)
        if number is not None:
            os.killpg(pid, number)
    finally:
        os.close(fd)
    ended: list[int] = []

    def has_ended() -> bool:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            ended.append(os.waitstatus_to_exitcode(status))
        return bool(ended)

    try:
        wait_for(has_ended, seconds=10, what="the end")
    finally:
        if not ended:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    assert ended == [0]
