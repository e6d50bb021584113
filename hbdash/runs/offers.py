"""Values on their way to the marketplace: wanted, sent, confirmed by reading back.

One row per (channel, SKU key, kind); its ``upload_id`` is the one upload that is not settled, so no
two uploads ever carry the same SKU and kind. A result for an older version settles nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from hbdash.domain.states import OfferState
from hbdash.runs.removed import removed_keys
from hbdash.store.bulk import sliced, table_of, upsert
from hbdash.store.tables import Offer
from hbdash.store.types import LIRA_SCALE

_KEY = ("channel_id", "sku_key", "kind")

#: Order of sending: stop of sale and zeros, falling, rising, and what failed before.
URGENT, FALLING, RISING, RETRY = 0, 1, 2, 3


@dataclass(frozen=True)
class Wanted:
    """What Omnitron wants to be there. ``value``: pieces, or 10⁻⁵ lira."""

    sku_key: str
    value: int
    cap: int | None
    changed_at: datetime
    urgency: int
    batch_id: int | None = None
    object_pk: int | None = None
    is_correction: bool = False


def price_units(price: Decimal) -> int:
    """A price in the offer's integer unit, 10⁻⁵ lira."""
    return int(price * LIRA_SCALE)


def unit_price(value: int) -> Decimal:
    """The price of an offer's integer value."""
    return Decimal(value) / LIRA_SCALE


def load(
    connection: Connection, channel_id: int, kind: str, keys: Iterable[str], *, lock: bool = False
) -> dict[str, RowMapping]:
    """SKU key → offer row. ``lock``: no other lane takes them until this transaction ends."""
    table = table_of(Offer)
    found: dict[str, RowMapping] = {}
    for part in sliced(sorted(set(keys)), 500):
        statement = (
            select(table)
            .where(
                table.c.channel_id == channel_id, table.c.kind == kind, table.c.sku_key.in_(part)
            )
            .order_by(table.c.sku_key)
        )
        if lock:
            # SQLite has one writer at a time and leaves this out.
            statement = statement.with_for_update()
        rows = connection.execute(statement).mappings()
        found.update({row["sku_key"]: row for row in rows})
    return found


def want(
    connection: Connection,
    channel_id: int,
    kind: str,
    wanted: Sequence[Wanted],
    *,
    removing: bool = False,
) -> None:
    """Set what is wanted; each becomes ``waiting``, unless an upload of it is not settled yet.

    The version grows with every call, so that the result of an upload under way settles only what
    it carried. What is being taken off sale is left as it is, unless it is the removal that wants.
    """
    if not removing:
        still = removed_keys(connection, channel_id, [w.sku_key for w in wanted])
        wanted = [w for w in wanted if w.sku_key not in still]
    standing = load(connection, channel_id, kind, [w.sku_key for w in wanted])
    rows: list[dict[str, Any]] = []
    for w in wanted:
        before = standing.get(w.sku_key)
        in_flight = before is not None and before["upload_id"] is not None
        rows.append(
            {
                "channel_id": channel_id,
                "sku_key": w.sku_key,
                "kind": kind,
                "wanted": w.value,
                "wanted_cap": w.cap,
                "wanted_version": (before["wanted_version"] if before else 0) + 1,
                "wanted_at": w.changed_at,
                "urgency": w.urgency,
                "state": before["state"] if before and in_flight else OfferState.WAITING,
                "code": None,
                "batch_id": w.batch_id,
                "object_pk": w.object_pk,
                "is_correction": w.is_correction,
                # A change made in Omnitron starts afresh; a correction remembers who undid it.
                "overwritten": before["overwritten"] if before and w.is_correction else 0,
            }
        )
    upsert(connection, Offer, rows, key=_KEY)


@dataclass(frozen=True)
class Verdict:
    """What became of one row of an upload."""

    sku_key: str
    version: int
    code: str | None
    """Failure id; ``None`` for accepted."""


def settle(
    connection: Connection,
    channel_id: int,
    kind: str,
    upload_id: int,
    verdicts: Sequence[Verdict],
) -> None:
    """Accepted values wait for their confirmation; newer ones wanted meanwhile wait to be sent."""
    offers = table_of(Offer)
    mine = (
        (offers.c.channel_id == channel_id)
        & (offers.c.kind == kind)
        & (offers.c.upload_id == upload_id)
        & (offers.c.sku_key == bindparam("b_sku"))
    )
    newer = offers.c.wanted_version != offers.c.sent_version
    for state, rows in (
        (OfferState.AWAITING_RESULT, [v for v in verdicts if v.code is None]),
        (OfferState.FAILED, [v for v in verdicts if v.code is not None]),
    ):
        if not rows:
            continue
        params = [{"b_sku": v.sku_key, "b_code": v.code} for v in rows]
        connection.execute(
            update(offers).where(mine & newer).values(upload_id=None, state=OfferState.WAITING),
            [{"b_sku": p["b_sku"]} for p in params],
        )
        connection.execute(
            update(offers)
            .where(mine)
            .values(upload_id=None, state=state, code=bindparam("b_code")),
            params,
        )


def confirm(
    connection: Connection,
    channel_id: int,
    kind: str,
    readings: Mapping[str, int],
    read_at: datetime,
) -> set[str]:
    """Offers whose value was read back equal become ``confirmed``; returns their SKU keys.

    ``readings``: SKU key → what the listing has, in the offer's unit, as read at ``read_at``.
    """
    offers = table_of(Offer)
    mine = (
        (offers.c.channel_id == channel_id)
        & (offers.c.kind == kind)
        & offers.c.upload_id.is_(None)
        # Spelt out, since a list can't stand in a statement for many rows.
        & ((offers.c.state == OfferState.AWAITING_RESULT) | (offers.c.state == OfferState.FAILED))
    )
    done: set[str] = set()
    for part in sliced(sorted(readings), 500):
        rows = connection.execute(
            select(
                offers.c.sku_key, offers.c.wanted, offers.c.wanted_at, offers.c.wanted_version
            ).where(mine, offers.c.sku_key.in_(part))
        ).all()
        hits = [row for row in rows if row.wanted == readings[row.sku_key]]
        if not hits:
            continue
        connection.execute(
            update(offers)
            .where(
                mine,
                offers.c.sku_key == bindparam("b_sku"),
                # Another lane may want a newer value meanwhile (PostgreSQL): that one waits.
                offers.c.wanted_version == bindparam("b_version"),
            )
            .values(
                state=OfferState.CONFIRMED,
                code=None,
                confirmed=offers.c.wanted,
                confirmed_version=offers.c.wanted_version,
                confirmed_at=read_at,
                lag_ms=bindparam("b_lag"),
            ),
            [
                {
                    "b_sku": row.sku_key,
                    "b_version": row.wanted_version,
                    "b_lag": _milliseconds(read_at, row.wanted_at),
                }
                for row in hits
            ],
        )
        done.update(row.sku_key for row in hits)
    return done


def _milliseconds(later: datetime, earlier: datetime | None) -> int | None:
    if earlier is None:
        return None
    return max(0, (later - earlier) // timedelta(milliseconds=1))


def mark_failed(
    connection: Connection,
    channel_id: int,
    kind: str,
    versions: Mapping[str, int],
    code: str,
    before: OfferState,
) -> None:
    """Offers still in ``before`` at these versions (SKU key → version) become failed."""
    offers = table_of(Offer)
    if versions:
        connection.execute(
            update(offers)
            .where(
                offers.c.channel_id == channel_id,
                offers.c.kind == kind,
                offers.c.sku_key == bindparam("b_sku"),
                offers.c.wanted_version == bindparam("b_version"),
                offers.c.state == before,
            )
            .values(state=OfferState.FAILED, code=code),
            [{"b_sku": key, "b_version": version} for key, version in sorted(versions.items())],
        )
