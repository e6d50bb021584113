"""Yardsticks: the least that Textual itself needs for the same picture. ``COLUMNS`` decide nothing.

``python -m benchmarks.yardstick lines`` is an app of four screens full of lines with a cursor;
``python -m benchmarks.yardstick widgets N`` draws N small widgets, as the dashboard's first
picture has.
"""

from __future__ import annotations

import sys
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Region
from textual.reactive import var
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

_MARKED = Style(bgcolor="blue")
_PLAIN = Style()


class Lines(Widget, can_focus=True):
    """A screen full of lines; the cursor's one is marked. Moving it draws two lines anew."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]
    at = var(0)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._title = name

    def render_line(self, y: int) -> Strip:
        text = f"{'▌' if y == self.at else ' '}{self._title} {y:>4}  "
        wide = self.size.width
        line = (text + "Nevresim Takımı Çift Kişilik · 1.234,56 · done " * 6)[:wide]
        return Strip([Segment(line, _MARKED if y == self.at else _PLAIN)], wide)

    def action_move(self, step: int) -> None:
        before = self.at
        self.at = (self.at + step) % max(self.size.height, 1)
        for y in (before, self.at):
            self.refresh(Region(0, y, self.size.width, 1))


class Page(Screen[None]):
    """One of four."""

    def compose(self) -> ComposeResult:
        yield Lines(f"Page {self.name}")


class LinesApp(App[None]):
    """Four pages behind four digits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(n), f"page('{n}')", show=False) for n in range(1, 5)
    ]
    ENABLE_COMMAND_PALETTE = False

    def on_mount(self) -> None:
        self.animation_level = "none"
        for n in range(1, 5):
            self.install_screen(Page(name=str(n)), str(n))
        self.push_screen("1")

    def action_page(self, name: str) -> None:
        if self.screen.name != name:
            self.switch_screen(name)


class WidgetsApp(App[None]):
    """``count`` Statics of one line, one below the other."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def compose(self) -> ComposeResult:
        with Vertical():
            for n in range(self._count):
                yield Static(f"SKUs on sale {n} · 1.717 · done 28 ok · 01:27", markup=False)

    def on_mount(self) -> None:
        self.animation_level = "none"


def main() -> None:
    """Run the one that is named."""
    if sys.argv[1] == "lines":
        LinesApp().run(mouse=False)
    else:
        WidgetsApp(int(sys.argv[2])).run(mouse=False)


if __name__ == "__main__":
    main()
