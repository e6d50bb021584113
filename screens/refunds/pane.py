"""A text with a heading that stays, scrolled with the keys of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.binding import Binding

from screens.widgets.line import BLANK, Line
from screens.widgets.lines import Lines


class Pane(Lines):
    """``head(width, focused)`` stays at the top; what ``draw(width)`` gives scrolls below it."""

    BINDINGS = [
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "edge(0)", show=False),
        Binding("end,G", "edge(1)", show=False),
    ]

    def __init__(
        self,
        *,
        head: Callable[[int, bool], Line],
        draw: Callable[[int], Sequence[Line]],
        id: str | None = None,
    ) -> None:
        super().__init__(draw=draw, id=id, focusable=True)
        self._head = head

    def window_line(self, y: int) -> Line:
        width, height = self.size
        if y == 0:
            return self._head(width, self.has_focus)
        below = self.line_count() - self._top - (height - 1)
        if below > 0 and y == height - 1:
            return Line(((f" ↓ {below + 1}", "muted"),))
        place = y - 1 + self._top
        return self._lines[place] if 0 <= place < len(self._lines) else BLANK

    def scroll_lines(self, top: int) -> None:
        last = max(self.line_count() - (self.size.height - 1), 0)
        top = max(0, min(top, last))
        if top != self._top:
            self._top = top
            self.refresh_changed()

    def action_scroll(self, step: int) -> None:
        """Up and down."""
        self.scroll_lines(self._top + step)

    def action_page(self, step: int) -> None:
        """One window up or down."""
        self.scroll_lines(self._top + step * max(self.size.height - 2, 1))

    def action_edge(self, end: int) -> None:
        """First or last line."""
        self.scroll_lines(self.line_count() if end else 0)

    def on_focus(self, event: events.Focus) -> None:
        """The heading changes."""
        self.refresh_changed()

    def on_blur(self, event: events.Blur) -> None:
        """The heading changes."""
        self.refresh_changed()
