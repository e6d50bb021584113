"""order_refund: claims in two passes, refund requests of Omnitron from them (R5.12, flows §7).

Pass 1 reads the claims that await the merchant, whole. Pass 2 reads what became of claims, by the
day they came into their status, since there is no call for one claim.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from hbdash.domain.claims import AWAITING_ACTION, AWAITING_PRE_APPROVAL
from hbdash.domain.windows import OVERLAP, SLICE, run_window, slices
from hbdash.flows.refunds.again import ask_again
from hbdash.flows.refunds.faults import CONTENT_TYPE
from hbdash.flows.refunds.keep import keep_claims
from hbdash.flows.refunds.lists import MOVED, OPEN, find_claims, read_list
from hbdash.flows.refunds.requests import make_requests
from hbdash.flows.refunds.written import commit_requests, follow_requests, recover_requests
from hbdash.hepsiburada.models.claims import ClaimStatus
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.runs.points import point
from hbdash.store.bulk import table_of, upsert
from hbdash.store.tables import Claim, Cursor
from hbdash.texts.claims import claim_not_found

CURSOR = "statuses"
#: Claims that left the open list and are in no window are looked for in the lists since they were
#: last seen, all at once: one that is found nowhere then hides no other.
_MISSING_AT_ONCE = 1000
#: … and for so long: by then Hepsiburada has closed them (48 h).
_MISSED_FOR = timedelta(days=3)


def run(ctx: RunContext) -> None:
    """One run: what is in doubt, the two passes, the requests, their batch."""
    versions: dict[int, datetime] = {}
    if not ctx.dry_run:
        recover_requests(ctx, versions)
        batches.abandon_stale(ctx, CONTENT_TYPE)
    refunded = _read(ctx)
    if not ctx.request.by_hand and not ctx.dry_run:
        follow_requests(ctx, versions)
    make_requests(ctx, refunded, versions)
    if not ctx.dry_run:
        commit_requests(ctx, versions)
        ask_again(ctx)


def _read(ctx: RunContext) -> set[str]:
    """Read what is asked for; the claims among it that may need requests."""
    if ctx.request.keys:
        return _read_keys(ctx, ctx.request.keys)
    if ctx.request.window is not None:
        return _read_statuses(ctx, (*OPEN, *MOVED), *ctx.request.window)
    begun = ctx.now()
    for status in OPEN:
        keep_claims(ctx, read_list(ctx, status))
    start, end = run_window(begun, _cursor(ctx), reach=timedelta(hours=24), overlap=OVERLAP)
    read = _read_statuses(ctx, MOVED, start, end, move_cursor=True)
    _read_missing(ctx, begun)
    return read


def _read_keys(ctx: RunContext, keys: Iterable[str]) -> set[str]:
    numbers = {key.strip() for key in keys if key.strip()}
    found = find_claims(ctx, numbers)
    keep_claims(ctx, found)
    with ctx.commit():
        for number in sorted(numbers - set(found)):
            ctx.journal.add(
                "warning", "skipped", claim_not_found(number), kind="claim", key=number,
                code="claim.not_found",
            )  # fmt: skip
            ctx.progress.skipped += 1
    return set(found)


def _read_statuses(
    ctx: RunContext,
    statuses: Iterable[ClaimStatus],
    start: datetime,
    end: datetime,
    *,
    move_cursor: bool = False,
) -> set[str]:
    """Whole slices, oldest first; the cursor moves only past a slice that was read to its end."""
    ctx.progress.note["window"] = (start.isoformat(), end.isoformat())
    read: set[str] = set()
    for begin, until in slices(start, end, SLICE):
        for status in statuses:
            claims = read_list(ctx, status, begin, until)
            keep_claims(ctx, claims)
            read |= set(claims)
        if move_cursor and not ctx.dry_run:
            point("cursor_due")
            _set_cursor(ctx, until)
    return read


def _read_missing(ctx: RunContext, begun: datetime) -> None:
    """Claims that we hold for open and that no list of this run had."""
    claims = table_of(Claim)
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(claims.c.number, claims.c.seen_at)
            .where(
                claims.c.channel_id == ctx.channel_id,
                claims.c.status.in_((AWAITING_ACTION, AWAITING_PRE_APPROVAL)),
                claims.c.seen_at < begun,
                claims.c.seen_at > begun - _MISSED_FOR,
            )
            .order_by(claims.c.seen_at)
            .limit(_MISSING_AT_ONCE)
        ).all()
    if rows:
        since = min(row.seen_at for row in rows) - OVERLAP
        keep_claims(ctx, find_claims(ctx, {row.number for row in rows}, since))


def _cursor(ctx: RunContext) -> datetime | None:
    cursors = table_of(Cursor)
    with ctx.db.read() as connection:
        found: datetime | None = connection.execute(
            select(cursors.c.at).where(
                cursors.c.channel_id == ctx.channel_id,
                cursors.c.flow == ctx.spec.id,
                cursors.c.name == CURSOR,
            )
        ).scalar()
    return found


def _set_cursor(ctx: RunContext, at: datetime) -> None:
    row = {"channel_id": ctx.channel_id, "flow": ctx.spec.id, "name": CURSOR, "at": at}
    with ctx.commit() as connection:
        upsert(connection, Cursor, [row], key=("channel_id", "flow", "name"))
