"""Why KEY: each gate in order up to the first that stops it, the sums, and what cures it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from hbdash.explain.answer import Gate, Why
from hbdash.explain.why import why
from hbdash.store.queries.overview import FrameFigures
from hbdash.texts import _
from hbdash.texts import formats as fmt
from screens.face import host
from screens.widgets.dialog import BoxEdge, BoxFoot, LiveOverlay
from screens.widgets.line import BLANK, Line, left, line, middle, wrap, wrap_spans
from screens.widgets.lines import Lines

_SIGNS = {"passed": ("✓", "success"), "stopped": ("×", "error"), "not_looked": ("·", "muted")}
_NAME = 11


class WhyOverlay(LiveOverlay[None]):
    """Asked again while it is open: a cure shows at once."""

    BINDINGS = [
        Binding("q,w", "close", show=False),
        Binding("h", "story", show=False),
        Binding("o", "cure", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
    ]

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.why: Why | None = None
        self._asked_at: datetime | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield BoxEdge(self._title())
            with Vertical(id="inside"):
                yield Lines(draw=self._lines, ground="panel", id="text")
                yield Lines(draw=self._keys, ground="panel", id="last")
            yield BoxFoot()

    def on_mount(self) -> None:
        """Drawn at once; the answer follows."""
        self._fit()

    def on_resize(self, event: events.Resize) -> None:
        """As large as the answer."""
        self._fit()

    def _title(self) -> str:
        return _("Why {key}").format(key=middle(self.key, 40))

    def _fit(self) -> None:
        size = self.app.size
        width = min(size.width - 2, 96)
        box = self.query_one("#box")
        box.styles.width = width
        box.styles.height = min(len(self._lines(width - 6)) + 4, size.height - 3)

    def load(self, connection: Connection) -> Why:
        owner = host(self)
        found: Why = why(connection, owner.channel.id, self.key, owner.now())
        return found

    def receive(self, frame: FrameFigures, snapshot: Why, at: datetime) -> None:
        self.why, self._asked_at = snapshot, at
        zone = host(self).channel.zone
        note = _("asked {time}").format(time=fmt.time(at, at, zone))
        self.query_one(BoxEdge).retitle(_("Why {key}").format(key=snapshot.title), note)
        self._fit()
        for widget in (self.query_one("#text", Lines), self.query_one("#last", Lines)):
            widget.redraw()

    # --- drawing

    def _lines(self, width: int) -> list[Line]:
        why = self.why
        if why is None:
            return [BLANK, line((_("Looking …"), "muted"))]
        lines = [line(why.product)] if why.product else []
        sign = line(("×", "error")) if why.stopped else line(("✓", "success"))
        lines += wrap_spans(sign + line(" ", (why.verdict, "bold" if why.stopped else "")), width)
        lines.append(BLANK)
        lines += self._gates(why, width)
        if why.sums:
            lines += [BLANK, line((_("The number behind it"), "bold"))]
            for text in why.sums:
                lines += wrap(text, width)
        if why.what_to_do:
            lines.append(BLANK)
            lines += wrap_spans(line((_("What to do"), "bold"), "  ", why.what_to_do), width)
        return lines

    def _gates(self, why: Why, width: int) -> list[Line]:
        passed = [gate for gate in why.gates if gate.state == "passed"]
        stopped = [gate for gate in why.gates if gate.state == "stopped"]
        rest = [gate for gate in why.gates if gate.state == "not_looked"]
        lines: list[Line] = []
        low = self.app.size.height < 34
        if low:
            # In pairs, down the first column and then the second.
            half, column = (len(passed) + 1) // 2, width // 2
            for n in range(half):
                pair = self._gate(passed[n], column - 1).fit(column)
                if n + half < len(passed):
                    pair = pair + self._gate(passed[n + half], width - column)
                lines.append(pair)
        else:
            lines += [self._gate(gate, width) for gate in passed]
        for gate in stopped:
            first, *more = wrap(gate.text, width - _NAME - 3)
            lines.append(self._head(gate) + first)
            lines += [line(" " * (_NAME + 3)) + one for one in more]
        if rest:
            names = ", ".join(gate.gate for gate in rest)
            lines += wrap_spans(
                line(("·", "muted"), ("  " + _("not looked at: {gates}").format(gates=names),
                                      "muted")), width,
            )  # fmt: skip
        return lines

    def _gate(self, gate: Gate, width: int) -> Line:
        return (self._head(gate) + line(gate.text)).cut(width)

    def _head(self, gate: Gate) -> Line:
        sign, style = _SIGNS[gate.state]
        return line((sign, style), " ", (left(gate.gate, _NAME), "muted"), " ")

    def _keys(self, width: int) -> list[Line]:
        keys = [("h", _("story")), ("esc", _("close"))]
        if self.why is not None and self.why.action:
            keys.insert(0, ("o", _("cure")))
        result = BLANK
        for key, label in keys:
            result = result + line((key, "accent bold"), f" {label}   ")
        return [BLANK, result]

    # --- keys

    def action_story(self) -> None:
        """Everything the log knows of this key."""
        self.dismiss(None)
        host(self).go("monitoring", part="log", key=self.why.title if self.why else self.key)

    def action_cure(self) -> None:
        """To the place where it is cured."""
        action = self.why.action if self.why is not None else None
        if action:
            self.dismiss(None)
            cure(self, action)

    def action_scroll(self, step: int) -> None:
        """Up and down, where the window is low."""
        text = self.query_one("#text", Lines)
        text.scroll_lines(text.top + step)


def cure(screen: WhyOverlay, action: str) -> None:
    """Go where ``action`` of the remedy is done; what is done elsewhere is said."""
    owner = host(screen)
    if action.startswith("flow."):
        from screens.runmenu.menu import RunMenu

        owner.open_overlay(RunMenu(action.removeprefix("flow.")))
    elif action == "refunds.open":
        owner.go("refunds", key=screen.key)
    elif action == "log.open":
        owner.go("monitoring", part="log", key=screen.key)
    else:
        what = screen.why.what_to_do if screen.why is not None else ""
        owner.say(what or _("This is done in Omnitron."), "warning")
