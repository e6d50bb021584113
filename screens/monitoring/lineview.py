"""A line of the log over the whole window, to be read at leisure."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from hbdash.store.log.reader import LogRow
from hbdash.texts import _
from screens.face import host
from screens.monitoring import logdetail
from screens.monitoring.reading import LineDetail, line_detail
from screens.threads import InThreads
from screens.widgets.dialog import BoxEdge, BoxFoot, Overlay
from screens.widgets.line import BLANK, Line, line
from screens.widgets.lines import Lines

_ACTIONS = {"o": "cure", "h": "story", "m": "ticket", "y": "list.copy", "w": "why"}


class Inside(InThreads):
    """The box's content."""


class LineView(Overlay[str]):
    """Everything about one line; dismissed with the action to do, or None."""

    BINDINGS = [
        Binding("q,enter", "close", show=False),
        *(Binding(key, f"leave('{action}')", show=False) for key, action in _ACTIONS.items()),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("home,g", "edge(0)", show=False),
        Binding("end,G", "edge(1)", show=False),
    ]

    def __init__(self, row: LogRow, found: LineDetail | None) -> None:
        super().__init__()
        self.row = row
        self.found = found
        self.text = Lines(draw=self._lines, ground="panel", id="text")

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield BoxEdge(logdetail.title(self.row))
            with Inside(id="inside"):
                yield self.text
                yield Lines(draw=self._keys, ground="panel", id="last")
            yield BoxFoot()

    def on_mount(self) -> None:
        """Drawn at once with what is known; the bodies follow."""
        self._fit()
        owner = host(self)
        db, channel_id, row = owner.face.db, owner.channel.id, self.row
        self.query_one(Inside).in_thread(
            "detail", lambda _stopped: line_detail(db, channel_id, row, story=True), self._read
        )

    def _read(self, found: LineDetail | None) -> None:
        self.found = found
        note = logdetail.note(self.row, found.failure if found is not None else None)
        self.query_one(BoxEdge).retitle(logdetail.title(self.row), note)
        self._fit()
        self.text.redraw()

    def on_resize(self, event: events.Resize) -> None:
        """As large as what is in it."""
        self._fit()

    def _fit(self) -> None:
        size = self.app.size
        box = self.query_one("#box")
        width = min(size.width - 2, 140)
        box.styles.width = width
        height = min(len(self._lines(width - 6)) + 4, size.height - 2)
        box.styles.height = max(height, min(size.height - 2, 16))

    def _lines(self, width: int) -> list[Line]:
        owner = host(self)
        now, zone, row = owner.now(), owner.channel.zone, self.row
        failure = self.found.failure if self.found is not None else None
        lines = [BLANK, *logdetail.message_lines(row, width), BLANK]
        lines += logdetail.about_lines(
            row, failure, width, now, zone, long=True, read=self.found is not None
        )
        if self.found is None:
            return [*lines, BLANK, line((_("Reading …"), "muted"))]
        lines += [BLANK, *logdetail.exchange_lines(self.found, width)]
        told = logdetail.story_lines(self.found, width, now, zone, 40)
        return [*lines, BLANK, *told] if told else lines

    def _keys(self, width: int) -> list[Line]:
        keys = logdetail.key_line(self.row)
        if self.row.key:
            keys = keys + line(("w", "accent bold"), f" {_('why')}   ")
        return [keys + line(("esc", "accent bold"), f" {_('close')}")]

    def action_leave(self, action: str) -> None:
        """Close, and let the page do it."""
        self.dismiss(action)

    def action_scroll(self, step: int) -> None:
        """A line up or down."""
        self.text.scroll_lines(self.text.top + step)

    def action_page(self, step: int) -> None:
        """A window up or down."""
        self.text.scroll_lines(self.text.top + step * (self.text.size.height - 1))

    def action_edge(self, end: int) -> None:
        """To the beginning or the end."""
        self.text.scroll_lines(self.text.line_count() if end else 0)
