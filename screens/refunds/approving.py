"""Approving a claim: the question with its amount, then the deed in a thread (R5.15)."""

from __future__ import annotations

from collections.abc import Callable

from hbdash.actions.actor import Refused
from hbdash.actions.claims import Outcome, check_approval, request_approval
from hbdash.store.queries.claims import ClaimDetail
from hbdash.texts import _
from hbdash.texts.refusals import refusal
from screens.face import host
from screens.refunds.confirm import approve_dialog
from screens.threads import InThreads

Done = Callable[[str, Outcome], None]


class ApproveDesk(InThreads):
    """Shows nothing itself; checks, asks, and writes the decision."""

    def on_mount(self) -> None:
        """It takes no room."""
        self.display = False

    def ask(self, detail: ClaimDetail, *, engine: bool, done: Done) -> None:
        """Check, then ask with Cancel first. done: gets the number and the decision that stands."""
        owner, number = host(self), detail.row.number
        db, clock, channel = owner.face.db, owner.face.clock, owner.channel.id

        def check(_stopped: Callable[[], bool]) -> str | None:
            with db.read() as connection:
                problems = check_approval(connection, channel, number, clock.now())
            return refusal(problems[0].id, problems[0].params) if problems else None

        def checked(why: str | None) -> None:
            if why is not None:
                owner.say(why, "warning")
                return
            dialog = approve_dialog(owner, detail, engine=engine)
            owner.open_overlay(dialog, lambda yes: self._approve(number, done) if yes else None)

        self.in_thread("approve", check, checked)

    def _approve(self, number: str, done: Done) -> None:
        owner = host(self)
        face, channel = owner.face, owner.channel.id

        def work(_stopped: Callable[[], bool]) -> Outcome | str:
            try:
                return request_approval(face.db, face.clock, face.actor, channel, number)
            except Refused as refused:
                return refusal(refused.id, refused.params)

        def said(found: Outcome | str) -> None:
            if isinstance(found, str):
                owner.say(found, "error")
                owner.read_again()
                return
            if found.already:
                words = _("Claim {number} was approved by {who} before.")
                owner.say(words.format(number=number, who=found.decided_by), "warning")
            done(number, found)

        self.in_thread("approve", work, said)
