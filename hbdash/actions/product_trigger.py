"""The product trigger (R7.1.9): create only; what is not due is refused word for word (R8.8)."""

from __future__ import annotations

from collections.abc import Sequence

from hbdash.actions.actor import Actor, Refused
from hbdash.actions.runs import request_run
from hbdash.domain.clock import Clock
from hbdash.store.database import Database

FLOW = "product_create"


def trigger_products(
    db: Database, clock: Clock, actor: Actor, channel_id: int, skus: Sequence[str]
) -> int:
    """Ask for Product Create for these SKUs; the request's id.

    The run says for each SKU what became of it (``store.queries.levers.row_results``): sent, or
    R8.8's refusal and the true reason behind it. Raises ``Refused``: ``trigger.none``,
    ``flow.many_keys``, or what the role says.
    """
    wanted = [sku for sku in skus if sku.strip()]
    if not wanted:
        raise Refused("trigger.none")
    return request_run(db, clock, actor, channel_id, FLOW, keys=wanted)
