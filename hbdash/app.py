"""The Textual app: wires the face to the screens. The only module here that knows Textual."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import datetime
from typing import Any

from rich.traceback import Traceback
from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from hbdash.store.queries.flows import Asked
from hbdash.store.queries.overview import FrameFigures, frame_figures
from hbdash.texts import _, set_language
from screens.commands import AppActions
from screens.face import ChannelFace, EngineTrouble, Face
from screens.frame import Page
from screens.live import Failing, LiveReader, Loaded, watcher
from screens.pages import BY_ID, ROOT
from screens.progress import is_over, outcome, progress_line
from screens.terminal import TerminalDriver
from screens.widgets.dialog import LiveOverlay, Overlay
from screens.widgets.paint import Palette
from screens.widgets.toast import Said
from screens.wire import send_only_changes
from styles.theme import THEMES, colour_mode, sheet, textual_theme

__all__ = ["ChannelFace", "EngineTrouble", "Face", "HbdashApp"]

_LEAVE = (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))


class HbdashApp(AppActions, App[None]):
    """The dashboard. ``run()`` returns when the person quits, or on SIGTERM and SIGHUP.

    The engine, if this process has one, is stopped by the caller after ``run()``: a job that
    reports while the app leaves would otherwise wait for it for ever.
    """

    CSS = sheet("frame", "dashboard", "monitoring", "alarms", "refunds", "overlays")
    ENABLE_COMMAND_PALETTE = False
    TITLE = "hbdash"

    def __init__(self, face: Face) -> None:
        self.face = face
        set_language(face.language)
        send_only_changes()
        mode = face.colours or colour_mode(os.environ)
        super().__init__(ansi_color=True if mode != "full" else None)
        self.animation_level = "none"
        self.palette = Palette(face.theme, mode, face.signs)
        for theme in THEMES:
            self.register_theme(textual_theme(theme, mode))
        self.theme = f"hbdash-{face.theme}-{mode}"
        self._channel_index = 0
        self._pages: dict[str, Page[Any]] = {}
        self._history: list[tuple[str, dict[str, Any]]] = []
        self._place = -1
        self.said: list[Said] = []
        self.frame: FrameFigures | None = None
        self.frame_at: datetime | None = None
        self.followed: Asked | None = None
        """The run that was started here and is not over."""
        self.reader = LiveReader(
            face.db,
            face.clock,
            lambda connection, now: frame_figures(connection, self.channel.id, now),
            self.post_message,
            (lambda: watcher(face.db)) if face.watch else None,
            face.refresh,
        )
        self._caught: list[int] = []

    # --- start and end

    def get_driver_class(self) -> type[Driver]:
        """A driver that outlives its terminal."""
        usual = super().get_driver_class()
        return TerminalDriver if usual is LinuxDriver else usual

    def on_mount(self) -> None:
        """Draw the frame at once; what is in it comes from the reader thread."""
        self.set_keymap(dict(self.face.keymap))
        self._catch_signals()
        self.reader.start()
        self.go(ROOT)

    def on_unmount(self) -> None:
        """No read outlives the screen."""
        self.reader.stop()
        loop = asyncio.get_running_loop()
        for number in self._caught:
            loop.remove_signal_handler(number)

    def _catch_signals(self) -> None:
        """A closed terminal or a stop must leave cleanly: else Textual spins without a terminal."""
        loop = asyncio.get_running_loop()
        for number in _LEAVE:
            try:
                loop.add_signal_handler(number, self.exit)
            except (ValueError, RuntimeError, NotImplementedError):
                return  # not in the main thread: whoever runs us catches signals
            self._caught.append(number)

    # --- host

    @property
    def channel(self) -> ChannelFace:
        """The channel shown now."""
        return self.face.channels[self._channel_index]

    def now(self) -> datetime:
        """The present, aware, UTC."""
        return self.face.clock.now()

    @property
    def page(self) -> Page[Any] | None:
        """The page shown, also below an overlay."""
        return next((s for s in reversed(self.screen_stack) if isinstance(s, Page)), None)

    def go(self, page_id: str, **target: Any) -> None:
        """Open a page; its last state shows at once, fresh data follow."""
        del self._history[self._place + 1 :]
        self._history.append((page_id, target))
        self._place = len(self._history) - 1
        self._open(page_id, target)

    def _open(self, page_id: str, target: dict[str, Any]) -> None:
        page = self._pages.get(page_id)
        if page is None:
            page = self._pages[page_id] = BY_ID[page_id].page()
            self.install_screen(page, page_id)
        page.frame, page.at = self.frame, self.frame_at if page.at is None else page.at
        if target:
            page.open(**target)
        if self.page is None:
            self.push_screen(page_id)
        elif self.page is not page:
            self.switch_screen(page_id)
        self.reader.follow(page)

    def step_history(self, step: int) -> bool:
        """Back (-1) or forth (1) in history; False at its end."""
        place = self._place + step
        if not 0 <= place < len(self._history):
            return False
        self._place = place
        self._open(*self._history[place])
        return True

    def back(self, quit_at_root: bool = True) -> None:
        """One step back; at the root quit, unless told not to."""
        if self.page is not None and self.page.page_id == ROOT:
            if quit_at_root:
                self.exit()
            return
        if not self.step_history(-1):
            self.go(ROOT)

    def say(self, text: str, kind: str = "success") -> None:
        """A line at the bottom right, kept in the list of messages."""
        said = Said(self.now(), kind, text)
        self.said.append(said)
        del self.said[:-200]
        shown = self.screen if isinstance(self.screen, Overlay) else self.page
        if shown is not None:
            shown.say(said)

    def read_again(self) -> None:
        """Load the shown page anew."""
        self.reader.read_now()

    # --- live

    def on_loaded(self, event: Loaded) -> None:
        """A snapshot came: give it to its screen, if that is still shown."""
        self.frame, self.frame_at = event.frame, event.at
        target = event.target
        if isinstance(target, (Page, LiveOverlay)) and target.is_attached:
            try:
                target.receive(event.frame, event.snapshot, event.at)
            except Exception as fault:  # noqa: BLE001 - one part that fails must not end the rest
                self.say(_("This part can’t be shown: {fault}").format(fault=repr(fault)), "error")
        if event.asked is not None:
            self._show_progress(event.asked)

    def progress(self, request_id: int | None) -> None:
        """Follow a request in the line above the footer, until it is over."""
        self.reader.request_id = request_id
        self.followed = None
        if request_id is None and self.page is not None:
            self.page.progress(None)
        self.reader.read_now()

    def _show_progress(self, asked: Asked) -> None:
        page = self.page
        if page is None or asked.id != self.reader.request_id:
            return
        self.followed = asked
        if is_over(asked):
            self.progress(None)
            self.say(*outcome(asked))
        else:
            page.progress(progress_line(asked, self.now()))

    def on_failing(self, event: Failing) -> None:
        """The database is silent."""
        if self.page is not None:
            self.page.receive_trouble(event.trouble)

    def _fatal_error(self) -> None:
        """What a mistake of ours leaves on the terminal: the traceback, without any values.

        Textual prints the locals as well, among which there may be personal data.
        """
        self.bell()
        self._exit_renderables.append(Traceback(show_locals=False))
        self._close_messages_no_wait()
