"""Rejecting a claim: the checks, and the one press that decides (R7.4, flows §7).

The draft survives everything but a decision that Hepsiburada has taken. A decision is one row per
claim number; pressing twice, from two places, gives the same decision and does nothing more.
Draft and photos are written by ``actions.claim_drafts`` and stand under this name too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import Act, acting
from hbdash.actions.claim_approval import check_approval, request_approval
from hbdash.actions.claim_decision import Outcome, ask_engine, facts_of, flag_is_on, outcome_of, put
from hbdash.actions.claim_drafts import add_photo, discard_draft, remove_photo, save_draft
from hbdash.actions.claim_lookup import decision_of, find_claim
from hbdash.domain.claims import (
    IN_FORCE,
    Problem,
    RejectionLimits,
    claim_problems,
    photo_problems,
    text_problems,
)
from hbdash.domain.clock import Clock
from hbdash.store.database import Database
from hbdash.store.queries.claim_drafts import draft as draft_of
from hbdash.store.queries.claim_drafts import photos as photos_of

__all__ = [
    "Outcome",
    "Problem",
    "RejectionLimits",
    "RejectionRefused",
    "add_photo",
    "check_approval",
    "check_rejection",
    "discard_draft",
    "remove_photo",
    "request_approval",
    "request_rejection",
    "save_draft",
]

FLOW = "reject_refund"


class RejectionRefused(Refused):
    """A rejection that can't be sent; every problem with its field, the first is the refusal.

    The draft is kept.
    """

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].id, problems[0].params)
        self.problems = tuple(problems)


def check_rejection(
    connection: Connection,
    channel_id: int,
    number: str,
    limits: Any,
    now: datetime,
    *,
    reason: str | None = None,
    statement: str | None = None,
) -> list[Problem]:
    """What keeps the draft from being sent; [] when nothing does.

    reason, statement: what stands in the form, instead of the saved draft. Each problem names its
    field: "reason", "statement", "photos", or "claim" for the claim itself.
    """
    claim = find_claim(connection, channel_id, number)
    if claim is None:
        return [Problem("claim", "claim.unknown", {"claim": number})]
    own = RejectionLimits.of(limits)
    problems = claim_problems(facts_of(connection, claim), now)
    if problems:
        return problems
    if not flag_is_on(connection, channel_id, FLOW):
        problems.append(Problem("claim", "reject.flag_off"))
    draft = draft_of(connection, channel_id, number)
    if reason is None:
        reason = draft.reason if draft else ""
    if statement is None:
        statement = draft.statement if draft else ""
    problems += text_problems(claim["claim_type"], reason, statement, own)
    photos = photos_of(connection, channel_id, number)
    return problems + photo_problems([(photo.name, photo.size) for photo in photos], own)


def request_rejection(
    db: Database, clock: Clock, actor: Actor, channel_id: int, number: str, limits: Any
) -> Outcome:
    """Decide: the draft becomes the decision, and the engine is asked to send it.

    One transaction writes the decision, the request to the engine and the trail. Raises
    :class:`RejectionRefused` with all problems, or ``Refused`` by role.
    """
    with acting(
        db,
        clock,
        actor,
        channel_id,
        "claim.reject",
        needs=Role.OPERATOR,
        target=number,
        durable=True,
    ) as act:
        claim = find_claim(act.connection, channel_id, number, lock=True)
        decision = None if claim is None else decision_of(act.connection, claim)
        standing = decision is not None and decision["state"] in IN_FORCE
        if decision is not None and standing and decision["verdict"] == "reject":
            act.changed = False
            return outcome_of(decision, already=True)
        now = clock.now()
        problems = check_rejection(act.connection, channel_id, number, limits, now)
        if problems or claim is None:
            raise RejectionRefused(problems)
        values = _decided(act, clock, actor, channel_id, number)
        act.connection.execute(put(decision, channel_id, number, values))
        decision = decision_of(act.connection, claim)
        assert decision is not None
        return outcome_of(decision, already=False)


def _decided(
    act: Act, clock: Clock, actor: Actor, channel_id: int, number: str
) -> dict[str, Any]:  # fmt: skip
    """The columns of a fresh decision, and its request to the engine."""
    draft = draft_of(act.connection, channel_id, number)
    assert draft is not None  # checked: reason and explanation are there
    now = clock.now()
    request_id = ask_engine(act, channel_id, FLOW, number, actor, now)
    act.detail |= {
        "reason": draft.reason,
        "letters": len(draft.statement.strip()),
        "photos": len(draft.photos),
        "request": request_id,
    }
    return {
        "verdict": "reject",
        "reason": draft.reason,
        "statement": draft.statement.strip(),
        "attachments": [photo.id for photo in draft.photos],
        "decided_by": actor.name,
        "decided_at": now,
        "state": "waiting",
        "there_at": None,
        "done_at": None,
        "ask_at": None,
        "refusal": {},
        "request_id": request_id,
    }
