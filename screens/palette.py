"""All commands by name: what may be done here and now, with its key beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from hbdash.domain.turkish import fold
from hbdash.texts import _
from screens.actions import Action, actions_of, key_text
from screens.face import host
from screens.widgets.dialog import BoxEdge, BoxFoot, Overlay
from screens.widgets.line import Line, line, right
from screens.widgets.rows import RowList

if TYPE_CHECKING:
    from screens.frame import Page


def offered(page: Page[Any] | None) -> list[Action]:
    """Actions of the page that can be done now; refused ones are not offered."""
    if page is None:
        return []
    return [
        action
        for action in actions_of(page.page_id)
        if action.id not in ("palette", "escape")
        and page.handler(action) is not None
        and page.refusal(action) is None
    ]


class PaletteOverlay(Overlay[str]):
    """Dismissed with the id of the action that was chosen."""

    BINDINGS = [
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
    ]

    def __init__(self, page: Page[Any] | None) -> None:
        super().__init__()
        self._actions = offered(page)

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield BoxEdge(_("Commands"))
            with Vertical(id="inside"):
                yield Input(id="typed", compact=True)
                yield RowList[Action](
                    key=lambda action: action.id, draw_row=self._row, ground="panel",
                    empty=lambda width: [line((f" {_('No command of that name.')}", "muted"))],
                    id="commands",
                )  # fmt: skip
            yield BoxFoot()

    def on_mount(self) -> None:
        """All of them until something is typed."""
        box = self.query_one("#box")
        box.styles.width = min(self.app.size.width - 4, 76)
        box.styles.height = min(self.app.size.height - 4, 22)
        self._list.can_focus = False
        self._list.show_rows(self._actions)
        self.query_one(Input).focus()

    @property
    def _list(self) -> RowList[Action]:
        return self.query_one("#commands", RowList)

    def _row(self, action: Action, width: int) -> Line:
        key = key_text(action, host(self).face.keymap)
        name = _(action.about)
        return line((right(key, 6), "accent bold"), "  ", name, "  ", (action.id, "muted")).cut(
            width
        )

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._list.show_rows(matching(self._actions, event.value))
        self._list.action_edge(0)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        action = self._list.selected
        if action is not None:
            self.dismiss(action.id)

    @on(RowList.Opened)
    def _opened(self) -> None:
        self._submitted()

    def action_move(self, step: int) -> None:
        """Up and down, while letters are typed."""
        self._list.action_cursor(step)


def matching(actions: Sequence[Action], text: str) -> list[Action]:
    """Actions in whose words or id every typed word occurs; letters folded as Turkish has them."""
    words = fold(text).split()
    return [
        action
        for action in actions
        if all(w in fold(f"{_(action.about)} {_(action.label)} {action.id}") for w in words)
    ]
