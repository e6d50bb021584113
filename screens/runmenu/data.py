"""What the menu reads: all flows, and for the one under the cursor its gates and last runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, func, select

from hbdash.domain.flowspec import FlowSpec
from hbdash.flows.registry import FLOWS
from hbdash.store.bulk import table_of
from hbdash.store.queries.flows import FlowState, RunLine, flow_states, last_runs
from hbdash.store.queries.overview import LeaseState, lease_state
from hbdash.store.tables import Channel, Offer

offer_t = table_of(Offer)
channel_t = table_of(Channel)

HELPERS = ("mirror", "stock_correction", "price_correction")
"""Flows that are not among the 18, but can be run by hand too."""

MENU: tuple[FlowSpec, ...] = (
    *(spec for spec in FLOWS.values() if spec.listed),
    *(FLOWS[flow] for flow in HELPERS),
)
"""In the order of the dashboard, the helpers last."""


class FlowGate(Protocol):
    """One condition of a run, as ``hbdash.explain.flows.flow_gates`` gives it."""

    @property
    def state(self) -> str:
        """``passed``, ``stopped`` or ``not_looked``."""
        ...

    @property
    def text(self) -> str:
        """The condition, or what stops, in words."""
        ...

    @property
    def way_out(self) -> str:
        """What opens it; empty when it is open."""
        ...


@dataclass(frozen=True)
class MenuSnapshot:
    """The menu at a moment."""

    states: tuple[FlowState, ...]
    flow: str
    gates: Sequence[FlowGate]
    runs: tuple[RunLine, ...]
    waiting: int | None
    """Values that wait to be sent, where that is known without asking a remote side."""
    lease: LeaseState | None

    @property
    def stopped_by(self) -> FlowGate | None:
        """The first gate that is shut."""
        return next((gate for gate in self.gates if gate.state == "stopped"), None)


def menu_snapshot(
    connection: Connection, channel_id: int, flow: str, now: datetime
) -> MenuSnapshot:
    """Everything the menu shows with the cursor on ``flow``."""
    from hbdash.explain.flows import flow_gates

    return MenuSnapshot(
        states=flow_states(connection, channel_id, now, MENU),
        flow=flow,
        gates=flow_gates(connection, channel_id, flow, now)
        if _known(connection, channel_id)
        else (),
        runs=last_runs(connection, channel_id, flow),
        waiting=_waiting(connection, channel_id, flow),
        lease=lease_state(connection, channel_id, now),
    )


def _known(connection: Connection, channel_id: int) -> bool:
    """Whether an engine ever opened this channel; before that there is nothing to ask."""
    found = connection.execute(select(channel_t.c.id).where(channel_t.c.id == channel_id))
    return found.first() is not None


def _waiting(connection: Connection, channel_id: int, flow: str) -> int | None:
    if flow not in ("stock", "price"):
        return None
    return connection.execute(
        select(func.count())
        .select_from(offer_t)
        .where(
            offer_t.c.channel_id == channel_id,
            offer_t.c.kind == flow,
            offer_t.c.state == "waiting",
        )
    ).scalar_one()
