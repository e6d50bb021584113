"""Refund requests in Omnitron: one per unit of a claim, each made once (flows section 7, O§6.8)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from hbdash.domain.claims import (
    AWAITING_ACTION,
    REFUNDED,
    description,
    refundable,
    request_id,
)
from hbdash.domain.reasons import portal_only
from hbdash.flows.refunds import items
from hbdash.flows.refunds.faults import CONTENT_TYPE, claim_failed
from hbdash.flows.refunds.keep import load
from hbdash.flows.refunds.reasons import Reasons
from hbdash.flows.refunds.written import find_written, keep_request, say_unsure
from hbdash.runs import intents, penalties
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import CancellationRequest, Claim, Failure
from hbdash.texts.claims import requests_made, would_request
from hbdash.transport.errors import Refused, RemoteError

claim_t = table_of(Claim)
request_t = table_of(CancellationRequest)

_WANTED = (AWAITING_ACTION, REFUNDED)


def make_requests(ctx: RunContext, numbers: Collection[str], versions: dict[int, datetime]) -> None:
    """Make what is missing of the requests of these claims and of all open ones.

    versions: request → modified_date as answered, for the batch that commits it.
    """
    reasons = Reasons(ctx)
    for claim in _candidates(ctx, numbers):
        _requests_of(ctx, claim, reasons, versions)
        ctx.go_on()
    reasons.settle()


def _candidates(ctx: RunContext, numbers: Collection[str]) -> list[RowMapping]:
    """Open claims, those just read, and those that once failed: the nearest deadline first."""
    failures = table_of(Failure)
    with ctx.db.read() as connection:
        found = load(connection, ctx.channel_id, numbers)
        if not ctx.request.by_hand:
            again = connection.execute(
                select(failures.c.key).where(
                    failures.c.channel_id == ctx.channel_id,
                    failures.c.flow == ctx.spec.id,
                    failures.c.kind == "claim",
                    failures.c.key != "",
                    failures.c.state.in_(("open", "retrying")),
                )
            ).scalars()
            found |= load(connection, ctx.channel_id, list(again))
            opened = connection.execute(
                select(claim_t).where(
                    claim_t.c.channel_id == ctx.channel_id, claim_t.c.status == AWAITING_ACTION
                )
            ).mappings()
            found |= {row["number"]: row for row in opened}
    wanted = [row for row in found.values() if row["status"] in _WANTED]
    return sorted(wanted, key=lambda row: (row["deadline"] or ctx.now(), row["number"]))


def _requests_of(
    ctx: RunContext, claim: RowMapping, reasons: Reasons, versions: dict[int, datetime]
) -> None:
    note = _why_none(ctx, claim)
    if note is not None:
        _note(ctx, claim, note)
        return
    lacking = _lacking(ctx, claim)
    refused = claim["note_id"] == "claim.request_refused" and _is_blocked(ctx, claim)
    if not lacking or refused:
        return
    found = _items(ctx, claim, len(lacking))
    if ctx.dry_run:
        _say_dry(ctx, claim, min(len(found), len(lacking)))
        return
    if not found:
        if not _is_blocked(ctx, claim):
            _fail(ctx, claim, "claim.item_unknown", {"lacking": len(lacking)})
        return
    reason = reasons.of(claim)
    if reason is None:
        return
    made = _post_all(ctx, claim, lacking, found, reason, versions)
    if made is None:
        return
    if made < len(lacking):
        _fail(ctx, claim, "claim.item_unknown", {"lacking": len(lacking) - made})
    else:
        _passed(ctx, claim)
    if made:
        ctx.progress.ok += 1


def _why_none(ctx: RunContext, claim: RowMapping) -> str | None:
    if portal_only(claim["claim_type"]):
        return "claim.portal_only"
    return refundable(
        claim["claimed_at"],
        claim["ordered_at"],
        ctx.settings.refund_start_date,
        ctx.settings.orders_refundable_days,
    )


def _note(ctx: RunContext, claim: RowMapping, note: str) -> None:
    """Say once why a claim has no request; a claim for the portal needs a person."""
    if claim["note_id"] == note or ctx.dry_run:
        return
    with ctx.commit() as connection:
        _set_note(connection, claim, note)
    if note == "claim.portal_only" and claim["status"] == AWAITING_ACTION:
        claim_failed(ctx, claim, note, punish=False, level="warning", counts=False)


def _lacking(ctx: RunContext, claim: RowMapping) -> list[int]:
    """Which k of 1…quantity have neither a request nor one on its way."""
    with ctx.db.read() as connection:
        there = set(
            connection.execute(
                select(request_t.c.remote_id).where(
                    request_t.c.channel_id == ctx.channel_id,
                    request_t.c.claim_number == claim["number"],
                )
            ).scalars()
        )
        there |= {one.key for one in intents.unsettled(connection, ctx.channel_id, items.REQUEST)}
    units = range(1, claim["quantity"] + 1)
    return [k for k in units if request_id(claim["number"], k) not in there]


def _items(ctx: RunContext, claim: RowMapping, needed: int) -> list[int]:
    """Free items; Omnitron is asked where our ledger has too few, unless a penalty forbids it."""
    with ctx.db.read() as connection:
        waiting = items.on_their_way(connection, ctx.channel_id)
        found = items.known_items(connection, ctx.channel_id, claim["line_item_id"])
    found = [pk for pk in found if pk not in waiting]
    if len(found) < needed and not _is_blocked(ctx, claim):
        more = items.remote_items(ctx, claim)
        found += [pk for pk in more if pk not in waiting and pk not in found]
    return found


def _is_blocked(ctx: RunContext, claim: RowMapping) -> bool:
    if ctx.request.keys:
        return False
    with ctx.db.read() as connection:
        number = claim["number"]
        return bool(
            penalties.blocked(connection, ctx.channel_id, CONTENT_TYPE, [number], ctx.now())
        )


def _post_all(
    ctx: RunContext,
    claim: RowMapping,
    lacking: Sequence[int],
    found: Sequence[int],
    reason: int,
    versions: dict[int, datetime],
) -> int | None:
    """How many of the requests stand now; None if the claim's part of this run is over."""
    left = list(found)
    made = 0
    for k in lacking:
        refusal: Refused | None = None
        while left:
            item = left.pop(0)
            try:
                _post(ctx, claim, k, item, reason, versions)
            except Refused as error:
                refusal = error
                if find_written(ctx, claim["number"], k, item, versions):
                    refusal = None
                else:
                    continue
            except RemoteError as error:
                if not error.unknown_outcome:
                    raise
                say_unsure(ctx, claim["number"], k)
                ctx.progress.skipped += 1
                return None
            made += 1
            break
        if refusal is not None:
            _fail(ctx, claim, refusal.failure_id, dict(refusal.params), refusal.reason)
            return None
    if made:
        _say_made(ctx, claim, made)
    return made


def _post(
    ctx: RunContext,
    claim: RowMapping,
    k: int,
    item: int,
    reason: int,
    versions: dict[int, datetime],
) -> None:
    number = claim["number"]
    remote_id = request_id(number, k)
    payload = {"claim": number, "k": k, "order_item": item, "reason": reason}
    with ctx.intent(items.REQUEST, remote_id, payload) as intent_id:
        made = ctx.omnitron.create_cancellation_request(
            item, reason, remote_id, description(number, claim["explanation"])
        )
    keep_request(ctx, number, k, made, versions, intent_id=intent_id)


def _fail(
    ctx: RunContext,
    claim: RowMapping,
    code: str,
    params: dict[str, object],
    text: str = "",
) -> None:
    claim_failed(ctx, claim, code, params, text=text)
    note = "claim.item_unknown" if code == "claim.item_unknown" else "claim.request_refused"
    with ctx.commit() as connection:
        _set_note(connection, claim, note)


def _passed(ctx: RunContext, claim: RowMapping) -> None:
    with ctx.commit() as connection:
        penalties.forgive(connection, ctx.channel_id, CONTENT_TYPE, [claim["number"]])
        ctx.failures.passed("claim", claim["number"])
        _set_note(connection, claim, None)


def _set_note(connection: Connection, claim: RowMapping, note: str | None) -> None:
    connection.execute(update(claim_t).where(claim_t.c.id == claim["id"]).values(note_id=note))


def _say_made(ctx: RunContext, claim: RowMapping, made: int) -> None:
    with ctx.commit():
        ctx.journal.add(
            "info", "ok", requests_made(made), kind="claim", key=claim["number"],
            code="claim.requested", params={"n": made}, exchange=ctx.wire.exchange,
        )  # fmt: skip


def _say_dry(ctx: RunContext, claim: RowMapping, count: int) -> None:
    with ctx.commit():
        ctx.journal.add(
            "info", "dry_run", would_request(count), kind="claim", key=claim["number"],
            code="claim.would_request", params={"n": count},
        )  # fmt: skip
    ctx.progress.skipped += 1
