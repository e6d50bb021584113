"""Actions that work on every page: going places, and opening the overlays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from hbdash.actions.actor import Refused
from hbdash.texts import _
from hbdash.texts.labels import flow_label
from hbdash.texts.refusals import refusal
from screens.pages import PAGES
from screens.widgets.dialog import AskDialog, ConfirmDialog, LiveOverlay, Overlay
from screens.widgets.paint import Palette
from styles.theme import THEMES

if TYPE_CHECKING:
    from textual.app import App

    from hbdash.store.queries.flows import Asked
    from hbdash.store.queries.overview import FrameFigures
    from screens.face import ChannelFace, Face
    from screens.frame import Page
    from screens.live import LiveReader
    from screens.widgets.toast import Said


class AppActions:
    """Mixed into the app: ``act_…`` methods of the registry that belong to no page."""

    if TYPE_CHECKING:
        face: Face
        frame: FrameFigures | None
        reader: LiveReader
        said: list[Said]
        followed: Asked | None
        theme: Any
        palette: Palette
        _channel_index: int

        @property
        def page(self) -> Page[Any] | None: ...
        @property
        def channel(self) -> ChannelFace: ...
        def go(self, page_id: str, **target: Any) -> None: ...
        def say(self, text: str, kind: str = "success") -> None: ...
        def step_history(self, step: int) -> bool: ...

    _urgent = 0

    def _go_digit(self, digit: int) -> None:
        spec = next((one for one in PAGES if one.digit == digit), None)
        page = self.page
        if spec is None or page is None:
            return
        if page.page_id == spec.id:
            page.next_part()
        else:
            self.go(spec.id)

    def act_page_1(self) -> None:
        """Dashboard."""
        self._go_digit(1)

    def act_page_2(self) -> None:
        """Monitoring."""
        self._go_digit(2)

    def act_page_3(self) -> None:
        """Alarms."""
        self._go_digit(3)

    def act_page_4(self) -> None:
        """Reject refund."""
        self._go_digit(4)

    def act_history_back(self) -> None:
        """Back in history."""
        if not self.step_history(-1):
            self.say(_("This is where you began."), "warning")

    def act_history_forward(self) -> None:
        """Forth in history."""
        if not self.step_history(1):
            self.say(_("You have not been further."), "warning")

    def act_data_read(self) -> None:
        """Read again now."""
        self.reader.read_now()

    def act_urgent_next(self) -> None:
        """To the next urgent thing; pressed again, to the one after it."""
        places = urgent_places(self.frame)
        if not places:
            self.say(_("Nothing is urgent."))
            return
        page_id, target = places[self._urgent % len(places)]
        self._urgent += 1
        self.go(page_id, **target)

    def act_why(self) -> None:
        """Why KEY: of the line under the cursor, or asked for."""
        page = self.page
        key = page.key_under_cursor() if page is not None else None
        if key:
            self.open_why(key)
            return
        dialog = AskDialog(
            _("Why"),
            _("SKU, order, package or claim number: what stops it, and what cures it."),
            deed=_("ask"),
        )
        self.open_overlay(dialog, lambda key: self.open_why(key) if key else None)

    def open_why(self, key: str) -> None:
        """The overlay that answers why."""
        from screens.why import WhyOverlay

        self.open_overlay(WhyOverlay(key))

    def act_flow_menu(self, flow: str | None = None) -> None:
        """Run a flow."""
        from screens.runmenu.menu import RunMenu

        self.open_overlay(RunMenu(flow))

    def act_help(self) -> None:
        """Keys that work here, then everywhere, then the signs."""
        from screens.help import HelpOverlay

        self.open_overlay(HelpOverlay(self.page))

    def act_palette(self) -> None:
        """All commands, by name."""
        from screens.palette import PaletteOverlay

        self.open_overlay(PaletteOverlay(self.page), self._perform)

    def _perform(self, action_id: str | None) -> None:
        if action_id and self.page is not None:
            self.page.action_act(action_id)

    def act_messages(self) -> None:
        """What was said so far."""
        from screens.messages import MessagesOverlay

        self.open_overlay(MessagesOverlay(self.said))

    def act_theme_next(self) -> None:
        """The next theme, for this session."""
        palette = self.palette
        names = list(THEMES)
        name = names[(names.index(palette.theme) + 1) % len(names)]
        self.palette = Palette(name, palette.mode, palette.signs)
        self.theme = f"hbdash-{name}-{palette.mode}"
        if self.page is not None:
            self.page.repaint()
        self.say(_("Theme: {name}").format(name=name))

    def act_channel_next(self) -> None:
        """The next channel, where there are several."""
        if len(self.face.channels) < 2:
            self.say(_("There is one channel only."), "warning")
            return
        self._channel_index = (self._channel_index + 1) % len(self.face.channels)
        self.reader.read_now()

    def stop_followed(self) -> bool:
        """Ask whether to stop the run that is followed; False when there is none."""
        asked = self.followed
        if asked is None or asked.run is None:
            return False
        run_id, name = asked.run.id, flow_label(asked.run.flow)
        dialog = ConfirmDialog(
            _("Stop {flow}?").format(flow=name),
            [
                _("It ends at the next safe point: what was sent stays sent, and is settled."),
                _("What is left goes in the next run."),
            ],
            deed=_("Stop"),
            key="S",
        )
        self.open_overlay(dialog, lambda yes: self._cancel_run(run_id) if yes else None)
        return True

    def _cancel_run(self, run_id: int) -> None:
        from hbdash.actions.runs import request_cancel

        face = self.face
        try:
            request_cancel(face.db, face.clock, face.actor, self.channel.id, run_id)
        except Refused as refused:
            self.say(refusal(refused.id, refused.params), "error")

    def open_overlay(
        self, overlay: Overlay[Any], done: Callable[[Any], None] | None = None
    ) -> None:
        """Show an overlay; what lies behind loses its colour until it is closed."""
        page = self.page
        if page is not None:
            page.shade(True)

        def closed(result: Any) -> None:
            if page is not None:
                page.shade(False)
                self.reader.follow(page)
            if done is not None:
                done(result)

        cast("App[Any]", self).push_screen(overlay, closed)
        if isinstance(overlay, LiveOverlay):
            self.reader.follow(overlay)


def urgent_places(frame: FrameFigures | None) -> list[tuple[str, dict[str, Any]]]:
    """Where something can't wait, the nearest deadline first: (page, target)."""
    if frame is None:
        return []
    places: list[tuple[str, dict[str, Any]]] = []
    deadline = frame.deadline
    if deadline is not None and deadline.kind == "claim":
        places.append(("refunds", {"key": deadline.key}))
    elif deadline is not None:
        places.append(("monitoring", {"part": "log", "key": deadline.key}))
    if frame.firing:
        places.append(("alarms", {}))
    if frame.need_person:
        places.append(("monitoring", {"part": "failures"}))
    return places
