"""Keyed cells in fixed places: the eye learns where each one stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from textual import events
from textual.binding import Binding
from textual.message import Message

from screens.widgets.line import BLANK, Line, heading, line
from screens.widgets.lines import Lines

T = TypeVar("T")


class Cells(Lines, Generic[T]):
    """Items in a grid of ``columns``, one cell of ``height`` lines each, with a cursor.

    ``draw_cell(item, width, height)`` gives the lines of a cell. ``down`` fills column by column.
    ``heights`` gives each grid row's height, ``gap`` the blank rows after a grid row. The cell
    before each column belongs to the cursor.
    """

    BINDINGS = [
        Binding("up,k", "step(0, -1)", show=False),
        Binding("down,j", "step(0, 1)", show=False),
        Binding("left", "step(-1, 0)", show=False),
        Binding("right", "step(1, 0)", show=False),
        Binding("home,g", "edge(0)", show=False),
        Binding("end,G", "edge(1)", show=False),
        Binding("enter", "open", show=False),
    ]

    class Opened(Message):
        """Enter was pressed on a cell."""

        def __init__(self, cells: Cells[Any], item: Any) -> None:
            super().__init__()
            self.cells = cells
            self.item = item

        @property
        def control(self) -> Cells[Any]:
            """The grid, for ``@on(Cells.Opened, "#id")``."""
            return self.cells

    def __init__(
        self,
        *,
        key: Callable[[T], str],
        draw_cell: Callable[[T, int, int], Sequence[Line]],
        down: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id, focusable=True)
        self._key = key
        self._draw_cell = draw_cell
        self._down = down
        self._items: Sequence[T] = ()
        self._index = 0
        self.title = ""
        self.note = ""
        self.end: str | Line = ""
        self.header: Callable[[int], Line] | None = None
        self.columns = 1
        self.heights: Sequence[int] = (1,)
        self.gap = 0
        self._grid: list[Line] = []

    def lay_out(
        self,
        columns: int,
        heights: Sequence[int],
        *,
        gap: int = 0,
        title: str = "",
        header: Callable[[int], Line] | None = None,
    ) -> None:
        """Another grid, for another size of the window."""
        self.columns, self.heights, self.gap = columns, heights, gap
        self.title, self.header = title, header
        self._compose_grid()

    def show_items(
        self, items: Sequence[T], *, note: str | None = None, end: str | Line | None = None
    ) -> None:
        """Show these, in their places; the cursor stays on its item."""
        if note is not None:
            self.note = note
        if end is not None:
            self.end = end
        under = self.selected
        self._items = items
        if under is not None:
            keys = [self._key(item) for item in items]
            place = self._key(under)
            self._index = keys.index(place) if place in keys else 0
        self._compose_grid()

    @property
    def selected(self) -> T | None:
        """The item under the cursor."""
        return self._items[self._index] if self._index < len(self._items) else None

    @property
    def rows(self) -> int:
        """Grid rows."""
        return len(self.heights)

    # --- lines

    def _compose_grid(self) -> None:
        width = self.size.width
        if not width:
            return
        lines: list[Line] = []
        if self.title:
            lines.append(
                line(" ") + heading(
                    self.title, self.note, self.end, width=width - 1, focused=self.has_focus
                )
            )  # fmt: skip
        if self.header is not None:
            cell = self._width(0)
            lines.append(_joined([line(" ") + self.header(cell - 1).fit(cell - 1)] * self.columns))
        for row, height in enumerate(self.heights):
            cells = [self._cell(column, row, height) for column in range(self.columns)]
            lines.extend(_joined([cell[y] for cell in cells]) for y in range(height))
            if row < self.rows - 1:
                lines.extend([BLANK] * self.gap)
        self._grid = lines
        self.refresh_changed()

    def _width(self, column: int) -> int:
        return self.size.width // self.columns

    def _place(self, column: int, row: int) -> int:
        return column * self.rows + row if self._down else row * self.columns + column

    def _cell(self, column: int, row: int, height: int) -> list[Line]:
        width = self._width(column)
        place = self._place(column, row)
        if place >= len(self._items):
            return [BLANK.fit(width)] * height
        here = self.has_focus and place == self._index
        drawn = list(self._draw_cell(self._items[place], width - 2, height))[:height]
        drawn += [BLANK] * (height - len(drawn))
        gutter = line(("▌", "accent")) if here else line(" ")
        result = []
        for one in drawn:
            cell = gutter + one.fit(width - 2)
            if here:
                cell = Line(tuple((t, s if "/" in s else f"{s} /selection") for t, s in cell.spans))
            result.append(cell.fit(width))
        return result

    def window_line(self, y: int) -> Line:
        return self._grid[y] if y < len(self._grid) else BLANK

    def line_count(self) -> int:
        return len(self._grid)

    # --- moving

    def _move(self, index: int) -> None:
        index = max(0, min(index, len(self._items) - 1))
        if index != self._index:
            self._index = index
            self._compose_grid()

    def action_step(self, across: int, down: int) -> None:
        """One cell left, right, up or down."""
        if self._down:
            self._move(self._index + across * self.rows + down)
        else:
            self._move(self._index + across + down * self.columns)

    def action_edge(self, end: int) -> None:
        """First or last cell."""
        self._move(len(self._items) - 1 if end else 0)

    def action_open(self) -> None:
        """Enter."""
        item = self.selected
        if item is not None:
            self.post_message(self.Opened(self, item))

    def on_focus(self, event: events.Focus) -> None:
        """Heading and cursor change."""
        self._compose_grid()

    def on_blur(self, event: events.Blur) -> None:
        """Heading and cursor change."""
        self._compose_grid()

    def on_resize(self, event: events.Resize) -> None:
        self._painted.clear()
        self._compose_grid()
        self.refresh()


def _joined(cells: Sequence[Line]) -> Line:
    result = BLANK
    for cell in cells:
        result = result + cell
    return result
