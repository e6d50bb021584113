"""Parts of the rule form: a choice that ←→ turn, a labelled field, the buttons."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from hbdash.texts import _
from screens.widgets.line import Line, line
from screens.widgets.lines import Lines


class Chooser(Lines):
    """One of several: ``‹ Price ›``; left and right turn it, so does its first letter."""

    DEFAULT_CSS = "Chooser { height: 1; width: 46; background: $panel; }"
    BINDINGS = [
        Binding("left", "turn(-1)", show=False),
        Binding("right,space", "turn(1)", show=False),
    ]

    class Turned(Message):
        """Another one was chosen."""

    def __init__(self, choices: Sequence[tuple[str, str]], value: str, *, id: str) -> None:
        super().__init__(ground="panel", focusable=True, draw=self._words, id=id)
        self.choices = list(choices)
        self.value = value if value in dict(choices) else (choices[0][0] if choices else "")

    def _words(self, width: int) -> list[Line]:
        label = dict(self.choices).get(self.value, self.value)
        style = "accent bold" if self.has_focus else "muted"
        text = line(("‹ ", style), (label, "bold" if self.has_focus else ""), (" ›", style))
        return [text.on("selection" if self.has_focus else "")]

    def action_turn(self, step: int) -> None:
        """The next or the one before."""
        ids = [id for id, _label in self.choices]
        self._take(ids[(ids.index(self.value) + step) % len(ids)])

    def on_key(self, event: events.Key) -> None:
        """A letter goes to the next choice that begins with it."""
        letter = event.character
        if letter is None or not letter.isalpha():
            return
        ids = [id for id, _label in self.choices]
        start = ids.index(self.value) + 1
        for id, label in [*self.choices[start:], *self.choices[:start]]:
            if label.casefold().startswith(letter.casefold()):
                event.stop()
                self._take(id)
                return

    def _take(self, value: str) -> None:
        self.value = value
        self.redraw()
        self.post_message(self.Turned())

    def on_focus(self, event: events.Focus) -> None:
        """The colours change."""
        self.redraw()

    def on_blur(self, event: events.Blur) -> None:
        """The colours change."""
        self.redraw()


class Field(Horizontal):
    """A label, what is filled in, and beside it what is allowed or what is wrong."""

    DEFAULT_CSS = """
    Field { height: 1; background: $panel; }
    Field > .label { width: 12; height: 1; background: $panel; }
    Field > .hint { width: 1fr; height: 1; background: $panel; }
    Field > Input { width: 12; margin: 0 2 0 0; }
    Field > Input.-wide { width: 46; margin: 0; }
    """

    def __init__(self, name: str, label: str, widget: Chooser | Input) -> None:
        super().__init__(id=f"field-{name}")
        self.field = name
        self.widget = widget
        self._label = Lines([line((label, "muted"))], ground="panel", classes="label")
        self._hint = Lines(ground="panel", classes="hint")
        self._allowed = ""
        self._wrong = ""

    def compose(self) -> ComposeResult:
        yield self._label
        yield self.widget
        yield self._hint

    @property
    def value(self) -> str:
        """What stands in it."""
        return self.widget.value

    def allow(self, text: str) -> None:
        """What may stand in it, in words."""
        self._allowed = text
        self._draw()

    def wrong(self, text: str) -> None:
        """What is wrong with it; empty takes it away."""
        self._wrong = text
        self._draw()

    def _draw(self) -> None:
        style = "error" if self._wrong else "muted"
        self._hint.show([line((self._wrong or self._allowed, style))])


class Buttons(Lines):
    """Cancel first and default, saving second; reached by tab."""

    DEFAULT_CSS = "Buttons { height: 1; background: $panel; }"
    BINDINGS = [
        Binding("left,right", "other", show=False),
        Binding("enter", "press", show=False),
    ]

    class Pressed(Message):
        """A button was pressed."""

        def __init__(self, save: bool) -> None:
            super().__init__()
            self.save = save

    def __init__(self) -> None:
        super().__init__(ground="panel", focusable=True, draw=self._words, id="buttons")
        self.on_save = False

    def _words(self, width: int) -> Sequence[Line]:
        def style(chosen: bool) -> str:
            return "bold reverse" if chosen and self.has_focus else ""

        return [
            line(
                (f" {_('Cancel')} ", style(not self.on_save)), " ", ("esc", "accent bold"), "   ",
                (f"[ {_('Save the rule')} ]", style(self.on_save)), " ", ("F9", "accent bold"),
                ("   " + _("tab next field   ←→ choose"), "muted"),
            )
        ]  # fmt: skip

    def action_other(self) -> None:
        """The other button."""
        self.on_save = not self.on_save
        self.redraw()

    def action_press(self) -> None:
        """Press the one that is chosen."""
        self.post_message(self.Pressed(self.on_save))

    def on_focus(self, event: events.Focus) -> None:
        """Show which one is chosen."""
        self.redraw()

    def on_blur(self, event: events.Blur) -> None:
        """Show that none is."""
        self.redraw()
