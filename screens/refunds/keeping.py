"""The draft is kept at every change, without the keys waiting for the database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from hbdash.actions.actor import Refused
from hbdash.actions.claims import save_draft
from screens.face import Host


@dataclass(frozen=True)
class Written:
    """What stands in the form."""

    reason: str
    statement: str


class DraftKeeper:
    """Saves the newest text of one claim; texts in between may be skipped, the last never is.

    ``save`` may be called from any thread; whoever calls it returns when the newest is saved.
    """

    def __init__(self, host: Host, number: str, written: Written) -> None:
        self._host = host
        self._channel_id = host.channel.id
        self.number = number
        self._newest = written
        self._saved = written
        self._lock = threading.Lock()

    @property
    def pending(self) -> bool:
        """Whether something is not saved yet."""
        return self._newest != self._saved

    @property
    def newest(self) -> Written:
        """What stands in the form."""
        return self._newest

    def change(self, written: Written) -> bool:
        """Another text; True if it must be saved."""
        self._newest = written
        return self.pending

    def save(self, said: Callable[[Refused], None] | None = None) -> bool:
        """Save the newest text; False if it was refused."""
        with self._lock:
            while self.pending:
                newest, face = self._newest, self._host.face
                try:
                    save_draft(
                        face.db, face.clock, face.actor, self._channel_id, self.number,
                        reason=newest.reason, statement=newest.statement,
                    )  # fmt: skip
                except Refused as refused:
                    self._saved = newest
                    if said is not None:
                        said(refused)
                    return False
                self._saved = newest
        return True
