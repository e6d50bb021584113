"""A rejection being written, and its photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from hbdash.store.bulk import table_of
from hbdash.store.tables import Attachment, ClaimDraft

draft_t = table_of(ClaimDraft)
photo_t = table_of(Attachment)


@dataclass(frozen=True)
class Photo:
    """A photo of ours, without its bytes (:func:`photo_data` has them)."""

    id: int
    name: str
    size: int
    """Bytes."""
    mime: str
    """``image/jpeg`` or ``image/png``."""
    width: int
    height: int
    added_by: str
    added_at: datetime


@dataclass(frozen=True)
class Draft:
    """What is written so far."""

    number: str
    reason: str
    """A ClaimRejectionReason, or empty."""
    statement: str
    updated_by: str
    updated_at: datetime
    photos: tuple[Photo, ...]

    @property
    def photo_bytes(self) -> int:
        """Size of all photos together."""
        return sum(photo.size for photo in self.photos)


def draft(connection: Connection, channel_id: int, number: str) -> Draft | None:
    """The draft of a claim's rejection; None if nothing was written, or it was taken there."""
    row = connection.execute(
        select(draft_t).where(draft_t.c.channel_id == channel_id, draft_t.c.claim_number == number)
    ).first()
    if row is None:
        return None
    return Draft(
        number,
        row.reason,
        row.statement,
        row.updated_by,
        row.updated_at,
        photos(connection, channel_id, number),
    )


def photos(connection: Connection, channel_id: int, number: str) -> tuple[Photo, ...]:
    """The photos picked for a claim, in the order they were added."""
    columns = (photo_t.c.id, photo_t.c.name, photo_t.c.size, photo_t.c.mime, photo_t.c.width,
               photo_t.c.height, photo_t.c.added_by, photo_t.c.added_at)  # fmt: skip
    rows = connection.execute(
        select(*columns)
        .where(photo_t.c.channel_id == channel_id, photo_t.c.claim_number == number)
        .order_by(photo_t.c.id)
    )
    return tuple(Photo(*row) for row in rows)


def photo_data(connection: Connection, photo_id: int) -> bytes | None:
    """A photo's bytes exactly as picked; None if it was removed."""
    found = connection.execute(
        select(photo_t.c.data).where(photo_t.c.id == photo_id)
    ).scalar_one_or_none()
    return None if found is None else bytes(found)
