"""Lines drawn one by one; only the cells that changed are sent again.

Textual re-sends every cell of a refreshed widget, so nothing here refreshes a widget as a whole
unless its size or its theme changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from screens.face import host
from screens.widgets.line import BLANK, Line


class Lines(Widget):
    """A window on a list of lines.

    ``show`` gives new lines; ``draw`` instead gives a function of the width that makes them, for
    what is laid out anew when the window changes. ``top`` is the first line shown.
    """

    DEFAULT_CSS = """
    Lines { width: 1fr; height: 1fr; background: $background; color: $text; }
    """

    def __init__(
        self,
        lines: Sequence[Line] = (),
        *,
        draw: Callable[[int], Sequence[Line]] | None = None,
        ground: str = "background",
        id: str | None = None,
        classes: str | None = None,
        focusable: bool = False,
    ) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self.ground = ground
        self.can_focus = focusable
        self._lines: Sequence[Line] = lines
        self._draw = draw
        self._top = 0
        self._painted: dict[int, tuple[Line, Strip]] = {}
        self.shaded = False

    # --- content

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines; what looks the same is not sent again."""
        self._lines = lines
        self._top = max(0, min(self._top, len(lines) - 1))
        self.refresh_changed()

    def draw(self, draw: Callable[[int], Sequence[Line]]) -> None:
        """Show what ``draw(width)`` gives, now and after each change of the window."""
        self._draw = draw
        self.redraw()

    def redraw(self) -> None:
        """Ask the drawing function again."""
        if self._draw is not None and self.size.width:
            self.show(self._draw(self.size.width))

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def window_line(self, y: int) -> Line:
        """Row ``y`` of the window; override for lists that are not in memory."""
        y += self._top
        return self._lines[y] if 0 <= y < len(self._lines) else BLANK

    @property
    def top(self) -> int:
        """First line shown."""
        return self._top

    def scroll_lines(self, top: int) -> None:
        """Put ``top`` at the upper edge, as far as there are lines."""
        last = max(self.line_count() - self.size.height, 0)
        top = max(0, min(top, last))
        if top != self._top:
            self._top = top
            self.refresh_changed()

    # --- drawing

    def refresh_changed(self) -> None:
        """Send the cells that differ from what stands on the screen."""
        width, height = self.size
        if not width or not self.is_mounted:
            return
        for y in range(height):
            line = self.window_line(y)
            before = self._painted.get(y)
            if before is None:
                self.refresh(Region(0, y, width, 1))
            elif before[0] != line:
                strip = self._paint(y, line, width)
                regions = _differences(before[1], strip, y)
                if regions:
                    self.refresh(*regions)

    def _paint(self, y: int, line: Line, width: int) -> Strip:
        strip = host(self).palette.strip(line, width, self.ground, self.shaded)
        self._painted[y] = (line, strip)
        return strip

    def render_line(self, y: int) -> Strip:
        """The cells of row ``y`` of the window."""
        line = self.window_line(y)
        before = self._painted.get(y)
        width = self.size.width
        if before is not None and before[0] == line and before[1].cell_length == width:
            return before[1]
        return self._paint(y, line, width)

    def watch_has_focus(self, has_focus: bool) -> None:
        """Focus is drawn as lines; Textual's own update would send the whole widget again."""

    def repaint(self) -> None:
        """Forget what was painted: the theme or the shade changed."""
        self._painted.clear()
        self.refresh()

    def shade(self, shaded: bool) -> None:
        """Whether an overlay stands before this. The screen is sent anew then anyway."""
        if shaded != self.shaded:
            self.shaded = shaded
            self._painted.clear()
            self._styles_cache.clear()

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew for the new width."""
        self._painted.clear()
        self.redraw()
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three lines down."""
        self.scroll_lines(self._top + 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three lines up."""
        self.scroll_lines(self._top - 3)


_APART = 12
"""Unchanged cells between two changes that are worth a move of the cursor."""


def _differences(old: Strip, new: Strip, y: int) -> list[Region]:
    """The stretches of row ``y`` in which two strips differ."""
    before, after = _cells(old), _cells(new)
    if len(before) != len(after):
        return [Region(0, y, new.cell_length, 1)]
    regions: list[Region] = []
    first = last = -1
    for x, (a, b) in enumerate(zip(before, after, strict=True)):
        if a == b:
            continue
        if first >= 0 and x - last > _APART:
            regions.append(_stretch(after, first, last, y))
            first = -1
        first, last = (x if first < 0 else first), x
    if first >= 0:
        regions.append(_stretch(after, first, last, y))
    return regions


def _stretch(cells: list[tuple[str, object]], first: int, last: int, y: int) -> Region:
    # A wide letter takes two cells, of which the second is listed as empty: take both.
    while first > 0 and cells[first][0] == "":
        first -= 1
    while last + 1 < len(cells) and cells[last + 1][0] == "":
        last += 1
    return Region(first, y, last - first + 1, 1)


def _cells(strip: Strip) -> list[tuple[str, object]]:
    cells: list[tuple[str, object]] = []
    for text, style, _ in strip:
        if text.isascii():
            cells.extend((letter, style) for letter in text)
            continue
        for letter in text:
            size = cell_len(letter)
            if size == 0 and cells:
                cells[-1] = (cells[-1][0] + letter, style)
            else:
                cells.append((letter, style))
                cells.extend(("", style) for _ in range(size - 1))
    return cells
