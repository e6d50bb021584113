"""Lifting penalties: one, marked ones, all that match, or those of a file (R8.6).

First a plan, shown as it is: which rows, frozen, and which lines lead to nothing. Then the request;
the engine lifts row by row and keeps a result for each (``store.queries.levers.row_results``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from hbdash.actions.actor import Actor, Role
from hbdash.actions.audit import acting
from hbdash.actions.lists import Unusable, check_size, given, in_order
from hbdash.actions.runs import ask
from hbdash.domain.clock import Clock
from hbdash.domain.csvkeys import KeyFile
from hbdash.store.database import Database
from hbdash.store.queries.penalties import (
    PenaltyFilter,
    penalties_by_key,
    penalties_of,
    penalty_ids,
)

FLOW = "lift_penalty"


@dataclass(frozen=True)
class LiftPlan:
    """What a lift would do; nothing has been done yet."""

    ids: tuple[int, ...]
    """Penalties, frozen now."""
    unusable: tuple[Unusable, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """Content type → penalties."""
    waiting: int = 0
    ended: int = 0
    keys: tuple[str, ...] = ()
    """Keys of the first rows, for showing them."""

    @property
    def total(self) -> int:
        """How many penalties would be lifted."""
        return len(self.ids)


def plan_lift(
    connection: Connection,
    channel_id: int,
    now: datetime,
    *,
    ids: Iterable[int] = (),
    keys: Iterable[str] = (),
    wanted: PenaltyFilter | None = None,
    file: KeyFile | None = None,
) -> LiftPlan:
    """Which penalties the given ids, keys, filter and file mean, all together.

    ``wanted``: all that match; an empty filter means every penalty of the channel.
    """
    frozen = set(ids)
    if wanted is not None:
        frozen.update(penalty_ids(connection, channel_id, now, wanted))
    named = given(keys, file)
    found = penalties_by_key(connection, channel_id, named.keys)
    unusable = list(named.unusable)
    for key in named.keys:
        frozen.update(found.get(key, ()))
        if not found.get(key):
            unusable.append(named.without(key, "not_penalised"))
    lines = penalties_of(connection, channel_id, now, frozen)
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.content_type] = counts.get(line.content_type, 0) + 1
    ended = sum(line.state == "ended" for line in lines)
    return LiftPlan(
        ids=tuple(line.id for line in lines),
        unusable=in_order(unusable),
        counts=counts,
        waiting=len(lines) - ended,
        ended=ended,
        keys=tuple(dict.fromkeys(line.key for line in lines[:200])),
    )


def request_lift(db: Database, clock: Clock, actor: Actor, channel_id: int, plan: LiftPlan) -> int:
    """Ask the engine to lift what the plan names; the request's id.

    Raises ``Refused``: ``lift.none``, ``lever.many``, or what the role says.
    """
    detail = {"ids": list(plan.ids)[:500], "counts": dict(plan.counts)}
    with acting(
        db, clock, actor, channel_id, "penalty.lift", needs=Role.OPERATOR,
        target=str(plan.total), detail=detail, durable=True,
    ) as act:  # fmt: skip
        check_size(plan.ids, "lift.none")
        payload = {"keys": [str(one) for one in plan.ids]}
        return ask(act.connection, clock, actor, channel_id, "run", FLOW, payload)
