"""Help: the keys that work here, then everywhere, then the signs; made from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from hbdash.texts import N_, _
from screens.actions import ACTIONS, EVERYWHERE, LISTS, Action, actions_of, keys_of, shown
from screens.face import host
from screens.pages import BY_ID as PAGES_BY_ID
from screens.widgets.dialog import BoxEdge, BoxFoot, Overlay
from screens.widgets.line import BLANK, Line, left, line
from screens.widgets.lines import Lines

if TYPE_CHECKING:
    from screens.frame import Page

SIGNS: tuple[tuple[tuple[tuple[str, str], ...], str], ...] = (
    ((("✓", "success"), ("▲", "warning"), ("×", "error")), N_("good, look, broken")),
    ((("►", "accent"), ("○", ""), ("→", "")), N_("running, waiting, sent")),
    ((("»", "warning"), ("║", "warning"), ("■", "muted")), N_("trying again, paused, off")),
    ((("□", "muted"), ("?", "warning"), ("·", "muted")),
     N_("ended by a person, unknown, nothing due")),
)  # fmt: skip


class HelpOverlay(Overlay[None]):
    """``?`` again shows the keys of every page."""

    BINDINGS = [
        Binding("q", "close", show=False),
        Binding("question_mark,f1", "more", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
    ]

    def __init__(self, page: Page[Any] | None) -> None:
        super().__init__()
        self._page = page
        self._everything = False

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield BoxEdge(_("Help"), self._where())
            with Vertical(id="inside"):
                yield Lines(draw=self._lines, ground="panel", id="text")
                yield Lines(draw=self._last, ground="panel", id="last")
            yield BoxFoot()

    def on_mount(self) -> None:
        """As large as its words."""
        self._fit()

    def on_resize(self, event: events.Resize) -> None:
        """As large as its words."""
        self._fit()

    def _fit(self) -> None:
        size = self.app.size
        width = min(size.width - 2, 100)
        box = self.query_one("#box")
        box.styles.width = width
        box.styles.height = min(len(self._lines(width - 6)) + 4, size.height - 3)

    def _where(self) -> str:
        if self._page is None:
            return ""
        return _(PAGES_BY_ID[self._page.page_id].label)

    def _lines(self, width: int) -> list[Line]:
        if self._everything:
            return self._all(width)
        column = (width - 2) // 2
        actions = actions_of(self._page.page_id) if self._page is not None else list(ACTIONS)
        listed = [action for action in actions if action.listed and action.keys]
        here = [a for a in listed if EVERYWHERE not in a.where and a.group != LISTS]
        lists = [a for a in listed if a.group == LISTS]
        start = self._section(_("Here"), here, column)
        start += [self._key("↑↓ j k", _("move; g G first, last"), column),
                  self._key("enter", _("open"), column),
                  self._key("tab", _("next part of this screen"), column)]  # fmt: skip
        if lists:
            start += [BLANK, *self._section(_("In lists"), lists, column)]
        everywhere = [a for a in listed if EVERYWHERE in a.where]
        end = self._section(_("Everywhere"), everywhere, column)
        end.insert(1, self._key("1–4", _("screen; again: next part"), column))
        end += [BLANK, line((_("Signs"), "bold"))]
        for signs, words in SIGNS:
            marks = BLANK
            for sign, style in signs:
                marks = marks + line((sign, style), " ")
            end.append(marks.fit(8) + line(_(words)).cut(column - 8))
        rows = max(len(start), len(end))
        start += [BLANK] * (rows - len(start))
        end += [BLANK] * (rows - len(end))
        return [BLANK] + [
            a.fit(column) + line("  ") + b.fit(column) for a, b in zip(start, end, strict=True)
        ]

    def _all(self, width: int) -> list[Line]:
        lines = [BLANK]
        for action in ACTIONS:
            where = _("everywhere") if EVERYWHERE in action.where else ", ".join(
                _(PAGES_BY_ID[page].label) for page in action.where
            )  # fmt: skip
            words = line(_(action.about), "  ", (f"{where}, {action.id}", "muted"))
            lines.append(self._keys_of(action).fit(10) + words.cut(width - 10))
        return lines

    def _section(self, title: str, actions: Sequence[Action], width: int) -> list[Line]:
        lines = [line((title, "bold"))]
        for action in actions:
            words = line(_(action.about), "" if self._may(action) else "muted").cut(width - 8)
            if not self._may(action):
                words = words.all("muted")
            lines.append(self._keys_of(action).fit(8) + words)
        return lines

    def _keys_of(self, action: Action) -> Line:
        keys = keys_of(action, host(self).face.keymap)
        texts = [shown(key) for key in keys[:2] if len(shown(key)) < 4]
        return line((" ".join(texts) or ":", "accent bold"))

    def _may(self, action: Action) -> bool:
        return not action.writes or host(self).face.actor.may(action.role)

    def _key(self, keys: str, words: str, width: int) -> Line:
        return line((left(keys, 8), "accent bold"), words).cut(width)

    def _last(self, width: int) -> list[Line]:
        words = _("Upper-case keys change something, and ask first.")
        again = _("this page") if self._everything else _("all keys")
        return [line((words + " ", "muted"), ("?", "accent bold"), (f" {again}", "muted"))]

    def action_more(self) -> None:
        """The keys of every page, and back."""
        self._everything = not self._everything
        text = self.query_one("#text", Lines)
        text.scroll_lines(0)
        text.redraw()
        self.query_one("#last", Lines).redraw()
        self._fit()

    def action_scroll(self, step: int) -> None:
        """Up and down, where the window is low."""
        text = self.query_one("#text", Lines)
        text.scroll_lines(text.top + step)
