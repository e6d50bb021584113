"""Lag per flow: how long what it carries has been waiting (design section 3, rule 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from hbdash.domain.flowspec import FlowSpec, OnDemand
from hbdash.store.bulk import table_of
from hbdash.store.queries.flows import LISTED, PauseLine, holds, pauses
from hbdash.store.tables import Difference, FlowSchedule, Offer

offer_t, difference_t, schedule_t = table_of(Offer), table_of(Difference), table_of(FlowSchedule)

#: Flows whose lag is that of the values they carry; the id is the kind of value.
VALUES = ("stock", "price")


@dataclass(frozen=True)
class FlowLag:
    """How far one flow is behind."""

    flow: str
    seconds: int | None
    """Stock and price: age of the oldest change that is not confirmed, 0 when none waits. Others:
    time since the last run that went through. ``None`` when nothing is known yet."""
    waiting: int = 0
    """Values not confirmed, or changed and unread since a pause began."""
    paused: PauseLine | None = None


def flow_lags(
    connection: Connection,
    channel_id: int,
    now: datetime,
    flows: Sequence[FlowSpec] = LISTED,
) -> tuple[FlowLag, ...]:
    """The lag of each flow, in their order."""
    held = pauses(connection, channel_id, now)
    rows = connection.execute(
        select(schedule_t.c.flow, schedule_t.c.last_success).where(
            schedule_t.c.channel_id == channel_id
        )
    )
    successes = {row.flow: row.last_success for row in rows}
    found = []
    for spec in flows:
        pause = next((one for one in held if holds(one, spec)), None)
        if spec.id in VALUES:
            found.append(_of_values(connection, channel_id, spec, now, pause))
            continue
        last = successes.get(spec.id)
        on_demand = isinstance(spec.schedule, OnDemand)
        seconds = None if last is None or on_demand else _age(last, now)
        found.append(FlowLag(spec.id, seconds, paused=pause))
    return tuple(found)


def _of_values(
    connection: Connection,
    channel_id: int,
    spec: FlowSpec,
    now: datetime,
    pause: PauseLine | None,
) -> FlowLag:
    """Two look-ups in the indexes of what waits and what is on its way.

    While a flow may not run it reads no changes: those that the mirror has found since are its lag.
    """
    mine = (offer_t.c.channel_id == channel_id, offer_t.c.kind == spec.id)
    parts = [
        connection.execute(
            select(func.min(offer_t.c.wanted_at), func.count()).where(*mine, which)
        ).one()
        for which in (offer_t.c.state == "waiting", offer_t.c.upload_id.is_not(None))
    ]
    if pause is not None and pause.since is not None:
        parts.append(
            connection.execute(
                select(func.min(difference_t.c.found_at), func.count()).where(
                    difference_t.c.channel_id == channel_id,
                    difference_t.c.kind == spec.id,
                    difference_t.c.corrected_at.is_(None),
                    difference_t.c.found_at >= pause.since,
                )
            ).one()
        )
    oldest = min((at for at, _ in parts if at is not None), default=None)
    seconds = 0 if oldest is None else _age(oldest, now)
    return FlowLag(spec.id, seconds, sum(int(n) for _, n in parts), pause)


def _age(since: datetime, now: datetime) -> int:
    return max(0, (now - since) // timedelta(seconds=1))
