"""approve_refunds: refunds approved in Omnitron or here go to Hepsiburada (R5.15, R6.10, flows §7).

What is in doubt is asked for first. A fresh approval goes only while Hepsiburada lists the claim as
awaiting an action; one that is refunded already needs no call. 204 is not the end: the approval is
done when Hepsiburada shows the claim as accepted or refunded, which it has ten minutes for.
"""

from __future__ import annotations

from datetime import timedelta

from hbdash.domain.claims import ACCEPTED, AWAITING_ACTION, REFUNDED
from hbdash.domain.reasons import portal_only
from hbdash.flows.refunds.approved import agrees, close_requests, decide
from hbdash.flows.refunds.approved_queue import read_approved
from hbdash.flows.refunds.decisions import (
    ACCEPT,
    AGAIN_AFTER,
    Decision,
    put,
    put_done,
    refuse,
    undone,
)
from hbdash.flows.refunds.faults import CONTENT_TYPE
from hbdash.flows.refunds.keep import keep_claims, status_word
from hbdash.flows.refunds.lists import find_claims, read_list
from hbdash.flows.refunds.sending import ask, look, send
from hbdash.hepsiburada.models.claims import Claim, ClaimStatus
from hbdash.runs import batches, intents
from hbdash.runs.context import RunContext
from hbdash.runs.intents import IntentView
from hbdash.texts.causes import log_text
from hbdash.texts.claims import (
    approval_done,
    approval_found,
    approval_unseen,
    no_decision,
    would_accept,
)

SHOWN_WITHIN = timedelta(minutes=10)
"""How long an accepted claim may still be listed as open (flows §7)."""
_REFUND = (ACCEPTED, REFUNDED)


def run(ctx: RunContext) -> None:
    """One run: what Omnitron approved becomes decisions, decisions go out, both sides are told."""
    if not ctx.dry_run:
        batches.abandon_stale(ctx, CONTENT_TYPE)
    due = read_approved(ctx)
    agreed = [one for one in due if agrees(ctx, one)]
    if ctx.dry_run:
        _dry_run(ctx, [one.number for one in agreed])
        return
    for one in agreed:
        decide(ctx, one)
        ctx.go_on()
    decisions = undone(ctx, ctx.request.keys, verdict="accept")
    _say_unknown(ctx, {one.number for one in decisions} | {one.number for one in due})
    ctx.progress.total = len(decisions)
    _send_all(ctx, decisions)
    done = _confirm(ctx)
    closed = close_requests(ctx, due)
    _say_done(ctx, done, closed)


def _send_all(ctx: RunContext, decisions: list[Decision]) -> None:
    """Those that Hepsiburada does not have yet, the nearest deadline first."""
    unsent = [one for one in decisions if one.row["state"] != "there"]
    if not unsent:
        return
    with ctx.db.read() as connection:
        known = {one.key: one for one in intents.unsettled(connection, ctx.channel_id, ACCEPT)}
    fresh = read_list(ctx, ClaimStatus.AWAITING_ACTION)
    keep_claims(ctx, fresh, counts=False)
    for decision in unsent:
        _go_on(ctx, decision, known.get(decision.number), fresh)
        ctx.go_on()


def _go_on(
    ctx: RunContext, decision: Decision, intent: IntentView | None, fresh: dict[str, Claim]
) -> None:
    if intent is not None:
        ask(ctx, decision, intent)
        return
    ask_at = decision.row["ask_at"]
    if ask_at is not None and ask_at > ctx.now():
        ctx.progress.skipped += 1
        return
    # Not in the open list: where it is says whether it was decided, or withdrawn.
    claim = fresh.get(decision.number) or look(ctx, decision)
    status = status_word(claim.status) if claim is not None else "?"
    if status in _REFUND:
        with ctx.commit(durable=True) as connection:
            put(connection, decision, "there")
            ctx.journal.add(
                "info", "ok", approval_found(), kind="claim", key=decision.number,
                code="claim.accepted", params={"status": status},
            )  # fmt: skip
        return
    problem = _problem(ctx, decision, status)
    if problem is None:
        send(ctx, decision)
    else:
        refuse(ctx, decision, problem)


def _problem(ctx: RunContext, decision: Decision, status: str) -> str | None:
    """The failure that keeps it from being sent: ids of flows §11."""
    deadline = decision.claim["deadline"]
    if status != AWAITING_ACTION:
        return "claim.not_open"
    if portal_only(decision.claim["claim_type"]):
        return "claim.portal_only"
    if deadline is not None and deadline <= ctx.now():
        return "claim.expired"
    return None


def _confirm(ctx: RunContext) -> list[Decision]:
    """Approvals that Hepsiburada shows as accepted or refunded are done."""
    taken = [
        one
        for one in undone(ctx, ctx.request.keys, verdict="accept")
        if one.row["state"] == "there"
    ]
    waiting = [one for one in taken if one.claim["status"] not in _REFUND]
    shown: dict[str, str] = {}
    if waiting:
        since = min(one.row["there_at"] or one.row["decided_at"] for one in waiting)
        found = find_claims(ctx, [one.number for one in waiting], since - 15 * AGAIN_AFTER)
        keep_claims(ctx, found, counts=False)
        shown = {number: status_word(claim.status) for number, claim in found.items()}
    done: list[Decision] = []
    for decision in taken:
        status = shown.get(decision.number, decision.claim["status"])
        if status in _REFUND:
            with ctx.commit(durable=True) as connection:
                put_done(ctx, connection, decision)
                ctx.failures.passed("claim", decision.number)
            ctx.progress.ok += 1
            done.append(decision)
        elif status != AWAITING_ACTION:
            refuse(ctx, decision, "claim.not_open")
        else:
            _still_open(ctx, decision)
    return done


def _still_open(ctx: RunContext, decision: Decision) -> None:
    """204, and yet listed as open: after ten minutes and a second look it is sent again."""
    there_at = decision.row["there_at"] or decision.row["decided_at"]
    ctx.progress.skipped += 1
    if ctx.now() - there_at < SHOWN_WITHIN:
        return
    with ctx.commit(durable=True) as connection:
        put(connection, decision, "waiting", ask_at=ctx.now() + AGAIN_AFTER)
        ctx.journal.add(
            "warning", "waiting", approval_unseen(), kind="claim", key=decision.number,
            code="claim.unsure",
        )  # fmt: skip


def _say_done(ctx: RunContext, done: list[Decision], closed: dict[str, int]) -> None:
    """One line per claim whose end was seen in this run, on either side."""
    by = {one.number: one.row["decided_by"] for one in done}
    if not by and not closed:
        return
    with ctx.commit():
        for number in sorted({*by, *closed}):
            ctx.journal.add(
                "info", "ok", approval_done(closed.get(number, 0)), kind="claim", key=number,
                code="claim.approval_done",
                params={"requests": closed.get(number, 0), "by": by.get(number, "")},
            )  # fmt: skip
        for number in sorted(closed.keys() - by.keys()):
            ctx.failures.passed("claim", number)
            ctx.progress.ok += 1


def _dry_run(ctx: RunContext, agreed: list[str]) -> None:
    waiting = undone(ctx, ctx.request.keys, verdict="accept")
    numbers = sorted({*agreed, *(one.number for one in waiting if one.row["state"] != "there")})
    if not numbers:
        return
    fresh = read_list(ctx, ClaimStatus.AWAITING_ACTION)
    with ctx.commit():
        for number in numbers:
            code = "claim.would_accept" if number in fresh else "claim.not_open"
            text = would_accept() if number in fresh else log_text(code, {"claim": number})
            ctx.journal.add("info", "dry_run", text, kind="claim", key=number, code=code)
            ctx.progress.skipped += 1


def _say_unknown(ctx: RunContext, known: set[str]) -> None:
    """Numbers given by hand of which nothing is approved, or nothing is left to do."""
    missing = sorted(set(ctx.request.keys) - known)
    if not missing:
        return
    with ctx.commit():
        for number in missing:
            ctx.journal.add(
                "info", "skipped", no_decision(number), kind="claim", key=number,
                code="claim.no_decision",
            )  # fmt: skip
            ctx.progress.skipped += 1
