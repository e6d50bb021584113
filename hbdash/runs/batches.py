"""Omnitron's batch requests (O§5): opened, committed, handed over, closed once all have a verdict.

Our table knows what stands in each batch, so that a batch of a dead run is closed from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from hbdash.domain.states import OfferState
from hbdash.omnitron.errors import BatchLocked, BatchStateRefused
from hbdash.omnitron.models.batch import BatchObject as RemoteObject
from hbdash.omnitron.models.batch import BatchStatus, FailedReason
from hbdash.runs.context import RunContext
from hbdash.runs.gate import RunRefused
from hbdash.runs.penalty_mirror import mirror_objects
from hbdash.runs.points import point
from hbdash.store.bulk import table_of
from hbdash.store.tables import BatchObject, BatchRequest, Offer
from hbdash.transport.errors import NotFound

_CLOSED = (BatchStatus.DONE, BatchStatus.FAIL)
#: Our reference of a batch that only puts objects aside.
_PARKED = "hbdash-parked-"
#: Verdict of an object that was never sent: left out of the end, so Omnitron offers it again.
RELEASED = "released"


@dataclass(frozen=True)
class Held:
    """An object that a batch holds. ``version_date`` goes back as it was read."""

    content_type: str
    pk: int
    key: str
    version_date: datetime | None
    remote_id: str | None = None


@dataclass(frozen=True)
class OpenBatch:
    """A batch in commit: ``id`` is ours, ``pk`` Omnitron's."""

    id: int
    pk: int


def commit_batch(ctx: RunContext, content_type: str, objects: Sequence[Held]) -> OpenBatch:
    """Open a batch and commit ``objects`` into it, which locks them.

    Raises :class:`RunRefused` naming the batch that holds the content type (R8.10).
    """
    ctx.before_write()
    opened = ctx.omnitron.open_batch()
    point("batch_opened")
    now = ctx.now()
    with ctx.commit(durable=True) as connection:
        batch_id = connection.execute(
            insert(table_of(BatchRequest))
            .values(
                channel_id=ctx.channel_id,
                run_id=ctx.run_id,
                flow=ctx.spec.id,
                remote_pk=opened.pk,
                local_batch_id=opened.local_batch_id or "",
                content_type=content_type,
                status=BatchStatus.INITIALIZED,
                opened_at=now,
                changed_at=now,
            )
            .returning(table_of(BatchRequest).c.id)
        ).scalar_one()
        connection.execute(
            insert(table_of(BatchObject)),
            [
                {
                    "batch_id": batch_id,
                    "content_type": one.content_type,
                    "object_pk": one.pk,
                    "key": one.key,
                    "version_date": one.version_date,
                    "remote_id": one.remote_id,
                }
                for one in objects
            ],
        )
    try:
        ctx.omnitron.commit_batch(
            opened.pk,
            content_type,
            [RemoteObject(o.pk, o.content_type, o.version_date, o.remote_id) for o in objects],
        )
    except BatchLocked as locked:
        _note(ctx, batch_id, BatchStatus.FAIL)
        raise RunRefused(
            "batch.locked",
            {"content_type": content_type, "batch": locked.local_batch_id or "?"},
        ) from locked
    point("batch_committed")
    _note(ctx, batch_id, BatchStatus.COMMIT)
    return OpenBatch(batch_id, opened.pk)


def hand_over(ctx: RunContext, batch: OpenBatch, reference: str) -> None:
    """Status sent_to_remote, under a reference of ours: the verdicts come later."""
    ctx.omnitron.batch_sent(batch.pk, reference)
    point("batch_handed_over")
    table = table_of(BatchRequest)
    with ctx.commit() as connection:
        connection.execute(
            update(table)
            .where(table.c.id == batch.id)
            .values(status=BatchStatus.SENT, remote_batch_id=reference, changed_at=ctx.now())
        )


def park(ctx: RunContext, content_type: str, objects: Sequence[Held]) -> OpenBatch:
    """Put objects aside: locked until :func:`unpark`, or until the lane's next run."""
    batch = commit_batch(ctx, content_type, objects)
    hand_over(ctx, batch, f"{_PARKED}{ctx.channel_id}-{batch.id}")
    return batch


def unpark(ctx: RunContext, batch: OpenBatch) -> None:
    """Let parked objects go as they were: nothing of them was sent."""
    objects = table_of(BatchObject)
    with ctx.commit() as connection:
        connection.execute(
            update(objects).where(objects.c.batch_id == batch.id).values(verdict=RELEASED)
        )
    _close(ctx, batch.id, batch.pk)


def unpark_left(ctx: RunContext, content_type: str) -> None:
    """Let go what a run that died had parked."""
    table = table_of(BatchRequest)
    with ctx.db.read() as connection:
        left = connection.execute(
            select(table.c.id, table.c.remote_pk).where(
                table.c.channel_id == ctx.channel_id,
                table.c.content_type == content_type,
                table.c.status.not_in(_CLOSED),
                table.c.remote_batch_id.startswith(_PARKED, autoescape=True),
                table.c.run_id != ctx.run_id,
            )
        ).all()
    for row in left:
        unpark(ctx, OpenBatch(row.id, row.remote_pk))


def tell_ongoing(ctx: RunContext, batch_id: int, remote_pk: int) -> None:
    """Status ongoing: the result was asked for and is not ready."""
    # Already there, or closed by Omnitron's own sweep: the verdicts come later all the same.
    with suppress(BatchStateRefused, NotFound):
        ctx.omnitron.batch_ongoing(remote_pk)
    _note(ctx, batch_id, BatchStatus.ONGOING)


@dataclass(frozen=True)
class ObjectVerdict:
    """``failed``: who refused it (O§5.5); ``None`` for success."""

    batch_id: int
    pk: int
    failed: FailedReason | None = None
    remote_id: str | None = None


def give_verdicts(connection: Connection, verdicts: Sequence[ObjectVerdict]) -> None:
    """Note verdicts in our table; the batch is closed by :func:`close_complete`."""
    if not verdicts:
        return
    table = table_of(BatchObject)
    connection.execute(
        update(table)
        .where(table.c.batch_id == bindparam("b_batch"), table.c.object_pk == bindparam("b_pk"))
        .values(
            verdict=bindparam("b_verdict"),
            failed_reason_type=bindparam("b_failed"),
            remote_id=bindparam("b_remote"),
        ),
        [
            {
                "b_batch": v.batch_id,
                "b_pk": v.pk,
                "b_verdict": "ok" if v.failed is None else "failed",
                "b_failed": None if v.failed is None else v.failed.value,
                "b_remote": v.remote_id,
            }
            for v in verdicts
        ],
    )


def release_orphans(ctx: RunContext, content_type: str, kind: str) -> None:
    """Objects of sent batches that no offer carries any more are released; Omnitron decides.

    A newer value, a correction or a second product of the same SKU took the offer over; without
    this its first batch would wait for ever.
    """
    batches, objects, offers = table_of(BatchRequest), table_of(BatchObject), table_of(Offer)
    open_here = select(batches.c.id).where(
        batches.c.channel_id == ctx.channel_id,
        batches.c.content_type == content_type,
        batches.c.status.in_((BatchStatus.SENT, BatchStatus.ONGOING)),
    )
    carried = exists().where(
        offers.c.channel_id == ctx.channel_id,
        offers.c.kind == kind,
        offers.c.sku_key == objects.c.key,
        offers.c.batch_id == objects.c.batch_id,
        offers.c.object_pk == objects.c.object_pk,
        offers.c.state.in_((OfferState.WAITING, OfferState.SENT)),
    )
    with ctx.commit() as connection:
        connection.execute(
            update(objects)
            .where(objects.c.batch_id.in_(open_here), objects.c.verdict.is_(None), ~carried)
            .values(verdict=RELEASED)
        )


def close_complete(ctx: RunContext, content_type: str) -> int:
    """Close every batch of the content type in which no object lacks a verdict."""
    batches, objects = table_of(BatchRequest), table_of(BatchObject)
    with ctx.db.read() as connection:
        complete = connection.execute(
            select(batches.c.id, batches.c.remote_pk).where(
                batches.c.channel_id == ctx.channel_id,
                batches.c.content_type == content_type,
                batches.c.status.not_in(_CLOSED),
                ~exists().where(objects.c.batch_id == batches.c.id, objects.c.verdict.is_(None)),
            )
        ).all()
    for batch_id, pk in complete:
        _close(ctx, batch_id, pk)
    return len(complete)


def abandon_stale(ctx: RunContext, content_type: str) -> int:
    """Close batches that a dead run left before it handed them over: nothing of them was sent.

    Their objects are offered again by Omnitron; a batch whose objects wait for an upload stays.
    """
    batches = table_of(BatchRequest)
    with ctx.db.read() as connection:
        stale = connection.execute(
            select(batches.c.id, batches.c.remote_pk).where(
                batches.c.channel_id == ctx.channel_id,
                batches.c.content_type == content_type,
                batches.c.status.in_((BatchStatus.INITIALIZED, BatchStatus.COMMIT)),
                batches.c.run_id != ctx.run_id,
            )
        ).all()
    for batch_id, pk in stale:
        ctx.before_write()
        # Closed already, by the run that died or by Omnitron itself: as good.
        with suppress(BatchStateRefused, NotFound):
            ctx.omnitron.batch_fail(pk)
        _note(ctx, batch_id, BatchStatus.FAIL)
    return len(stale)


def _close(ctx: RunContext, batch_id: int, pk: int) -> None:
    objects = table_of(BatchObject)
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(objects).where(objects.c.batch_id == batch_id, objects.c.verdict != RELEASED)
        ).mappings()
        bodies = [
            RemoteObject(
                row["object_pk"],
                row["content_type"],
                row["version_date"],
                row["remote_id"],
                FailedReason(row["failed_reason_type"]) if row["failed_reason_type"] else None,
            )
            for row in rows
        ]
    ctx.before_write()
    try:
        if bodies:
            ctx.omnitron.batch_done(pk, bodies)
        else:
            ctx.omnitron.batch_fail(pk)
    except NotFound:
        # Gone at Omnitron: nothing is left to close, and the others must not wait for it.
        bodies = []
    except BatchStateRefused:
        # An answer lost on the way, or Omnitron's own sweep: closed already is success.
        if ctx.omnitron.batch(pk).status.lower() not in _CLOSED:
            raise
    point("batch_closed")
    _note(ctx, batch_id, BatchStatus.DONE if bodies else BatchStatus.FAIL)
    # Omnitron has punished what failed: its rows count from here on (design rule 4).
    failed: dict[str, list[int]] = {}
    for body in bodies:
        if body.failed_reason is not None:
            failed.setdefault(body.content_type, []).append(body.pk)
    for content_type, pks in failed.items():
        mirror_objects(ctx, content_type, pks)


def _note(ctx: RunContext, batch_id: int, status: BatchStatus) -> None:
    table = table_of(BatchRequest)
    with ctx.commit() as connection:
        connection.execute(
            update(table).where(table.c.id == batch_id).values(status=status, changed_at=ctx.now())
        )
