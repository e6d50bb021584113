"""A terminal for measuring: a pty, a screen model, and the moment at which each byte came."""

from __future__ import annotations

import fcntl
import os
import pty
import queue
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import pyte

#: What a modern terminal answers when it is asked whether it draws frames as a whole.
_ASKED_FOR_FRAMES = b"\x1b[?2026$p"
_HAS_FRAMES = b"\x1b[?2026;2$y"
#: Sequences that pyte takes for something else: key protocols (CSI > … u, CSI > … m).
_UNKNOWN = re.compile(rb"\x1b\[[<=>][\d;]*[a-zA-Z]")


class NotInTime(Exception):
    """What was waited for did not come; the message ends with the screen."""


class Terminal:
    """A process on a pty. ``text`` is the screen's text, ``sent`` how many bytes it has written."""

    def __init__(
        self, command: Sequence[str], columns: int, rows: int, environment: Mapping[str, str]
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._chunks: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        self.sent = 0
        self._fd, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )  # fmt: skip
        os.close(theirs)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._fd, 65_536)
            except OSError:
                return  # the process is gone
            moment = time.perf_counter()
            if not data:
                return
            self.sent += len(data)
            if _ASKED_FOR_FRAMES in data:
                os.write(self._fd, _HAS_FRAMES)
            self._chunks.put((moment, data))

    def press(self, keys: bytes) -> float:
        """Type; the moment at which it was typed."""
        moment = time.perf_counter()
        os.write(self._fd, keys)
        return moment

    def catch_up(self) -> None:
        """Take in everything that has come so far."""
        while self._take(0) is not None:
            pass

    def _take(self, timeout: float) -> float | None:
        try:
            moment, data = self._chunks.get(timeout=timeout) if timeout else self._chunks.get(False)
        except queue.Empty:
            return None
        self._stream.feed(_UNKNOWN.sub(b"", data))
        return moment

    def wait(self, condition: Callable[[pyte.Screen], Any], seconds: float = 30) -> float:
        """The moment of the bytes after which it is so on the screen."""
        moment = time.perf_counter()
        deadline = moment + seconds
        self.catch_up()
        while not condition(self.screen):
            left = deadline - time.perf_counter()
            if left <= 0:
                raise NotInTime(f"not within {seconds:g} s; the screen:\n{self.text}")
            moment = self._take(min(left, 0.5)) or moment
            if self.process.poll() is not None and self._chunks.empty():
                raise NotInTime(f"the process has ended; the screen:\n{self.text}")
        return moment

    def changes(
        self, keys: bytes, seen: Callable[[pyte.Screen], Hashable], seconds: float = 10
    ) -> float:
        """Seconds from a key to the bytes after which ``seen`` tells something else."""
        self.catch_up()
        before = seen(self.screen)
        pressed = self.press(keys)
        return self.wait(lambda screen: seen(screen) != before, seconds) - pressed

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def processor_seconds(self) -> float:
        """Processor time the process has used so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:  # noqa: PTH123
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the process, as a closed terminal does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGHUP)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        os.close(self._fd)
