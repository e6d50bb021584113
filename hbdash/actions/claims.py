"""Rejecting a claim: draft, photos, checks, and the one press that decides (R7.4, flows §7).

The draft survives everything but a decision that Hepsiburada has taken. A decision is one row per
claim number; pressing twice, from two places, gives the same decision and does nothing more.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import Act, acting
from hbdash.actions.claim_photos import PhotoFile, read_photo
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
from hbdash.store.bulk import table_of, upsert
from hbdash.store.database import Database
from hbdash.store.queries.claim_drafts import draft as draft_of
from hbdash.store.queries.claim_drafts import photos as photos_of
from hbdash.store.tables import (
    Attachment,
    Channel,
    Claim,
    ClaimDecision,
    ClaimDraft,
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

claim_t = table_of(Claim)
decision_t = table_of(ClaimDecision)
draft_t = table_of(ClaimDraft)
photo_t = table_of(Attachment)
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


def save_draft(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    number: str,
    *,
    reason: str,
    statement: str,
) -> None:
    """Keep what is written so far, whole or not; harmless when nothing changed.

    Raises ``Refused``: by role, ``claim.unknown``, or ``reject.sent`` once a decision stands.
    """
    with acting(
        db, clock, actor, channel_id, "claim.draft", needs=Role.OPERATOR, target=number
    ) as act:
        _open_claim(act.connection, channel_id, number)
        row = act.connection.execute(
            select(draft_t.c.reason, draft_t.c.statement).where(
                draft_t.c.channel_id == channel_id, draft_t.c.claim_number == number
            )
        ).first()
        # Typing saves often; the trail has one line when a draft is begun.
        act.changed = row is None
        if row is None or (row.reason, row.statement) != (reason, statement):
            _write_draft(
                act.connection, clock, actor, channel_id, number, reason=reason, statement=statement
            )


def discard_draft(
    db: Database, clock: Clock, actor: Actor, channel_id: int, number: str
) -> None:  # fmt: skip
    """Throw the draft and its photos away. Raises ``Refused`` as :func:`save_draft`."""
    with acting(
        db, clock, actor, channel_id, "claim.draft_discard", needs=Role.OPERATOR, target=number
    ) as act:
        _open_claim(act.connection, channel_id, number)
        for table in (draft_t, photo_t):
            act.connection.execute(
                delete(table).where(
                    table.c.channel_id == channel_id, table.c.claim_number == number
                )
            )


def add_photo(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    number: str,
    path: str | Path,
    limits: Any,
) -> int:
    """Add a JPEG or PNG file of this machine; its id. The same picture twice is one photo.

    limits: ``Config.refunds`` or :class:`RejectionLimits`. Raises ``Refused``:
    ``photo.unreadable`` (name, why), ``photo.no_image`` (name), ``photo.too_large`` (name, size,
    most_size: bytes), ``photo.too_many`` (n, most), or as :func:`save_draft`.
    """
    own = RejectionLimits.of(limits)
    with acting(
        db, clock, actor, channel_id, "claim.photo_add", needs=Role.OPERATOR, target=number
    ) as act:
        _open_claim(act.connection, channel_id, number)
        file = read_photo(Path(path), own.photo_max_bytes)
        act.detail |= {"size": len(file.data), "mime": file.mime}
        return _keep_photo(act, clock, actor, channel_id, number, file, own)


def remove_photo(
    db: Database, clock: Clock, actor: Actor, channel_id: int, number: str, photo_id: int
) -> None:
    """Take a photo out again; one that is gone already is as good. Raises as :func:`save_draft`."""
    with acting(
        db, clock, actor, channel_id, "claim.photo_remove", needs=Role.OPERATOR, target=number
    ) as act:
        _open_claim(act.connection, channel_id, number)
        gone = act.connection.execute(
            delete(photo_t).where(
                photo_t.c.channel_id == channel_id,
                photo_t.c.claim_number == number,
                photo_t.c.id == photo_id,
            )
        )
        act.changed = gone.rowcount > 0


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
    claim = _claim(connection, channel_id, number)
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
        claim = _claim(act.connection, channel_id, number, lock=True)
        decision = None if claim is None else _decision(act.connection, claim)
        if decision is not None and decision["state"] in IN_FORCE:
            act.changed = False
            return _outcome(decision, already=True)
        now = clock.now()
        problems = check_rejection(act.connection, channel_id, number, limits, now)
        if problems or claim is None:
            raise RejectionRefused(problems)
        values = _decided(act, clock, actor, channel_id, number)
        act.connection.execute(_put(decision, channel_id, number, values))
        standing = _decision(act.connection, claim)
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


def _claim(
    connection: Connection, channel_id: int, number: str, *, lock: bool = False
) -> RowMapping | None:
    statement = select(claim_t).where(
        claim_t.c.channel_id == channel_id, claim_t.c.number == number
    )
    if lock:
        # Two presses at once on PostgreSQL: the second one waits here and finds the decision.
        statement = statement.with_for_update()
    return connection.execute(statement).mappings().first()


def _open_claim(connection: Connection, channel_id: int, number: str) -> RowMapping:
    """The claim, known and not decided here; its draft may change."""
    claim = _claim(connection, channel_id, number, lock=True)
    if claim is None:
        raise Refused("claim.unknown", {"claim": number})
    decision = _decision(connection, claim)
    if decision is not None and decision["state"] in IN_FORCE:
        raise Refused("reject.sent", {"by": decision["decided_by"], "at": decision["decided_at"]})
    return claim


def _decision(connection: Connection, claim: RowMapping) -> RowMapping | None:
    return (
        connection.execute(
            select(decision_t).where(
                decision_t.c.channel_id == claim["channel_id"],
                decision_t.c.claim_number == claim["number"],
            )
        )
        .mappings()
        .first()
    )


def _facts(connection: Connection, claim: RowMapping) -> ClaimFacts:
    decision = _decision(connection, claim)
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


def _write_draft(
    connection: Connection,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    number: str,
    **written: str,
) -> None:
    now = clock.now()
    row = {
        "channel_id": channel_id,
        "claim_number": number,
        "reason": "",
        "statement": "",
        **written,
        "updated_by": actor.name,
        "updated_at": now,
    }
    upsert(
        connection,
        ClaimDraft,
        [row],
        key=("channel_id", "claim_number"),
        update=(*written, "updated_by", "updated_at"),
    )


def _keep_photo(
    act: Act,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    number: str,
    file: PhotoFile,
    limits: RejectionLimits,
) -> int:
    digest = hashlib.sha256(file.data).hexdigest()
    mine = (photo_t.c.channel_id == channel_id) & (photo_t.c.claim_number == number)
    known = act.connection.execute(select(photo_t.c.id, photo_t.c.sha256).where(mine)).all()
    for photo_id, sha256 in known:
        if sha256 == digest:
            act.changed = False
            return int(photo_id)
    if len(known) >= limits.photo_max_count:
        params = {"n": len(known) + 1, "most": limits.photo_max_count}
        raise Refused("photo.too_many", params)
    _write_draft(act.connection, clock, actor, channel_id, number)
    photo_id = act.connection.execute(
        insert(photo_t)
        .values(
            channel_id=channel_id,
            claim_number=number,
            name=file.name,
            mime=file.mime,
            size=len(file.data),
            width=file.width,
            height=file.height,
            sha256=digest,
            added_by=actor.name,
            added_at=clock.now(),
            data=file.data,
        )
        .returning(photo_t.c.id)
    ).scalar_one()
    return int(photo_id)
