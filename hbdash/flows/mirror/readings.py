"""A listing that was read may confirm what was sent, and settles differences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from hbdash.hepsiburada.models.listing import Listing
from hbdash.runs import offers


def note_readings(
    connection: Connection, channel_id: int, listings: Mapping[str, Listing], read_at: datetime
) -> int:
    """Confirm stock and price offers that were read back equal; how many."""
    stocks = {key: row.available_stock for key, row in listings.items()}
    prices = {key: offers.price_units(row.price) for key, row in listings.items()}
    done = offers.confirm(connection, channel_id, "stock", stocks, read_at)
    return len(done) + len(offers.confirm(connection, channel_id, "price", prices, read_at))
