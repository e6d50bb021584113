"""Penalties (R3): what we count ourselves, by the settings in force.

For what goes through Omnitron's batches its failed-integration row is the authority (design
rule 4): :mod:`hbdash.runs.penalty_mirror` puts its numbers into these rows. Where Omnitron has
none, or can't list them, ours count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, or_, select

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
    """A record that failed; ``object_pk`` is Omnitron's number of it.

    ``object_type``: what Omnitron punishes, if it is not the content type whose rule counts: a
    product that lacks a price.
    """

    key: str
    object_pk: int | None = None
    reason_type: str = "channel_app"
    object_type: str | None = None


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
        before = standing.get(offender.key)
        state = next_penalty(None if before is None else state_of(before), now, rule)
        rows.append(
            {
                "channel_id": channel_id,
                "content_type": content_type,
                "key": offender.key,
                "object_type": offender.object_type or content_type,
                "object_pk": offender.object_pk,
                # Kept until the mirror has looked: a row that is gone was lifted there.
                "remote_pk": None if before is None else before["remote_pk"],
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


def state_of(row: RowMapping) -> PenaltyState:
    """Where the record of a row stands."""
    return PenaltyState(
        tries=row["tries"],
        first_failed_at=row["first_failed_at"],
        next_at=row["next_at"],
        ended=row["ended"],
    )


def due_again(
    connection: Connection, channel_id: int, object_type: str, now: datetime, limit: int
) -> list[RowMapping]:
    """Records of Omnitron whose next try is due, the longest waiting first.

    Omnitron offers them too, but not those whose last try came some seconds late: their window of
    two intervals and one second is over there (R3.12). What ended is nobody's any more.
    """
    table = table_of(Penalty)
    return list(
        connection.execute(
            select(table)
            .where(
                table.c.channel_id == channel_id,
                table.c.owner == "omnitron",
                or_(table.c.object_type == object_type, table.c.object_type == ""),
                table.c.ended.is_(False),
                table.c.next_at <= now,
            )
            .order_by(table.c.next_at, table.c.id)
            .limit(limit)
        )
        .mappings()
        .all()
    )
