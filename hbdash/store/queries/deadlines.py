"""What has a deadline: claims to decide, orders that are not in Omnitron, packages to hand over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from hbdash.store.bulk import table_of
from hbdash.store.tables import Claim, ClaimDecision, MarketPackage

claim_t = table_of(Claim)
decision_t = table_of(ClaimDecision)
package_t = table_of(MarketPackage)

TO_DECIDE = "AwaitingAction"
"""Hepsiburada's status of a claim that waits for the merchant (H§17.8)."""
UNWRITTEN = ("seen", "failed", "unknown")
"""States of a package whose order is not in Omnitron yet."""
WITH_US = ("Open", "Unpacked")
"""Hepsiburada's statuses of a package that the carrier does not have."""
_MOST = 500
_SINGLY = timedelta(hours=12)
"""Deadlines this near are listed one by one; later ones of one kind together."""


@dataclass(frozen=True)
class Deadline:
    """One deadline, or several far ones of a kind."""

    kind: str
    """``claim`` or ``order``."""
    key: str
    """Claim number or order number; the nearest one of several."""
    at: datetime
    what: str
    """``decide``, ``not_in_omnitron`` or ``hand_over``."""
    amount: Decimal
    count: int = 1


@dataclass(frozen=True)
class Deadlines:
    """The nearest first, and how many there are in all."""

    nearest: tuple[Deadline, ...]
    total: int


def claim_to_decide(channel_id: int) -> ColumnElement[bool]:
    """Condition: a claim that still waits for our decision (flows section 7)."""
    decided = exists(
        select(1).where(
            decision_t.c.channel_id == claim_t.c.channel_id,
            decision_t.c.claim_number == claim_t.c.number,
            decision_t.c.state != "refused",
        )
    )
    return and_(
        claim_t.c.channel_id == channel_id,
        claim_t.c.status == TO_DECIDE,
        claim_t.c.settled.is_(False),
        ~decided,
    )


def unwritten(channel_id: int) -> ColumnElement[bool]:
    """Condition: a package whose order is not in Omnitron yet."""
    return and_(
        package_t.c.channel_id == channel_id,
        package_t.c.state.in_(UNWRITTEN),
        package_t.c.status.in_(WITH_US),
    )


def nearest(connection: Connection, channel_id: int) -> Deadline | None:
    """The one deadline of the header."""
    claim = connection.execute(
        select(claim_t.c.number, claim_t.c.deadline, claim_t.c.amount)
        .where(claim_to_decide(channel_id), claim_t.c.deadline.is_not(None))
        .order_by(claim_t.c.deadline)
        .limit(1)
    ).first()
    order = connection.execute(
        select(package_t.c.order_number, package_t.c.due_at, package_t.c.total)
        .where(unwritten(channel_id), package_t.c.due_at.is_not(None))
        .order_by(package_t.c.due_at)
        .limit(1)
    ).first()
    found = []
    if claim is not None:
        found.append(Deadline("claim", claim.number, claim.deadline, "decide", claim.amount))
    if order is not None:
        found.append(
            Deadline("order", order.order_number, order.due_at, "not_in_omnitron", order.total)
        )
    return min(found, key=lambda one: one.at) if found else None


def deadlines(connection: Connection, channel_id: int, now: datetime) -> Deadlines:
    """All deadlines, the near ones singly, the far ones of a kind in one line."""
    singles: list[Deadline] = [
        Deadline("claim", row.number, row.deadline, "decide", row.amount)
        for row in connection.execute(
            select(claim_t.c.number, claim_t.c.deadline, claim_t.c.amount)
            .where(claim_to_decide(channel_id), claim_t.c.deadline.is_not(None))
            .order_by(claim_t.c.deadline)
            .limit(_MOST)
        )
    ]
    open_packages = (
        select(
            package_t.c.order_number, package_t.c.due_at, package_t.c.total, package_t.c.state
        )
        .where(
            package_t.c.channel_id == channel_id,
            package_t.c.state.in_((*UNWRITTEN, "written", "linked")),
            package_t.c.status.in_(WITH_US),
            package_t.c.due_at.is_not(None),
        )
        .order_by(package_t.c.due_at)
        .limit(_MOST)
    )  # fmt: skip
    singles += [
        Deadline(
            "order",
            row.order_number,
            row.due_at,
            "not_in_omnitron" if row.state in UNWRITTEN else "hand_over",
            row.total,
        )
        for row in connection.execute(open_packages)
    ]
    return Deadlines(tuple(_gathered(singles, now)), len(singles))


def _gathered(singles: list[Deadline], now: datetime) -> list[Deadline]:
    near = [one for one in singles if one.at - now < _SINGLY]
    far: dict[tuple[str, str], Deadline] = {}
    for one in singles:
        if one.at - now < _SINGLY:
            continue
        kind = (one.kind, one.what)
        known = far.get(kind)
        if known is None:
            far[kind] = one
        else:
            first = min(known, one, key=lambda each: each.at)
            far[kind] = Deadline(
                one.kind, first.key, first.at, one.what, known.amount + one.amount, known.count + 1
            )
    return sorted([*near, *far.values()], key=lambda one: one.at)


def count_to_decide(connection: Connection, channel_id: int) -> int:
    """Claims that wait for our decision."""
    return connection.execute(
        select(func.count()).select_from(claim_t).where(claim_to_decide(channel_id))
    ).scalar_one()
