"""What was said just now: lines at the bottom right. Good ones go by themselves, errors stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from screens.widgets.line import Line, line
from screens.widgets.lines import Lines

SECONDS = 5.0
_MOST = 3
_SIGNS = {"success": "✓", "warning": "▲", "error": "×"}


@dataclass(frozen=True)
class Said:
    """One message."""

    at: datetime
    kind: str
    """``success``, ``warning`` or ``error``."""
    text: str

    def line(self, width: int) -> Line:
        """As a toast: mark, sign, words."""
        sign = _SIGNS[self.kind]
        return line(("▌", self.kind), " ", (sign, self.kind), " ", self.text, " ").cut(width)


class Toasts(Lines):
    """The last messages, above the footer; takes no room when there are none."""

    DEFAULT_CSS = """
    Toasts { layer: above; position: absolute; display: none; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__(ground="panel", id="toasts")
        self._said: list[Said] = []

    def say(self, said: Said) -> None:
        """Show it; what is no error goes after five seconds."""
        self._said = [*self._said[-_MOST + 1 :], said]
        self._place()
        if said.kind != "error":
            self.set_timer(SECONDS, lambda: self._drop(said))

    def dismiss(self) -> bool:
        """Take away what stays until a key; True if there was something."""
        had = bool(self._said)
        self._said = []
        self._place()
        return had

    def _drop(self, said: Said) -> None:
        if said in self._said:
            self._said.remove(said)
            self._place()

    def _place(self) -> None:
        self.display = bool(self._said)
        if not self._said:
            return
        room = self.app.size
        lines = [said.line(room.width - 4) for said in self._said]
        width = max(one.width for one in lines)
        self.styles.width = width
        self.styles.height = len(lines)
        self.styles.offset = (room.width - width, room.height - 1 - len(lines))
        self.show(lines)
