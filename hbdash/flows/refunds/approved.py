"""Refunds that were approved in Omnitron: read, made decisions, closed there (flows §7, O§6.8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, insert, select, update

from hbdash.domain.claims import ACCEPTED, IN_FORCE, REFUNDED
from hbdash.flows.refunds.faults import CONTENT_TYPE, claim_failed
from hbdash.flows.refunds.keep import load
from hbdash.flows.refunds.written import APPROVED, keep_request
from hbdash.omnitron.models.batch import FailedReason
from hbdash.omnitron.models.order import CancellationRequest as RemoteRequest
from hbdash.omnitron.orders import REFUND
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES, Met
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import CancellationRequest, Claim, ClaimDecision, Failure
from hbdash.texts.causes import log_text
from hbdash.transport.errors import NotFound

claim_t = table_of(Claim)
request_t = table_of(CancellationRequest)
decision_t = table_of(ClaimDecision)
failure_t = table_of(Failure)

BY_OMNITRON = "omnitron"
"""Who decided, for a claim that was approved in Omnitron; it does not tell which person."""
#: Requests that agree with an approval; the last is one that Omnitron has finished.
_AGREE = (*APPROVED, "completed")
_NUMBER = re.compile(r"\s*\[([^\]\s]{1,64})\]")
_AT_ONCE = 100


@dataclass
class Approved:
    """A claim of which requests are approved in Omnitron, and those requests."""

    claim: RowMapping
    requests: list[RemoteRequest] = field(default_factory=list)

    @property
    def number(self) -> str:
        return str(self.claim["number"])


def read_approved(ctx: RunContext) -> list[Approved]:
    """Claims with approved requests in Omnitron's queue, the nearest deadline first.

    For claims given by hand their requests are read one by one as well: a penalty takes them out
    of the queue, and a run by hand goes past it.
    """
    changed = {one.pk: one for one in ctx.omnitron.cancellation_request_updates()}
    keys = set(ctx.request.keys)
    if keys:
        for row in _requests_of(ctx, keys):
            if row["request_pk"] not in changed:
                try:
                    found = ctx.omnitron.cancellation_request(row["request_pk"])
                except NotFound:
                    continue
                changed[found.pk] = found
    _note_statuses(ctx, changed.values())
    due = [
        one
        for one in changed.values()
        if one.cancellation_type.strip().lower() == REFUND and one.has_status(*APPROVED)
    ]
    numbers = _claim_numbers(ctx, due)
    with ctx.db.read() as connection:
        claims = load(connection, ctx.channel_id, set(numbers.values()))
    grouped: dict[str, Approved] = {}
    for one in sorted(due, key=lambda one: one.pk):
        number = numbers.get(one.pk)
        if number is None or number not in claims:
            if not keys:
                _foreign(ctx, one)
        elif not keys or number in keys:
            grouped.setdefault(number, Approved(claims[number])).requests.append(one)
    return sorted(
        grouped.values(), key=lambda one: (one.claim["deadline"] or ctx.now(), one.number)
    )


def agrees(ctx: RunContext, approved: Approved) -> bool:
    """Whether all units of the claim are approved; else a person decides it as a whole.

    Hepsiburada takes one decision for all n; a unit without a request has not agreed.
    """
    approved_now = {one.pk for one in approved.requests}
    statuses = [
        APPROVED[0] if row["request_pk"] in approved_now else row["status"]
        for row in _requests_of(ctx, [approved.number])
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


def _requests_of(ctx: RunContext, numbers: Iterable[str]) -> Sequence[RowMapping]:
    with ctx.db.read() as connection:
        return (
            connection.execute(
                select(request_t).where(
                    request_t.c.channel_id == ctx.channel_id,
                    request_t.c.claim_number.in_(sorted(set(numbers))),
                    request_t.c.request_pk.is_not(None),
                )
            )
            .mappings()
            .all()
        )


def _note_statuses(ctx: RunContext, changed: Iterable[RemoteRequest]) -> None:
    """What Omnitron says of our requests now; claims agree or not by these words."""
    if ctx.dry_run:
        return
    words = {one.pk: one.status.strip().lower() for one in changed}
    for part in sliced(sorted(words), 500):
        with ctx.commit() as connection:
            rows = connection.execute(
                select(request_t.c.id, request_t.c.request_pk, request_t.c.status).where(
                    request_t.c.channel_id == ctx.channel_id, request_t.c.request_pk.in_(part)
                )
            ).all()
            for row in rows:
                if row.status != words[row.request_pk]:
                    connection.execute(
                        update(request_t)
                        .where(request_t.c.id == row.id)
                        .values(status=words[row.request_pk], changed_at=ctx.now())
                    )


def _claim_numbers(ctx: RunContext, due: Sequence[RemoteRequest]) -> dict[int, str]:
    """Request → claim number: from our rows, else from the number its description begins with."""
    found: dict[int, str] = {}
    with ctx.db.read() as connection:
        for part in sliced([one.pk for one in due], 500):
            rows = connection.execute(
                select(request_t.c.request_pk, request_t.c.claim_number).where(
                    request_t.c.channel_id == ctx.channel_id, request_t.c.request_pk.in_(part)
                )
            )
            found.update({row.request_pk: row.claim_number for row in rows})
    for one in due:
        match = None if one.pk in found else _NUMBER.match(one.description)
        if match is not None and _adopt(ctx, match[1], one):
            found[one.pk] = match[1]
    return found


def _adopt(ctx: RunContext, number: str, request: RemoteRequest) -> bool:
    """Write down a request of ours that a lost database made; whether its claim is known."""
    with ctx.db.read() as connection:
        claim = load(connection, ctx.channel_id, [number]).get(number)
    if claim is None:
        return False
    taken = {row["k"] for row in _requests_of(ctx, [number])}
    free = [k for k in range(1, claim["quantity"] + 1) if k not in taken]
    if free and not ctx.dry_run:
        keep_request(ctx, number, free[0], request, {})
    return bool(free)


def _foreign(ctx: RunContext, request: RemoteRequest) -> None:
    """A refund was approved in Omnitron whose claim nobody here knows: a person is told once."""
    key, params = str(request.pk), {"request": str(request.pk)}
    if ctx.dry_run or _is_said(ctx, key, "claim.foreign_request"):
        return
    with ctx.commit():
        line = ctx.journal.add(
            "warning", "failed", log_text("claim.foreign_request", params), kind="request",
            key=key, code="claim.foreign_request", params=params,
        )  # fmt: skip
        ctx.failures.met(
            Met("request", key, "claim.foreign_request", params, content_type=CONTENT_TYPE,
                object_pk=request.pk, line=line)
        )  # fmt: skip
    ctx.progress.failed += 1


def _disagree(ctx: RunContext, approved: Approved) -> None:
    if ctx.dry_run or _is_said(ctx, approved.number, "claim.disagree"):
        ctx.progress.skipped += 1
    else:
        claim_failed(ctx, approved.claim, "claim.disagree", punish=False)


def _is_said(ctx: RunContext, key: str, code: str) -> bool:
    """Whether it stands open already: it is not tried again, so it is not said every 5 minutes."""
    with ctx.db.read() as connection:
        return (
            connection.execute(
                select(failure_t.c.id).where(
                    failure_t.c.channel_id == ctx.channel_id,
                    failure_t.c.key == key,
                    failure_t.c.code == code,
                    failure_t.c.state.in_(OPEN_STATES),
                )
            ).first()
            is not None
        )


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
