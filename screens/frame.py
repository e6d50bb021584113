"""The frame every page stands in: header band, tabs, notice, progress line, footer, toasts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Connection
from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from hbdash.store.queries.overview import FrameFigures
from hbdash.texts import _
from screens import bands
from screens.actions import BY_ID, Action, bindings_of
from screens.face import Host, host
from screens.live import Trouble
from screens.widgets.line import Line
from screens.widgets.lines import Lines
from screens.widgets.toast import Said, Toasts

LEAST = (80, 24)
"""Columns and rows below which nothing but the most urgent is shown."""

Snapshot = TypeVar("Snapshot")


def step(value: int, steps: Sequence[int]) -> int:
    """The largest of ``steps`` that is not above ``value``."""
    return max((s for s in steps if s <= value), default=0)


class Page(Screen[None], Generic[Snapshot]):
    """One of the tabs.

    A page says what it is (``page_id``), composes its ``body``, reads a snapshot in ``load`` (in
    the reader thread) and shows it in ``show`` (only what differs). Its actions are methods
    ``act_<id with _>``; ``why_not`` refuses one, in words.
    """

    page_id: ClassVar[str] = ""
    parts: ClassVar[tuple[str, ...]] = ()
    """Parts of the page, gone through by its digit."""
    DEFAULT_SHEETS: ClassVar[tuple[str, ...]] = ()
    HORIZONTAL_BREAKPOINTS = [(0, "-w0"), (80, "-w80"), (120, "-w120"), (180, "-w180")]
    VERTICAL_BREAKPOINTS = [(0, "-h0"), (24, "-h24"), (34, "-h34"), (50, "-h50")]
    AUTO_FOCUS = ""
    # Moving the focus changes two widgets; as Textual has it, it sends the whole screen again.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if cls.page_id:
            cls.BINDINGS = [*bindings_of(cls.page_id)]
        super().__init_subclass__(**kwargs)

    def __init__(self) -> None:
        super().__init__(id=f"page-{self.page_id}")
        self.snapshot: Snapshot | None = None
        self.frame: FrameFigures | None = None
        self.trouble: Trouble | None = None
        self.at: datetime | None = None
        """Moment of the snapshot."""
        self._styled_for: tuple[object, ...] = ()
        self._header = Lines(draw=self._draw_header, ground="panel", id="header")
        self._tabs = Lines(draw=self._draw_tabs, id="tabs")
        self._notice = Lines(draw=self._draw_notice, id="notice")
        self._progress = Lines(id="progress")
        self._footer = Lines(draw=self._draw_footer, ground="panel", id="footer")
        self._toasts = Toasts()

    # --- what a page gives

    def body(self) -> ComposeResult:
        """The widgets between tabs and footer."""
        yield from ()

    def load(self, connection: Connection) -> Snapshot:
        """Read what is shown now. Runs in the reader thread: touch no widget."""
        raise NotImplementedError

    def show(self, snapshot: Snapshot) -> None:
        """Show it; what did not change must not be sent again."""

    def verdict(self) -> list[Line]:
        """Lines below the tabs that say how things stand; the first gives way to trouble."""
        return []

    def open(self, **target: Any) -> None:
        """Go to what another page pointed at (a part, a filter, a key)."""

    def part(self) -> str:
        """The part shown, of ``parts``."""
        return ""

    def next_part(self) -> None:
        """The page's digit was pressed again."""

    def step_back(self) -> bool:
        """Undo one step inside the page (a filter, a detail); False if there is none."""
        return False

    def key_under_cursor(self) -> str | None:
        """SKU, order or claim the cursor stands on, for ``why``."""
        return None

    def own_keys(self) -> list[tuple[str, str]]:
        """(key, label) that come first in the footer: those of the line under the cursor."""
        return [("↑↓", _("move")), ("enter", _("open"))]

    def offers(self, action: Action) -> bool:
        """Whether the footer offers the action now; a page with parts leaves out the others'."""
        return True

    def why_not(self, action: Action) -> str | None:
        """Why the action can't be done now, in words, or None."""
        return None

    # --- shape

    @property
    def host(self) -> Host:
        """The app."""
        return host(self)

    @property
    def wide(self) -> int:
        """Breakpoint of the width: 0, 80, 120 or 180."""
        return step(self.app.size.width, (0, 80, 120, 180))

    @property
    def tall(self) -> int:
        """Breakpoint of the height: 0, 24, 34 or 50."""
        return step(self.app.size.height, (0, 24, 34, 50))

    @property
    def too_small(self) -> bool:
        """Whether the window has no room for the page."""
        return self.wide < LEAST[0] or self.tall < LEAST[1]

    @property
    def margin(self) -> int:
        """Cells at the left and right edge."""
        return 1 if self.wide < 120 else 2

    @property
    def stale(self) -> bool:
        """Whether what is shown is older than it should be."""
        return self.trouble is not None

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._tabs
        yield self._notice
        with Container(id="body"):
            yield from self.body()
        yield Lines(draw=self._draw_small, id="small")
        yield self._progress
        yield self._footer
        yield self._toasts

    # --- live

    def on_mount(self) -> None:
        """What was read before there was anything to show it in was thrown away."""
        self.host.read_again()

    def _on_screen_resume(self, event: events.ScreenResume) -> None:
        """Runs before Textual's own: what the styles depend on is mostly as it was.

        Applying them anew to a whole page costs a third of going to it.
        """
        now = (self.app.theme, self.app.size, self.app.app_focus)
        event.refresh_styles = event.refresh_styles and now != self._styled_for
        self._styled_for = now

    def receive(self, frame: FrameFigures, snapshot: Snapshot, at: datetime) -> None:
        """A new snapshot from the reader thread."""
        self.frame, self.snapshot, self.at, self.trouble = frame, snapshot, at, None
        self.show(snapshot)
        self.draw_frame()

    def receive_trouble(self, trouble: Trouble) -> None:
        """The database does not answer."""
        first = self.trouble is None
        self.trouble = trouble
        if first and self.snapshot is not None:
            self.show(self.snapshot)
        self.draw_frame()

    def draw_frame(self) -> None:
        """Draw header, tabs, notice and footer again, as far as they differ."""
        for part in (self._header, self._tabs, self._notice, self._footer):
            part.redraw()
        if self.too_small:
            self.query_one("#small", Lines).redraw()
        height = 0 if self.too_small else self._notice_height()
        if self._notice.styles.height is None or self._notice.styles.height.value != height:
            self._notice.styles.height = height
            self._notice.display = height > 0

    def draw_footer(self) -> None:
        """The keys of the line under the cursor may have changed."""
        self._footer.redraw()

    def say(self, said: Said) -> None:
        """Show a toast."""
        self._toasts.say(said)

    def progress(self, line: Line | None) -> None:
        """The line above the footer; None takes it away."""
        self._progress.display = line is not None
        self._progress.show([line] if line is not None else [])

    def shade(self, shaded: bool) -> None:
        """An overlay came or went."""
        for widget in self.query(Lines):
            widget.shade(shaded)

    def repaint(self) -> None:
        """The theme changed."""
        for widget in self.query(Lines):
            widget.repaint()

    # --- drawing

    def _draw_header(self, width: int) -> list[Line]:
        return [bands.header(self.host, self.frame, self.at, self.trouble, width)]

    def _draw_tabs(self, width: int) -> list[Line]:
        return [bands.tabs(self.page_id, self.frame, width)]

    def _draw_notice(self, width: int) -> list[Line]:
        lines = self._notice_lines()
        return [Line(), *lines] if self.wide >= 120 and lines else lines

    def _notice_lines(self) -> list[Line]:
        lines = self.verdict()
        if self.trouble is not None:
            stale = bands.trouble(self.host, self.trouble, self.at)
            lines = [stale, *lines[1:]]
        elif (broken := self.host.face.engine_trouble()) is not None:
            lines = [bands.engine_trouble(self.host, broken), *lines[1:]]
        return [Line(((" " * self.margin, ""),)) + one for one in lines]

    def _notice_height(self) -> int:
        lines = len(self._notice_lines())
        if self.wide < 120:
            return lines
        return lines + 1 if lines else 1

    def _draw_footer(self, width: int) -> list[Line]:
        return [bands.footer(self, width)]

    def _draw_small(self, width: int) -> list[Line]:
        return bands.too_small(self.host, self.frame, self.verdict(), self.app.size, LEAST)

    def on_resize(self, event: events.Resize) -> None:
        """Other breakpoints may hold."""
        self.call_after_refresh(self.draw_frame)

    # --- actions

    def refusal(self, action: Action) -> str | None:
        """Why the action can't be done, by role or by the page; None if it can."""
        actor = self.host.face.actor
        if action.writes and not actor.may(action.role):
            if actor.read_only:
                return _("Started read-only: nothing can be changed here.")
            return _("{label} needs the role {role}; {who} has {has}.").format(
                label=_(action.label), role=action.role.word, who=actor.name, has=actor.role.word
            )
        return self.why_not(action)

    def handler(self, action: Action) -> Any:
        """The method that does the action: the page's, else the app's."""
        return getattr(self, action.method, None) or getattr(self.app, action.method, None)

    def action_act(self, action_id: str) -> None:
        """A key of the registry was pressed."""
        action = BY_ID[action_id]
        self._toasts.dismiss()
        reason = self.refusal(action)
        if reason is not None:
            self.host.say(reason, "error")
            return
        handler = self.handler(action)
        if handler is not None:
            handler()

    def act_escape(self) -> None:
        """One step back, never quits."""
        if not self.step_back() and not self.host.stop_followed():
            self.host.back(quit_at_root=False)

    def act_back(self) -> None:
        """One step back; quits at the root."""
        if not self.step_back():
            self.host.back()


__all__ = ["LEAST", "Page", "step"]
