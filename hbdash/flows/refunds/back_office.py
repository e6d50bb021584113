"""Omnitron's side of a rejection: each request of the claim is rejected there too (O§6.8)."""

from __future__ import annotations

from sqlalchemy import RowMapping, select, update

from hbdash.flows.refunds.decisions import AGAIN_AFTER, Decision, put, put_done
from hbdash.flows.refunds.faults import claim_failed
from hbdash.runs import intents
from hbdash.runs.context import RunContext
from hbdash.runs.points import point
from hbdash.store.bulk import table_of
from hbdash.store.tables import CancellationRequest
from hbdash.texts.claims import rejection_done, rejection_pending
from hbdash.transport.errors import CallStopped, NotFound, Refused, RemoteError

REJECT = "request_reject"
"""Kind of the intent; its key is the request's number in Omnitron."""
REJECTED = "rejected"

request_t = table_of(CancellationRequest)


def reject_requests(ctx: RunContext, decision: Decision) -> bool:
    """Reject what is not rejected yet; whether the decision is done.

    Until then it is "rejected there, Omnitron pending", and asked for again every minute. A request
    that Omnitron will not reject any more is left to a person: Hepsiburada has decided by then.
    """
    try:
        pending = _pending(ctx, decision)
        refusals = [_reject(ctx, decision, row) for row in pending]
    except CallStopped:
        raise
    except RemoteError:
        _later(ctx, decision)
        raise
    with ctx.commit(durable=True) as connection:
        put_done(ctx, connection, decision)
        ctx.journal.add(
            "info", "ok", rejection_done(len(pending)), kind="claim", key=decision.number,
            code="claim.rejection_done", params={"requests": len(pending)},
        )  # fmt: skip
    refused = next((text for text in refusals if text), "")
    if refused:
        claim_failed(ctx, decision.claim, "claim.disagree", text=refused, punish=False)
    else:
        ctx.progress.ok += 1
    return True


def _pending(ctx: RunContext, decision: Decision) -> list[RowMapping]:
    """Requests that are not rejected, or whose call nobody has settled: the pull may have read
    that it is rejected before the run that follows a dead one came to it."""
    with ctx.db.read() as connection:
        asked = {one.key for one in intents.unsettled(connection, ctx.channel_id, REJECT)}
        rows = connection.execute(
            select(request_t)
            .where(
                request_t.c.channel_id == ctx.channel_id,
                request_t.c.claim_number == decision.number,
                request_t.c.request_pk.is_not(None),
            )
            .order_by(request_t.c.k)
        ).mappings()
        return [row for row in rows if row["status"] != REJECTED or str(row["request_pk"]) in asked]


def _reject(ctx: RunContext, decision: Decision, row: RowMapping) -> str:
    """Empty when it is rejected; else what Omnitron said."""
    pk = row["request_pk"]
    with ctx.db.read() as connection:
        known = intents.unsettled(connection, ctx.channel_id, REJECT, key=str(pk))
    if known and _status(ctx, pk) == REJECTED:
        _note(ctx, row, REJECTED, known[0].id)
        return ""
    intent_id = known[0].id if known else None
    if intent_id is None:
        intent_id = ctx.begin_intent(REJECT, str(pk), {"claim": decision.number})
    else:
        ctx.repeat_intent(intent_id)
    try:
        status = ctx.omnitron.reject_cancellation_request(pk).status.strip().lower()
    except Refused as error:
        status = _status(ctx, pk)
        _note(ctx, row, status, intent_id)
        return "" if status == REJECTED else error.reason
    except RemoteError as error:
        with ctx.commit(durable=True) as connection:
            if error.unknown_outcome:
                intents.doubt(connection, intent_id, ctx.now())
            else:
                intents.settle(connection, intent_id, "failed", ctx.now())
        raise
    point("intent_called")
    _note(ctx, row, status, intent_id)
    return ""


def _status(ctx: RunContext, pk: int) -> str:
    try:
        return ctx.omnitron.cancellation_request(pk).status.strip().lower()
    except NotFound:
        return "gone"


def _note(ctx: RunContext, row: RowMapping, status: str, intent_id: int) -> None:
    with ctx.commit(durable=True) as connection:
        connection.execute(
            update(request_t)
            .where(request_t.c.id == row["id"])
            .values(status=status, changed_at=ctx.now())
        )
        outcome = {"status": status}
        intents.settle(connection, intent_id, "done", ctx.now(), outcome)


def _later(ctx: RunContext, decision: Decision) -> None:
    with ctx.commit(durable=True) as connection:
        put(connection, decision, "there", ask_at=ctx.now() + AGAIN_AFTER)
        ctx.journal.add(
            "warning", "waiting", rejection_pending(), kind="claim", key=decision.number,
            code="claim.omnitron_pending", exchange=ctx.wire.exchange,
        )  # fmt: skip
