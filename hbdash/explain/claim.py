"""A claim: what it waits for, who decides, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from hbdash.domain.reasons import portal_only
from hbdash.explain.answer import Gate, Why
from hbdash.store.bulk import table_of
from hbdash.store.tables import CancellationRequest, Claim, ClaimDecision
from hbdash.texts.claims import market_status
from hbdash.texts.formats import duration
from hbdash.texts.reasons import claim_type_label, customer_reason
from hbdash.texts.translate import _


def why_claim(connection: Connection, channel_id: int, key: str, now: datetime) -> Why | None:
    """``None`` if no claim of that number was ever seen."""
    claims, decisions = table_of(Claim), table_of(ClaimDecision)
    requests = table_of(CancellationRequest)
    claim = connection.execute(
        select(claims).where(claims.c.channel_id == channel_id, claims.c.number == key)
    ).mappings().first()  # fmt: skip
    if claim is None:
        return None
    decision = connection.execute(
        select(decisions).where(
            decisions.c.channel_id == channel_id, decisions.c.claim_number == key
        )
    ).mappings().first()  # fmt: skip
    made = connection.execute(
        select(requests.c.remote_id, requests.c.status).where(
            requests.c.channel_id == channel_id, requests.c.claim_number == key
        )
    ).all()
    gates = (
        _status(claim),
        _deadline(claim, now),
        _requests(claim, len(made)),
        _decision(decision),
    )
    stop = next((gate for gate in gates if gate.state == "stopped"), None)
    return Why(
        key=key,
        kind="claim",
        title=key,
        product=f"{claim['product_name'] or claim['sku_key']} ×{claim['quantity']}",
        known=True,
        verdict=_verdict(claim, decision),
        stopped=stop is not None,
        stopped_by=stop.id if stop else None,
        gates=gates,
        sums=tuple(f"{row.remote_id} {row.status or _('made')}" for row in made),
        what_to_do=_what_to_do(claim, decision, now),
    )


def _status(claim: RowMapping) -> Gate:
    text = f"{claim_type_label(claim['claim_type'])}, {customer_reason(claim['reason'])}"
    return Gate("status", _("claim"), "passed", f"{market_status(claim['status'])}: {text}")


def _deadline(claim: RowMapping, now: datetime) -> Gate:
    deadline = claim["deadline"]
    if deadline is None or claim["status"] != "AwaitingAction":
        return Gate("deadline", _("deadline"), "not_looked", _("none runs"))
    if deadline <= now:
        return Gate("deadline", _("deadline"), "stopped", _("passed"))
    left = duration(deadline - now)
    return Gate("deadline", _("deadline"), "passed", _("{left} left").format(left=left))


def _requests(claim: RowMapping, made: int) -> Gate:
    name = _("Omnitron")
    if made >= claim["quantity"]:
        return Gate("requests", name, "passed", _("every unit has its request"))
    if portal_only(claim["claim_type"]):
        return Gate("requests", name, "stopped", _("only the portal can answer it"))
    text = _("{n} of {m} requests made").format(n=made, m=claim["quantity"])
    return Gate("requests", name, "stopped", text)


def _decision(decision: RowMapping | None) -> Gate:
    if decision is None:
        return Gate("decision", _("decision"), "not_looked", _("none yet"))
    state = "stopped" if decision["state"] in ("unknown", "refused") else "passed"
    text = f"{decision['verdict']}, {decision['state']}, {decision['decided_by']}"
    return Gate("decision", _("decision"), state, text)


def _verdict(claim: RowMapping, decision: RowMapping | None) -> str:
    if decision is not None and decision["state"] == "unknown":
        return _("Sent, but nobody knows whether it arrived; it is asked again.")
    if claim["status"] == "AwaitingAction" and decision is None:
        return _("It waits for a decision.")
    return market_status(claim["status"])


def _what_to_do(claim: RowMapping, decision: RowMapping | None, now: datetime) -> str:
    if portal_only(claim["claim_type"]):
        return _("Answer it in the merchant portal.")
    if claim["status"] == "AwaitingAction" and decision is None:
        return _("Decide on the Reject refund screen; without a decision Hepsiburada refunds it.")
    return _("Nothing.")
