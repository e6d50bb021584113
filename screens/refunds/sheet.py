"""The form as it is shown: its fields, their places, and what stands above and below them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from hbdash.actions.actor import Refused
from hbdash.domain.claims import IN_FORCE, Problem
from hbdash.store.queries.claims import ClaimDetail
from hbdash.store.queries.flows import Asked
from screens.face import host
from screens.refunds.checks import draft_words, foot_lines, head_lines
from screens.refunds.data import barred
from screens.refunds.fields import (
    PhotoList,
    ReasonList,
    Statement,
    explanation_title,
    limits_of,
)
from screens.refunds.keeping import DraftKeeper, Written
from screens.refunds.layout import form_plan
from screens.refunds.standing import Standing, standing
from screens.widgets.line import Line
from screens.widgets.lines import Lines


class FormSheet(Container):
    """Fields of one claim's rejection. All that waits is done in threads (:meth:`work`)."""

    class Worked(Message):
        """Something that was done in a thread is over."""

        def __init__(self, then: Callable[[Any], None], result: Any) -> None:
            super().__init__()
            self.then = then
            self.result = result

    def __init__(self) -> None:
        super().__init__(id="form")
        self.detail: ClaimDetail | None = None
        self.keeper: DraftKeeper | None = None
        self.problems: tuple[Problem, ...] = ()
        """What keeps it from being sent, as last found."""
        self.engine = True
        self.tried = False
        """Whether sending was tried: only then is what is missing wrong."""
        self.unsaved = ""
        """Why the draft is not saved."""
        self.saved_at: datetime | None = None
        self.opened_at: datetime | None = None
        self.new_photo: int | None = None
        """A photo that was just added: the cursor goes to it."""
        self._standing: Standing | None = None
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

    @property
    def number(self) -> str | None:
        """The claim it is open for."""
        return None if self.detail is None else self.detail.row.number

    @property
    def locked(self) -> bool:
        """Whether a decision stands, so that nothing can be changed."""
        decision = None if self.detail is None else self.detail.decision
        return decision is not None and decision.state in IN_FORCE

    @property
    def written(self) -> Written:
        """What stands in the fields."""
        return Written(self.reasons.value, self.text.text)

    def receive(self, detail: ClaimDetail, *, engine: bool, asked: Asked | None = None) -> None:
        """What the database says now; what is being written stays as it is."""
        owner = host(self)
        now, zone = owner.now(), owner.channel.zone
        self.detail, self.engine = detail, engine
        self._standing = standing(detail, now, zone, engine=engine, asked=asked)
        forbids = barred(detail, now)
        if forbids is not None and forbids.id != "reject.sent":
            self.problems = (forbids,)
        elif self.locked:
            self.problems = ()  # where the decision stands says more than what kept a draft back
        self.reasons.locked = self.text.read_only = self.locked
        self.photos.fill(detail.photos)
        if self.new_photo is not None and self.photos.move_to(str(self.new_photo)):
            self.new_photo = None
        self.redraw()

    # --- drawing

    def place(self, width: int, height: int, wide: int) -> None:
        """Put the fields where this window has room for them."""
        reasons = len(self.detail.reasons) if self.detail is not None else 0
        for name, region in form_plan(width, height, wide, reasons).items():
            widget = self.query_one(f"#{name}")
            widget.styles.offset = (region.x, region.y)
            widget.styles.width, widget.styles.height = region.width, region.height

    def redraw(self) -> None:
        """Draw again what differs."""
        for part in (self.head, self.title, self.foot):
            part.redraw()
        self.reasons.refresh_changed()
        self.photos.refresh_changed()

    def _draw_head(self, width: int) -> list[Line]:
        if self.detail is None or self.keeper is None or self.opened_at is None:
            return []
        owner = host(self)
        now, zone = owner.now(), owner.channel.zone
        words = draft_words(
            self.detail, owner.face.actor.name, self.saved_at, self.keeper.pending, self.unsaved,
            self.opened_at, now, zone,
        )  # fmt: skip
        return head_lines(self.detail, words, width, now)

    def _draw_title(self, width: int) -> list[Line]:
        n = len(self.text.text.strip())
        return [explanation_title(n, self.limits, width, focused=self.text.has_focus)]

    def _draw_foot(self, width: int) -> list[Line]:
        if self.detail is None:
            return []
        return foot_lines(
            self.detail, self.written, self.limits, self.problems, self._standing, width - 2,
            self.foot.size.height, tried=self.tried,
        )  # fmt: skip

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The heading of the explanation shows where one writes."""
        self.title.redraw()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """And where not."""
        self.title.redraw()

    # --- threads

    def work(
        self, deed: Callable[[], Any], then: Callable[[Any], None], *, group: str = "send"
    ) -> None:
        """Do it in a thread; then, in the screen's own thread, ``then`` with its result."""

        def run() -> None:
            try:
                result = deed()
            except Refused as refused:
                self.post_message(self.Worked(self.refused, refused))
            except Exception as fault:  # noqa: BLE001 - said in the form; the draft stays
                self.post_message(self.Worked(self.failed, fault))
            else:
                self.post_message(self.Worked(then, result))

        self.run_worker(run, thread=True, exit_on_error=False, group=group, description=group)

    @on(Worked)
    def _worked(self, event: Worked) -> None:
        event.stop()
        event.then(event.result)

    def refused(self, refused: Refused) -> None:
        """It was not done, and why."""
        raise NotImplementedError

    def failed(self, fault: Exception) -> None:
        """It went wrong in a way that nobody foresaw, such as a silent database."""
        raise NotImplementedError
