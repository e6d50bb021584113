"""A claim and the decision that stands on it, as every action on claims reads them."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, select

from hbdash.actions.actor import Refused
from hbdash.domain.claims import IN_FORCE
from hbdash.store.bulk import table_of
from hbdash.store.tables import Claim, ClaimDecision

claim_t = table_of(Claim)
decision_t = table_of(ClaimDecision)


def find_claim(
    connection: Connection, channel_id: int, number: str, *, lock: bool = False
) -> RowMapping | None:
    statement = select(claim_t).where(
        claim_t.c.channel_id == channel_id, claim_t.c.number == number
    )
    if lock:
        # Two presses at once on PostgreSQL: the second one waits here and finds the decision.
        statement = statement.with_for_update()
    return connection.execute(statement).mappings().first()


def open_claim(connection: Connection, channel_id: int, number: str) -> RowMapping:
    """The claim, known and not decided here; its draft may change."""
    claim = find_claim(connection, channel_id, number, lock=True)
    if claim is None:
        raise Refused("claim.unknown", {"claim": number})
    decision = decision_of(connection, claim)
    if decision is not None and decision["state"] in IN_FORCE:
        raise Refused("reject.sent", {"by": decision["decided_by"], "at": decision["decided_at"]})
    return claim


def decision_of(connection: Connection, claim: RowMapping) -> RowMapping | None:
    return (
        connection.execute(
            select(decision_t).where(
                decision_t.c.channel_id == claim["channel_id"],
                decision_t.c.claim_number == claim["number"],
            )
        )
        .mappings()
        .first()
    )
