"""Refunds approved in Omnitron become decisions, and are closed there (flows §7, O§6.8)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, insert, select, update

from hbdash.domain.claims import ACCEPTED, IN_FORCE, REFUNDED
from hbdash.flows.refunds.approved_queue import Approved, is_said, requests_of
from hbdash.flows.refunds.faults import CONTENT_TYPE, claim_failed
from hbdash.flows.refunds.keep import load
from hbdash.flows.refunds.written import APPROVED
from hbdash.omnitron.models.batch import FailedReason
from hbdash.omnitron.models.order import CancellationRequest as RemoteRequest
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import CancellationRequest, Claim, ClaimDecision

claim_t = table_of(Claim)
request_t = table_of(CancellationRequest)
decision_t = table_of(ClaimDecision)

BY_OMNITRON = "omnitron"
"""Who decided, for a claim that was approved in Omnitron; it does not tell which person."""
#: Requests that agree with an approval; the last is one that Omnitron has finished.
_AGREE = (*APPROVED, "completed")
_AT_ONCE = 100


def agrees(ctx: RunContext, approved: Approved) -> bool:
    """Whether all units of the claim are approved; else a person decides it as a whole.

    Hepsiburada takes one decision for all n; a unit without a request has not agreed. A claim that
    is refunded already has nothing left to agree on.
    """
    if _is_over(approved.claim):
        return True
    approved_now = {one.pk for one in approved.requests}
    statuses = [
        APPROVED[0] if row["request_pk"] in approved_now else row["status"]
        for row in requests_of(ctx, [approved.number])
    ]
    if len(statuses) >= approved.claim["quantity"] and all(one in _AGREE for one in statuses):
        return True
    _disagree(ctx, approved)
    return False


def decide(ctx: RunContext, approved: Approved) -> None:
    """Write the one decision of the claim, unless one stands or Hepsiburada has refunded it.

    The claim is locked meanwhile, as by a person's press: whoever comes second finds a decision.
    """
    if _is_over(approved.claim):
        return
    values = {
        "verdict": "accept", "reason": "", "statement": "", "attachments": [],
        "decided_by": BY_OMNITRON, "decided_at": ctx.now(), "state": "waiting", "there_at": None,
        "done_at": None, "ask_at": None, "refusal": {}, "request_id": None,
    }  # fmt: skip
    with ctx.commit(durable=True) as connection:
        connection.execute(
            select(claim_t.c.id).where(claim_t.c.id == approved.claim["id"]).with_for_update()
        )
        standing = _decision(connection, ctx.channel_id, approved.number)
        if standing is None:
            connection.execute(
                insert(decision_t).values(
                    channel_id=ctx.channel_id, claim_number=approved.number, **values
                )
            )
        elif standing["state"] not in IN_FORCE:
            # Refused before: Omnitron offers it again after its penalty, in the same one row.
            connection.execute(
                update(decision_t).where(decision_t.c.id == standing["id"]).values(**values)
            )
    if standing is not None and standing["state"] in IN_FORCE and standing["verdict"] != "accept":
        _disagree(ctx, approved)


def close_requests(ctx: RunContext, due: Sequence[Approved]) -> dict[str, int]:
    """Give Omnitron the verdicts of claims whose decision is final; claim → how many succeeded.

    What is still on its way stays in the queue. A run that died before this finds the decision
    final and the requests still due.
    """
    verdicts: list[tuple[RemoteRequest, str, FailedReason | None]] = []
    closed: dict[str, int] = {}
    with ctx.db.read() as connection:
        claims = load(connection, ctx.channel_id, [one.number for one in due])
        for one in due:
            decision = _decision(connection, ctx.channel_id, one.number)
            verdict = _verdict(claims[one.number], decision)
            if verdict is None:
                continue
            failed = FailedReason.REMOTE if verdict == "failed" else None
            verdicts += [(request, one.number, failed) for request in one.requests]
            if failed is None:
                closed[one.number] = len(one.requests)
    names = _remote_ids(ctx, [request.pk for request, _, _ in verdicts])
    for part in sliced(verdicts, _AT_ONCE):
        batch = batches.commit_batch(
            ctx,
            CONTENT_TYPE,
            [
                batches.Held(
                    CONTENT_TYPE, request.pk, number, request.modified_date, names.get(request.pk)
                )
                for request, number, _ in part
            ],
        )
        with ctx.commit() as connection:
            batches.give_verdicts(
                connection,
                [
                    batches.ObjectVerdict(batch.id, request.pk, failed, names.get(request.pk))
                    for request, _, failed in part
                ],
            )
        batches.close_complete(ctx, CONTENT_TYPE)
        ctx.go_on()
    return closed


def _verdict(claim: RowMapping, decision: RowMapping | None) -> str | None:
    """ "ok", "failed", or None while it is on its way or waits for a person."""
    if _is_over(claim) and (decision is None or decision["state"] not in ("sending", "unknown")):
        return "ok"
    if decision is None:
        return None
    if decision["verdict"] == "reject":
        return "failed" if decision["state"] in IN_FORCE else None
    return {"done": "ok", "refused": "failed"}.get(decision["state"])


def _is_over(claim: RowMapping) -> bool:
    """Refunded or accepted there already: what was approved has happened."""
    return bool(claim["settled"]) or claim["status"] in (ACCEPTED, REFUNDED)


def _decision(connection: Connection, channel_id: int, number: str) -> RowMapping | None:
    return (
        connection.execute(
            select(decision_t).where(
                decision_t.c.channel_id == channel_id, decision_t.c.claim_number == number
            )
        )
        .mappings()
        .first()
    )


def _disagree(ctx: RunContext, approved: Approved) -> None:
    if ctx.dry_run or is_said(ctx, approved.number, "claim.disagree"):
        ctx.progress.skipped += 1
    else:
        claim_failed(ctx, approved.claim, "claim.disagree", punish=False)


def _remote_ids(ctx: RunContext, pks: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    with ctx.db.read() as connection:
        for part in sliced(list(pks), 500):
            rows = connection.execute(
                select(request_t.c.request_pk, request_t.c.remote_id).where(
                    request_t.c.channel_id == ctx.channel_id, request_t.c.request_pk.in_(part)
                )
            )
            found.update({row.request_pk: row.remote_id for row in rows})
    return found
