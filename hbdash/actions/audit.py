"""The audit trail: who did what, when, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert

from hbdash.actions.actor import Actor, Refused, Role, require
from hbdash.store.bulk import table_of
from hbdash.store.database import Database
from hbdash.store.tables.alarms import Audit

if TYPE_CHECKING:
    from hbdash.domain.clock import Clock

ACCEPTED = "accepted"
REFUSED = "refused"


def record(
    connection: Connection,
    clock: Clock,
    actor: Actor,
    channel_id: int | None,
    action: str,
    target: str,
    detail: Mapping[str, Any],
    outcome: str,
) -> None:
    """Write one line of the trail in the caller's transaction.

    ``action`` is a stable id (``alarm.acknowledge``), ``target`` what it was done to (a rule's
    name, a claim number), ``detail`` plain JSON without personal data, ``outcome`` one of
    ``accepted`` and ``refused``.
    """
    connection.execute(
        insert(table_of(Audit)).values(
            channel_id=channel_id,
            at=clock.now(),
            who=actor.name,
            role=actor.role.word,
            via=actor.via,
            action=action,
            target=target,
            detail=dict(detail),
            outcome=outcome,
        )
    )


@dataclass
class Act:
    """A write in progress. The action may name its target and detail better on the way."""

    connection: Connection
    target: str
    detail: dict[str, Any] = field(default_factory=dict)
    changed: bool = True
    """Set to false by a second press that changes nothing: then no line is written."""


def permit(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int | None,
    action: str,
    *,
    needs: Role,
    target: str = "",
) -> None:
    """For a write that is a call to another system and no transaction of ours: may it be done?

    Raises ``Refused`` and keeps the refused line; what was done is recorded afterwards.
    """
    with acting(db, clock, actor, channel_id, action, needs=needs, target=target) as act:
        act.changed = False


@contextmanager
def acting(
    db: Database,
    clock: Clock,
    actor: Actor,
    channel_id: int | None,
    action: str,
    *,
    needs: Role,
    target: str = "",
    detail: Mapping[str, Any] | None = None,
    durable: bool = False,
) -> Iterator[Act]:
    """One write asked for by a person: allowed, done and audited in one transaction.

    Leaving with ``Refused`` undoes the write, keeps a ``refused`` line in the trail, and lets the
    refusal go on to the caller. A read-only session writes nothing at all, its trail included.
    ``durable`` is for what must outlive a power cut (``Database.durable``).
    """
    act: Act | None = None
    try:
        require(actor, needs)
        with db.durable() if durable else db.write() as connection:
            act = Act(connection, target, dict(detail or {}))
            yield act
            if act.changed:
                record(
                    connection, clock, actor, channel_id, action, act.target, act.detail, ACCEPTED
                )
    except Refused as refused:
        if not actor.read_only:
            said = {"refusal": refused.id, **(act.detail if act else dict(detail or {}))}
            with db.write() as connection:
                record(
                    connection,
                    clock,
                    actor,
                    channel_id,
                    action,
                    act.target if act else target,
                    said,
                    REFUSED,
                )
        raise
