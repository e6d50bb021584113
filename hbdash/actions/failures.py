"""What people do with failures: try their records again, or close them with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, select, update

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import acting
from hbdash.actions.runs import ask
from hbdash.domain.clock import Clock
from hbdash.store.bulk import sliced, table_of
from hbdash.store.database import Database
from hbdash.store.tables import Failure

OPEN = ("open", "retrying", "ended")


def close_failures(
    db: Database, clock: Clock, actor: Actor, channel_id: int, ids: Sequence[int], reason: str
) -> int:
    """Close open failures with a person's words; how many were still open.

    Raises ``Refused``: ``failure.no_reason``, or what the role says.
    """
    table = table_of(Failure)
    with acting(
        db, clock, actor, channel_id, "failure.close", needs=Role.OPERATOR,
        target=str(len(ids)), detail={"ids": list(ids)[:500], "reason": reason},
    ) as act:  # fmt: skip
        if not reason.strip():
            raise Refused("failure.no_reason")
        closed = 0
        for part in sliced(sorted(set(ids)), 500):
            closed += act.connection.execute(
                update(table)
                .where(
                    table.c.channel_id == channel_id,
                    table.c.id.in_(part),
                    table.c.state.in_(OPEN),
                )
                .values(
                    state="closed",
                    closed_at=clock.now(),
                    closed_by=actor.name,
                    close_reason=reason.strip(),
                    next_at=None,
                    watch_at=None,
                )
            ).rowcount
        act.changed = closed > 0
        return closed


def request_retry(
    db: Database, clock: Clock, actor: Actor, channel_id: int, ids: Sequence[int]
) -> int:
    """Try the records of these failures again: penalties are lifted, then their flows run for them.

    The list of ids is frozen here. Returns how many records are tried. Raises ``Refused``:
    ``failure.none_open``, or what the role says.
    """
    with acting(
        db, clock, actor, channel_id, "failure.retry", needs=Role.OPERATOR,
        target=str(len(ids)), detail={"ids": list(ids)[:500]}, durable=True,
    ) as act:  # fmt: skip
        rows = _open(act.connection, channel_id, ids)
        if not rows:
            raise Refused("failure.none_open")
        payload = {"ids": [row["id"] for row in rows]}
        ask(act.connection, clock, actor, channel_id, "retry", None, payload)
        return len(rows)


def _open(connection: Connection, channel_id: int, ids: Sequence[int]) -> list[RowMapping]:
    table = table_of(Failure)
    rows: list[RowMapping] = []
    for part in sliced(sorted(set(ids)), 500):
        rows.extend(
            connection.execute(
                select(table.c.id, table.c.flow, table.c.key).where(
                    table.c.channel_id == channel_id,
                    table.c.id.in_(part),
                    table.c.state.in_(OPEN),
                )
            ).mappings()
        )
    return rows
