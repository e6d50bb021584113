"""Omnitron's queue of approved refunds: read, and each request matched to its claim (O§6.8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import RowMapping, select, update

from hbdash.flows.refunds.faults import CONTENT_TYPE
from hbdash.flows.refunds.keep import load
from hbdash.flows.refunds.written import APPROVED, keep_request
from hbdash.omnitron.models.order import CancellationRequest as RemoteRequest
from hbdash.omnitron.orders import REFUND
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES, Met
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import CancellationRequest, Failure
from hbdash.texts.causes import log_text
from hbdash.transport.errors import NotFound

request_t = table_of(CancellationRequest)
failure_t = table_of(Failure)

_NUMBER = re.compile(r"\s*\[([^\]\s]{1,64})\]")


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
        for row in requests_of(ctx, keys):
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


def requests_of(ctx: RunContext, numbers: Iterable[str]) -> Sequence[RowMapping]:
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
    taken = {row["k"] for row in requests_of(ctx, [number])}
    free = [k for k in range(1, claim["quantity"] + 1) if k not in taken]
    if free and not ctx.dry_run:
        keep_request(ctx, number, free[0], request, {})
    return bool(free)


def _foreign(ctx: RunContext, request: RemoteRequest) -> None:
    """A refund was approved in Omnitron whose claim nobody here knows: a person is told once."""
    key, params = str(request.pk), {"request": str(request.pk)}
    if ctx.dry_run or is_said(ctx, key, "claim.foreign_request"):
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


def is_said(ctx: RunContext, key: str, code: str) -> bool:
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
