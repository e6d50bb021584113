"""Pausing a flow, a direction or a channel until a time; it ends by itself (design rule 10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, update

from hbdash.actions.actor import Actor, Refused, Role
from hbdash.actions.audit import acting
from hbdash.domain.clock import Clock
from hbdash.flows.registry import FLOWS
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables import Pause

#: A pause that nobody remembers must not stop a brand for ever.
LONGEST = timedelta(days=30)


def pause(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int,
    scope: str,
    name: str,
    until: datetime,
    why: str,
) -> int:
    """Pause; a standing pause of the same is replaced. The row's id.

    ``scope``: flow, direction or channel. Raises ``Refused``: ``pause.past``, ``pause.long``,
    ``pause.unknown``, or what the role says.
    """
    table = table_of(Pause)
    now = clock.now()
    with acting(
        db, clock, actor, channel_id, "flow.pause", needs=Role.OPERATOR,
        target=name or scope, detail={"until": until.isoformat(), "why": why}, durable=True,
    ) as act:  # fmt: skip
        if until <= now:
            raise Refused("pause.past")
        if until - now > LONGEST:
            raise Refused("pause.long", {"most": LONGEST.days})
        if scope not in ("flow", "direction", "channel") or (scope == "flow" and name not in FLOWS):
            raise Refused("pause.unknown", {"name": name or scope})
        _end(act.connection, channel_id, scope, name, now, actor.name)
        return int(
            act.connection.execute(
                insert(table)
                .values(
                    channel_id=channel_id,
                    scope=scope,
                    name=name,
                    until=until,
                    by=actor.name,
                    why=why.strip(),
                    created_at=now,
                )
                .returning(table.c.id)
            ).scalar_one()
        )


def resume(
    db: Database, clock: Clock, actor: Actor, channel_id: int, scope: str, name: str
) -> bool:
    """End a pause now; false if none stood."""
    with acting(
        db, clock, actor, channel_id, "flow.resume", needs=Role.OPERATOR, target=name or scope
    ) as act:
        act.changed = _end(act.connection, channel_id, scope, name, clock.now(), actor.name)
        return act.changed


def _end(
    connection: Connection, channel_id: int, scope: str, name: str, now: datetime, by: str
) -> bool:

    table = table_of(Pause)
    done = connection.execute(
        update(table)
        .where(
            table.c.channel_id == channel_id,
            table.c.scope == scope,
            table.c.name == name,
            table.c.ended_at.is_(None),
            table.c.until > now,
        )
        .values(ended_at=now, ended_by=by)
    )
    return done.rowcount > 0
