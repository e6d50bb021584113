"""Step 2: what waits goes out in uploads of at most 4,000 rows (H§9.2, H§4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from hbdash.flows.stock_price.kinds import Kind
from hbdash.flows.stock_price.room import room_there, wait_for_gap
from hbdash.hepsiburada.errors import TooManyUploads, UploadQuotaUsed
from hbdash.runs import offer_queue
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.runs.offer_queue import Waiting
from hbdash.runs.points import point
from hbdash.store.bulk import table_of
from hbdash.store.tables import Upload, UploadRow
from hbdash.texts.causes import log_text
from hbdash.texts.offers import chunk_sent
from hbdash.transport.errors import RemoteError


def recover(ctx: RunContext, kind: Kind, *, older_than: timedelta = timedelta(0)) -> None:
    """Uploads that a dead run prepared: sent or not, nobody knows; the newest values go again.

    older_than: for callers beside which a run may be about to send.
    """
    uploads = table_of(Upload)
    with ctx.commit() as connection:
        dead = connection.execute(
            select(uploads.c.id).where(
                uploads.c.channel_id == ctx.channel_id,
                uploads.c.kind == kind.name,
                uploads.c.state == "preparing",
                *((uploads.c.created_at <= ctx.now() - older_than,) if older_than else ()),
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
        room = room_there(ctx)
        if room.total <= 0:
            break
        with ctx.db.read() as connection:
            rows = offer_queue.waiting(
                connection, ctx.channel_id, kind.name, room, urgent_upto=kind.urgent_upto
            )
        if not rows:
            break
        if not wait_for_gap(ctx):
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
