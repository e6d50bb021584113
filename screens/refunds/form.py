"""The form of a rejection, one page: reason, photos, explanation, checks, what happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
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
from hbdash.domain.claims import IN_FORCE
from hbdash.store.queries.claims import ClaimDetail
from hbdash.store.queries.flows import Asked
from hbdash.texts import _
from hbdash.texts.refusals import refusal
from screens.face import host
from screens.refunds.checks import draft_words, foot_lines, head_lines
from screens.refunds.confirm import confirm_dialog
from screens.refunds.data import barred
from screens.refunds.fields import (
    PhotoList,
    ReasonList,
    Statement,
    explanation_title,
    limits_of,
)
from screens.refunds.keeping import DraftKeeper, Written
from screens.refunds.standing import Standing, standing
from screens.widgets.line import Line
from screens.widgets.lines import Lines


class RejectForm(Container):
    """Open for one claim at a time; what is written in it is kept at every change.

    All that waits (database, files) is done in threads, one after the other per kind; each posts
    one :class:`Worked`, whose handler alone changes what is shown.
    """

    class Worked(Message):
        """Something that was done in a thread is over."""

        def __init__(self, then: Callable[[Any], None], result: Any) -> None:
            super().__init__()
            self.then = then
            self.result = result

    class Sent(Message):
        """The rejection of a claim was decided; the engine sends it."""

        def __init__(self, number: str, outcome: Outcome) -> None:
            super().__init__()
            self.number = number
            self.outcome = outcome

    def __init__(self) -> None:
        super().__init__(id="form")
        self.detail: ClaimDetail | None = None
        self.keeper: DraftKeeper | None = None
        self.problems: tuple[Problem, ...] = ()
        self._standing: Standing | None = None
        self._engine = True
        self._tried = False
        self._asking = False
        self._unsaved = ""
        self._saved_at: datetime | None = None
        self._opened_at: datetime | None = None
        self._new_photo: int | None = None
        self._folder = Path.home()
        self.head = Lines(draw=self._draw_head, id="head")
        self.reasons = ReasonList()
        self.title = Lines(draw=self._draw_title, id="explanation")
        self.text = Statement()
        self.foot = Lines(draw=self._draw_foot, id="foot")

    def compose(self) -> ComposeResult:
        self.limits = limits_of(host(self).face)
        self.photos = PhotoList(self.limits)
        yield self.head
        yield self.reasons
        yield self.photos
        yield self.title
        yield self.text
        yield self.foot

    def on_unmount(self) -> None:
        """The app ends: what was typed last is kept as well."""
        if self.keeper is not None:
            self.keeper.save()

    # --- open, live, close

    @property
    def number(self) -> str | None:
        """The claim it is open for."""
        return None if self.detail is None else self.detail.row.number

    @property
    def locked(self) -> bool:
        """Whether a decision stands, so that nothing can be changed."""
        decision = None if self.detail is None else self.detail.decision
        return decision is not None and decision.state in IN_FORCE

    def open(self, detail: ClaimDetail, *, engine: bool) -> None:
        """Show a claim's draft, or an empty form; the cursor on the reasons."""
        draft = detail.draft
        written = Written(draft.reason, draft.statement) if draft else Written("", "")
        self.keeper = DraftKeeper(host(self), detail.row.number, written)
        self.problems, self._tried, self._asking, self._unsaved = (), False, False, ""
        self._saved_at, self._opened_at = None, host(self).now()
        self.detail = detail
        self.text.load_text(written.statement)
        self.text.move_cursor(self.text.document.end)
        self.reasons.fill(detail, written.reason)
        if not self.reasons.move_to(written.reason):
            self.reasons.action_edge(0)
        self.photos.wrong = self.photos.adding = ""
        self.receive(detail, engine=engine)
        self.reasons.focus()

    def receive(self, detail: ClaimDetail, *, engine: bool, asked: Asked | None = None) -> None:
        """What the database says now; what is being written stays as it is."""
        owner = host(self)
        now, zone = owner.now(), owner.channel.zone
        self.detail, self._engine = detail, engine
        self._standing = standing(detail, now, zone, engine=engine, asked=asked)
        forbids = barred(detail, now)
        if forbids is not None and forbids.id != "reject.sent":
            self.problems = (forbids,)
        self.reasons.locked = self.text.read_only = self.locked
        self.photos.fill(detail.photos)
        if self._new_photo is not None and self.photos.move_to(str(self._new_photo)):
            self._new_photo = None
        self._redraw()

    def close(self) -> None:
        """Leave it; the draft is kept."""
        keeper = self.keeper
        if keeper is not None and keeper.pending:
            self._work(keeper.save, lambda saved: None)
        self.detail = self.keeper = None

    # --- shape

    def place(self, width: int, height: int, wide: int) -> None:
        """Put the fields where this window has room for them."""
        edge = 0 if wide < 120 else 1
        gap = 0 if wide < 120 or height < 30 else 1
        inner = width - 2 * edge
        left = min(max(inner * 62 // 100, 48), 84)
        rows = max(len(self.detail.reasons) if self.detail is not None else 0, 4)
        foot = 3 if height < 30 else 8
        above = 2 + gap
        text = 4 if height < 30 else 7
        room = height - above - foot - text - 1 - 2 * gap
        reasons = max(min(room, rows + 1), 5)
        text = max(min(height - above - reasons - foot - 1 - 2 * gap, 14), 3)
        top = above + reasons + gap
        places = (
            (self.head, 0, 0, inner, 2),
            (self.reasons, 0, above, left, reasons),
            (self.photos, left + 2, above, inner - left - 2, reasons),
            (self.title, 0, top, inner, 1),
            (self.text, 1, top + 1, inner - 2, text),
            (self.foot, 0, top + 1 + text + gap, inner, foot),
        )
        for widget, x, y, wide_, high in places:
            widget.styles.offset = (edge + x, y)
            widget.styles.width, widget.styles.height = wide_, high

    def _redraw(self) -> None:
        for part in (self.head, self.title, self.foot):
            part.redraw()
        self.reasons.refresh_changed()
        self.photos.refresh_changed()

    def _draw_head(self, width: int) -> list[Line]:
        if self.detail is None or self.keeper is None or self._opened_at is None:
            return []
        owner = host(self)
        now, zone = owner.now(), owner.channel.zone
        words = draft_words(
            self.detail, owner.face.actor.name, self._saved_at, self.keeper.pending,
            self._unsaved, self._opened_at, now, zone,
        )  # fmt: skip
        return head_lines(self.detail, words, width, now)

    def _draw_title(self, width: int) -> list[Line]:
        n = len(self.text.text.strip())
        return [explanation_title(n, self.limits, width, focused=self.text.has_focus)]

    def _draw_foot(self, width: int) -> list[Line]:
        if self.detail is None:
            return []
        return foot_lines(
            self.detail, self._written, self.limits, self.problems, self._standing,
            width - 2, self.foot.size.height, tried=self._tried,
        )  # fmt: skip

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The heading of the explanation shows where one writes."""
        self.title.redraw()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """And where not."""
        self.title.redraw()

    # --- what is written

    @property
    def _written(self) -> Written:
        return Written(self.reasons.value, self.text.text)

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
        if keeper.change(self._written):
            self._work(lambda: keeper.save(self._not_saved), self._kept, group="draft")
        self._redraw()

    def _not_saved(self, refused: Refused) -> None:
        self.post_message(self.Worked(self._say_unsaved, refused))

    def _say_unsaved(self, refused: Refused) -> None:
        self._unsaved = _("not saved: {why}").format(why=refusal(refused.id, refused.params))
        self.problems = (Problem("claim", refused.id, refused.params),)
        self._redraw()

    def _kept(self, saved: bool) -> None:
        if saved:
            self._unsaved, self._saved_at = "", host(self).now()
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
        self._redraw()
        face, channel_id = host(self).face, host(self).channel.id
        self._work(
            lambda: add_photo(
                face.db, face.clock, face.actor, channel_id, keeper.number, path, self.limits
            ),
            self._added,
            group="photo",
        )  # fmt: skip

    def _added(self, photo_id: int) -> None:
        self.photos.adding = ""
        self._drop_problems("photos")
        self._new_photo = photo_id
        host(self).read_again()

    def drop_photo(self) -> None:
        """del: take the photo under the cursor out."""
        photo, keeper = self.photos.selected, self.keeper
        if photo is None or keeper is None or self.locked:
            return
        face, channel_id = host(self).face, host(self).channel.id
        self._work(
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
        self._redraw()

    # --- sending

    def send(self) -> None:
        """F9: check; if nothing is wrong, ask. While it is asked or sent it does nothing."""
        keeper = self.keeper
        if keeper is None or self._asking or self.locked:
            return
        self._asking = self._tried = True
        face, channel_id, written = host(self).face, host(self).channel.id, self._written

        def check() -> list[Problem]:
            keeper.save(self._not_saved)
            with face.db.read() as connection:
                return check_rejection(
                    connection, channel_id, keeper.number, self.limits, face.clock.now(),
                    reason=written.reason, statement=written.statement,
                )  # fmt: skip

        self._work(check, self._checked)

    def _checked(self, problems: list[Problem]) -> None:
        if self.detail is None:
            self._asking = False
            return
        self._show_problems(problems)
        if problems:
            self._asking = False
            return
        dialog = confirm_dialog(host(self), self.detail, self._written, engine=self._engine)
        host(self).open_overlay(dialog, self._answered)

    def _answered(self, yes: bool | None) -> None:
        keeper = self.keeper
        if not yes or keeper is None:
            self._asking = False
            return
        face, channel_id, number = host(self).face, host(self).channel.id, keeper.number
        self._work(
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
        self._redraw()

    # --- threads

    def _work(
        self, deed: Callable[[], Any], then: Callable[[Any], None], *, group: str = "send"
    ) -> None:
        def run() -> None:
            try:
                result = deed()
            except Refused as refused:
                self.post_message(self.Worked(self._refused, refused))
            except Exception as fault:  # noqa: BLE001 - said in the form; the draft stays
                self.post_message(self.Worked(self._failed, fault))
            else:
                self.post_message(self.Worked(then, result))

        self.run_worker(run, thread=True, exit_on_error=False, group=group, description=group)

    @on(Worked)
    def _worked(self, event: Worked) -> None:
        event.stop()
        event.then(event.result)

    def _refused(self, refused: Refused) -> None:
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

    def _failed(self, fault: Exception) -> None:
        self._asking = False
        self.photos.adding = ""
        text = str(getattr(fault, "orig", None) or fault).strip().splitlines()
        what = text[0] if text else type(fault).__name__
        host(self).say(_("Not done: {fault}. What is written stays here.").format(fault=what),
                       "error")  # fmt: skip
        self._redraw()
