"""What rejecting and approving a claim share: the decision's row, the request to the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from hbdash.actions.actor import Actor
from hbdash.actions.audit import Act
from hbdash.actions.claim_lookup import decision_of
from hbdash.domain.claims import ClaimFacts
from hbdash.domain.settings import ChannelSettings
from hbdash.store.bulk import table_of
from hbdash.store.tables import Channel, ClaimDecision, EngineRequest, SettingsSnapshot

decision_t = table_of(ClaimDecision)
request_t = table_of(EngineRequest)


@dataclass(frozen=True)
class Outcome:
    """The decision that stands now."""

    decision_id: int
    request_id: int | None
    """The request to the engine; ``queries.flows.asked`` tells what became of it."""
    state: str
    """State of the decision: ``waiting`` just after the press."""
    decided_by: str
    decided_at: datetime
    already: bool
    """It was decided before, by ``decided_by``; nothing was changed."""


def put(decision: RowMapping | None, channel_id: int, number: str, values: dict[str, Any]) -> Any:
    """A refused decision is decided anew in its own row, so that there is never a second one."""
    if decision is None:
        return insert(decision_t).values(channel_id=channel_id, claim_number=number, **values)
    return (
        update(decision_t)
        .where(decision_t.c.id == decision["id"], decision_t.c.state == "refused")
        .values(**values)
    )


def ask_engine(
    act: Act, channel_id: int, flow: str, number: str, actor: Actor, now: datetime
) -> int:
    """Ask for a run of the flow for this claim, in the transaction of the decision."""
    return int(
        act.connection.execute(
            insert(request_t)
            .values(
                channel_id=channel_id,
                kind="run",
                flow=flow,
                payload={"keys": [number]},
                requested_by=actor.name,
                requested_at=now,
                state="waiting",
                answer={},
            )
            .returning(request_t.c.id)
        ).scalar_one()
    )


def outcome_of(row: RowMapping, *, already: bool) -> Outcome:
    """A decision's row as callers see it."""
    return Outcome(
        decision_id=row["id"],
        request_id=row["request_id"],
        state=row["state"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        already=already,
    )


def facts_of(connection: Connection, claim: RowMapping) -> ClaimFacts:
    """What decides whether the claim may be decided."""
    decision = decision_of(connection, claim)
    return ClaimFacts(
        status=claim["status"],
        claim_type=claim["claim_type"],
        deadline=claim["deadline"],
        settled=claim["settled"],
        decision=None if decision is None else decision["state"],
        decided_by="" if decision is None else decision["decided_by"],
        decided_at=None if decision is None else decision["decided_at"],
    )


def flag_is_on(connection: Connection, channel_id: int, flag: str) -> bool:
    """Whether the channel lets such decisions out, by its conf as last read (R6.10, R6.13)."""
    channels, snapshots = table_of(Channel), table_of(SettingsSnapshot)
    row = connection.execute(
        select(snapshots.c.form, snapshots.c.conf)
        .join(channels, channels.c.settings_id == snapshots.c.id)
        .where(channels.c.id == channel_id)
    ).first()
    if row is None:
        return True
    channel = {**(row.form or {}), "conf": row.conf}
    return ChannelSettings.from_channel(channel).flags.is_on(flag)
