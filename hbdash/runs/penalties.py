"""Penalties (R3): Omnitron's rows mirrored, and our own where Omnitron has none.

For products, prices and stocks Omnitron's failed-integration row is the authority (design rule 4).
If its list can't be read, what we count ourselves by the same settings stands in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select

from hbdash.domain.retry import PenaltyState, RetryRule, next_penalty
from hbdash.store.bulk import sliced, table_of, upsert
from hbdash.store.tables import Penalty

_KEY = ("channel_id", "content_type", "key")


@dataclass(frozen=True)
class PenaltyView:
    """A penalty as failures and screens show it."""

    id: int
    key: str
    tries: int
    max_retries: int
    next_at: datetime | None
    ended: bool


@dataclass(frozen=True)
class Offender:
    """A record that failed; ``remote_pk`` is Omnitron's failed-integration row, if it has one."""

    key: str
    object_pk: int | None = None
    remote_pk: int | None = None
    reason_type: str = "channel_app"


def load(
    connection: Connection, channel_id: int, content_type: str, keys: Iterable[str]
) -> dict[str, RowMapping]:
    """Key → penalty row."""
    table = table_of(Penalty)
    found: dict[str, RowMapping] = {}
    for part in sliced(sorted(set(keys)), 500):
        rows = connection.execute(
            select(table).where(
                table.c.channel_id == channel_id,
                table.c.content_type == content_type,
                table.c.key.in_(part),
            )
        ).mappings()
        found.update({row["key"]: row for row in rows})
    return found


def blocked(
    connection: Connection, channel_id: int, content_type: str, keys: Iterable[str], now: datetime
) -> set[str]:
    """Keys that serve a penalty now, or whose tries are used up."""
    rows = load(connection, channel_id, content_type, keys)
    return {
        key
        for key, row in rows.items()
        if row["ended"] or (row["next_at"] and row["next_at"] > now)
    }


def penalise(
    connection: Connection,
    channel_id: int,
    content_type: str,
    offenders: Sequence[Offender],
    rule: RetryRule,
    now: datetime,
    *,
    owner: str,
) -> dict[str, PenaltyView]:
    """Write the next penalty of each offender, by the settings in force now (R3.6)."""
    # Two records of one key (two products of one SKU) have one penalty and fail once a run.
    offenders = list({offender.key: offender for offender in offenders}.values())
    standing = load(connection, channel_id, content_type, [o.key for o in offenders])
    rows: list[dict[str, Any]] = []
    for offender in offenders:
        state = next_penalty(_state_of(standing.get(offender.key)), now, rule)
        rows.append(
            {
                "channel_id": channel_id,
                "content_type": content_type,
                "key": offender.key,
                "object_pk": offender.object_pk,
                "remote_pk": offender.remote_pk,
                "owner": owner,
                "reason_type": offender.reason_type,
                "tries": state.tries,
                "max_retries": rule.max_retries,
                "interval_s": int(rule.interval.total_seconds()),
                "first_failed_at": state.first_failed_at,
                "last_failed_at": now,
                "next_at": state.next_at,
                "expires_at": state.first_failed_at + rule.lifetime,
                "ended": state.ended,
                "lifted_at": None,
                "lifted_by": None,
            }
        )
    upsert(connection, Penalty, rows, key=_KEY)
    written = load(connection, channel_id, content_type, [o.key for o in offenders])
    return {key: view(row) for key, row in written.items()}


def forgive(
    connection: Connection, channel_id: int, content_type: str, keys: Iterable[str]
) -> None:
    """A success, or a lift, deletes the penalty."""
    table = table_of(Penalty)
    for part in sliced(sorted(set(keys)), 500):
        connection.execute(
            delete(table).where(
                table.c.channel_id == channel_id,
                table.c.content_type == content_type,
                table.c.key.in_(part),
            )
        )


def view(row: RowMapping) -> PenaltyView:
    """The row as others show it."""
    return PenaltyView(
        id=row["id"],
        key=row["key"],
        tries=row["tries"],
        max_retries=row["max_retries"],
        next_at=row["next_at"],
        ended=row["ended"],
    )


def _state_of(row: RowMapping | None) -> PenaltyState | None:
    if row is None:
        return None
    return PenaltyState(
        tries=row["tries"],
        first_failed_at=row["first_failed_at"],
        next_at=row["next_at"],
        ended=row["ended"],
    )
