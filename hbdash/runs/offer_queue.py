"""Values that wait to be sent: who goes first, and which upload takes them (flows section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from hbdash.domain.states import OfferState
from hbdash.runs.fair import shared
from hbdash.runs.offers import RETRY, URGENT
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import Listing, Offer


@dataclass(frozen=True)
class Waiting:
    """An offer ready to be sent, with the spelling its listing has there."""

    sku_key: str
    hb_sku: str
    merchant_sku: str
    value: int
    cap: int | None
    version: int
    batch_id: int | None
    object_pk: int | None


@dataclass(frozen=True)
class Room:
    """Rows that one upload may carry: all together, and of them those that are not urgent."""

    total: int
    normal: int


def waiting(
    connection: Connection, channel_id: int, kind: str, room: Room, *, urgent_upto: int = URGENT
) -> list[Waiting]:
    """What waits and has a listing: urgent rows first, then fresh ones, then retries.

    ``urgent_upto``: the last urgency that counts as urgent, and so may use the whole quota. Retries
    have a fifth of the room that is left, and all of it when nothing fresh waits (design rule 3).
    """
    offers = table_of(Offer)
    urgent = _waiting(connection, channel_id, kind, offers.c.urgency <= urgent_upto, room.total)
    left = min(room.total - len(urgent), room.normal)
    if left <= 0:
        return urgent
    fresh = (offers.c.urgency > urgent_upto) & (offers.c.urgency < RETRY)
    return urgent + shared(
        _waiting(connection, channel_id, kind, fresh, left),
        _waiting(connection, channel_id, kind, offers.c.urgency >= RETRY, left),
        left,
    )


def _waiting(
    connection: Connection, channel_id: int, kind: str, which: ColumnElement[bool], limit: int
) -> list[Waiting]:
    offers, listings = table_of(Offer), table_of(Listing)
    rows = connection.execute(
        select(
            offers.c.sku_key,
            listings.c.hb_sku,
            listings.c.merchant_sku,
            offers.c.wanted,
            offers.c.wanted_cap,
            offers.c.wanted_version,
            offers.c.batch_id,
            offers.c.object_pk,
        )
        .select_from(
            offers.join(
                listings,
                (listings.c.channel_id == offers.c.channel_id)
                & (listings.c.sku_key == offers.c.sku_key),
            )
        )
        .where(
            offers.c.channel_id == channel_id,
            offers.c.kind == kind,
            offers.c.state == OfferState.WAITING,
            offers.c.upload_id.is_(None),
            listings.c.gone.is_(False),
            which,
        )
        .order_by(offers.c.urgency, offers.c.wanted_at)
        .limit(limit)
    )
    return [Waiting(*row) for row in rows]


def count_waiting(connection: Connection, channel_id: int, kind: str) -> int:
    """Length of the queue."""

    offers = table_of(Offer)
    return int(
        connection.execute(
            select(func.count())
            .select_from(offers)
            .where(
                offers.c.channel_id == channel_id,
                offers.c.kind == kind,
                offers.c.state == OfferState.WAITING,
            )
        ).scalar_one()
    )


def bind_to_upload(
    connection: Connection,
    channel_id: int,
    kind: str,
    rows: Sequence[Waiting],
    upload_id: int,
    now: datetime,
) -> list[Waiting]:
    """Before the call: these offers are on their way with this upload; returns those that are.

    Left out is what another lane (deletion, stop of sale) has taken or changed since it was read:
    no two unsettled uploads carry one SKU and kind.
    """
    offers = table_of(Offer)
    connection.execute(
        update(offers)
        .where(
            offers.c.channel_id == channel_id,
            offers.c.kind == kind,
            offers.c.sku_key == bindparam("b_sku"),
            offers.c.wanted_version == bindparam("b_version"),
            offers.c.upload_id.is_(None),
            offers.c.state == OfferState.WAITING,
        )
        .values(
            upload_id=upload_id,
            state=OfferState.SENT,
            sent=bindparam("b_value"),
            sent_version=bindparam("b_version"),
            sent_at=now,
        ),
        [{"b_sku": r.sku_key, "b_value": r.value, "b_version": r.version} for r in rows],
    )
    bound = set(
        connection.execute(
            select(offers.c.sku_key).where(
                offers.c.channel_id == channel_id,
                offers.c.kind == kind,
                offers.c.upload_id == upload_id,
            )
        ).scalars()
    )
    return [row for row in rows if row.sku_key in bound]


def release(
    connection: Connection,
    channel_id: int,
    upload_id: int,
    keys: Sequence[str] | None = None,
) -> None:
    """The upload never got there, or nobody knows: the newest values are sent again.

    ``keys``: only those SKU keys.
    """
    offers = table_of(Offer)
    here = (offers.c.channel_id == channel_id) & (offers.c.upload_id == upload_id)
    for part in [None] if keys is None else sliced(keys, 500):
        connection.execute(
            update(offers)
            .where(here if part is None else here & offers.c.sku_key.in_(part))
            .values(upload_id=None, state=OfferState.WAITING)
        )
