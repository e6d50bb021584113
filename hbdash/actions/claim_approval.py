"""Approving a claim from here: the customer is refunded (R5.15, flows §7).

Hepsiburada first. No route that approves a request is known in Omnitron, so the requests there
stay as they are, and the claim shows who approved it. A decision is one row per claim number: a
claim that was rejected here can't be approved, and pressing twice does nothing more.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import acting
from hbdash.actions.claim_decision import Outcome, ask_engine, facts_of, flag_is_on, outcome_of, put
from hbdash.actions.claim_lookup import decision_of, find_claim
from hbdash.domain.claims import IN_FORCE, Problem, claim_problems
from hbdash.domain.clock import Clock
from hbdash.store.database import Database

FLOW = "approve_refunds"
FLAG = "approve_refund"


def check_approval(
    connection: Connection, channel_id: int, number: str, now: datetime
) -> list[Problem]:
    """What keeps the claim from being approved; [] when nothing does."""
    claim = find_claim(connection, channel_id, number)
    if claim is None:
        return [Problem("claim", "claim.unknown", {"claim": number})]
    problems = claim_problems(facts_of(connection, claim), now)
    if not problems and not flag_is_on(connection, channel_id, FLAG):
        problems.append(Problem("claim", "approve.flag_off"))
    return problems


def request_approval(
    db: Database, clock: Clock, actor: Actor, channel_id: int, number: str
) -> Outcome:
    """Decide: the customer gets the money back; the engine is asked to send it.

    One transaction writes the decision, the request to the engine and the trail. Raises ``Refused``
    by role, or with the first problem: decided elsewhere, past its deadline, only in the portal.
    """
    with acting(
        db,
        clock,
        actor,
        channel_id,
        "claim.approve",
        needs=Role.OPERATOR,
        target=number,
        durable=True,
    ) as act:
        claim = find_claim(act.connection, channel_id, number, lock=True)
        decision = None if claim is None else decision_of(act.connection, claim)
        if decision is not None and decision["state"] in IN_FORCE:
            if decision["verdict"] != "accept":
                params = {"by": decision["decided_by"], "at": decision["decided_at"]}
                raise Refused("reject.sent", params)
            act.changed = False
            return outcome_of(decision, already=True)
        problems = check_approval(act.connection, channel_id, number, clock.now())
        if problems or claim is None:
            raise Refused(problems[0].id, problems[0].params)
        request_id = ask_engine(act, channel_id, FLOW, number, actor, clock.now())
        act.detail |= {"amount": str(claim["amount"]), "request": request_id}
        values = {
            "verdict": "accept",
            "reason": "",
            "statement": "",
            "attachments": [],
            "decided_by": actor.name,
            "decided_at": clock.now(),
            "state": "waiting",
            "there_at": None,
            "done_at": None,
            "ask_at": None,
            "refusal": {},
            "request_id": request_id,
        }
        act.connection.execute(put(decision, channel_id, number, values))
        standing = decision_of(act.connection, claim)
        assert standing is not None
        return outcome_of(standing, already=False)
