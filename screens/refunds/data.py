"""What the Reject refund page reads at once: counts, the list of a part, one claim whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hbdash.domain.claims import ClaimFacts, Problem, claim_problems
from hbdash.domain.states import ClaimState
from hbdash.store.queries import claims
from hbdash.store.queries.claims import ClaimCounts, ClaimDetail, ClaimRow
from hbdash.store.queries.flows import Asked, asked

PARTS = ("decide", "market", "closed")
"""Parts of the page: to decide, at the marketplace, closed."""
DECIDED = 6
"""Earlier decisions shown below the list."""
STEP = 200
"""Closed claims are read so many at a time."""

_DECIDE = (ClaimState.TO_DECIDE, ClaimState.REASON_NEEDED, ClaimState.PORTAL_ONLY)
_MARKET = (ClaimState.SENDING, ClaimState.UNKNOWN, ClaimState.AWAITING)


@dataclass(frozen=True)
class Wish:
    """What the page wants to see."""

    part: str
    number: str | None = None
    """The claim that is shown whole; the first of the list without one."""
    find: bool = False
    """Another page pointed at ``number``: show the part in which it stands."""
    closed: int = STEP
    """How many closed claims."""
    followed: str | None = None
    """The claim that was sent from here, until its outcome is known."""
    request_id: int | None = None
    """The request to the engine behind ``followed``."""


@dataclass(frozen=True)
class RefundsView:
    """One moment of the page."""

    part: str
    counts: ClaimCounts
    rows: tuple[ClaimRow, ...]
    number: str | None
    detail: ClaimDetail | None
    """Of ``number``; None if it was never seen."""
    decided: tuple[ClaimRow, ...] = ()
    """What became of earlier decisions, newest first; below the list of what is to decide."""
    followed: ClaimDetail | None = None
    asked: Asked | None = None
    found: bool = False
    """Answers a wish that was to be found."""

    def total(self, part: str) -> int:
        """How many claims a part has, shown or not."""
        return {
            "decide": self.counts.to_decide,
            "market": self.counts.at_marketplace + self.counts.pre_approval,
            "closed": self.counts.closed,
        }[part]


def refunds_view(connection: Connection, channel_id: int, wish: Wish, now: datetime) -> RefundsView:
    """Read it. Touches no widget."""
    part, number, detail = wish.part, wish.number, None
    if number is not None:
        detail = claims.claim_detail(connection, channel_id, number, now)
        if wish.find and detail is not None:
            part = part_of(detail.row)
    if part == "decide":
        rows = claims.claims_to_decide(connection, channel_id, now)
    elif part == "market":
        rows = claims.claims_at_marketplace(connection, channel_id, now)
        rows += claims.claims_pre_approval(connection, channel_id, now)
    else:
        rows = claims.claims_closed(connection, channel_id, now, limit=wish.closed)
        if detail is not None and part_of(detail.row) == part and number not in numbers(rows):
            rows = (detail.row, *rows)  # pointed at, and older than what is read
    if number is None and rows:
        number = rows[0].number
        detail = claims.claim_detail(connection, channel_id, number, now)
    decided: tuple[ClaimRow, ...] = ()
    if part == "decide":
        decided = claims.claims_decided(connection, channel_id, now, limit=DECIDED)
    followed = detail
    if wish.followed is not None and wish.followed != number:
        followed = claims.claim_detail(connection, channel_id, wish.followed, now)
    return RefundsView(
        part=part,
        counts=claims.claim_counts(connection, channel_id, now),
        rows=rows,
        number=number,
        detail=detail,
        decided=decided,
        followed=followed if wish.followed is not None else None,
        asked=None if wish.request_id is None else asked(connection, wish.request_id),
        found=wish.find,
    )


def part_of(row: ClaimRow) -> str:
    """The part in whose list a claim stands."""
    if row.status == "AwaitingPreApproval" or row.state in _MARKET:
        return "market"
    return "decide" if row.state in _DECIDE else "closed"


def numbers(rows: Iterable[ClaimRow]) -> set[str]:
    """The claims' numbers."""
    return {row.number for row in rows}


def barred(detail: ClaimDetail, now: datetime) -> Problem | None:
    """What forbids any rejection of the claim, whatever is written; None if nothing does."""
    row = detail.row
    facts = ClaimFacts(
        status=row.status,
        claim_type=row.claim_type,
        deadline=row.deadline,
        settled=detail.settled,
        decision=row.decision,
        decided_by=row.decided_by or "",
        decided_at=row.decided_at,
    )
    problems = claim_problems(facts, now)
    return problems[0] if problems else None
