"""What a customer puts into the basket, and whether the marketplace sells it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hbdash.sandbox.hepsiburada.listing import rows as listings
from hbdash.sandbox.hepsiburada.wire import micros, units
from hbdash.sandbox.world import World

Wanted = str | Sequence[Any] | Mapping[str, Any]
"""A SKU, a pair (SKU, quantity), or a mapping; see ``shopping.place_order``."""


class NotOnSale(ValueError):
    """The marketplace does not sell this: no listing, off sale, or fewer in stock."""


@dataclass
class Wish:
    """A line to be: prices in 10⁻⁵ lira per unit, ``unit_price`` after Hepsiburada's share."""

    listing: sqlite3.Row
    quantity: int
    unit_price: int
    hb_discount: int


def wish(world: World, want: Wanted) -> Wish:
    """What was asked for, priced as the listing is; NotOnSale without a listing."""
    if isinstance(want, str):
        want = {"sku": want}
    elif not isinstance(want, Mapping):
        want = {"sku": want[0], "quantity": want[1]}
    listing = listings.find(world.db, merchant_sku=str(want["sku"]))
    if listing is None:
        raise NotOnSale(f"{want['sku']} has no listing")
    price, discount = listing["price"] * 1000, units(str(want.get("hb_discount", 0)))
    if "unit_price" in want:
        price = units(str(want["unit_price"]))
    else:
        price -= discount
    return Wish(listing, int(want.get("quantity", 1)), price, discount)


def fill(world: World, rng: random.Random) -> list[Wish]:
    """One line mostly; sometimes several, two or three pieces, or one SKU in two lines."""
    draw = rng.random()
    count = 1 if draw < 0.62 else 2 if draw < 0.85 else 3
    found: list[Wish] = []
    for _ in range(count):
        listing = _salable(world, rng)
        if listing is None or any(line.listing["n"] == listing["n"] for line in found):
            continue
        quantity = min(rng.choice((1, 1, 1, 1, 2, 3)), listing["stock"])
        found.append(_priced(rng, listing, quantity))
    if found and draw >= 0.94 and found[0].listing["stock"] > found[0].quantity:
        first = found[0]
        found.append(Wish(first.listing, 1, first.unit_price, first.hb_discount))
    return found


def _salable(world: World, rng: random.Random) -> sqlite3.Row | None:
    last = world.db.execute("SELECT max(n) FROM hb_listing WHERE salable = 1").fetchone()[0]
    if last is None:
        return None
    row: sqlite3.Row = world.db.execute(
        "SELECT * FROM hb_listing WHERE salable = 1 AND n >= ? ORDER BY n LIMIT 1",
        (rng.randint(1, last),),
    ).fetchone()
    return row


def _priced(rng: random.Random, listing: sqlite3.Row, quantity: int) -> Wish:
    """A third bought with a discount of Hepsiburada; some unit prices do not come out even."""
    price = listing["price"] * 1000
    draw = rng.random()
    if draw < 0.67:
        discount = 0
    elif draw < 0.85:
        discount = price * rng.choice((5, 10, 15, 20)) // 100 // 1000 * 1000
    else:  # a basket discount shared out over several pieces: 28.99833 each
        discount = price * rng.choice((5, 10, 15)) // 100 + 1000 * rng.choice((1, 2)) // 3
    return Wish(listing, quantity, price - discount, discount)


def take(world: World, line: Wish) -> None:
    """Lower the stock at once; NotOnSale when the offer is off sale or has too few."""
    taken = world.db.execute(
        "UPDATE hb_listing SET stock = stock - ?1, changed = ?2"
        " WHERE n = ?3 AND salable = 1 AND stock >= ?1",
        (line.quantity, micros(world.clock.now()), line.listing["n"]),
    ).rowcount
    if line.quantity < 1 or not taken:
        raise NotOnSale(f"{line.listing['merchant_sku']}: not {line.quantity} on sale")
