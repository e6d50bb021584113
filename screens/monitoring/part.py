"""What the parts of Monitoring have in common: the page asks, the part that is shown answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Connection

from hbdash.texts import _
from screens.face import Host, host
from screens.frame import step
from screens.threads import InThreads
from screens.widgets.line import BLANK, Line

if TYPE_CHECKING:
    from textual.widget import Widget

    from screens.actions import Action
    from screens.frame import Page


class Part(InThreads):
    """A part. Its actions are methods ``act_…``, as those of a page."""

    part_id: ClassVar[str] = ""
    draw_parts: Callable[[], None]
    """Draws the line of parts again; given by the page."""
    lead: Callable[..., None]
    """``lead(part, **target)``: to another part, from which esc comes back; given by the page."""

    @property
    def host(self) -> Host:
        """The app."""
        return host(self)

    @property
    def owner(self) -> Page[Any]:
        """The page."""
        from screens.frame import Page

        page = self.screen
        assert isinstance(page, Page)
        return page

    @property
    def wide(self) -> int:
        """Breakpoint of the width: 0, 80, 120 or 180."""
        return step(self.app.size.width, (0, 80, 120, 180))

    @property
    def tall(self) -> int:
        """Breakpoint of the height: 0, 24, 34 or 50."""
        return step(self.app.size.height, (0, 24, 34, 50))

    # --- what a part gives

    def load(self, connection: Connection) -> Any:
        """Read what is shown now. Runs in the reader thread: touch no widget."""
        raise NotImplementedError

    def show(self, view: Any) -> None:
        """Show it; what did not change must not be sent again."""
        raise NotImplementedError

    def main(self) -> Widget:
        """What gets the focus when the part is opened."""
        raise NotImplementedError

    def title(self) -> Line:
        """The end of the line of parts: how things stand here."""
        return BLANK

    def open(self, **target: Any) -> None:
        """Go to what another page pointed at."""

    def own_keys(self) -> list[tuple[str, str]]:
        """(key, label) that come first in the footer."""
        return [("↑↓", _("move"))]

    def why_not(self, action: Action) -> str | None:
        """Why the action can't be done now, in words, or None."""
        return None

    def step_back(self) -> bool:
        """Undo one step inside the part; False if there is none."""
        return False

    def key_under_cursor(self) -> str | None:
        """SKU, order or claim under the cursor."""
        return None

    def changed(self) -> None:
        """The line of parts and the footer may have changed."""
        if self.is_attached:
            self.draw_parts()
            self.owner.draw_footer()
