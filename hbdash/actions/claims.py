"""Rejecting a claim: the checks, and the one press that decides (R7.4, flows §7).

The draft survives everything but a decision that Hepsiburada has taken. A decision is one row per
claim number; pressing twice, from two places, gives the same decision and does nothing more.
Draft and photos are written by ``actions.claim_drafts`` and stand under this name too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import Act, acting
from hbdash.actions.claim_drafts import add_photo, discard_draft, remove_photo, save_draft
from hbdash.actions.claim_lookup import decision_of, find_claim
from hbdash.domain.claims import (
    IN_FORCE,
    ClaimFacts,
    Problem,
    RejectionLimits,
    claim_problems,
    photo_problems,
    text_problems,
)
from hbdash.domain.clock import Clock
from hbdash.domain.settings import ChannelSettings
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.queries.claim_drafts import draft as draft_of
from hbdash.store.queries.claim_drafts import photos as photos_of
from hbdash.store.tables import (
    Channel,
    ClaimDecision,
    EngineRequest,
    SettingsSnapshot,
)

__all__ = [
    "Outcome",
    "Problem",
    "RejectionLimits",
    "RejectionRefused",
    "add_photo",
    "check_rejection",
    "discard_draft",
    "remove_photo",
    "request_rejection",
    "save_draft",
]

FLOW = "reject_refund"

decision_t = table_of(ClaimDecision)
request_t = table_of(EngineRequest)


class RejectionRefused(Refused):
    """A rejection that can't be sent; every problem with its field, the first is the refusal.

    The draft is kept.
    """

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].id, problems[0].params)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Outcome:
    """The decision that stands now."""

    decision_id: int
    request_id: int | None
    """The request to the engine; ``queries.flows.asked`` tells what became of it."""
    state: str
    """State of the decision: ``waiting`` just after the press."""
    decided_by: str
    decided_at: datetime
    already: bool
    """It was decided before, by ``decided_by``; nothing was changed."""


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
    problems = claim_problems(_facts(connection, claim), now)
    if problems:
        return problems
    if not _flag_is_on(connection, channel_id):
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
        if decision is not None and decision["state"] in IN_FORCE:
            act.changed = False
            return _outcome(decision, already=True)
        now = clock.now()
        problems = check_rejection(act.connection, channel_id, number, limits, now)
        if problems or claim is None:
            raise RejectionRefused(problems)
        values = _decided(act, clock, actor, channel_id, number)
        act.connection.execute(_put(decision, channel_id, number, values))
        standing = decision_of(act.connection, claim)
        assert standing is not None
        return _outcome(standing, already=False)


def _put(decision: RowMapping | None, channel_id: int, number: str, values: dict[str, Any]) -> Any:
    """A refused decision is decided anew in its own row, so that there is never a second one."""
    if decision is None:
        return insert(decision_t).values(channel_id=channel_id, claim_number=number, **values)
    return (
        update(decision_t)
        .where(decision_t.c.id == decision["id"], decision_t.c.state == "refused")
        .values(**values)
    )


def _decided(
    act: Act, clock: Clock, actor: Actor, channel_id: int, number: str
) -> dict[str, Any]:  # fmt: skip
    """The columns of a fresh decision, and its request to the engine."""
    draft = draft_of(act.connection, channel_id, number)
    assert draft is not None  # checked: reason and explanation are there
    now = clock.now()
    request_id = act.connection.execute(
        insert(request_t)
        .values(
            channel_id=channel_id,
            kind="run",
            flow=FLOW,
            payload={"keys": [number]},
            requested_by=actor.name,
            requested_at=now,
            state="waiting",
            answer={},
        )
        .returning(request_t.c.id)
    ).scalar_one()
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


def _outcome(row: RowMapping, *, already: bool) -> Outcome:
    return Outcome(
        decision_id=row["id"],
        request_id=row["request_id"],
        state=row["state"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        already=already,
    )


def _facts(connection: Connection, claim: RowMapping) -> ClaimFacts:
    decision = decision_of(connection, claim)
    return ClaimFacts(
        status=claim["status"],
        claim_type=claim["claim_type"],
        deadline=claim["deadline"],
        settled=claim["settled"],
        decision=None if decision is None else decision["state"],
        decided_by="" if decision is None else decision["decided_by"],
        decided_at=None if decision is None else decision["decided_at"],
    )


def _flag_is_on(connection: Connection, channel_id: int) -> bool:
    """Whether the channel lets rejections out, by its conf as last read (R6.13)."""
    channels, snapshots = table_of(Channel), table_of(SettingsSnapshot)
    row = connection.execute(
        select(snapshots.c.form, snapshots.c.conf)
        .join(channels, channels.c.settings_id == snapshots.c.id)
        .where(channels.c.id == channel_id)
    ).first()
    if row is None:
        return True
    channel = {**(row.form or {}), "conf": row.conf}
    return ChannelSettings.from_channel(channel).flags.is_on(FLOW)
