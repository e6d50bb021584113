"""What the keys of the page do, and why one can't be used now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hbdash.texts import _
from hbdash.texts.claims import note as note_words
from hbdash.texts.refusals import refusal
from screens.actions import BY_ID, Action, key_text
from screens.refunds.data import barred
from screens.refunds.drawn import DrawnClaims
from screens.refunds.parts import SORTS
from screens.widgets.dialog import AskDialog

if TYPE_CHECKING:
    from hbdash.actions.claims import Outcome
    from hbdash.store.queries.claims import ClaimDetail

IN_FORM = ("escape", "help", "claim.photo_add", "claim.photo_drop", "claim.send")
"""Actions that work while the form is open; every other key belongs to its fields."""
OF_FORM = ("claim.photo_add", "claim.photo_drop", "claim.send")


class ClaimActions(DrawnClaims):
    """The actions of the registry, as methods of the page."""

    if TYPE_CHECKING:

        def open_form(self, detail: ClaimDetail) -> None: ...
        def was_decided(self, number: str, outcome: Outcome) -> None: ...
        def sort_and_filter(self) -> None: ...

    # --- what may be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the form only its own keys work: a letter that is typed is never a command."""
        if action == "act" and self.form.number is not None:
            return bool(parameters) and parameters[0] in IN_FORM
        return super().check_action(action, parameters)

    def why_not(self, action: Action) -> str | None:
        if self.form.number is not None and action.id not in IN_FORM:
            return _("Leave the form first: esc keeps the draft.")
        if action.id in OF_FORM and self.form.number is None:
            return _("Open the form of a claim first: X.")
        if action.id == "claim.photo_drop" and not self.form.photos.has_focus:
            return _("Put the cursor on a photo first: tab.")
        if action.id in ("claim.reject", "claim.approve"):
            return self._why_undecidable(action)
        return None

    def _why_undecidable(self, action: Action) -> str | None:
        row, detail = self.shown_claim()
        if row is None:
            return _("There is no claim under the cursor.")
        if detail is None:
            return _("The claim is being read; press {key} again.").format(key=key_text(action))
        problem = barred(detail, self.host.now())
        return None if problem is None else refusal(problem.id, problem.params)

    # --- the claim

    def act_claim_reject(self) -> None:
        """X: the form of the claim under the cursor."""
        _row, detail = self.shown_claim()
        if detail is not None:
            self.open_form(detail)

    def act_claim_approve(self) -> None:
        """A: refund the claim under the cursor, after a question."""
        _row, detail = self.shown_claim()
        if detail is not None:
            self.approving.ask(detail, engine=self.engine, done=self.was_decided)

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
        _row, detail = self.shown_claim()
        photos = detail.customer_photos if detail is not None else ()
        if not photos:
            self.host.say(_("The customer sent no photo."), "warning")
            return
        place = self.photo_place % len(photos)
        self.photo_place += 1
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
        row, detail = self.shown_claim()
        if row is None or detail is None:
            return
        if detail.failures:
            self.host.go("monitoring", part="failures", cause=detail.failures[0].cause)
            return
        reason = self._why_undecidable(BY_ID["claim.reject"])
        if reason is not None:
            self.host.say(reason, "warning")
        elif row.note_id and note_words(row.note_id):
            self.host.say(note_words(row.note_id), "warning")
        else:
            self.action_act("claim.reject")

    # --- the list

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
            self.sort_and_filter()

    def act_list_clear(self) -> None:
        """Everything again."""
        self.word = ""
        self.sort_and_filter()

    def act_list_unfilter(self) -> None:
        """There is one filter only."""
        self.act_list_clear()

    def act_list_sort(self) -> None:
        """The next order of this list."""
        orders = SORTS[self.shown_part]
        self.sorts[self.shown_part] = (self.sorts[self.shown_part] + 1) % len(orders)
        self.sort_and_filter()

    def act_list_copy(self) -> None:
        """y: the claim's number into the clipboard."""
        row, _detail = self.shown_claim()
        if row is not None:
            self.app.copy_to_clipboard(row.number)
            self.host.say(_("Copied: {text}").format(text=row.number))
