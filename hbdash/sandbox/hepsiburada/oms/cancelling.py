"""Cancelling units of a line, by customer or merchant (H§10.2, H§10.3)."""

from __future__ import annotations

import sqlite3

from hbdash.sandbox.hepsiburada.listing import rows as listings
from hbdash.sandbox.hepsiburada.wire import micros
from hbdash.sandbox.world import World

CUSTOMER, MERCHANT = "Customer", "Merchant"
REASONS = {CUSTOMER: "CustomerChangedMind", MERCHANT: "MerchantCanNotBeSupplied"}


def cancel(world: World, line: sqlite3.Row, quantity: int, by: str, reason_code: str = "") -> None:
    """Cancel open units of a line; ValueError when fewer are open.

    A customer's units go back on sale. A merchant who can't supply loses the offer: stock 0 and
    the lock ``OrderCancellation`` (H§17.5).
    """
    now = micros(world.clock.now())
    done = world.db.execute(
        "UPDATE hb_line SET open_quantity = open_quantity - ?1, updated = ?2, cancelled_by = ?3,"
        " cancelled_quantity = cancelled_quantity + ?1 WHERE line_id = ?4 AND open_quantity >= ?1",
        (quantity, now, by, line["line_id"]),
    ).rowcount
    if not done:
        raise ValueError(f"line {line['line_id']} has fewer than {quantity} open units")
    world.db.execute(
        "INSERT INTO hb_cancellation (line_id, order_number, quantity, cancelled, reason_code,"
        " cancelled_by) VALUES (?, ?, ?, ?, ?, ?)",
        (line["line_id"], line["order_number"], quantity, now, reason_code or REASONS[by], by),
    )
    if by == MERCHANT:
        listing = listings.find(world.db, hb_sku=line["hb_sku"])
        if listing is not None:
            listings.lock(world.db, listing, "OrderCancellation", now)
        world.db.execute("UPDATE hb_listing SET stock = 0 WHERE n = ?", (line["listing"],))
    else:
        world.db.execute(
            "UPDATE hb_listing SET stock = stock + ?, changed = ? WHERE n = ?",
            (quantity, now, line["listing"]),
        )
    world.books.effect("hepsiburada.cancel", line["line_id"], {"quantity": quantity, "by": by})
