"""Everything that was said at the bottom right in this session."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from hbdash.texts import _
from hbdash.texts import formats as fmt
from screens.face import host
from screens.widgets.dialog import BoxEdge, BoxFoot, Overlay
from screens.widgets.line import Line, line, wrap
from screens.widgets.lines import Lines
from screens.widgets.toast import Said

_SIGNS = {"success": "✓", "warning": "▲", "error": "×"}


class MessagesOverlay(Overlay[None]):
    """The newest first; each in full."""

    BINDINGS = [
        Binding("q", "close", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
    ]

    def __init__(self, said: Sequence[Said]) -> None:
        super().__init__()
        self._said = tuple(said)

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield BoxEdge(_("Messages"), fmt.number(len(self._said)))
            with Vertical(id="inside"):
                yield Lines(draw=self._lines, ground="panel", id="text")
            yield BoxFoot()

    def on_mount(self) -> None:
        """As large as the window allows."""
        box = self.query_one("#box")
        box.styles.width = min(self.app.size.width - 4, 100)
        box.styles.height = min(self.app.size.height - 4, 30)

    def _lines(self, width: int) -> list[Line]:
        zone, now = host(self).channel.zone, host(self).now()
        if not self._said:
            return [line(), line((_("Nothing was said so far."), "muted"))]
        lines: list[Line] = []
        for said in reversed(self._said):
            when = fmt.time(said.at, now, zone)
            words = wrap(said.text, width - len(when) - 4)
            head = line((when, "muted"), " ", (_SIGNS[said.kind], said.kind), " ")
            lines.append(head + words[0])
            lines.extend(line(" " * head.width) + one for one in words[1:])
        return lines

    def action_scroll(self, step: int) -> None:
        """Up and down."""
        text = self.query_one("#text", Lines)
        text.scroll_lines(text.top + step)
