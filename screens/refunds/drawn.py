"""What the page looks like: its parts, their places, and how each is drawn."""

from __future__ import annotations

from textual.app import ComposeResult

from hbdash.store.queries.claims import ClaimDetail, ClaimRow
from hbdash.texts import _
from screens.frame import Page
from screens.refunds import detail as whole
from screens.refunds.approving import ApproveDesk
from screens.refunds.columns import Columns
from screens.refunds.data import PARTS, STEP, RefundsView
from screens.refunds.form import RejectForm
from screens.refunds.layout import PARTS as PLACES
from screens.refunds.layout import page_plan
from screens.refunds.pane import Pane
from screens.refunds.parts import count_line, decided_lines, empty_lines, parts_line
from screens.refunds.standing import standing
from screens.widgets.line import BLANK, Line, line
from screens.widgets.lines import Lines
from screens.widgets.rows import RowList


class DrawnClaims(Page[RefundsView]):
    """The widgets of the page and what they show; what moves them is in the subclasses."""

    def __init__(self) -> None:
        super().__init__()
        self.shown_part = "decide"
        self.word = ""
        """The filter."""
        self.sorts = dict.fromkeys(PARTS, 0)
        self.number: str | None = None
        """The claim that is shown whole."""
        self.find = False
        """Whether ``number`` was pointed at by another page, and is to be found."""
        self.aim: str | None = None
        """A claim that was pointed at, until the cursor stands on it."""
        self.closed_most = STEP
        """How many closed claims are read."""
        self.followed: str | None = None
        """The claim that was sent from here, until its outcome is known."""
        self.request_id: int | None = None
        """The request to the engine behind ``followed``."""
        self.told = ""
        """The state of ``followed`` that was said last."""
        self.opened = False
        """Whether the claim takes the room of the list as well."""
        self.photo_place = 0
        self.columns: Columns | None = None
        self.heads = Lines(draw=self._draw_parts, id="parts")
        self.claims = RowList[ClaimRow](
            key=lambda row: row.number, draw_row=self._draw_row, header=self._draw_columns,
            footer=self._draw_count, empty=self._draw_empty, id="claims",
        )  # fmt: skip
        self.claim = Pane(head=self._draw_head, draw=self._draw_claim, id="claim")
        self.decided = Lines(draw=self._draw_decided, id="decided")
        self.form = RejectForm()
        self.approving = ApproveDesk()

    def body(self) -> ComposeResult:
        yield self.heads
        yield self.claims
        yield self.claim
        yield self.decided
        yield self.form
        yield self.approving

    @property
    def engine(self) -> bool:
        """Whether an engine runs, here or elsewhere."""
        lease = self.frame.lease if self.frame is not None else None
        return self.host.face.engine_here() or (lease is not None and lease.alive)

    # --- shape

    def place_parts(self, shown: int | None = None) -> None:
        """Put each part where this window has room for it."""
        width, height = self.app.size
        room = height - 3 - (1 if self.wide >= 120 else 0)
        writing = self.form.number is not None
        self.form.display = writing
        places = {} if writing else page_plan(
            width, room, self.wide, rows=len(self.claims.rows) if shown is None else shown,
            decided=len(self._decided_rows()), opened=self.opened,
        )  # fmt: skip
        for name in PLACES:
            widget, region = self.query_one(f"#{name}"), places.get(name)
            widget.display = region is not None
            if region is not None:
                widget.styles.offset = (region.x, region.y)
                widget.styles.width, widget.styles.height = region.width, region.height
        if writing:
            self.form.styles.width, self.form.styles.height = width, room
            self.form.place(width, room, self.wide)

    def _decided_rows(self) -> tuple[ClaimRow, ...]:
        view = self.snapshot
        return view.decided if view is not None and self.shown_part == "decide" else ()

    def shade(self, shaded: bool) -> None:
        super().shade(shaded)
        self.form.text.set_class(shaded, "-shaded")

    # --- drawing

    def _draw_parts(self, width: int) -> list[Line]:
        if self.snapshot is None:
            return [line(" ", (_("Reading …"), "muted"))]
        return [
            parts_line(
                self.snapshot, self.shown_part, width, self.host.now(), self.host.channel.zone,
                wide=self.wide >= 120,
            )
        ]  # fmt: skip

    def _draw_columns(self, width: int) -> Line:
        return self.columns.header().cut(width) if self.columns and self.claims.rows else BLANK

    def _draw_row(self, row: ClaimRow, width: int) -> Line:
        if self.columns is None:
            return line(row.number)
        drawn = self.columns.row(row, self.host.now(), self.host.channel.zone)
        return drawn.all("muted") if self.stale else drawn

    def _draw_count(self, width: int) -> Line:
        if self.snapshot is None or not self.claims.rows:
            return BLANK
        new = self.claims.waiting
        start = BLANK
        if new:
            start = line((_("{n} new").format(n=new), "accent"), "   ")
        return start + count_line(self.snapshot, len(self.claims.rows), self.word).cut(width)

    def _draw_empty(self, width: int) -> list[Line]:
        return empty_lines(self.snapshot, self.shown_part, self.word, width)

    def shown_claim(self) -> tuple[ClaimRow | None, ClaimDetail | None]:
        """The claim under the cursor, and all of it if that is read already."""
        if not self.claims.rows:
            return (None, None)
        detail = self.snapshot.detail if self.snapshot is not None else None
        if detail is not None and detail.row.number == self.number:
            return (detail.row, detail)
        row = self.claims.selected
        return (row, None) if row is not None and row.number == self.number else (None, None)

    def _draw_head(self, width: int, focused: bool) -> Line:
        row, _detail = self.shown_claim()
        if row is None:
            return BLANK
        return whole.head(row, width, self.host.now(), self.host.channel.zone, focused=focused)

    def _draw_claim(self, width: int) -> list[Line]:
        row, detail = self.shown_claim()
        if row is None:
            return []
        now, zone = self.host.now(), self.host.channel.zone
        state = None
        if detail is not None:
            asked = self.snapshot.asked if self.snapshot and self.followed == row.number else None
            state = standing(detail, now, zone, engine=self.engine, asked=asked)
        return whole.lines_of(row, detail, state, width, now, zone)

    def _draw_decided(self, width: int) -> list[Line]:
        rows = self._decided_rows()
        return decided_lines(rows, width, self.host.now(), self.host.channel.zone)

    def _draw_footer(self, width: int) -> list[Line]:
        if self.form.number is None:
            return super()._draw_footer(width)
        keys = [("tab", _("next")), ("space", _("pick")), ("F3", _("add photo")),
                ("F9", _("send")), ("esc", _("keep draft, back")), ("F1", _("help"))]  # fmt: skip
        if self.form.locked:
            keys = [("tab", _("next")), ("esc", _("back")), ("F1", _("help"))]
        gap = "   " if width >= 120 else "  "
        while True:
            result = BLANK
            for n, (key, words) in enumerate(keys):
                result = result + line(gap if n else " ", (key, "accent bold"), f" {words}")
            if result.width <= width or len(keys) == 1:
                return [result.cut(width)]
            del keys[0]  # how to leave and where help is must stay
