"""Reject refund: which claim first, and is the customer right? List, claim, form."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from textual import events, on

from hbdash.actions.claims import Outcome
from hbdash.domain.turkish import fold
from hbdash.store.queries.claims import ClaimDetail, ClaimRow
from hbdash.texts import _
from hbdash.texts.refusals import refusal
from screens.refunds.columns import columns_of, words_of
from screens.refunds.data import PARTS, STEP, RefundsView, Wish, refunds_view
from screens.refunds.doing import ClaimActions
from screens.refunds.form import RejectForm
from screens.refunds.parts import SORTS, sorted_rows
from screens.refunds.standing import ON_ITS_WAY, refused_words
from screens.widgets.rows import RowList


class RefundsPage(ClaimActions):
    """To decide by time left, at the marketplace, closed; below, or beside, the claim whole."""

    page_id = "refunds"
    parts = PARTS

    def on_mount(self) -> None:
        """The cursor begins on the nearest deadline."""
        self.form.display = False
        self.place_parts()
        self.claims.focus()

    # --- live

    def load(self, connection: Connection) -> RefundsView:
        number = self.form.number or self.number
        wish = Wish(
            self.shown_part, number, self.find, self.closed_most, self.followed, self.request_id
        )
        return refunds_view(connection, self.host.channel.id, wish, self.host.now())

    def show(self, snapshot: RefundsView) -> None:
        view = snapshot
        if view.found and self.find and view.number == self.number:
            self.find = False
            self._found(view)
        if view.part != self.shown_part:
            return  # Read for a part that was left meanwhile; the next one is on its way.
        rows = self._rows(view)
        self.place_parts(len(rows))
        self.columns = columns_of(
            view.part, rows, max(self.claims.size.width, 60) - 1, self.host.now(),
            self.host.channel.zone, self._sort,
        )  # fmt: skip
        self.claims.show_rows(rows)
        if view.part == "closed" and self.claims.waiting:
            self.claims.take_new()  # older ones, asked for at the end of the list
        if self.aim is not None and self.claims.move_to(self.aim):
            self.aim = None
        if self.number is None:
            self.number = view.number
        self.heads.redraw()
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

    def _found(self, view: RefundsView) -> None:
        """Another page pointed at a claim: show its part, whatever hides it."""
        if view.detail is None:
            words = _("Claim {claim} is not known here; pull it first.")
            self.host.say(words.format(claim=self.number), "warning")
            self.number = None
            self.host.read_again()
        else:
            self.shown_part, self.word, self.aim = view.part, "", self.number

    def _follow(self, view: RefundsView) -> None:
        """Say what became of the rejection that was sent from here, once."""
        sent, number = view.followed, self.followed
        if sent is None or number is None or sent.row.number != number or sent.decision is None:
            return
        decision = sent.decision
        if decision.state == self.told:
            return
        self.told = decision.state
        if decision.state in ON_ITS_WAY:
            if decision.state == "unknown" and self.form.number != number:
                self.host.say(_("Claim {number}: outcome unknown; it is looked up.").format(
                    number=number), "warning")  # fmt: skip
            return
        if decision.state == "refused":
            if self.form.number != number:
                self.host.say(f"{number}: {refused_words(decision)}", "error")
        else:
            words = _("Claim {number} is rejected; Hepsiburada decides now.")
            if decision.verdict == "accept":
                words = _("Claim {number} is approved; the customer is refunded.")
            self.host.say(words.format(number=number))
            if self.form.number == number:
                self._leave_form()
        if decision.state != "there":
            self.followed = self.request_id = None

    def _go_to(self, number: str) -> None:
        self.number, self.find = number, True
        self.host.read_again()

    # --- shape

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self._again)

    def _again(self) -> None:
        self.place_parts()
        if self.snapshot is not None:
            self.call_after_refresh(self.show, self.snapshot)

    # --- moving

    @on(RowList.Moved, "#claims")
    def _moved(self, event: RowList.Moved) -> None:
        row = event.row
        if row is None or self.find or self.aim or self.form.number is not None:
            return
        if row.number != self.number:
            self.number, self.photo_place = row.number, 0
            self.claim.scroll_lines(0)
            self.claim.redraw()
            self.host.read_again()
        at_end = self.shown_part == "closed" and row is self.claims.rows[-1]
        if at_end and self.snapshot and self.snapshot.total("closed") > self.closed_most:
            self.closed_most += STEP
            self.host.read_again()
        self.draw_footer()

    @on(RowList.Opened, "#claims")
    def _open_claim(self, event: RowList.Opened) -> None:
        self.opened = self.wide < 180
        self.place_parts()
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
        self.number, self.aim, self.find, self.opened = None, None, False, False
        self.claims.show_rows([])
        self.place_parts()
        self.claims.focus()
        self.heads.redraw()
        self.host.read_again()

    def step_back(self) -> bool:
        if self.form.number is not None:
            self._leave_form()
            return True
        if self.opened or self.focused is self.claim:
            self.opened = False
            self.place_parts()
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
        self.told = ""
        self.place_parts()
        self.form.reasons.focus()
        self.draw_footer()

    def _leave_form(self) -> None:
        """The draft is kept; a claim that was sent is shown where it stands now."""
        number = self.form.number if self.form.locked else None
        self.form.close()
        self.place_parts()
        self.claims.focus()
        self.draw_footer()
        if number is not None:
            self._go_to(number)
        else:
            self.host.read_again()

    def was_decided(self, number: str, outcome: Outcome) -> None:
        """Follow a decision that was made here to its outcome."""
        self.followed, self.request_id, self.told = number, outcome.request_id, ""
        self.host.read_again()

    @on(RejectForm.Sent)
    def _sent(self, event: RejectForm.Sent) -> None:
        if event.outcome.already:
            params = {"by": event.outcome.decided_by, "at": event.outcome.decided_at}
            self.host.say(refusal("reject.sent", params), "warning")
        self.was_decided(event.number, event.outcome)

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
