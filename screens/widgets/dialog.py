"""Overlays: one frame on the panel's ground, what lies behind without colour.

A confirmation names what will happen in numbers; Cancel comes first and is the default; over 500
records, or where sale stops, the number or a word must be typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from hbdash.store.queries.overview import FrameFigures
from hbdash.texts import _
from screens.face import host
from screens.widgets.line import Line, line, wrap
from screens.widgets.lines import Lines
from screens.widgets.toast import Said, Toasts

TYPED_FROM = 500
"""More records than this and the number must be typed."""

Result = TypeVar("Result")


class Overlay(ModalScreen[Result], Generic[Result]):
    """A dialog or a panel over a page. Subclasses compose edge, content and foot."""

    BINDINGS = [Binding("escape", "close", show=False)]

    def action_close(self) -> None:
        """Leave without doing anything."""
        self.dismiss(None)

    def say(self, said: Said) -> None:
        """Show what was said above the overlay: the page's own toasts lie behind it."""
        found = self.query(Toasts)
        if found:
            found.first().say(said)
            return
        toasts = Toasts()
        self.mount(toasts)
        self.call_after_refresh(toasts.say, said)


class LiveOverlay(Overlay[Result], Generic[Result]):
    """An overlay that shows what the database says while it is open."""

    def load(self, connection: Connection) -> Any:
        """Read what is shown. Runs in the reader thread: touch no widget."""
        raise NotImplementedError

    def receive(self, frame: FrameFigures, snapshot: Any, at: datetime) -> None:
        """Show what was read."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """What was read before there was anything to show it in was thrown away."""
        host(self).read_again()


class BoxEdge(Lines):
    """Upper edge of a box: corner, bold title, rule, note, corner."""

    DEFAULT_CSS = "BoxEdge { height: 1; background: $panel; }"

    def __init__(self, title: str, note: str = "", *, kind: str = "accent") -> None:
        super().__init__(ground="panel", draw=self._edge)
        self._title = title
        self._note = note
        self._kind = kind

    def retitle(self, title: str, note: str = "") -> None:
        """Another title."""
        self._title, self._note = title, note
        self.redraw()

    def _edge(self, width: int) -> Sequence[Line]:
        room = width - 6
        end = line(" ", (self._note, "muted"), " ") if self._note else line()
        start = line((self._title, "bold"), " ").cut(max(room - end.width, 1))
        rule = "─" * max(room - start.width - end.width + 1, 0)
        return [
            line(("┌─ ", self._kind), start, (rule, self._kind), end, ("─┐", self._kind)),
        ]


class BoxFoot(Lines):
    """Lower edge of a box."""

    DEFAULT_CSS = "BoxFoot { height: 1; background: $panel; }"

    def __init__(self, *, kind: str = "accent") -> None:
        super().__init__(
            ground="panel",
            draw=lambda width: [line(("└" + "─" * (width - 2) + "┘", kind))],
        )


class Choice(Lines):
    """The buttons: Cancel first and default, the deed second with its key."""

    DEFAULT_CSS = "Choice { height: 1; background: $panel; }"
    BINDINGS = [
        Binding("left,right,tab,shift+tab", "other", show=False),
        Binding("enter", "press", show=False),
    ]

    def __init__(self, deed: str, key: str, hint: str = "") -> None:
        super().__init__(ground="panel", focusable=True, draw=self._buttons)
        self._deed = deed
        self._key = key
        self._hint = hint
        self.on_deed = False
        self.ready = True

    def _buttons(self, width: int) -> Sequence[Line]:
        cancel, deed = f" {_('Cancel')} ", f" {self._deed} "
        chosen = "bold reverse"
        return [
            line(
                (cancel, chosen if not self.on_deed else ""), " ", ("esc", "accent bold"), "   ",
                (f"[{deed}]", chosen if self.on_deed else ("" if self.ready else "muted")), " ",
                (self._key, "accent bold"), (f"  {self._hint}" if self._hint else "", "muted"),
            )
        ]  # fmt: skip

    def action_other(self) -> None:
        """The other button."""
        self.on_deed = not self.on_deed
        self.redraw()

    def action_press(self) -> None:
        """Press the button that is chosen."""
        dialog = self.screen
        assert isinstance(dialog, ConfirmDialog)
        if self.on_deed:
            dialog.action_deed()
        else:
            dialog.action_close()


class ConfirmDialog(Overlay[bool]):
    """Asks before something is changed. Dismissed with True only by the deed.

    ``body`` says in numbers what will happen (plain text, or lines); ``deed`` is the button with
    its number ("Retry 2,000"), ``key`` its upper-case key. ``typed`` is what must be typed first.
    """

    BINDINGS = [Binding("f1", "nothing", show=False)]

    def __init__(
        self,
        question: str,
        body: Sequence[str | Line],
        *,
        deed: str,
        key: str,
        note: str = "",
        typed: str = "",
    ) -> None:
        super().__init__()
        self.question = question
        self.body = body
        self.deed = deed
        self.key = key
        self.note = note
        self.typed = typed

    def compose(self) -> ComposeResult:
        with Vertical(id="box", classes="-dialog"):
            yield BoxEdge(self.question, self.note, kind="warning")
            with Vertical(id="inside"):
                yield Lines(draw=self._words, ground="panel", id="words")
                if self.typed:
                    yield Input(id="typed", compact=True)
                yield Choice(
                    self.deed, self.key, _("after what must be typed") if self.typed else ""
                )
            yield BoxFoot(kind="warning")

    def on_mount(self) -> None:
        """Size to the words; Cancel has the focus unless something must be typed."""
        self._resize()
        choice = self.query_one(Choice)
        if self.typed:
            choice.ready = False
            self.query_one(Input).focus()
        else:
            choice.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Keep to the words."""
        self._resize()

    def _resize(self) -> None:
        width = min(self.app.size.width - 8, 72)
        words = self._words(width - 6)
        box = self.query_one("#box")
        box.styles.width = width
        height = len(words) + 4 + (2 if self.typed else 0)
        box.styles.height = min(height, self.app.size.height - 2)
        self.query_one("#words").styles.height = len(words)

    def _words(self, width: int) -> Sequence[Line]:
        lines: list[Line] = [line()]
        for part in self.body:
            lines.extend([part] if isinstance(part, Line) else wrap(part, width))
        channel = host(self).channel
        lines.append(line())
        lines.append(environment_line(channel.environment, f"{channel.brand} · {channel.name}"))
        if self.typed:
            lines.append(line())
            lines.append(line(_("Type {word} to go on:").format(word=self.typed)))
        else:
            lines.append(line())
        return lines

    @on(Input.Changed)
    def _typing(self, event: Input.Changed) -> None:
        choice = self.query_one(Choice)
        choice.ready = event.value.strip() == self.typed
        choice.redraw()

    @on(Input.Submitted)
    def _typed(self) -> None:
        self.action_deed()

    def on_key(self, event: events.Key) -> None:
        """The key that opened the dialog does the deed in it."""
        if event.character == self.key and not isinstance(self.focused, Input):
            event.stop()
            self.action_deed()

    def action_deed(self) -> None:
        """Do it, if what must be typed was typed."""
        if self.query_one(Choice).ready:
            self.dismiss(True)

    def action_close(self) -> None:
        self.dismiss(False)


def environment_line(environment: str, channel: str) -> Line:
    """Names the environment in a writing dialog, in words as well as in colour."""
    if environment == "production":
        return line((" PRODUCTION ", "on-production bold /production"), " ", channel)
    return line((" SANDBOX ", "sandbox bold /sandbox-ground"), " ", channel)


class AskDialog(Overlay[str]):
    """Asks for one line of text. Dismissed with it, or None."""

    def __init__(
        self,
        question: str,
        body: str = "",
        *,
        value: str = "",
        deed: str = "",
        check: Callable[[str], str | None] | None = None,
    ) -> None:
        super().__init__()
        self.question = question
        self.body = body
        self.value = value
        self.deed = deed
        self.check = check

    def compose(self) -> ComposeResult:
        with Vertical(id="box", classes="-dialog"):
            yield BoxEdge(self.question)
            with Vertical(id="inside"):
                yield Lines(draw=self._words, ground="panel", id="words")
                yield Input(self.value, id="typed", compact=True)
                yield Lines(ground="panel", id="wrong")
            yield BoxFoot()

    def on_mount(self) -> None:
        """Size to the words."""
        width = min(self.app.size.width - 8, 72)
        words = self._words(width - 6)
        box = self.query_one("#box")
        box.styles.width = width
        box.styles.height = len(words) + 6
        self.query_one("#words").styles.height = len(words)
        self._hint("")
        self.query_one(Input).focus()

    def _words(self, width: int) -> Sequence[Line]:
        return [line(), *wrap(self.body, width, "muted")] if self.body else [line()]

    def _hint(self, wrong: str) -> None:
        hint = line(
            ("enter", "accent bold"), f" {self.deed or _('go on')}   ", ("esc", "accent bold"),
            f" {_('close')}",
        )  # fmt: skip
        self.query_one("#wrong", Lines).show([line((wrong, "error")), hint])

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        value = event.value.strip()
        wrong = self.check(value) if self.check else (None if value else "")
        if wrong is None:
            self.dismiss(value)
        else:
            self._hint(wrong)
