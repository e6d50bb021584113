"""Work in a thread whose answer comes back as a message: the thread touches no widget."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from textual.containers import Container
from textual.message import Message
from textual.worker import Worker, get_current_worker

from hbdash.texts import _
from screens.face import host

T = TypeVar("T")


class Answer(Message, bubble=False):
    """What a thread found; ``deliver`` shows it and runs in the thread of the screen."""

    def __init__(self, deliver: Callable[[], None]) -> None:
        super().__init__()
        self.deliver = deliver


class InThreads(Container):
    """A container that reads in threads. Of each group only the last work counts."""

    def in_thread(
        self, group: str, work: Callable[[Callable[[], bool]], T], done: Callable[[T], None]
    ) -> Worker[None]:
        """Run ``work(stopped)`` in a thread, then ``done`` with what it gave.

        ``stopped()`` tells the work that nobody waits for it any more. A fault is said.
        """

        def run() -> None:
            worker = get_current_worker()
            try:
                value = work(lambda: worker.is_cancelled)
            except Exception as fault:  # noqa: BLE001 - whatever fails, the screen says it
                if not worker.is_cancelled:
                    self.post_message(Answer(partial(self._say_fault, fault)))
                return
            if not worker.is_cancelled:
                self.post_message(Answer(partial(done, value)))

        return self.run_worker(
            run, thread=True, exclusive=True, exit_on_error=False, group=group, description=group
        )

    def stop_thread(self, group: str) -> None:
        """Nobody waits for this group any more."""
        self.workers.cancel_group(self, group)

    def on_answer(self, event: Answer) -> None:
        """Show what a thread found."""
        event.stop()
        event.deliver()

    def _say_fault(self, fault: Exception) -> None:
        first = str(getattr(fault, "orig", None) or fault).strip().splitlines()
        text = first[0] if first else type(fault).__name__
        host(self).say(_("Could not be read: {fault}. r reads again.").format(fault=text), "error")
