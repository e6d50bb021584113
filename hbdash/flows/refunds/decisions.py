"""Decisions as rows: which are to be gone on with, and each step of theirs (design rule 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update

from hbdash.domain.claims import AWAITING_ACTION, IN_DISPUTE, Problem
from hbdash.flows.refunds.faults import claim_failed
from hbdash.flows.refunds.keep import load
from hbdash.runs import intents
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import Attachment, Claim, ClaimDecision, ClaimDraft

REJECT = "claim_reject"
"""Kind of the intent behind a rejection; its key is the claim number."""
ACCEPT = "claim_accept"
"""Kind of the intent behind an approval; its key is the claim number."""
UNDONE = ("waiting", "sending", "unknown", "there")
AGAIN_AFTER = timedelta(seconds=60)

claim_t = table_of(Claim)
decision_t = table_of(ClaimDecision)
draft_t = table_of(ClaimDraft)
photo_t = table_of(Attachment)


@dataclass(frozen=True)
class Decision:
    """A rejection that was decided here, or an approval from either place, and its claim."""

    row: RowMapping
    claim: RowMapping

    @property
    def accepts(self) -> bool:
        """An approval; else a rejection."""
        return bool(self.row["verdict"] == "accept")

    @property
    def intent_kind(self) -> str:
        """Kind of the intent behind its call."""
        return ACCEPT if self.accepts else REJECT

    @property
    def number(self) -> str:
        """Claim number."""
        return str(self.row["claim_number"])

    @property
    def photo_ids(self) -> list[int]:
        """The attachments that go with it, in order."""
        return list(self.row["attachments"] or ())


def undone(
    ctx: RunContext, numbers: Sequence[str] = (), *, verdict: str = "reject"
) -> list[Decision]:
    """Decisions that are not done, the nearest deadline first; of the given claims, or all."""
    statement = select(decision_t).where(
        decision_t.c.channel_id == ctx.channel_id,
        decision_t.c.verdict == verdict,
        decision_t.c.state.in_(UNDONE),
    )
    if numbers:
        statement = statement.where(decision_t.c.claim_number.in_(list(numbers)))
    with ctx.db.read() as connection:
        rows = connection.execute(statement).mappings().all()
        claims = load(connection, ctx.channel_id, [row["claim_number"] for row in rows])
    found = [Decision(row, claims[row["claim_number"]]) for row in rows]
    return sorted(found, key=lambda one: (one.claim["deadline"] or ctx.now(), one.number))


def photos_of(ctx: RunContext, decision: Decision) -> list[bytes]:
    """The bytes of its photos, in order."""
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(photo_t.c.id, photo_t.c.data).where(
                photo_t.c.channel_id == ctx.channel_id,
                photo_t.c.id.in_(decision.photo_ids),
            )
        )
        data = {row.id: bytes(row.data) for row in rows}
    return [data[photo_id] for photo_id in decision.photo_ids]


def put(
    connection: Connection, decision: Decision, state: str, *, ask_at: datetime | None = None
) -> None:
    """Move it on to a state that needs nothing else."""
    _write(connection, decision, {"state": state, "ask_at": ask_at})


def put_there(ctx: RunContext, connection: Connection, decision: Decision) -> None:
    """Hepsiburada has it: the draft has done its work, a rejected claim is in dispute.

    Where an accepted claim stands is read back, not assumed (flows §7).
    """
    now = ctx.now()
    _write(connection, decision, {"state": "there", "there_at": now, "ask_at": None, "refusal": {}})
    connection.execute(
        delete(draft_t).where(
            draft_t.c.channel_id == ctx.channel_id, draft_t.c.claim_number == decision.number
        )
    )
    if decision.accepts:
        return
    connection.execute(
        update(claim_t)
        .where(claim_t.c.id == decision.claim["id"], claim_t.c.status == AWAITING_ACTION)
        .values(status=IN_DISPUTE, our_statement=decision.row["statement"], changed_at=now)
    )


def put_done(ctx: RunContext, connection: Connection, decision: Decision) -> None:
    """Both sides have it."""
    _write(connection, decision, {"state": "done", "done_at": ctx.now(), "ask_at": None})


def refuse(
    ctx: RunContext,
    decision: Decision,
    code: str,
    *,
    problem: Problem | None = None,
    text: str = "",
    intent_id: int | None = None,
) -> None:
    """It was not taken: the draft is kept, and the claim may be decided anew.

    code: failure id. problem: of a gate, for words of its own. text: Hepsiburada's.
    """
    params = {name: _plain(value) for name, value in (problem.params if problem else {}).items()}
    said = {"id": problem.id if problem else code, "params": params, "text": text}
    with ctx.commit(durable=True) as connection:
        _write(connection, decision, {"state": "refused", "ask_at": None, "refusal": said})
        if intent_id is not None:
            intents.settle(connection, intent_id, "failed", ctx.now(), {"refused": code})
    claim_failed(ctx, decision.claim, code, text=text, punish=False)


def _write(connection: Connection, decision: Decision, values: dict[str, Any]) -> None:
    connection.execute(
        update(decision_t).where(decision_t.c.id == decision.row["id"]).values(**values)
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
