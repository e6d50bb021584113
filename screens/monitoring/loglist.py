"""The list of the log: a window on a stretch of lines, which is read on as the cursor goes.

Never more than a stretch is in memory, so a log of a million lines opens like one of a hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from textual import events
from textual.binding import Binding
from textual.message import Message

from hbdash.store.log.reader import LogRow
from screens.face import host
from screens.monitoring import logrows
from screens.monitoring.segment import Segment
from screens.widgets.line import BLANK, Line, line
from screens.widgets.lines import Lines

_NEAR = 2
"""Windows from an end at which the lines beyond it are read."""


class LogList(Lines):
    """Lines of the log with a cursor on one of them, and a column for ``f``."""

    BINDINGS = [
        Binding("up,k", "cursor(-1)", show=False),
        Binding("down,j", "cursor(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "edge('newest')", show=False),
        Binding("end,G", "edge('oldest')", show=False),
        Binding("left", "column(-1)", show=False),
        Binding("right", "column(1)", show=False),
        Binding("enter", "open", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another line, or the list is another."""

    class Opened(Message):
        """Enter was pressed on a line."""

    class Wanted(Message):
        """The cursor comes near an end of what is in memory, or was sent to an end."""

        def __init__(self, what: Literal["older", "newer", "newest", "oldest"]) -> None:
            super().__init__()
            self.what = what

    def __init__(self, empty: Callable[[int], Sequence[Line]], id: str | None = None) -> None:
        super().__init__(id=id, focusable=True)
        self._empty = empty
        self.segment = Segment()
        self.dated = False
        """Whether lines of other days may be among them."""
        self.column = 3
        """Place of the column in :data:`logrows.COLUMNS` that ``f`` filters by."""
        self._index = 0
        self._drawn: dict[int, Line] = {}
        self._drawn_for: tuple[int, bool, object] = (0, False, None)

    # --- content

    def begin(self, segment: Segment, *, on: int | None = None) -> None:
        """Show another stretch, the cursor on its first line or on the line ``on``."""
        self.segment = segment
        place = segment.place_of(on) if on is not None else None
        self._index = place or 0
        self._top = max(0, self._index - self.room // 3) if place else 0
        self._into_view()
        self.refresh_changed()
        self.post_message(self.Moved())

    def grown(self, added: int, at_top: bool, dropped: int = 0) -> None:
        """Lines were put in front of the cursor's, or dropped there; it stays on its line."""
        if not at_top:
            shift = added - dropped
            self._index = max(self._index + shift, 0)
            self._top = max(self._top + shift, 0)
        self._into_view()
        self.refresh_changed()
        self.post_message(self.Moved())

    @property
    def on_top(self) -> bool:
        """Whether the cursor is on the newest line, so that new ones may come."""
        return self._index == 0 and self.segment.at_head

    @property
    def on_last(self) -> bool:
        """Whether the cursor is on the last line in memory."""
        return self._index >= len(self.segment.rows) - 1

    @property
    def selected(self) -> LogRow | None:
        """The line under the cursor."""
        rows = self.segment.rows
        return rows[self._index] if self._index < len(rows) else None

    @property
    def number(self) -> int:
        """Which one of all that fit the cursor is on, from 1, as far as that is known."""
        return self._index + self.segment.dropped + 1

    @property
    def column_id(self) -> str:
        """The column that ``f`` filters by."""
        return logrows.COLUMNS[self.column]

    # --- lines

    @property
    def room(self) -> int:
        """Rows that fit below the header."""
        return max(self.size.height - 1, 1)

    def window_line(self, y: int) -> Line:
        width = self.size.width
        if y == 0:
            name = logrows.header(
                width - 2, dated=self.dated, column=self.column_id, focused=self.has_focus
            )
            return line(" ") + name
        index = y - 1 + self._top
        if not self.segment.rows:
            lines = self._empty(width)
            return lines[y - 1] if y - 1 < len(lines) else BLANK
        if index >= len(self.segment.rows):
            return BLANK
        drawn = self._row(self.segment.rows[index], width)
        if index != self._index:
            return line(" ") + drawn
        if self.has_focus:
            return (line(("▌", "accent")) + drawn).on("selection")
        return (line(("│", "muted")) + drawn).on("selection-idle")

    def _row(self, row: LogRow, width: int) -> Line:
        owner = host(self)
        now, zone = owner.now(), owner.channel.zone
        drawn_for = (width, self.dated, now.astimezone(zone).date())
        if drawn_for != self._drawn_for or len(self._drawn) > 4_000:
            self._drawn.clear()
            self._drawn_for = drawn_for
        found = self._drawn.get(row.id)
        if found is None:
            found = logrows.row(row, width - 2, now, zone, dated=self.dated)
            self._drawn[row.id] = found
        return found

    def line_count(self) -> int:
        return len(self.segment.rows) + 1

    def scroll_lines(self, top: int) -> None:
        """Scroll, the cursor staying in the window."""
        top = max(0, min(top, len(self.segment.rows) - self.room))
        if top != self._top:
            self._top = top
            self._move(max(top, min(self._index, top + self.room - 1)))

    # --- moving

    def move_to(self, log_id: int) -> bool:
        """Put the cursor on a line; False if it is not in memory."""
        place = self.segment.place_of(log_id)
        if place is None:
            return False
        self._move(place)
        return True

    def _move(self, index: int) -> None:
        self._index = max(0, min(index, len(self.segment.rows) - 1))
        self._into_view()
        self.refresh_changed()
        self.post_message(self.Moved())
        self._read_on()

    def _into_view(self) -> None:
        last = max(len(self.segment.rows) - 1, 0)
        self._index = min(self._index, last)
        if self._index < self._top:
            self._top = self._index
        elif self._index >= self._top + self.room:
            self._top = self._index - self.room + 1
        self._top = max(0, min(self._top, last + 1 - self.room))

    def _read_on(self) -> None:
        margin = _NEAR * self.room
        segment = self.segment
        if segment.older is not None and self._index + margin >= len(segment.rows):
            self.post_message(self.Wanted("older"))
        if not segment.at_head and self._index <= margin:
            self.post_message(self.Wanted("newer"))

    def action_cursor(self, step: int) -> None:
        """One line up or down."""
        self._move(self._index + step)

    def action_page(self, step: int) -> None:
        """One window up or down."""
        self._move(self._index + step * self.room)

    def action_edge(self, end: Literal["newest", "oldest"]) -> None:
        """To the newest or the oldest line, wherever that is."""
        segment = self.segment
        if end == "newest" and segment.at_head:
            self._move(0)
            self.post_message(self.Wanted("newest"))
        elif end == "oldest" and segment.older is None:
            self._move(len(segment.rows) - 1)
        else:
            self.post_message(self.Wanted(end))

    def action_column(self, step: int) -> None:
        """The next or previous column for ``f``."""
        shown = len(logrows.COLUMNS)
        if not logrows.widths(self.size.width - 2, dated=self.dated).code:
            shown -= 1
        self.column = (self.column + step) % shown
        self.refresh_changed()
        self.post_message(self.Moved())

    def action_open(self) -> None:
        """Enter."""
        if self.selected is not None:
            self.post_message(self.Opened())

    # --- events

    def on_focus(self, event: events.Focus) -> None:
        """Cursor and header change."""
        self.refresh_changed()

    def on_blur(self, event: events.Blur) -> None:
        """Cursor and header change."""
        self.refresh_changed()

    def on_resize(self, event: events.Resize) -> None:
        self._painted.clear()
        shown = len(logrows.COLUMNS) - (event.size.width < 102)
        self.column = min(self.column, shown - 1)
        self._into_view()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Where there is a mouse: the line under it; again opens it."""
        index = event.y - 1 + self._top
        if event.y < 1 or index >= len(self.segment.rows):
            return
        if index == self._index and event.chain > 1:
            self.action_open()
        else:
            self._move(index)
