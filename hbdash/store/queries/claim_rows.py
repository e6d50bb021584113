"""A claim as lists show it: one row, its state worked out by ``domain.claims``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, exists, select

from hbdash.domain.claims import IN_FORCE, claim_state, short_name
from hbdash.domain.reasons import portal_only
from hbdash.domain.states import ClaimState
from hbdash.store.bulk import table_of
from hbdash.store.tables import CancellationRequest, Claim, ClaimDecision, ClaimDraft

claim_t = table_of(Claim)
# An alias, so that conditions with a subquery on decisions do not correlate with this join.
decision_t = table_of(ClaimDecision).alias("decided")
draft_t = table_of(ClaimDraft)
request_t = table_of(CancellationRequest)


@dataclass(frozen=True)
class ClaimRow:
    """One claim of a list."""

    number: str
    state: ClaimState
    status: str
    """Hepsiburada's word (H§17.8)."""
    claim_type: str
    """As Hepsiburada spells it; words by ``texts.reasons.claim_type_label``."""
    reason: str
    """The customer's; words by ``texts.reasons.customer_reason``."""
    explanation: str
    sku: str
    product: str
    """Product name; the SKU where the mirror knows no name."""
    quantity: int
    amount: Decimal
    deadline: datetime | None
    """When Hepsiburada closes it for the customer; None where no 48 h run."""
    claimed_at: datetime
    changed_at: datetime
    """When its status changed last, as far as it is known."""
    order_number: str
    customer: str
    """Short: ``Nazlı T.``."""
    photos: int
    """How many the customer sent."""
    portal_only: bool
    note_id: str | None
    """Why no request was made in Omnitron; words by ``texts.claims.note``."""
    draft_by: str | None
    """Who wrote the draft last; None without one."""
    draft_at: datetime | None
    verdict: str | None
    """``reject`` or ``accept``, of a decision that stands or was refused."""
    decision: str | None
    """State of the decision row: waiting, sending, unknown, there, done, refused."""
    rejection_reason: str
    """ClaimRejectionReason of our decision; empty without one."""
    decided_by: str | None
    decided_at: datetime | None
    ask_at: datetime | None
    """When an unknown outcome is asked for again."""
    refusal: Mapping[str, Any] = field(default_factory=dict)
    """``{"id", "params", "text"}`` when Hepsiburada or a gate refused the decision."""

    @property
    def is_open(self) -> bool:
        """Whether the merchant can still decide it here."""
        return self.state in (ClaimState.TO_DECIDE, ClaimState.REASON_NEEDED)

    @property
    def owner(self) -> str | None:
        """Who works on it: whoever wrote the draft."""
        return self.draft_by

    def left(self, now: datetime) -> timedelta | None:
        """Time until the deadline; below 0 when it passed, None without one."""
        return None if self.deadline is None else self.deadline - now


def in_force() -> ColumnElement[bool]:
    """Condition on the joined decision: it stands."""
    return decision_t.c.state.in_(IN_FORCE)


def claim_select(channel_id: int) -> Select[Any]:
    """All columns that :func:`row_of` needs; narrow it, order it, run it."""
    rejected = exists(
        select(1).where(
            request_t.c.channel_id == claim_t.c.channel_id,
            request_t.c.claim_number == claim_t.c.number,
            request_t.c.status == "rejected",
        )
    )
    mine = and_(
        decision_t.c.channel_id == claim_t.c.channel_id,
        decision_t.c.claim_number == claim_t.c.number,
    )
    drafted = and_(
        draft_t.c.channel_id == claim_t.c.channel_id, draft_t.c.claim_number == claim_t.c.number
    )
    return (
        select(
            claim_t,
            rejected.label("rejected_in_omnitron"),
            decision_t.c.verdict,
            decision_t.c.state.label("decision"),
            decision_t.c.reason.label("rejection_reason"),
            decision_t.c.decided_by,
            decision_t.c.decided_at,
            decision_t.c.ask_at,
            decision_t.c.refusal,
            draft_t.c.updated_by.label("draft_by"),
            draft_t.c.updated_at.label("draft_at"),
        )
        .select_from(claim_t.outerjoin(decision_t, mine).outerjoin(draft_t, drafted))
        .where(claim_t.c.channel_id == channel_id)
    )


def read(connection: Connection, statement: Select[Any]) -> tuple[ClaimRow, ...]:
    """The rows of a narrowed :func:`claim_select`."""
    return tuple(row_of(row) for row in connection.execute(statement).mappings())


def row_of(row: RowMapping) -> ClaimRow:
    """One row of :func:`claim_select`."""
    return ClaimRow(
        number=row["number"],
        state=claim_state(
            status=row["status"],
            claim_type=row["claim_type"],
            verdict=row["verdict"],
            decision=row["decision"],
            rejected_in_omnitron=bool(row["rejected_in_omnitron"]),
            our_statement=row["our_statement"],
            deadline=row["deadline"],
            changed_at=row["changed_at"],
        ),
        status=row["status"],
        claim_type=row["claim_type"],
        reason=row["reason"],
        explanation=row["explanation"],
        sku=row["sku_key"] or row["hb_sku"],
        product=row["product_name"] or row["sku_key"] or row["hb_sku"],
        quantity=row["quantity"],
        amount=row["amount"],
        deadline=row["deadline"],
        claimed_at=row["claimed_at"],
        changed_at=row["changed_at"],
        order_number=row["order_number"],
        customer=short_name(row["customer_name"]),
        photos=len(row["photos"] or ()),
        portal_only=portal_only(row["claim_type"]),
        note_id=row["note_id"],
        draft_by=row["draft_by"],
        draft_at=row["draft_at"],
        verdict=row["verdict"],
        decision=row["decision"],
        rejection_reason=row["rejection_reason"] or "",
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        ask_at=row["ask_at"],
        refusal=row["refusal"] or {},
    )
