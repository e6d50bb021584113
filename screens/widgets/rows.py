"""A list of keyed rows with a cursor: every list of records is one of these.

Rows are known by their key: a refresh keeps the cursor on its record, and the order changes only
when the cursor is at the top or when it is asked for. New rows wait meanwhile and are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from textual import events
from textual.binding import Binding
from textual.message import Message

from hbdash.texts import _
from hbdash.texts import formats as fmt
from screens.widgets.line import BLANK, Line, heading, line
from screens.widgets.lines import Lines

T = TypeVar("T")


class RowList(Lines, Generic[T]):
    """Rows of ``T``, drawn by ``draw_row(row, width)``, known by ``key(row)``.

    The first cells of a row belong to the list: cursor ``▌`` (``│`` without focus) and, with
    ``marking``, ``*`` for a marked row. ``title`` (with ``note`` and ``end``) makes a heading line;
    ``header(width)`` a line of column names below it, ``footer(width)`` a line at the end.
    """

    BINDINGS = [
        Binding("up,k", "cursor(-1)", show=False),
        Binding("down,j", "cursor(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "edge(0)", show=False),
        Binding("end,G", "edge(1)", show=False),
        Binding("enter", "open", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another row, or the row under it changed."""

        def __init__(self, rows: RowList[Any], row: Any) -> None:
            super().__init__()
            self.rows = rows
            self.row = row

        @property
        def control(self) -> RowList[Any]:
            """The list, for ``@on(RowList.Moved, "#id")``."""
            return self.rows

    class Opened(Message):
        """Enter was pressed on a row."""

        def __init__(self, rows: RowList[Any], row: Any) -> None:
            super().__init__()
            self.rows = rows
            self.row = row

        @property
        def control(self) -> RowList[Any]:
            """The list, for ``@on(RowList.Opened, "#id")``."""
            return self.rows

    def __init__(
        self,
        *,
        key: Callable[[T], str],
        draw_row: Callable[[T, int], Line],
        title: str = "",
        header: Callable[[int], Line] | None = None,
        footer: Callable[[int], Line] | None = None,
        empty: Callable[[int], Sequence[Line]] | None = None,
        marking: bool = False,
        idle_cursor: bool = True,
        keep_order: bool = True,
        ground: str = "background",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(ground=ground, id=id, classes=classes, focusable=True)
        self._key = key
        self._draw_row = draw_row
        self._header = header
        self._footer = footer
        self._empty = empty
        self._marking = marking
        self._idle_cursor = idle_cursor
        self._keep_order = keep_order
        self.title = title
        self.note = ""
        self.end: str | Line = ""
        self._rows: list[T] = []
        self._latest: list[T] = []
        self._waiting = 0
        self._index = 0
        self.marks: set[str] = set()

    # --- content

    def show_rows(
        self, rows: Sequence[T], *, note: str | None = None, end: str | Line | None = None
    ) -> None:
        """Show these rows, the cursor staying on its record."""
        if note is not None:
            self.note = note
        if end is not None:
            self.end = end
        self._latest = list(rows)
        by_key = {self._key(row): row for row in rows}
        self.marks &= by_key.keys()
        under = self.cursor_key
        if self._keep_order and self.has_focus and self._index > 0 and self._rows:
            kept = [by_key[k] for k in map(self._key, self._rows) if k in by_key]
            shown = {self._key(row) for row in kept}
            self._waiting = sum(1 for k in by_key if k not in shown)
            self._rows = kept
        else:
            self._waiting = 0
            self._rows = list(rows)
        self._place(under)
        self.refresh_changed()
        self._tell()

    def take_new(self) -> None:
        """Show rows that waited, in the order of the last refresh."""
        under = self.cursor_key
        self._rows, self._waiting = list(self._latest), 0
        self._place(under)
        self.refresh_changed()

    def _place(self, key: str | None) -> None:
        keys = [self._key(row) for row in self._rows]
        if key in keys:
            self._index = keys.index(key)
        self._index = max(0, min(self._index, len(keys) - 1))
        self._into_view()

    @property
    def rows(self) -> Sequence[T]:
        """The rows shown, in their order."""
        return self._rows

    @property
    def selected(self) -> T | None:
        """The row under the cursor."""
        return self._rows[self._index] if self._rows else None

    @property
    def cursor_key(self) -> str | None:
        """Key of the row under the cursor."""
        row = self.selected
        return None if row is None else self._key(row)

    @property
    def waiting(self) -> int:
        """New rows that are not shown yet."""
        return self._waiting

    def move_to(self, key: str) -> bool:
        """Put the cursor on a record; False if it is not there."""
        for index, row in enumerate(self._rows):
            if self._key(row) == key:
                self._move(index)
                return True
        return False

    @property
    def marked(self) -> list[T]:
        """Marked rows, in the order shown."""
        return [row for row in self._rows if self._key(row) in self.marks]

    # --- lines

    @property
    def _above(self) -> int:
        return (1 if self.title else 0) + (1 if self._header else 0)

    @property
    def _below(self) -> int:
        return 1 if self._footer else 0

    @property
    def room(self) -> int:
        """Rows that fit."""
        return max(self.size.height - self._above - self._below, 1)

    def window_line(self, y: int) -> Line:
        """Row ``y`` of the window: the rows scroll below a fixed heading."""
        width = self.size.width
        if self.title and y == 0:
            return self._heading(width)
        if self._header and y == self._above - 1:
            return line(" ") + self._header(width - 1)
        if self._footer and y == self.size.height - 1:
            return line(" ") + self._footer(width - 1)
        place = y - self._above
        index = place + self._top
        if not self._rows:
            lines = self._empty(width) if self._empty else ()
            return lines[place] if 0 <= place < len(lines) else BLANK
        if not 0 <= index < len(self._rows) or place >= self.room:
            return BLANK
        return self._row_line(index, width)

    def _row_line(self, index: int, width: int) -> Line:
        row = self._rows[index]
        gutter = line(" ")
        ground = ""
        if index == self._index and (self.has_focus or self._idle_cursor):
            gutter = line(("▌", "accent") if self.has_focus else ("│", "muted"))
            ground = "selection" if self.has_focus else "selection-idle"
        if self._marking:
            gutter = gutter + line(("*", "accent bold") if self._key(row) in self.marks else " ")
        return (gutter + self._draw_row(row, width - gutter.width)).on(ground)

    def _heading(self, width: int) -> Line:
        end = self.end
        if self._waiting:
            end = line((_("{n} new").format(n=fmt.number(self._waiting)), "accent"))
        # It begins one cell in, above the text of the rows: the first cell is the cursor's.
        return line(" ") + heading(
            self.title, self.note, end, width=width - 1, focused=self.has_focus
        )

    def scroll_lines(self, top: int) -> None:
        """Scroll the rows, the cursor staying in the window."""
        top = max(0, min(top, len(self._rows) - self.room))
        if top != self._top:
            self._top = top
            self._index = max(top, min(self._index, top + self.room - 1))
            self.refresh_changed()
            self._tell()

    # --- moving

    def _move(self, index: int) -> None:
        index = max(0, min(index, len(self._rows) - 1))
        if index == 0 and self._waiting:
            self._rows, self._waiting = list(self._latest), 0
        self._index = index
        self._into_view()
        self.refresh_changed()
        self._tell()

    def _into_view(self) -> None:
        room = self.room
        if self._index < self._top:
            self._top = self._index
        elif self._index >= self._top + room:
            self._top = self._index - room + 1
        self._top = max(0, min(self._top, len(self._rows) - room))

    def _tell(self) -> None:
        self.post_message(self.Moved(self, self.selected))

    def action_cursor(self, step: int) -> None:
        """One row up or down."""
        self._move(self._index + step)

    def action_page(self, step: int) -> None:
        """One window up or down."""
        self._move(self._index + step * self.room)

    def action_edge(self, end: int) -> None:
        """First or last row."""
        self._move(len(self._rows) - 1 if end else 0)

    def action_open(self) -> None:
        """Enter."""
        row = self.selected
        if row is not None:
            self.post_message(self.Opened(self, row))

    def toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor, and go on."""
        key = self.cursor_key
        if key is not None:
            self.marks ^= {key}
            self._move(self._index + 1)

    # --- events

    def on_focus(self, event: events.Focus) -> None:
        """The heading and the cursor change."""
        self.refresh_changed()
        self._tell()

    def on_blur(self, event: events.Blur) -> None:
        """The heading and the cursor change."""
        self.refresh_changed()

    def on_resize(self, event: events.Resize) -> None:
        self._painted.clear()
        self._into_view()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Where there is a mouse: the row under it; again opens it."""
        index = event.y - self._above + self._top
        if 0 <= index < len(self._rows) and event.y >= self._above:
            if index == self._index and event.chain > 1:
                self.action_open()
            else:
                self._move(index)
