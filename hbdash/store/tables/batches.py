"""Omnitron's batch requests and Hepsiburada's uploads and imports: two bookkeepings, kept apart."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from hbdash.store.types import big_field, id_field, json_field, key_field, moment_field

_UNSETTLED_BATCH = text("status NOT IN ('done', 'fail')")
_UNSETTLED_UPLOAD = text("state IN ('preparing', 'sent', 'unknown')")


class BatchRequest(SQLModel, table=True):
    """A batch request at Omnitron (O§5.2), as far as we know it."""

    __tablename__ = "batch_request"
    __table_args__ = (
        Index("batch_unsettled", "channel_id", "content_type",
              sqlite_where=_UNSETTLED_BATCH, postgresql_where=_UNSETTLED_BATCH),
    )  # fmt: skip

    id: int | None = id_field()
    channel_id: int = Field()
    run_id: int | None = big_field(None)
    flow: str = key_field()
    remote_pk: int = big_field(index=True)
    local_batch_id: str = key_field()
    content_type: str = key_field()
    status: str = key_field()
    """Omnitron's word: initialized, commit, sent_to_remote, ongoing, done, fail."""
    remote_batch_id: str | None = key_field(None)
    """Our upload or import reference, so that foreign batches can be told from ours."""
    opened_at: datetime = moment_field()
    changed_at: datetime = moment_field()


class BatchObject(SQLModel, table=True):
    """One object of a batch and, later, its verdict."""

    __tablename__ = "batch_object"
    __table_args__ = ({"sqlite_with_rowid": False},)

    batch_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content_type: str = key_field(primary_key=True)
    object_pk: int = big_field(primary_key=True)
    key: str = key_field()
    version_date: datetime | None = moment_field(None)
    """As read from Omnitron, unchanged: it is sent back so that a change in mid-run is not lost."""
    remote_id: str | None = key_field(None)
    verdict: str | None = key_field(None)
    """``ok`` or ``failed``; ``None`` while it waits."""
    failed_reason_type: str | None = key_field(None)
    upload_id: int | None = big_field(None)


class Upload(SQLModel, table=True):
    """A stock or price upload to the listing service (H§9.2), or a product import (H§7.1)."""

    __table_args__ = (
        Index("upload_unsettled", "channel_id", "kind",
              sqlite_where=_UNSETTLED_UPLOAD, postgresql_where=_UNSETTLED_UPLOAD),
    )  # fmt: skip

    id: int | None = id_field()
    channel_id: int = Field()
    run_id: int | None = big_field(None)
    flow: str = key_field()
    kind: str = key_field()
    """``stock``, ``price``, ``import``, ``ticket``, or ``removal`` (stock 0 of what left)."""
    reference: str = key_field(unique=True)
    """Our own id, given to Omnitron as remote_batch_id."""
    tracking_id: str | None = key_field(None, index=True)
    """Hepsiburada's upload or tracking id; ``None`` until the answer came."""
    state: str = key_field()
    """``preparing``, ``sent``, ``done``, ``failed``, ``unknown``, ``lost``, ``no_result``; of a
    ticket ``in_review`` while it is asked for daily."""
    rows: int = 0
    created_at: datetime = moment_field()
    sent_at: datetime | None = moment_field(None)
    polls: int = 0
    poll_at: datetime | None = moment_field(None)
    settled_at: datetime | None = moment_field(None)
    note: dict[str, Any] = json_field()


class UploadRow(SQLModel, table=True):
    """One row of an upload or import, in the order it was sent; the story of a SKU reads these."""

    __tablename__ = "upload_row"
    __table_args__ = (
        Index("upload_row_by_sku", "channel_id", "sku_key", "upload_id"),
        {"sqlite_with_rowid": False},
    )

    upload_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    element: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    """1-based place in the body, as Hepsiburada's ``elementNo``."""
    channel_id: int
    sku_key: str = key_field()
    kind: str = key_field()
    value: int | None = big_field(None)
    """Pieces, or 10⁻⁵ lira; ``None`` for an import."""
    version: int = big_field(0)
    """The offer's ``wanted_version`` this row carried, or the product's version in microseconds."""
    state: str = key_field("sent")
    """``sent``, ``accepted``, ``failed``, ``superseded``, ``in_review``."""
    code: str | None = key_field(None)
    remote_text: str = ""
