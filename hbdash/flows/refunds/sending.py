"""One decision to Hepsiburada: sent once, and asked for whenever nobody knows (flows §10).

204 means InDispute after a rejection, Accepted after an approval. After anything else the claim's
own lists decide: our explanation on it says that a rejection arrived. It is sent again only if it
still awaits an action when looked at twice, a minute apart: by then no call of ours can still be on
its way.
"""

from __future__ import annotations

from hbdash.domain.claims import ACCEPTED, AWAITING_ACTION, IN_DISPUTE, REFUNDED, same_statement
from hbdash.flows.refunds.decisions import (
    AGAIN_AFTER,
    Decision,
    photos_of,
    put,
    put_there,
    refuse,
)
from hbdash.flows.refunds.keep import keep_claims, status_word
from hbdash.flows.refunds.lists import find_claims
from hbdash.hepsiburada.models.claims import Claim
from hbdash.runs import intents
from hbdash.runs.context import RunContext
from hbdash.runs.intents import IntentView
from hbdash.runs.points import point
from hbdash.texts.claims import (
    approval_found,
    approval_taken,
    rejection_found,
    rejection_taken,
    rejection_unsure,
)
from hbdash.transport.errors import Refused, RemoteError


def send(ctx: RunContext, decision: Decision) -> bool:
    """Send a fresh decision; whether Hepsiburada has it."""
    photos = photos_of(ctx, decision)
    payload = {
        "decision": decision.row["id"],
        "reason": decision.row["reason"],
        "photos": len(photos),
    }
    with ctx.commit(durable=True) as connection:
        put(connection, decision, "sending")
    intent_id = ctx.begin_intent(decision.intent_kind, decision.number, payload)
    return _call(ctx, decision, intent_id, photos)


def ask(ctx: RunContext, decision: Decision, intent: IntentView) -> bool:
    """Go on with a decision whose outcome is not known; whether Hepsiburada has it."""
    if intent.surely_never_left:
        return _send_again(ctx, decision, intent)
    claim = look(ctx, decision)
    if claim is not None and status_word(claim.status) != AWAITING_ACTION:
        return _settle_elsewhere(ctx, decision, intent.id, claim)
    if claim is not None and intent.ask_at is not None and intent.ask_at <= ctx.now():
        return _send_again(ctx, decision, intent)
    if claim is None or intent.ask_at is None:
        _doubt(ctx, decision, intent.id)
    return False


def look(ctx: RunContext, decision: Decision) -> Claim | None:
    """The claim as Hepsiburada has it now; what was read is kept."""
    since = decision.row["decided_at"] - 15 * AGAIN_AFTER
    found = find_claims(ctx, [decision.number], since)
    keep_claims(ctx, found, counts=False)
    return found.get(decision.number)


def _send_again(ctx: RunContext, decision: Decision, intent: IntentView) -> bool:
    photos = photos_of(ctx, decision)
    ctx.repeat_intent(intent.id)
    return _call(ctx, decision, intent.id, photos)


def _call(ctx: RunContext, decision: Decision, intent_id: int, photos: list[bytes]) -> bool:
    row = decision.row
    try:
        if decision.accepts:
            ctx.hepsiburada.accept_claim(decision.number)
        else:
            ctx.hepsiburada.reject_claim(decision.number, row["reason"], row["statement"], photos)
    except Refused as error:
        return _refused(ctx, decision, intent_id, error)
    except RemoteError as error:
        if not error.unknown_outcome:
            _wait(ctx, decision, intent_id)
            raise
        return _unsure(ctx, decision, intent_id)
    point("intent_called")
    text = approval_taken() if decision.accepts else rejection_taken(row["reason"], len(photos))
    _taken(ctx, decision, intent_id, text)
    return True


def _refused(ctx: RunContext, decision: Decision, intent_id: int, error: Refused) -> bool:
    """A no may mean that it is there already: an earlier call of ours took effect after all."""
    claim = look(ctx, decision)
    if claim is not None and status_word(claim.status) != AWAITING_ACTION:
        return _settle_elsewhere(ctx, decision, intent_id, claim)
    refuse(ctx, decision, "claim.refused", text=error.reason, intent_id=intent_id)
    return False


def _unsure(ctx: RunContext, decision: Decision, intent_id: int) -> bool:
    """No answer: look at once, since most lost answers leave their effect."""
    ctx.journal.add(
        "warning", "waiting", rejection_unsure(), kind="claim", key=decision.number,
        code="claim.unsure", exchange=ctx.wire.exchange,
    )  # fmt: skip
    _doubt(ctx, decision, intent_id)
    claim = look(ctx, decision)
    if claim is None or status_word(claim.status) == AWAITING_ACTION:
        ctx.progress.skipped += 1
        return False
    return _settle_elsewhere(ctx, decision, intent_id, claim)


def _settle_elsewhere(ctx: RunContext, decision: Decision, intent_id: int, claim: Claim) -> bool:
    """The claim awaits nothing any more: by our rejection, or by somebody else's act."""
    if is_ours(decision, claim):
        found = approval_found() if decision.accepts else rejection_found()
        _taken(ctx, decision, intent_id, found)
        return True
    code = "claim.not_open" if decision.accepts else "claim.decided"
    if status_word(claim.status) == REFUNDED and _is_late(ctx, decision):
        code = "claim.expired"
    refuse(ctx, decision, code, intent_id=intent_id)
    return False


def is_ours(decision: Decision, claim: Claim) -> bool:
    """Whether our decision is what moved the claim on.

    Hepsiburada may leave the explanation out; then a dispute is ours, a refund is not. An approval
    wants the refund, whoever brought it about.
    """
    if decision.accepts:
        return status_word(claim.status) in (ACCEPTED, REFUNDED)
    theirs = claim.merchant_rejection_statement
    if theirs:
        return same_statement(decision.row["statement"], theirs)
    return status_word(claim.status) not in (ACCEPTED, REFUNDED, "Cancelled", "NewRequest")


def _is_late(ctx: RunContext, decision: Decision) -> bool:
    deadline = decision.claim["deadline"]
    return deadline is not None and deadline <= ctx.now()


def _taken(ctx: RunContext, decision: Decision, intent_id: int, text: str) -> None:
    with ctx.commit(durable=True) as connection:
        put_there(ctx, connection, decision)
        status = ACCEPTED if decision.accepts else IN_DISPUTE
        intents.settle(connection, intent_id, "done", ctx.now(), {"status": status})
        ctx.failures.passed("claim", decision.number)
        ctx.journal.add(
            "info", "ok", text, kind="claim", key=decision.number,
            code="claim.accepted" if decision.accepts else "claim.rejected",
            params={"reason": decision.row["reason"], "by": decision.row["decided_by"]},
            exchange=ctx.wire.exchange,
        )  # fmt: skip


def _doubt(ctx: RunContext, decision: Decision, intent_id: int) -> None:
    with ctx.commit(durable=True) as connection:
        intents.doubt(connection, intent_id, ctx.now(), ask_after=AGAIN_AFTER)
        put(connection, decision, "unknown", ask_at=ctx.now() + AGAIN_AFTER)


def _wait(ctx: RunContext, decision: Decision, intent_id: int) -> None:
    """It surely was not taken (no connection, too many calls, credentials): it goes again."""
    with ctx.commit(durable=True) as connection:
        intents.settle(connection, intent_id, "failed", ctx.now(), {"sent": False})
        put(connection, decision, "waiting", ask_at=ctx.now() + AGAIN_AFTER)
