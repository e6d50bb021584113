"""reject_refund: decisions made here go to Hepsiburada, then to Omnitron (R5.16, R6.13, flows §7).

What is in doubt is asked for first, fresh decisions pass the gates once more: the claim may have
been decided elsewhere, or its 48 hours may have run out, since the press.
"""

from __future__ import annotations

from hbdash.domain.claims import (
    AWAITING_ACTION,
    REFUNDED,
    ClaimFacts,
    Problem,
    RejectionLimits,
    claim_problems,
    text_problems,
)
from hbdash.flows.refunds.back_office import reject_requests
from hbdash.flows.refunds.decisions import REJECT, Decision, refuse, undone
from hbdash.flows.refunds.keep import keep_claims, status_word
from hbdash.flows.refunds.lists import read_list
from hbdash.flows.refunds.sending import ask, look, send
from hbdash.hepsiburada.models.claims import Claim, ClaimStatus
from hbdash.runs import intents
from hbdash.runs.context import RunContext
from hbdash.runs.intents import IntentView
from hbdash.texts.claims import no_decision, would_reject
from hbdash.texts.refusals import refusal

#: A gate's problem → the failure it is.
_FAILURE = {
    "reject.expired": "claim.expired",
    "reject.portal_only": "claim.portal_only",
    "reject.pre_approval": "claim.not_open",
    "reject.decided": "claim.decided",
}


def run(ctx: RunContext) -> None:
    """Go on with every decision that is not done, the nearest deadline first."""
    decisions = undone(ctx, ctx.request.keys)
    _say_unknown(ctx, decisions)
    ctx.progress.total = len(decisions)
    if not decisions:
        return
    with ctx.db.read() as connection:
        known = {one.key: one for one in intents.unsettled(connection, ctx.channel_id, REJECT)}
    fresh: dict[str, Claim] | None = None
    for decision in decisions:
        if fresh is None and decision.row["state"] != "there":
            fresh = read_list(ctx, ClaimStatus.AWAITING_ACTION)
            keep_claims(ctx, fresh, counts=False)
        _go_on(ctx, decision, known.get(decision.number), fresh or {})
        ctx.go_on()


def _go_on(
    ctx: RunContext, decision: Decision, intent: IntentView | None, fresh: dict[str, Claim]
) -> None:
    if decision.row["state"] != "there":
        claim = fresh.get(decision.number)
        if ctx.dry_run:
            _say_dry(ctx, decision, claim)
            return
        if intent is not None:
            sent = ask(ctx, decision, intent)
        else:
            sent = _passes(ctx, decision, claim) and send(ctx, decision)
        if not sent:
            return
    if not ctx.dry_run:
        reject_requests(ctx, decision)


def _passes(ctx: RunContext, decision: Decision, claim: Claim | None) -> bool:
    """The gates, by what Hepsiburada shows now; a decision that fails one is refused."""
    if claim is None:
        # Not in the open list: where it is says whether it was decided, or withdrawn.
        claim = look(ctx, decision)
    problem = _problem(ctx, decision, claim)
    if problem is None:
        return True
    refuse(ctx, decision, _FAILURE.get(problem.id, "claim.refused"), problem=problem,
           text="" if problem.id in _FAILURE else refusal(problem.id, problem.params))  # fmt: skip
    return False


def _problem(ctx: RunContext, decision: Decision, claim: Claim | None) -> Problem | None:
    limits = RejectionLimits.of(ctx.config.refunds)
    row = decision.claim
    facts = ClaimFacts(
        status=status_word(claim.status) if claim is not None else "?",
        claim_type=row["claim_type"],
        deadline=(claim.awaiting_action_expire_date if claim is not None else None)
        or row["deadline"],
    )
    late = facts.deadline is not None and facts.deadline <= ctx.now()
    if facts.status == REFUNDED and late:
        # Closed for the customer, by nobody's decision but the clock's.
        return Problem("claim", "reject.expired", {"at": facts.deadline})
    problems = claim_problems(facts, ctx.now())
    problems += text_problems(
        row["claim_type"], decision.row["reason"], decision.row["statement"], limits
    )
    return problems[0] if problems else None


def _say_dry(ctx: RunContext, decision: Decision, claim: Claim | None) -> None:
    problem = _problem(ctx, decision, claim)
    text = would_reject(decision.row["reason"], len(decision.photo_ids))
    if problem is not None:
        text = refusal(problem.id, problem.params)
    with ctx.commit():
        ctx.journal.add(
            "info", "dry_run", text, kind="claim", key=decision.number, code="claim.would_reject",
            params={"status": AWAITING_ACTION if claim is not None else "?"},
        )  # fmt: skip
    ctx.progress.skipped += 1


def _say_unknown(ctx: RunContext, decisions: list[Decision]) -> None:
    """Numbers given by hand for which nothing was decided, or nothing is left to do."""
    missing = sorted(set(ctx.request.keys) - {one.number for one in decisions})
    if not missing:
        return
    with ctx.commit():
        for number in missing:
            ctx.journal.add(
                "info", "skipped", no_decision(number), kind="claim", key=number,
                code="claim.no_decision",
            )  # fmt: skip
            ctx.progress.skipped += 1
