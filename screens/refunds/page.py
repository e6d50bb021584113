"""Reject refund: which claim first, and is the customer right? List, claim, form."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from textual import events, on
from textual.app import ComposeResult

from hbdash.domain.turkish import fold
from hbdash.store.queries.claims import ClaimDetail, ClaimRow
from hbdash.texts import _
from hbdash.texts.refusals import refusal
from screens.refunds import detail as whole
from screens.refunds.columns import Columns, columns_of, words_of
from screens.refunds.data import PARTS, STEP, RefundsView, Wish, refunds_view
from screens.refunds.doing import ClaimActions
from screens.refunds.form import RejectForm
from screens.refunds.layout import PARTS as PLACES
from screens.refunds.layout import page_plan
from screens.refunds.pane import Pane
from screens.refunds.parts import (
    SORTS,
    count_line,
    decided_lines,
    empty_lines,
    parts_line,
    sorted_rows,
)
from screens.refunds.standing import ON_ITS_WAY, refused_words, standing
from screens.widgets.line import BLANK, Line, line
from screens.widgets.lines import Lines
from screens.widgets.rows import RowList


class RefundsPage(ClaimActions):
    """To decide by time left, at the marketplace, closed; below, or beside, the claim whole."""

    page_id = "refunds"
    parts = PARTS

    def __init__(self) -> None:
        super().__init__()
        self.shown_part = "decide"
        self.word = ""
        """The filter."""
        self.sorts = dict.fromkeys(PARTS, 0)
        self.number: str | None = None
        """The claim that is shown whole."""
        self._find = False
        self._aim: str | None = None
        """A claim that was pointed at, until the cursor stands on it."""
        self._closed_most = STEP
        self._followed: str | None = None
        self._request_id: int | None = None
        self._told = ""
        self._opened = False
        """Whether the claim takes the room of the list as well."""
        self.photo_place = 0
        self._columns: Columns | None = None
        self._parts = Lines(draw=self._draw_parts, id="parts")
        self.claims = RowList[ClaimRow](
            key=lambda row: row.number, draw_row=self._draw_row, header=self._draw_columns,
            footer=self._draw_count, empty=self._draw_empty, id="claims",
        )  # fmt: skip
        self.claim = Pane(head=self._draw_head, draw=self._draw_claim, id="claim")
        self.decided = Lines(draw=self._draw_decided, id="decided")
        self.form = RejectForm()

    def body(self) -> ComposeResult:
        yield self._parts
        yield self.claims
        yield self.claim
        yield self.decided
        yield self.form

    def on_mount(self) -> None:
        """The cursor begins on the nearest deadline."""
        self.form.display = False
        self._place()
        self.claims.focus()

    # --- live

    def load(self, connection: Connection) -> RefundsView:
        number = self.form.number or self.number
        wish = Wish(
            self.shown_part, number, self._find, self._closed_most, self._followed, self._request_id
        )
        return refunds_view(connection, self.host.channel.id, wish, self.host.now())

    def show(self, snapshot: RefundsView) -> None:
        view = snapshot
        if view.found and self._find and view.number == self.number:
            self._find = False
            self._found(view)
        if view.part != self.shown_part:
            return  # Read for a part that was left meanwhile; the next one is on its way.
        rows = self._rows(view)
        self._place(len(rows))
        self._columns = columns_of(
            view.part, rows, max(self.claims.size.width, 60) - 1, self.host.now(),
            self.host.channel.zone, self._sort,
        )  # fmt: skip
        self.claims.show_rows(rows)
        if view.part == "closed" and self.claims.waiting:
            self.claims.take_new()  # older ones, asked for at the end of the list
        if self._aim is not None and self.claims.move_to(self._aim):
            self._aim = None
        if self.number is None:
            self.number = view.number
        self._parts.redraw()
        self.claim.redraw()
        self.decided.redraw()
        self._follow(view)
        detail = view.detail
        if detail is not None and detail.row.number == self.form.number:
            self.form.receive(detail, engine=self.engine, asked=view.asked)

    def _rows(self, view: RefundsView) -> list[ClaimRow]:
        rows = sorted_rows(view.rows, self._sort)
        word = fold(self.word)
        return [row for row in rows if word in fold(words_of(row))] if word else rows

    @property
    def _sort(self) -> str:
        return SORTS[self.shown_part][self.sorts[self.shown_part]]

    @property
    def engine(self) -> bool:
        """Whether an engine runs, here or elsewhere."""
        lease = self.frame.lease if self.frame is not None else None
        return self.host.face.engine_here() or (lease is not None and lease.alive)

    def _found(self, view: RefundsView) -> None:
        """Another page pointed at a claim: show its part, whatever hides it."""
        if view.detail is None:
            words = _("Claim {claim} is not known here; pull it first.")
            self.host.say(words.format(claim=self.number), "warning")
            self.number = None
            self.host.read_again()
        else:
            self.shown_part, self.word, self._aim = view.part, "", self.number

    def _follow(self, view: RefundsView) -> None:
        """Say what became of the rejection that was sent from here, once."""
        sent, number = view.followed, self._followed
        if sent is None or number is None or sent.row.number != number or sent.decision is None:
            return
        decision = sent.decision
        if decision.state == self._told:
            return
        self._told = decision.state
        if decision.state in ON_ITS_WAY:
            if decision.state == "unknown" and self.form.number != number:
                self.host.say(_("Claim {number}: outcome unknown; it is looked up.").format(
                    number=number), "warning")  # fmt: skip
            return
        if decision.state == "refused":
            if self.form.number != number:
                self.host.say(f"{number}: {refused_words(decision)}", "error")
        else:
            self.host.say(_("Claim {number} is rejected; Hepsiburada decides now.").format(
                number=number))  # fmt: skip
            if self.form.number == number:
                self._leave_form()
        if decision.state != "there":
            self._followed = self._request_id = None

    def _go_to(self, number: str) -> None:
        self.number, self._find = number, True
        self.host.read_again()

    # --- shape

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._again)

    def _again(self) -> None:
        self._place()
        if self.snapshot is not None:
            self.call_after_refresh(self.show, self.snapshot)

    def _place(self, shown: int | None = None) -> None:
        """Put each part where this window has room for it."""
        width, height = self.app.size
        room = height - 3 - (1 if self.wide >= 120 else 0)
        writing = self.form.number is not None
        self.form.display = writing
        places = {} if writing else page_plan(
            width, room, self.wide, rows=len(self.claims.rows) if shown is None else shown,
            decided=len(self._decided_rows()), opened=self._opened,
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
        return self._columns.header().cut(width) if self._columns and self.claims.rows else BLANK

    def _draw_row(self, row: ClaimRow, width: int) -> Line:
        if self._columns is None:
            return line(row.number)
        drawn = self._columns.row(row, self.host.now(), self.host.channel.zone)
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
            asked = self.snapshot.asked if self.snapshot and self._followed == row.number else None
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

    # --- moving

    @on(RowList.Moved, "#claims")
    def _moved(self, event: RowList.Moved) -> None:
        row = event.row
        if row is None or self._find or self._aim or self.form.number is not None:
            return
        if row.number != self.number:
            self.number, self.photo_place = row.number, 0
            self.claim.scroll_lines(0)
            self.claim.redraw()
            self.host.read_again()
        at_end = self.shown_part == "closed" and row is self.claims.rows[-1]
        if at_end and self.snapshot and self.snapshot.total("closed") > self._closed_most:
            self._closed_most += STEP
            self.host.read_again()
        self.draw_footer()

    @on(RowList.Opened, "#claims")
    def _open_claim(self, event: RowList.Opened) -> None:
        self._opened = self.wide < 180
        self._place()
        self.claim.focus()

    def open(self, **target: Any) -> None:
        """``key``: show that claim, in whatever part it stands."""
        key = target.get("key")
        if not isinstance(key, str) or not key:
            return
        if self.form.number is not None and self.form.number != key:
            self._leave_form()
        self._go_to(key)

    def part(self) -> str:
        return self.shown_part

    def next_part(self) -> None:
        place = PARTS.index(self.shown_part)
        self.shown_part = PARTS[(place + 1) % len(PARTS)]
        self.number, self._aim, self._find, self._opened = None, None, False, False
        self.claims.show_rows([])
        self._place()
        self.claims.focus()
        self._parts.redraw()
        self.host.read_again()

    def step_back(self) -> bool:
        if self.form.number is not None:
            self._leave_form()
            return True
        if self._opened or self.focused is self.claim:
            self._opened = False
            self._place()
            self.claims.focus()
            return True
        if self.word:
            self.act_list_clear()
            return True
        if self.shown_part != "decide":
            self.shown_part = PARTS[-1]
            self.next_part()
            return True
        return False

    def key_under_cursor(self) -> str | None:
        return self.number if self.claims.rows else None

    def own_keys(self) -> list[tuple[str, str]]:
        keys = [("↑↓", _("move")), ("tab", _("part"))]
        if self.focused is self.claims and self.claims.selected is not None:
            keys.append(("enter", _("open")))
        return keys

    # --- the form

    def open_form(self, detail: ClaimDetail) -> None:
        """The form of a claim, with its draft."""
        self.form.open(detail, engine=self.engine)
        self._told = ""
        self._place()
        self.form.reasons.focus()
        self.draw_footer()

    def _leave_form(self) -> None:
        """The draft is kept; a claim that was sent is shown where it stands now."""
        number = self.form.number if self.form.locked else None
        self.form.close()
        self._place()
        self.claims.focus()
        self.draw_footer()
        if number is not None:
            self._go_to(number)
        else:
            self.host.read_again()

    @on(RejectForm.Sent)
    def _sent(self, event: RejectForm.Sent) -> None:
        self._followed, self._request_id = event.number, event.outcome.request_id
        self._told = ""
        if event.outcome.already:
            params = {"by": event.outcome.decided_by, "at": event.outcome.decided_at}
            self.host.say(refusal("reject.sent", params), "warning")
        self.host.read_again()

    # --- order and filter

    def sort_and_filter(self) -> None:
        """Order and filter were asked for, so the cursor's claim does not hold them back."""
        self.claims.show_rows([])
        if self.snapshot is not None:
            self.show(self.snapshot)
        selected = self.claims.selected
        if selected is not None and selected.number != self.number:
            self.number = selected.number
            self.host.read_again()
