"""What the marketplace takes of uploads: five that wait, a quota a day, a gap between two (H§4).

All that goes to listings shares it: stock, price, and the zeros of what left the catalogue.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from hbdash.runs.context import RunContext
from hbdash.runs.offer_queue import Room
from hbdash.store.bulk import table_of
from hbdash.store.tables import Listing, Upload

#: Uploads that may wait at the marketplace, all kinds together (H§4).
MOST_WAITING = 5
#: Rows per day are limited to ten times the listings; the last tenth is kept for urgent rows.
QUOTA_PER_LISTING = 10
KEPT_FOR_URGENT = 0.1
#: So long an upload whose answer was lost may still wait there.
LOST_WAITS_FOR = timedelta(minutes=2)
#: What shares the queue and the quota there: values, and zeros for what left the catalogue.
_LISTING_KINDS = ("stock", "price", "removal")
#: States of an upload that got there, or may have.
_MAYBE_THERE = ("preparing", "unknown", "lost")


def room_there(ctx: RunContext) -> Room:
    """Rows that the next upload may carry: by its size, the queue there, and the daily quota.

    The day is the last 24 hours, which keeps within the quota wherever the marketplace begins its
    own; uploads of unknown outcome count, since they may have arrived. One that is older than a
    result may be waits no more, whether somebody asks for it or not.
    """
    uploads, listings = table_of(Upload), table_of(Listing)
    day_start = ctx.now() - timedelta(days=1)
    oldest = ctx.now() - timedelta(hours=ctx.settings.retry.result_hours)
    with ctx.db.read() as connection:
        waiting = connection.execute(
            select(func.count()).where(
                uploads.c.channel_id == ctx.channel_id,
                uploads.c.kind.in_(_LISTING_KINDS),
                (
                    uploads.c.state.in_(("preparing", "sent", "unknown"))
                    & (uploads.c.created_at > oldest)
                )
                | (
                    (uploads.c.state == "lost")
                    & (uploads.c.created_at > ctx.now() - LOST_WAITS_FOR)
                ),
            )
        ).scalar_one()
        if waiting >= MOST_WAITING:
            ctx.progress.note["uploads_waiting"] = waiting
            return Room(0, 0)
        used = connection.execute(
            select(func.coalesce(func.sum(uploads.c.rows), 0)).where(
                uploads.c.channel_id == ctx.channel_id,
                uploads.c.kind.in_(_LISTING_KINDS),
                (uploads.c.sent_at >= day_start)
                | (
                    uploads.c.sent_at.is_(None)
                    & uploads.c.state.in_(_MAYBE_THERE)
                    & (uploads.c.created_at >= day_start)
                ),
            )
        ).scalar_one()
        known = connection.execute(
            select(func.count()).where(
                listings.c.channel_id == ctx.channel_id, listings.c.gone.is_(False)
            )
        ).scalar_one()
    quota = QUOTA_PER_LISTING * known
    left = max(quota - int(used), 0)
    normal = max(left - int(quota * KEPT_FOR_URGENT), 0)
    if normal < ctx.config.engine.upload_rows:
        ctx.progress.note["quota"] = {"used": int(used), "quota": quota}
    return Room(
        min(ctx.config.engine.upload_rows, left), min(ctx.config.engine.upload_rows, normal)
    )


def wait_for_gap(ctx: RunContext) -> bool:
    """The marketplace asks for few large uploads, about one in ten seconds (H§4)."""
    uploads = table_of(Upload)
    with ctx.db.read() as connection:
        last: datetime | None = connection.execute(
            select(func.max(uploads.c.sent_at)).where(
                uploads.c.channel_id == ctx.channel_id, uploads.c.kind.in_(_LISTING_KINDS)
            )
        ).scalar_one()
    if last is None:
        return True
    gap = ctx.config.engine.upload_gap_s - (ctx.now() - last).total_seconds()
    if gap > ctx.config.engine.upload_gap_s:
        return True
    return gap <= 0 or not ctx.stop.wait(gap)
