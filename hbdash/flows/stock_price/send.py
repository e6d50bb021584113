"""Step 2: what waits goes out in uploads of at most 4,000 rows (H§9.2, H§4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from hbdash.flows.stock_price.kinds import Kind
from hbdash.hepsiburada.errors import TooManyUploads, UploadQuotaUsed
from hbdash.runs import offer_queue
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.runs.offer_queue import Room, Waiting
from hbdash.runs.points import point
from hbdash.store.bulk import table_of
from hbdash.store.tables import Listing, Upload, UploadRow
from hbdash.texts.causes import log_text
from hbdash.texts.offers import chunk_sent
from hbdash.transport.errors import RemoteError

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


def recover(ctx: RunContext, kind: Kind) -> None:
    """Uploads that a dead run prepared: sent or not, nobody knows; the newest values go again."""
    uploads = table_of(Upload)
    with ctx.commit() as connection:
        dead = connection.execute(
            select(uploads.c.id).where(
                uploads.c.channel_id == ctx.channel_id,
                uploads.c.kind == kind.name,
                uploads.c.state == "preparing",
            )
        ).scalars()
        for upload_id in list(dead):
            offer_queue.release(connection, ctx.channel_id, upload_id)
            connection.execute(
                update(uploads)
                .where(uploads.c.id == upload_id)
                .values(state="lost", settled_at=ctx.now())
            )


def send_waiting(ctx: RunContext, kind: Kind) -> int:
    """Send until nothing waits, the marketplace has enough, or the budget ends; rows sent."""
    sent = 0
    while True:
        room = _room(ctx, kind)
        if room.total <= 0:
            break
        with ctx.db.read() as connection:
            rows = offer_queue.waiting(
                connection, ctx.channel_id, kind.name, room, urgent_upto=kind.urgent_upto
            )
        if not rows:
            break
        if not _wait_for_gap(ctx):
            break
        sent += _send(ctx, kind, rows)
        ctx.go_on()
    with ctx.db.read() as connection:
        left = offer_queue.count_waiting(connection, ctx.channel_id, kind.name)
    if left:
        ctx.progress.note["waiting"] = left
        if not room.normal and "uploads_waiting" not in ctx.progress.note:
            _tell_quota(ctx, kind, left)
    return sent


def _tell_quota(ctx: RunContext, kind: Kind, left: int) -> None:
    """What waits for tomorrow's quota is told as the marketplace would tell it."""
    line = ctx.journal.add(
        "warning", "waiting", log_text("upload.quota", {}), kind=kind.content_type,
        code="upload.quota", params={"rows": left, **ctx.progress.note.get("quota", {})},
    )  # fmt: skip
    ctx.failures.met(Met("upload", kind.name, "upload.quota", {"rows": left}, line=line))


def _room(ctx: RunContext, kind: Kind) -> Room:
    """Rows that the next upload may carry: by its size, the queue there, and the daily quota.

    The day is the last 24 hours, which keeps within the quota wherever the marketplace begins its
    own; uploads of unknown outcome count, since they may have arrived.
    """
    uploads, listings = table_of(Upload), table_of(Listing)
    day_start = ctx.now() - timedelta(days=1)
    with ctx.db.read() as connection:
        waiting = connection.execute(
            select(func.count()).where(
                uploads.c.channel_id == ctx.channel_id,
                uploads.c.kind.in_(_LISTING_KINDS),
                uploads.c.state.in_(("preparing", "sent", "unknown"))
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


def _wait_for_gap(ctx: RunContext) -> bool:
    """The marketplace asks for few large uploads, about one in ten seconds (H§4)."""
    uploads = table_of(Upload)
    with ctx.db.read() as connection:
        last: datetime | None = connection.execute(
            select(func.max(uploads.c.sent_at)).where(uploads.c.channel_id == ctx.channel_id)
        ).scalar_one()
    if last is None:
        return True
    gap = ctx.config.engine.upload_gap_s - (ctx.now() - last).total_seconds()
    if gap > ctx.config.engine.upload_gap_s:
        return True
    return gap <= 0 or not ctx.stop.wait(gap)


def _send(ctx: RunContext, kind: Kind, rows: Sequence[Waiting]) -> int:
    upload_id, rows = _prepare(ctx, kind, rows)
    if not rows:
        return 0
    point("upload_prepared")
    ctx.before_write()
    try:
        tracking_id = kind.send(ctx, list(rows))
    except (TooManyUploads, UploadQuotaUsed) as refusal:
        _give_back(ctx, kind, upload_id, "failed", refusal)
        return 0
    except RemoteError as error:
        # Absolute values: a lost upload is never looked for, a newer one follows (flows section 5).
        _give_back(ctx, kind, upload_id, "lost" if error.unknown_outcome else "failed", None)
        raise
    point("upload_sent")
    uploads = table_of(Upload)
    now = ctx.now()
    first_poll = timedelta(seconds=ctx.config.engine.upload_polls_s[0])
    ctx.journal.add(
        "info",
        "sent",
        chunk_sent(kind.name, len(rows), tracking_id),
        kind=kind.content_type,
        key=rows[0].sku_key if len(rows) == 1 else "",
        code="upload.sent",
        params={"rows": len(rows), "tracking_id": tracking_id},
        exchange=ctx.wire.exchange,
    )
    ctx.failures.passed("upload", kind.name)
    with ctx.commit(durable=True) as connection:
        connection.execute(
            update(uploads)
            .where(uploads.c.id == upload_id)
            .values(state="sent", tracking_id=tracking_id, sent_at=now, poll_at=now + first_poll)
        )
    return len(rows)


def _prepare(ctx: RunContext, kind: Kind, rows: Sequence[Waiting]) -> tuple[int, Sequence[Waiting]]:
    """The upload's rows in our books, and those of them that are still ours to send."""
    uploads = table_of(Upload)
    now = ctx.now()
    with ctx.commit(durable=True) as connection:
        upload_id = int(
            connection.execute(
                insert(uploads)
                .values(
                    channel_id=ctx.channel_id,
                    run_id=ctx.run_id,
                    flow=ctx.spec.id,
                    kind=kind.name,
                    reference=f"{ctx.channel_id}-{ctx.run_id}-{now.timestamp():.6f}",
                    state="preparing",
                    rows=len(rows),
                    created_at=now,
                    polls=0,
                    note={},
                )
                .returning(uploads.c.id)
            ).scalar_one()
        )
        rows = offer_queue.bind_to_upload(
            connection, ctx.channel_id, kind.name, rows, upload_id, now
        )
        if not rows:
            connection.execute(delete(uploads).where(uploads.c.id == upload_id))
            return upload_id, rows
        connection.execute(update(uploads).where(uploads.c.id == upload_id).values(rows=len(rows)))
        connection.execute(
            insert(table_of(UploadRow)),
            [
                {
                    "upload_id": upload_id,
                    "element": element,
                    "channel_id": ctx.channel_id,
                    "sku_key": row.sku_key,
                    "kind": kind.name,
                    "value": row.value,
                    "version": row.version,
                    "state": "sent",
                    "remote_text": "",
                }
                for element, row in enumerate(rows, start=1)
            ],
        )
    return upload_id, rows


def _give_back(
    ctx: RunContext, kind: Kind, upload_id: int, state: str, refusal: RemoteError | None
) -> None:
    uploads = table_of(Upload)
    if refusal is not None:
        line = ctx.journal.add(
            "warning",
            "waiting",
            log_text(refusal.failure_id, refusal.params),
            kind=kind.content_type,
            code=refusal.failure_id,
            exchange=ctx.wire.exchange,
        )
        ctx.failures.met(
            Met(
                "upload", kind.name, refusal.failure_id, dict(refusal.params),
                remote_text=str(refusal), line=line,
            )
        )  # fmt: skip
    with ctx.commit() as connection:
        offer_queue.release(connection, ctx.channel_id, upload_id)
        connection.execute(
            update(uploads)
            .where(uploads.c.id == upload_id)
            .values(state=state, settled_at=ctx.now())
        )
