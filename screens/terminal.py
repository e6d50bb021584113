"""The terminal as it is over SSH: it may vanish at any moment, and the program must then end.

The kernel tells only the session's leader of a lost terminal; a program started by another one
(``make run``, a wrapper) is left behind with a dead one. Textual 8.2.8 then spins on the end of its
input, and hangs when it leaves, since the thread that writes has died of the first failed write and
its queue is full. To the leader the kernel sends SIGCONT as well, on which Textual would begin to
draw anew while it leaves. The version is pinned, so what is replaced below stays in step with it.
"""

from __future__ import annotations

import asyncio
import select
from contextlib import suppress
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver


class TerminalDriver(LinuxDriver):
    """Textual's driver; leaves the app when its terminal has hung up."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._file: Any = _MayVanish(self._file)
        self._hangup: Any = None
        """An epoll that becomes readable when the terminal hangs up, and never else."""

    def start_application_mode(self) -> None:
        """Begin to draw, and to watch."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._hangup is None and hasattr(select, "epoll"):
            watched = select.epoll()
            try:
                watched.register(self.fileno, 0)
            except OSError:
                watched.close()  # no terminal: a file, or /dev/null
                return
            self._hangup = watched
            asyncio.get_running_loop().add_reader(watched.fileno(), self._hung_up)

    def close(self) -> None:
        """Watch no more; the app has left."""
        self._watch_no_more()
        super().close()

    def _sigcont_application(self, *args: Any) -> None:
        """Draw anew after Ctrl+Z and ``fg``, but not when the app leaves or nobody can see it."""
        if not self._app._exit and not self._is_gone():
            super()._sigcont_application(*args)

    def _is_gone(self) -> bool:
        asked = select.poll()
        asked.register(self.fileno, 0)
        return any(event & select.POLLHUP for _, event in asked.poll(0))

    def _hung_up(self) -> None:
        self._watch_no_more()
        self._app.exit()

    def _watch_no_more(self) -> None:
        if self._hangup is not None:
            asyncio.get_running_loop().remove_reader(self._hangup.fileno())
            self._hangup.close()
            self._hangup = None


class _MayVanish:
    """The terminal's file for the thread that writes: what nobody can see any more is dropped."""

    def __init__(self, file: IO[str]) -> None:
        self._wrapped = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._wrapped.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._wrapped.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)
