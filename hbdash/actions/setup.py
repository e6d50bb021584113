"""The first runs after set-up: categories and the fixed attributes (R4.4, flows section 1)."""

from __future__ import annotations

from hbdash.actions.actor import Actor
from hbdash.actions.runs import request_run
from hbdash.domain.clock import Clock
from hbdash.flows.registry import FLOWS
from hbdash.store.database import Database

#: In this order; category_attributes follows category_node by itself.
FIRST = ("category_node", "default_attributes")


def request_first_runs(db: Database, clock: Clock, actor: Actor, channel_id: int) -> dict[str, int]:
    """Ask for the flows that a new channel begins with; flow → request.

    Raises ``Refused`` by the role. Flows that this version does not have are left out.
    """
    return {
        flow: request_run(db, clock, actor, channel_id, flow) for flow in FIRST if FLOWS[flow].built
    }
