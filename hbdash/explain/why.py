"""``why KEY``: any SKU, order, package or claim (design section 4)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from hbdash.explain.answer import Why
from hbdash.explain.claim import why_claim
from hbdash.explain.order import why_order
from hbdash.explain.sku_gates import why_sku


def why(connection: Connection, channel_id: int, key: str, now: datetime) -> Why:
    """The answer for whatever the key names; a SKU's when nothing knows it."""
    clean = key.strip()
    for ask in (why_claim, why_order):
        found = ask(connection, channel_id, clean, now)
        if found is not None:
            return found
    return why_sku(connection, channel_id, clean, now)
