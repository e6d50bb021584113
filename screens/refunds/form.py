"""The form of a rejection, one page: reason, photos, explanation, checks, what happens."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from textual import on
from textual.message import Message
from textual.widget import Widget
from textual.widgets import TextArea

from hbdash.actions.actor import Refused
from hbdash.actions.claims import (
    Outcome,
    Problem,
    RejectionRefused,
    add_photo,
    check_rejection,
    remove_photo,
    request_rejection,
)
from hbdash.store.queries.claims import ClaimDetail
from hbdash.texts import _
from hbdash.texts.refusals import refusal
from screens.face import host
from screens.refunds.confirm import confirm_dialog
from screens.refunds.fields import ReasonList
from screens.refunds.keeping import DraftKeeper, Written
from screens.refunds.sheet import FormSheet
from screens.widgets.line import safe


class RejectForm(FormSheet):
    """Open for one claim at a time; what is written in it is kept at every change."""

    class Sent(Message):
        """The rejection of a claim was decided; the engine sends it."""

        def __init__(self, number: str, outcome: Outcome) -> None:
            super().__init__()
            self.number = number
            self.outcome = outcome

    def __init__(self) -> None:
        super().__init__()
        self._asking = False
        self._folder = Path.home()

    def on_unmount(self) -> None:
        """The app ends: what was typed last is kept as well."""
        if self.keeper is not None:
            with suppress(Exception):  # nobody is left who could read why
                self.keeper.save()

    # --- open, close

    def open(self, detail: ClaimDetail, *, engine: bool) -> None:
        """Show a claim's draft, or an empty form; the cursor on the reasons."""
        draft = detail.draft
        # It may have been written elsewhere: what is no text stays out of the field.
        words = "\n".join(safe(one) for one in draft.statement.splitlines()) if draft else ""
        written = Written(draft.reason if draft else "", words)
        self.keeper = DraftKeeper(host(self), detail.row.number, written)
        self.problems, self.tried, self._asking, self.unsaved = (), False, False, ""
        self.saved_at, self.opened_at = None, host(self).now()
        self.detail = detail
        self.text.load_text(written.statement)
        self.text.move_cursor(self.text.document.end)
        self.reasons.fill(detail, written.reason)
        if not self.reasons.move_to(written.reason):
            self.reasons.action_edge(0)
        self.photos.adding = ""
        self.receive(detail, engine=engine)

    def close(self) -> None:
        """Leave it; the draft is kept."""
        keeper = self.keeper
        if keeper is not None and keeper.pending:
            self.work(keeper.save, lambda saved: None)
        self.detail = self.keeper = None

    # --- what is written

    @on(ReasonList.Chosen)
    def _chosen(self, event: ReasonList.Chosen) -> None:
        if self.detail is not None and not self.locked:
            self.reasons.fill(self.detail, event.reason)
            self._keep("reason")

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self.detail is not None and not self.locked:
            self._keep("statement")

    def _keep(self, field: str) -> None:
        keeper = self.keeper
        if keeper is None:
            return
        self.problems = tuple(p for p in self.problems if p.field not in (field, "photos"))
        if keeper.change(self.written):
            self.work(lambda: keeper.save(self._not_saved), self._kept, group="draft")
        self.redraw()

    def _not_saved(self, refused: Refused) -> None:
        self.post_message(self.Worked(self._say_unsaved, refused))

    def _say_unsaved(self, refused: Refused) -> None:
        self.unsaved = _("not saved: {why}").format(why=refusal(refused.id, refused.params))
        if not self.locked:
            self.problems = (Problem("claim", refused.id, refused.params),)
        self.redraw()

    def _kept(self, saved: bool) -> None:
        if saved:
            self.unsaved, self.saved_at = "", host(self).now()
            self.head.redraw()

    # --- photos

    def add_photo(self) -> None:
        """F3: pick a file, or type its path."""
        from screens.refunds.picker import PhotoPicker

        if not self.locked:
            host(self).open_overlay(PhotoPicker(self._folder), self._picked)

    def _picked(self, path: Path | None) -> None:
        keeper = self.keeper
        if path is None or keeper is None:
            return
        self._folder = path.parent if path.is_absolute() else self._folder
        self.photos.adding = path.name
        self.photos.focus()
        self.redraw()
        face, channel_id = host(self).face, host(self).channel.id
        self.work(
            lambda: add_photo(
                face.db, face.clock, face.actor, channel_id, keeper.number, path, self.limits
            ),
            self._added,
            group="photo",
        )  # fmt: skip

    def _added(self, photo_id: int) -> None:
        self.photos.adding = ""
        self._drop_problems("photos")
        self.new_photo = photo_id
        host(self).read_again()

    def drop_photo(self) -> None:
        """del: take the photo under the cursor out."""
        photo, keeper = self.photos.selected, self.keeper
        if photo is None or keeper is None or self.locked:
            return
        face, channel_id = host(self).face, host(self).channel.id
        self.work(
            lambda: remove_photo(
                face.db, face.clock, face.actor, channel_id, keeper.number, photo.id
            ),
            self._dropped,
            group="photo",
        )  # fmt: skip

    def _dropped(self, _result: None) -> None:
        self._drop_problems("photos")
        host(self).read_again()

    def _drop_problems(self, field: str) -> None:
        self.problems = tuple(p for p in self.problems if p.field != field)
        self.redraw()

    # --- sending

    def send(self) -> None:
        """F9: check; if nothing is wrong, ask. While it is asked or sent it does nothing."""
        keeper = self.keeper
        if keeper is None or self._asking or self.locked:
            return
        self._asking = self.tried = True
        face, channel_id, written = host(self).face, host(self).channel.id, self.written

        def check() -> list[Problem]:
            keeper.save(self._not_saved)
            with face.db.read() as connection:
                return check_rejection(
                    connection, channel_id, keeper.number, self.limits, face.clock.now(),
                    reason=written.reason, statement=written.statement,
                )  # fmt: skip

        self.work(check, self._checked)

    def _checked(self, problems: list[Problem]) -> None:
        if self.detail is None:
            self._asking = False
            return
        self._show_problems(problems)
        if problems:
            self._asking = False
            return
        dialog = confirm_dialog(host(self), self.detail, self.written, engine=self.engine)
        host(self).open_overlay(dialog, self._answered)

    def _answered(self, yes: bool | None) -> None:
        keeper = self.keeper
        if not yes or keeper is None:
            self._asking = False
            return
        face, channel_id, number = host(self).face, host(self).channel.id, keeper.number
        self.work(
            lambda: request_rejection(
                face.db, face.clock, face.actor, channel_id, number, self.limits
            ),
            lambda outcome: self._decided(number, outcome),
        )  # fmt: skip

    def _decided(self, number: str, outcome: Outcome) -> None:
        self._asking = False
        self.post_message(self.Sent(number, outcome))

    def _show_problems(self, problems: list[Problem] | tuple[Problem, ...]) -> None:
        """Name each, and put the cursor where the first one is cured."""
        self.problems = tuple(problems)
        where: dict[str, Widget] = {
            "reason": self.reasons, "statement": self.text, "photos": self.photos,
        }  # fmt: skip
        if problems and problems[0].field in where:
            where[problems[0].field].focus()
        self.redraw()

    def refused(self, refused: Refused) -> None:
        self._asking = False
        self.photos.adding = ""
        if self.detail is None:
            host(self).say(refusal(refused.id, refused.params), "error")
        elif isinstance(refused, RejectionRefused):
            self._show_problems(refused.problems)
        else:
            field = "photos" if refused.id.startswith("photo.") else "claim"
            self._show_problems([Problem(field, refused.id, refused.params)])
        host(self).read_again()

    def failed(self, fault: Exception) -> None:
        self._asking = False
        self.photos.adding = ""
        text = str(getattr(fault, "orig", None) or fault).strip().splitlines()
        what = text[0] if text else type(fault).__name__
        host(self).say(_("Not done: {fault}. What is written stays here.").format(fault=what),
                       "error")  # fmt: skip
        self.redraw()
