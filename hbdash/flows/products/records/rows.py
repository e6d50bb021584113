"""The rows of imports and tickets, and what stands in Omnitron's batches for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, exists, func, insert, select, update

from hbdash.flows.products.records.model import PRODUCT, Change, Outgoing
from hbdash.omnitron.models.batch import BatchStatus, FailedReason
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import BatchObject, BatchRequest, Upload, UploadRow

KIND = "import"
TICKET = "ticket"
#: Upload states in which nothing is decided yet.
PREPARING, SENT, UNKNOWN = "preparing", "sent", "unknown"
#: Settled for Omnitron, still looked at there: asked daily (flows section 4).
IN_REVIEW = "in_review"


def prepare(
    ctx: RunContext,
    connection: Connection,
    rows: Sequence[Outgoing],
    reference: str,
    kind: str = KIND,
) -> int:
    """Write an import or ticket before it is sent; its id. Objects of its batches point to it.

    It names its batches in ``note``, since their objects are found by batch only; a ticket also
    the Hepsiburada SKU of each of its rows.
    """
    note: dict[str, Any] = {"batches": sorted({row.batch_id for row in rows})}
    hb_skus = {row.key: row.hb_sku for row in rows if isinstance(row, Change)}
    if hb_skus:
        note["hb_skus"] = hb_skus
    uploads, objects = table_of(Upload), table_of(BatchObject)
    upload_id = int(
        connection.execute(
            insert(uploads)
            .values(
                channel_id=ctx.channel_id,
                run_id=ctx.run_id,
                flow=ctx.spec.id,
                kind=kind,
                reference=reference,
                state=PREPARING,
                rows=len(rows),
                created_at=ctx.now(),
                polls=0,
                note=note,
            )
            .returning(uploads.c.id)
        ).scalar_one()
    )
    connection.execute(
        insert(table_of(UploadRow)),
        [
            {
                "upload_id": upload_id,
                "element": element,
                "channel_id": ctx.channel_id,
                "sku_key": row.key,
                "kind": kind,
                "version": row.version,
                "state": "sent",
                "remote_text": "",
            }
            for element, row in enumerate(rows, start=1)
        ],
    )
    connection.execute(
        update(objects)
        .where(objects.c.batch_id == bindparam("b_batch"), objects.c.key == bindparam("b_key"))
        .values(upload_id=upload_id),
        [{"b_batch": row.batch_id, "b_key": row.key} for row in rows],
    )
    return upload_id


def sent(
    ctx: RunContext, connection: Connection, upload_id: int, tracking_id: str, at: datetime
) -> None:
    """Hepsiburada has it, since ``at``; its result is asked for by the plan."""
    first = timedelta(seconds=ctx.config.engine.import_polls_s[0])
    change(
        connection, upload_id, state=SENT, tracking_id=tracking_id, sent_at=at,
        poll_at=max(at + first, ctx.now()),
    )  # fmt: skip


def change(connection: Connection, upload_id: int, **values: Any) -> None:
    """Set columns of an import."""
    uploads = table_of(Upload)
    connection.execute(update(uploads).where(uploads.c.id == upload_id).values(**values))


def let_orphans_go(ctx: RunContext, connection: Connection) -> None:
    """Omnitron offers again what a dead run had locked, and what is in no import that counts."""
    objects, requests, uploads = table_of(BatchObject), table_of(BatchRequest), table_of(Upload)
    dead = select(requests.c.id).where(
        requests.c.channel_id == ctx.channel_id,
        requests.c.content_type == PRODUCT,
        requests.c.flow == ctx.spec.id,
        requests.c.status.in_((BatchStatus.SENT, BatchStatus.ONGOING)),
        requests.c.run_id != ctx.run_id,
    )
    counts = exists().where(
        uploads.c.id == objects.c.upload_id, uploads.c.state.not_in(("failed", "lost"))
    )
    connection.execute(
        update(objects)
        .where(objects.c.batch_id.in_(dead), objects.c.verdict.is_(None), ~counts)
        .values(verdict=batches.RELEASED)
    )


def give_verdict(
    connection: Connection, batch_id: int, key: str, failed: FailedReason | None = None
) -> None:
    """The verdict of a product, and of the price and stock that went with it.

    The remote id of all three is the merchant's SKU, unless Omnitron has another form already
    (flows section 2, "Product ↔ SKU").
    """
    objects = table_of(BatchObject)
    connection.execute(
        update(objects)
        .where(objects.c.batch_id == batch_id, objects.c.key == key)
        .values(
            verdict="ok" if failed is None else "failed",
            failed_reason_type=None if failed is None else failed.value,
            remote_id=func.coalesce(objects.c.remote_id, key)
            if failed is None
            else objects.c.remote_id,
        )
    )


def unsettled(ctx: RunContext, state: str, kind: str = KIND) -> Sequence[RowMapping]:
    """Imports (or tickets) of this flow in this state, oldest first."""
    uploads = table_of(Upload)
    with ctx.db.read() as connection:
        return (
            connection.execute(
                select(uploads)
                .where(
                    uploads.c.channel_id == ctx.channel_id,
                    uploads.c.flow == ctx.spec.id,
                    uploads.c.kind == kind,
                    uploads.c.state == state,
                )
                .order_by(uploads.c.id)
            )
            .mappings()
            .all()
        )


def waiting_rows(ctx: RunContext, upload: RowMapping, state: str = "sent") -> Sequence[RowMapping]:
    """Rows of an import in a state, each with its product: ``object_pk``, ``batch_id``.

    ``sent`` are those without a verdict, ``in_review`` those that have theirs and are looked at.
    """
    rows, objects = table_of(UploadRow), table_of(BatchObject)
    with ctx.db.read() as connection:
        return (
            connection.execute(
                select(rows, objects.c.object_pk, objects.c.batch_id)
                .join(
                    objects,
                    objects.c.batch_id.in_(upload["note"].get("batches", ()))
                    & (objects.c.upload_id == rows.c.upload_id)
                    & (objects.c.key == rows.c.sku_key)
                    & (objects.c.content_type == PRODUCT),
                    isouter=True,
                )
                .where(rows.c.upload_id == upload["id"], rows.c.state == state)
                .order_by(rows.c.element)
            )
            .mappings()
            .all()
        )
