"""What leaves the books beside the log: old runs, figures, uploads and batches that are closed.

``[retention] logs_days`` is their age as well: a story of a SKU never reaches further back than
the log that it quotes. Failures, orders, claims, audit and settings stay.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, select

from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import (
    BatchObject,
    BatchRequest,
    EngineRequest,
    Figure,
    FlowRun,
    TriggerEvent,
    Upload,
    UploadRow,
)

SLICE = 2_000
"""Rows deleted per transaction, so that writers wait a few milliseconds at most."""


def trim_books(db: Database, keep_since: datetime) -> int:
    """Delete what ended before ``keep_since``; how many rows. Safe to interrupt.

    Ids grow with time: each table is cut below its first row that is young or still open, so the
    newest figures stay, however old, and nothing is searched without an index.
    """
    figures, runs, asked = table_of(Figure), table_of(FlowRun), table_of(EngineRequest)
    gone = _cut(db, figures, figures.c.at >= keep_since)
    gone += _cut(db, runs, or_(runs.c.started_at >= keep_since, runs.c.state == "running"))
    gone += _cut(db, asked, or_(asked.c.requested_at >= keep_since, asked.c.answered_at.is_(None)))
    uploads, batches = table_of(Upload), table_of(BatchRequest)
    rows, objects = table_of(UploadRow), table_of(BatchObject)
    # Rows of imports are the ledger of what was sent for review: they stay.
    values = uploads.c.kind.in_(("stock", "price"))
    gone += _cut(
        db, uploads, or_(uploads.c.created_at >= keep_since, uploads.c.settled_at.is_(None)),
        only=values, parts=rows, by=rows.c.upload_id,
    )  # fmt: skip
    gone += _cut(
        db, batches,
        or_(batches.c.opened_at >= keep_since, batches.c.status.not_in(("done", "fail"))),
        parts=objects, by=objects.c.batch_id,
    )  # fmt: skip
    return gone


def trim_triggers(db: Database, now: datetime) -> int:
    """Delete events that can't be delivered again; how many. Their time is in the row (O§9.3)."""
    events = table_of(TriggerEvent)
    old = select(events.c.id).where(events.c.expires_at <= now).limit(SLICE)
    deleted = 0
    while True:
        with db.write() as connection:
            ids = list(connection.execute(old).scalars())
            if not ids:
                return deleted
            deleted += connection.execute(delete(events).where(events.c.id.in_(ids))).rowcount


def _cut(
    db: Database,
    table: Table,
    stays: ColumnElement[bool],
    *,
    only: ColumnElement[bool] | None = None,
    parts: Table | None = None,
    by: Any = None,
) -> int:
    """Delete rows below the first one that stays, with their ``parts``, slice by slice."""
    with db.read() as connection:
        floor = connection.scalar(select(table.c.id).where(stays).order_by(table.c.id).limit(1))
    if floor is None:
        return 0
    old = select(table.c.id).where(table.c.id < floor).order_by(table.c.id)
    if only is not None:
        old = old.where(only)
    # An upload has up to 4,000 rows: with parts one at a time.
    step = SLICE if parts is None else 1
    deleted = 0
    while True:
        with db.write() as connection:
            ids = list(connection.execute(old.limit(step)).scalars())
            if not ids:
                return deleted
            if parts is not None:
                deleted += connection.execute(delete(parts).where(by.in_(ids))).rowcount
            deleted += connection.execute(
                delete(table).where(table.c.id >= ids[0], table.c.id <= ids[-1])
                if only is None
                else delete(table).where(table.c.id.in_(ids))
            ).rowcount
