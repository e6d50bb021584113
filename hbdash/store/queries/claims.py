"""The lists of the Reject refund screen and of ``refunds list``: to decide, decided, closed.

``claim_detail``, ``draft`` and ``photo_data`` stand beside the lists under this name too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from hbdash.domain.claims import (
    AWAITING_ACTION,
    AWAITING_PRE_APPROVAL,
    CLOSED,
    IN_DISPUTE,
)
from hbdash.store.bulk import table_of
from hbdash.store.queries.claim_detail import claim_detail
from hbdash.store.queries.claim_drafts import Draft, Photo, draft, photo_data
from hbdash.store.queries.claim_facts import (
    ClaimDetail,
    CustomerHistory,
    CustomerPhoto,
    DecisionLine,
    DeliveryLine,
    FailureLine,
    PackageFact,
    RequestLine,
    SkuHistory,
)
from hbdash.store.queries.claim_rows import (
    ClaimRow,
    claim_select,
    claim_t,
    decision_t,
    in_force,
    read,
)
from hbdash.store.queries.deadlines import claim_to_decide
from hbdash.store.queries.disputes import DisputeRecord, by_customer_reason, by_rejection_reason
from hbdash.store.tables import FlowSchedule

__all__ = [
    "ClaimCounts",
    "ClaimDetail",
    "ClaimRow",
    "CustomerHistory",
    "CustomerPhoto",
    "DecisionLine",
    "DeliveryLine",
    "DisputeRecord",
    "Draft",
    "FailureLine",
    "PackageFact",
    "Photo",
    "RequestLine",
    "SkuHistory",
    "by_customer_reason",
    "by_rejection_reason",
    "claim_counts",
    "claim_detail",
    "claims_at_marketplace",
    "claims_closed",
    "claims_decided",
    "claims_pre_approval",
    "claims_to_decide",
    "draft",
    "photo_data",
]

schedule_t = table_of(FlowSchedule)


@dataclass(frozen=True)
class ClaimCounts:
    """The tab of the screen and its head; each count is the length of the list behind it."""

    to_decide: int
    at_marketplace: int
    closed: int
    pre_approval: int
    """Waiting for the inspection to be confirmed; shown only."""
    pulled_at: datetime | None
    """When claims were last pulled whole."""
    next_pull: datetime | None


def claims_to_decide(
    connection: Connection, channel_id: int, now: datetime, *, limit: int = 1000
) -> tuple[ClaimRow, ...]:
    """Claims that wait for our decision, the nearest deadline first.

    States: to_decide, reason_needed (rejected in Omnitron itself), portal_only. A claim whose
    decision is on its way is in :func:`claims_at_marketplace` (sending, unknown, awaiting).
    """
    statement = claim_select(channel_id).where(claim_to_decide(channel_id))
    return read(connection, statement.order_by(*_by_deadline()).limit(limit))


def claims_at_marketplace(
    connection: Connection, channel_id: int, now: datetime, *, limit: int = 1000
) -> tuple[ClaimRow, ...]:
    """Decisions on their way or with Hepsiburada, newest first."""
    statement = claim_select(channel_id).where(_at_marketplace())
    return read(connection, statement.order_by(*_newest()).limit(limit))


def claims_closed(
    connection: Connection,
    channel_id: int,
    now: datetime,
    *,
    limit: int = 200,
    offset: int = 0,
) -> tuple[ClaimRow, ...]:
    """Claims that are over: won, lost, accepted, closed; newest first."""
    statement = claim_select(channel_id).where(claim_t.c.status.in_(CLOSED))
    newest = (claim_t.c.changed_at.desc(), claim_t.c.number.desc())
    return read(connection, statement.order_by(*newest).limit(limit).offset(offset))


def claims_decided(
    connection: Connection, channel_id: int, now: datetime, *, limit: int = 50
) -> tuple[ClaimRow, ...]:
    """What became of our own rejections: on their way, at the marketplace, won or lost."""
    ours = or_(in_force(), claim_t.c.our_statement.is_not(None), claim_t.c.status == IN_DISPUTE)
    return read(connection, claim_select(channel_id).where(ours).order_by(*_newest()).limit(limit))


def claims_pre_approval(
    connection: Connection, channel_id: int, now: datetime
) -> tuple[ClaimRow, ...]:
    """Claims in AwaitingPreApproval: shown only, a person confirms them in the portal."""
    statement = claim_select(channel_id).where(claim_t.c.status == AWAITING_PRE_APPROVAL)
    return read(connection, statement.order_by(*_by_deadline()))


def claim_counts(connection: Connection, channel_id: int, now: datetime) -> ClaimCounts:
    """How many stand in each list, and how fresh they are."""

    def count(where: ColumnElement[bool]) -> int:
        inner = claim_select(channel_id).where(where).subquery()
        return int(connection.execute(select(func.count()).select_from(inner)).scalar_one())

    schedule = connection.execute(
        select(schedule_t.c.last_success, schedule_t.c.next_due).where(
            schedule_t.c.channel_id == channel_id, schedule_t.c.flow == "order_refund"
        )
    ).first()
    return ClaimCounts(
        to_decide=count(claim_to_decide(channel_id)),
        at_marketplace=count(_at_marketplace()),
        closed=int(
            connection.execute(
                select(func.count())
                .select_from(claim_t)
                .where(claim_t.c.channel_id == channel_id, claim_t.c.status.in_(CLOSED))
            ).scalar_one()
        ),
        pre_approval=count(claim_t.c.status == AWAITING_PRE_APPROVAL),
        pulled_at=None if schedule is None else schedule.last_success,
        next_pull=None if schedule is None else schedule.next_due,
    )


def _at_marketplace() -> ColumnElement[bool]:
    on_its_way = (claim_t.c.status == AWAITING_ACTION) & in_force()
    return or_(claim_t.c.status == IN_DISPUTE, on_its_way)


def _by_deadline() -> tuple[Any, ...]:
    # A claim without a deadline last: the two databases disagree on where NULL sorts.
    return (claim_t.c.deadline.is_(None), claim_t.c.deadline, claim_t.c.number)


def _newest() -> tuple[Any, ...]:
    when = func.coalesce(decision_t.c.decided_at, claim_t.c.changed_at)
    return (when.desc(), claim_t.c.number.desc())
