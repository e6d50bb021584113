"""Reject refund: which claim first, and is the customer right? List, claim, form."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from textual import events, on
from textual.app import ComposeResult

from hbdash.domain.turkish import fold
from hbdash.store.queries.claims import ClaimDetail, ClaimRow
from hbdash.texts import _
from hbdash.texts.claims import note as note_words
from hbdash.texts.refusals import refusal
from screens.actions import Action
from screens.frame import Page
from screens.refunds import detail as whole
from screens.refunds.columns import Columns, columns_of, words_of
from screens.refunds.data import PARTS, STEP, RefundsView, Wish, barred, refunds_view
from screens.refunds.form import RejectForm
from screens.refunds.pane import Pane
from screens.refunds.parts import SORTS, count_line, empty_lines, parts_line, sorted_rows
from screens.refunds.standing import ON_ITS_WAY, refused_words, standing
from screens.widgets.dialog import AskDialog
from screens.widgets.line import BLANK, Line, line
from screens.widgets.lines import Lines
from screens.widgets.rows import RowList

_IN_FORM = ("escape", "help", "claim.photo_add", "claim.photo_drop", "claim.send")
"""Actions that work while the form is open; every other key belongs to its fields."""
_OF_FORM = ("claim.photo_add", "claim.photo_drop", "claim.send")


class RefundsPage(Page[RefundsView]):
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
        self._closed_most = STEP
        self._followed: str | None = None
        self._request_id: int | None = None
        self._told = ""
        self._opened = False
        """Whether the claim takes the room of the list as well."""
        self._photo = 0
        self._columns: Columns | None = None
        self._parts = Lines(draw=self._draw_parts, id="parts")
        self.claims = RowList[ClaimRow](
            key=lambda row: row.number, draw_row=self._draw_row, header=self._draw_columns,
            footer=self._draw_count, empty=self._draw_empty, id="claims",
        )  # fmt: skip
        self.claim = Pane(head=self._draw_head, draw=self._draw_claim, id="claim")
        self.form = RejectForm()

    def body(self) -> ComposeResult:
        yield self._parts
        yield self.claims
        yield self.claim
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
        self._place()
        rows = self._rows(view)
        self._columns = columns_of(
            view.part, rows, max(self.claims.size.width, 60) - 1, self.host.now(),
            self.host.channel.zone, self._sort,
        )  # fmt: skip
        self.claims.show_rows(rows)
        if self.number is not None:
            self.claims.move_to(self.number)
        elif view.number is not None:
            self.number = view.number
        self._parts.redraw()
        self.claim.redraw()
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
            self.shown_part, self.word = view.part, ""

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
                self._go_to(number)
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

    def _place(self) -> None:
        """Put list and claim where this window has room for them."""
        width, height = self.app.size
        edge = 0 if self.wide < 120 else 1
        room = height - 3 - (1 if self.wide >= 120 else 0)
        inner = width - 2 * edge
        writing = self.form.number is not None
        for widget in (self._parts, self.claims, self.claim):
            widget.display = not writing
        self.form.display = writing
        if writing:
            self._put(self.form, 0, 0, width, room)
            self.form.place(width, room, self.wide)
            return
        top = 1 if self.wide < 120 else 2
        self._put(self._parts, edge, 0, inner, 1)
        if self.wide >= 180:
            left = inner * 58 // 100
            self._put(self.claims, edge, top, left, room - top)
            self._put(self.claim, edge + left + 3, top, inner - left - 3, room - top)
            return
        if self._opened:
            self.claims.display = False
            self._put(self.claim, edge, top, inner, room - top)
            return
        rows = len(self.claims.rows) or 2
        most = max((room - top) * 9 // 20 - 2, 5)
        high = min(rows, most) + 2
        gap = 0 if self.wide < 120 else 1
        self._put(self.claims, edge, top, inner, high)
        self._put(self.claim, edge, top + high + gap, inner, room - top - high - gap)

    def _put(self, widget: Any, x: int, y: int, width: int, height: int) -> None:
        widget.styles.offset = (x, y)
        widget.styles.width, widget.styles.height = width, max(height, 1)

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

    def _shown(self) -> tuple[ClaimRow | None, ClaimDetail | None]:
        """The claim under the cursor, and all of it if that is read already."""
        detail = self.snapshot.detail if self.snapshot is not None else None
        if detail is not None and detail.row.number == self.number:
            return (detail.row, detail)
        row = self.claims.selected
        return (row, None) if row is not None and row.number == self.number else (None, None)

    def _draw_head(self, width: int, focused: bool) -> Line:
        row, _detail = self._shown()
        if row is None or (not self.claims.rows and not self._opened):
            return BLANK
        return whole.head(row, width, self.host.now(), self.host.channel.zone, focused=focused)

    def _draw_claim(self, width: int) -> list[Line]:
        row, detail = self._shown()
        if row is None or (not self.claims.rows and not self._opened):
            return []
        now, zone = self.host.now(), self.host.channel.zone
        state = None
        if detail is not None:
            asked = self.snapshot.asked if self.snapshot and self._followed == row.number else None
            state = standing(detail, now, zone, engine=self.engine, asked=asked)
        return whole.lines_of(row, detail, state, width, now, zone)

    def _draw_footer(self, width: int) -> list[Line]:
        if self.form.number is None:
            return super()._draw_footer(width)
        keys = [("tab", _("next")), ("space", _("pick")), ("F3", _("add photo")),
                ("F9", _("send")), ("esc", _("keep draft, back")), ("F1", _("help"))]  # fmt: skip
        if self.form.locked:
            keys = [("tab", _("next")), ("esc", _("back")), ("F1", _("help"))]
        result = line(" ")
        for n, (key, words) in enumerate(keys):
            gap = ("   " if width >= 120 else "  ") if n else ""
            result = result + line(gap, (key, "accent bold"), f" {words}")
        return [result.cut(width)]

    # --- moving

    @on(RowList.Moved, "#claims")
    def _moved(self, event: RowList.Moved) -> None:
        row = event.row
        if row is None or self._find or self.form.number is not None:
            return
        if row.number != self.number:
            self.number, self._photo = row.number, 0
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
        self.number, self._find, self._opened = None, False, False
        self.claims.show_rows([])
        self._place()
        self.claims.focus()
        self._parts.redraw()
        self.host.read_again()

    def step_back(self) -> bool:
        if self.form.number is not None:
            self._leave_form()
            return True
        if self._opened:
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

    # --- what may be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the form only its own keys work: a letter that is typed is never a command."""
        if action == "act" and self.form.number is not None:
            return bool(parameters) and parameters[0] in _IN_FORM
        return super().check_action(action, parameters)

    def why_not(self, action: Action) -> str | None:
        if self.form.number is not None and action.id not in _IN_FORM:
            return _("Leave the form first: esc keeps the draft.")
        if action.id in _OF_FORM and self.form.number is None:
            return _("Open the form of a claim first: X.")
        if action.id == "claim.photo_drop" and self.form.photos.selected is None:
            return _("There is no photo to drop.")
        if action.id == "claim.reject":
            return self._why_no_form()
        return None

    def _why_no_form(self) -> str | None:
        row, detail = self._shown()
        if row is None:
            return _("There is no claim under the cursor.")
        if detail is None:
            return _("The claim is being read; press X again.")
        problem = barred(detail, self.host.now())
        return None if problem is None else refusal(problem.id, problem.params)

    # --- actions

    def act_claim_reject(self) -> None:
        """X: the form of the claim under the cursor."""
        _row, detail = self._shown()
        if detail is None:
            return
        self.form.open(detail, engine=self.engine)
        self._told = ""
        self._place()
        self.form.reasons.focus()
        self.draw_footer()

    def _leave_form(self) -> None:
        self.form.close()
        self._place()
        self.claims.focus()
        self.draw_footer()
        self.host.read_again()

    @on(RejectForm.Sent)
    def _sent(self, event: RejectForm.Sent) -> None:
        self._followed, self._request_id = event.number, event.outcome.request_id
        self._told = ""
        if event.outcome.already:
            self.host.say(refusal("reject.sent", {
                "by": event.outcome.decided_by, "at": event.outcome.decided_at}),
                "warning")  # fmt: skip
        self.host.read_again()

    def act_claim_send(self) -> None:
        """F9: check, and ask."""
        self.form.send()

    def act_claim_photo_add(self) -> None:
        """F3: add a file."""
        self.form.add_photo()

    def act_claim_photo_drop(self) -> None:
        """del: drop the photo under the cursor."""
        self.form.drop_photo()

    def act_claim_photo(self) -> None:
        """x: the address of the customer's next photo into the clipboard."""
        _row, detail = self._shown()
        photos = detail.customer_photos if detail is not None else ()
        if not photos:
            self.host.say(_("The customer sent no photo."), "warning")
            return
        place = self._photo % len(photos)
        self._photo += 1
        self.app.copy_to_clipboard(photos[place].url)
        words = _("Copied photo {n} of {total}: {url}").format(
            n=place + 1, total=len(photos), url=photos[place].url
        )
        self.host.say(words)

    def act_story(self) -> None:
        """h: the log of this claim."""
        if self.number is not None:
            self.host.go("monitoring", part="log", key=self.number)

    def act_cure(self) -> None:
        """o: what helps here."""
        row, detail = self._shown()
        if row is None or detail is None:
            return
        if detail.failures:
            self.host.go("monitoring", part="failures", key=row.number)
            return
        reason = self._why_no_form()
        if reason is not None:
            self.host.say(reason, "warning")
        elif row.note_id:
            self.host.say(note_words(row.note_id), "warning")
        else:
            self.action_act("claim.reject")

    def act_list_filter(self) -> None:
        """Only claims that hold a word."""
        dialog = AskDialog(
            _("Find"), _("Claim, order, SKU, product, customer, or a word of theirs."),
            value=self.word, deed=_("find"),
        )  # fmt: skip
        self.host.open_overlay(dialog, self._filter)

    def _filter(self, word: str | None) -> None:
        if word is not None:
            self.word = word.strip()
            self._refilter()

    def act_list_clear(self) -> None:
        """Everything again."""
        self.word = ""
        self._refilter()

    def act_list_unfilter(self) -> None:
        """There is one filter only."""
        self.act_list_clear()

    def act_list_sort(self) -> None:
        """The next order of this list."""
        orders = SORTS[self.shown_part]
        self.sorts[self.shown_part] = (self.sorts[self.shown_part] + 1) % len(orders)
        self._refilter()

    def _refilter(self) -> None:
        """Order and filter were asked for, so the cursor's claim does not hold them back."""
        self.claims.show_rows([])
        if self.snapshot is not None:
            self.show(self.snapshot)
        selected = self.claims.selected
        if selected is not None and selected.number != self.number:
            self.number = selected.number
            self.host.read_again()
        self._place()

    def act_list_copy(self) -> None:
        """y: the claim's number into the clipboard."""
        row, _detail = self._shown()
        if row is not None:
            self.app.copy_to_clipboard(row.number)
            self.host.say(_("Copied: {text}").format(text=row.number))
