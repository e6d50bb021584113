"""A rejection being written: its words, and photos picked from disk (R7.4.2).

Typing saves often; nothing of a draft can be changed once a decision stands.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import Act, acting
from hbdash.actions.claim_lookup import open_claim
from hbdash.actions.claim_photos import PhotoFile, read_photo
from hbdash.domain.claims import RejectionLimits
from hbdash.domain.clock import Clock
from hbdash.store.bulk import table_of, upsert
from hbdash.store.database import Database
from hbdash.store.tables import Attachment, ClaimDraft

draft_t = table_of(ClaimDraft)
photo_t = table_of(Attachment)


def save_draft(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    number: str,
    *,
    reason: str,
    statement: str,
) -> None:
    """Keep what is written so far, whole or not; harmless when nothing changed.

    Raises ``Refused``: by role, ``claim.unknown``, or ``reject.sent`` once a decision stands.
    """
    with acting(
        db, clock, actor, channel_id, "claim.draft", needs=Role.OPERATOR, target=number
    ) as act:
        open_claim(act.connection, channel_id, number)
        row = act.connection.execute(
            select(draft_t.c.reason, draft_t.c.statement).where(
                draft_t.c.channel_id == channel_id, draft_t.c.claim_number == number
            )
        ).first()
        # Typing saves often; the trail has one line when a draft is begun.
        act.changed = row is None
        if row is None or (row.reason, row.statement) != (reason, statement):
            _write_draft(
                act.connection, clock, actor, channel_id, number, reason=reason, statement=statement
            )


def discard_draft(
    db: Database, clock: Clock, actor: Actor, channel_id: int, number: str
) -> None:  # fmt: skip
    """Throw the draft and its photos away. Raises ``Refused`` as :func:`save_draft`."""
    with acting(
        db, clock, actor, channel_id, "claim.draft_discard", needs=Role.OPERATOR, target=number
    ) as act:
        open_claim(act.connection, channel_id, number)
        for table in (draft_t, photo_t):
            act.connection.execute(
                delete(table).where(
                    table.c.channel_id == channel_id, table.c.claim_number == number
                )
            )


def add_photo(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    number: str,
    path: str | Path,
    limits: Any,
) -> int:
    """Add a JPEG or PNG file of this machine; its id. The same picture twice is one photo.

    limits: ``Config.refunds`` or :class:`RejectionLimits`. Raises ``Refused``:
    ``photo.unreadable`` (name, why), ``photo.no_image`` (name), ``photo.too_large`` (name, size,
    most_size: bytes), ``photo.too_many`` (n, most), or as :func:`save_draft`.
    """
    own = RejectionLimits.of(limits)
    with acting(
        db, clock, actor, channel_id, "claim.photo_add", needs=Role.OPERATOR, target=number
    ) as act:
        open_claim(act.connection, channel_id, number)
        file = read_photo(Path(path), own.photo_max_bytes)
        act.detail |= {"size": len(file.data), "mime": file.mime}
        return _keep_photo(act, clock, actor, channel_id, number, file, own)


def remove_photo(
    db: Database, clock: Clock, actor: Actor, channel_id: int, number: str, photo_id: int
) -> None:
    """Take a photo out again; one that is gone already is as good. Raises as :func:`save_draft`."""
    with acting(
        db, clock, actor, channel_id, "claim.photo_remove", needs=Role.OPERATOR, target=number
    ) as act:
        open_claim(act.connection, channel_id, number)
        gone = act.connection.execute(
            delete(photo_t).where(
                photo_t.c.channel_id == channel_id,
                photo_t.c.claim_number == number,
                photo_t.c.id == photo_id,
            )
        )
        act.changed = gone.rowcount > 0


def _write_draft(
    connection: Connection,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    number: str,
    **written: str,
) -> None:
    now = clock.now()
    row = {
        "channel_id": channel_id,
        "claim_number": number,
        "reason": "",
        "statement": "",
        **written,
        "updated_by": actor.name,
        "updated_at": now,
    }
    upsert(
        connection,
        ClaimDraft,
        [row],
        key=("channel_id", "claim_number"),
        update=(*written, "updated_by", "updated_at"),
    )


def _keep_photo(
    act: Act,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    number: str,
    file: PhotoFile,
    limits: RejectionLimits,
) -> int:
    digest = hashlib.sha256(file.data).hexdigest()
    mine = (photo_t.c.channel_id == channel_id) & (photo_t.c.claim_number == number)
    known = act.connection.execute(select(photo_t.c.id, photo_t.c.sha256).where(mine)).all()
    for photo_id, sha256 in known:
        if sha256 == digest:
            act.changed = False
            return int(photo_id)
    if len(known) >= limits.photo_max_count:
        params = {"n": len(known) + 1, "most": limits.photo_max_count}
        raise Refused("photo.too_many", params)
    _write_draft(act.connection, clock, actor, channel_id, number)
    photo_id = act.connection.execute(
        insert(photo_t)
        .values(
            channel_id=channel_id,
            claim_number=number,
            name=file.name,
            mime=file.mime,
            size=len(file.data),
            width=file.width,
            height=file.height,
            sha256=digest,
            added_by=actor.name,
            added_at=clock.now(),
            data=file.data,
        )
        .returning(photo_t.c.id)
    ).scalar_one()
    return int(photo_id)
