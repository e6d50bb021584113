"""Reading claims: the open ones whole, the others by the day they came into their status.

There is no call for one claim (H§13.1), so one that is asked for by its number is looked for in
the lists, newest days first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from hbdash.domain.windows import SLICE
from hbdash.hepsiburada.models.claims import Claim, ClaimStatus
from hbdash.hepsiburada.paging import FeedPage
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.texts.causes import log_text

#: Small sets, read without dates.
OPEN = (ClaimStatus.AWAITING_ACTION, ClaimStatus.AWAITING_PRE_APPROVAL)
#: What became of claims; read by the date of entering the status.
MOVED = (
    ClaimStatus.REFUNDED,
    ClaimStatus.ACCEPTED,
    ClaimStatus.IN_DISPUTE,
    ClaimStatus.REJECTED,
    ClaimStatus.CANCELLED,
)
#: How far back a claim is looked for by its number.
DAYS_BACK = 90

Pages = Iterable[FeedPage[Claim]]


def read_list(
    ctx: RunContext,
    status: ClaimStatus,
    begin: datetime | None = None,
    end: datetime | None = None,
) -> dict[str, Claim]:
    """All claims of a status by number; rows that can't be read are a failure of their own."""
    found: dict[str, Claim] = {}
    for page in ctx.hepsiburada.claims(status, status_begin=begin, status_end=end):
        found.update({claim.number: claim for claim in page.rows})
        for error in page.faulty:
            line = ctx.journal.add(
                "error",
                "failed",
                log_text(error.failure_id, error.params),
                kind="claim",
                code=error.failure_id,
                params=dict(error.params),
                exchange=ctx.wire.exchange,
            )
            ctx.failures.met(
                Met(
                    "claim",
                    "",
                    error.failure_id,
                    dict(error.params),
                    remote_text=error.response_text,
                    line=line,
                )
            )
            ctx.progress.failed += 1
        ctx.go_on()
    return found


def find_claims(
    ctx: RunContext, numbers: Collection[str], since: datetime | None = None
) -> dict[str, Claim]:
    """Claims by number, wherever they are; those in no list are left out.

    since: they can't have come into their status before; by default `DAYS_BACK` days ago.
    """
    found: dict[str, Claim] = {}

    def look(claims: dict[str, Claim]) -> bool:
        found.update({number: claims[number] for number in numbers if number in claims})
        return len(found) == len(set(numbers))

    for status in (*OPEN, ClaimStatus.NEW_REQUEST):
        if look(read_list(ctx, status)):
            return found
    _days_back(ctx, since or ctx.now() - timedelta(days=DAYS_BACK), look)
    return found


def _days_back(
    ctx: RunContext, since: datetime, look: Callable[[dict[str, Claim]], bool]
) -> None:  # fmt: skip
    until = ctx.now()
    while until > since:
        begin = max(until - SLICE, since)
        for status in MOVED:
            if look(read_list(ctx, status, begin, until)):
                return
        until = begin
