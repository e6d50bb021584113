"""Omnitron's failed-integration rows in our penalties: tries, next try, end (design rule 4).

A row that is gone there was lifted there, and so it is here. One that was never there leaves ours
to count; so does an Omnitron that does not list its rows (O§5.6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping, delete, select, update

from hbdash.domain.retry import PenaltyState, RemoteCount, RetryRule, counted_there
from hbdash.omnitron.models.batch import FailedIntegration
from hbdash.runs.penalties import state_of
from hbdash.store.bulk import sliced, table_of, upsert
from hbdash.store.tables import Failure, Penalty
from hbdash.transport.errors import RemoteError

if TYPE_CHECKING:
    from hbdash.runs.context import RunContext

_OPEN = ("open", "retrying", "ended")


def mirror_objects(ctx: RunContext, object_type: str, pks: Iterable[int]) -> None:
    """Put Omnitron's rows of these objects into our penalties: right after they failed."""
    wanted = sorted(set(pks))
    if not wanted:
        return
    try:
        type_pk = ctx.omnitron.content_type(object_type).pk
        rows = ctx.omnitron.failed_integrations(type_pk, object_ids=wanted)
    except RemoteError:
        # Ours count until the next look at the whole list.
        return
    if not rows:
        return
    rule = ctx.settings.retry.rule_for(object_type)
    with ctx.commit() as connection:
        keep(connection, ctx.channel_id, object_type, rows, rule, ctx.now())


def keep(
    connection: Connection,
    channel_id: int,
    object_type: str,
    rows: Sequence[FailedIntegration],
    rule: RetryRule,
    now: datetime,
) -> set[int]:
    """Write the numbers of Omnitron's rows into ours; the objects for which we have none."""
    there = {row.object_id: row for row in rows if row.is_active}
    known: set[int] = set()
    for part in sliced(sorted(there), 500):
        for ours in _ours(connection, channel_id, object_type, part):
            known.add(ours["object_pk"])
            values = _values(there[ours["object_pk"]], state_of(ours), rule, ours["last_failed_at"])
            if any(ours[name] != value for name, value in values.items()):
                _write(connection, ours["id"], values)
    return set(there) - known


def _ours(
    connection: Connection, channel_id: int, object_type: str, pks: Sequence[int]
) -> Sequence[RowMapping]:
    table = table_of(Penalty)
    return (
        connection.execute(
            select(table).where(
                table.c.channel_id == channel_id,
                table.c.object_type == object_type,
                table.c.object_pk.in_(pks),
                table.c.owner == "omnitron",
            )
        )
        .mappings()
        .all()
    )


def _values(
    row: FailedIntegration, ours: PenaltyState | None, rule: RetryRule, seen: datetime
) -> dict[str, Any]:
    """The numbers that count; what a row does not tell is taken from the settings (O§5.6).

    ``seen``: when we saw the last failure, for an Omnitron whose rows have no dates.
    """
    interval = rule.interval if row.retry_interval is None else _seconds(row.retry_interval)
    most = rule.max_retries if row.max_retry_count is None else row.max_retry_count
    last = row.modified_date or seen
    first = row.created_date or (ours.first_failed_at if ours is not None else last)
    count = RemoteCount(
        tries=row.retry_count or 1,
        max_retries=most,
        interval=interval,
        first_failed_at=first,
        last_failed_at=last,
        expires_at=row.expiration_date or first + rule.lifetime,
    )
    state, expires = counted_there(count, ours)
    return {
        "remote_pk": row.pk,
        "tries": state.tries,
        "max_retries": most,
        "interval_s": int(interval.total_seconds()),
        "first_failed_at": state.first_failed_at,
        "next_at": state.next_at,
        "expires_at": expires,
        "ended": state.ended,
        "reason_type": row.reason_type or "channel_app",
    }


def _seconds(number: int) -> timedelta:
    return timedelta(seconds=min(number, 10 * 366 * 86400))


def _write(connection: Connection, penalty_id: int, values: Mapping[str, Any]) -> None:
    table, failures = table_of(Penalty), table_of(Failure)
    connection.execute(update(table).where(table.c.id == penalty_id).values(**values))
    told = {
        "tries": values["tries"],
        "max_tries": values["max_retries"] + 1,
        "next_at": values["next_at"],
    }
    mine = (failures.c.penalty_id == penalty_id) & failures.c.state.in_(_OPEN)
    connection.execute(update(failures).where(mine).values(**told))
    connection.execute(
        update(failures)
        .where(
            mine, failures.c.state != "ended" if values["ended"] else failures.c.state == "ended"
        )
        .values(state="ended" if values["ended"] else "retrying")
    )


@dataclass(frozen=True)
class Unknown:
    """A row of Omnitron's that we had not heard of, with the key of its object."""

    key: str
    row: FailedIntegration


def adopt(
    connection: Connection,
    channel_id: int,
    object_type: str,
    found: Sequence[Unknown],
    rule: RetryRule,
    now: datetime,
) -> None:
    """Penalties that another program, or a person, left in Omnitron."""
    rows = []
    for one in {unknown.key: unknown for unknown in found}.values():
        values = _values(one.row, None, rule, now)
        rows.append(
            {
                "channel_id": channel_id,
                "content_type": object_type,
                "key": one.key,
                "object_type": object_type,
                "object_pk": one.row.object_id,
                "owner": "omnitron",
                "last_failed_at": one.row.modified_date or now,
                **values,
            }
        )
    upsert(connection, Penalty, rows, key=("channel_id", "content_type", "key"))


def clear_lifted(
    connection: Connection,
    channel_id: int,
    object_type: str,
    standing: Iterable[int],
    begun: datetime,
) -> list[RowMapping]:
    """Delete ours whose row of Omnitron is gone: lifted there. Returns them.

    ``standing``: pks of all rows of the type that Omnitron listed; ``begun``: when it was asked,
    since what failed later may have its row in no answer yet.
    """
    table = table_of(Penalty)
    there = set(standing)
    mine = (
        connection.execute(
            select(table).where(
                table.c.channel_id == channel_id,
                table.c.object_type == object_type,
                table.c.owner == "omnitron",
                table.c.remote_pk.is_not(None),
                table.c.last_failed_at < begun,
            )
        )
        .mappings()
        .all()
    )
    gone = [row for row in mine if row["remote_pk"] not in there]
    remove(connection, [row["id"] for row in gone], begun)
    return gone


def remove(connection: Connection, ids: Iterable[int], now: datetime) -> None:
    """Lift: the penalties go, their failures wait for the next try."""
    table, failures = table_of(Penalty), table_of(Failure)
    for part in sliced(sorted(ids), 500):
        connection.execute(
            update(failures)
            .where(failures.c.penalty_id.in_(part), failures.c.state.in_(_OPEN))
            .values(state="retrying", next_at=now, penalty_id=None)
        )
        connection.execute(delete(table).where(table.c.id.in_(part)))
