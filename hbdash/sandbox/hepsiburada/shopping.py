"""Customers who buy and change their minds."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from hbdash.sandbox.hepsiburada.listing import rows as listings
from hbdash.sandbox.hepsiburada.numbers import next_number
from hbdash.sandbox.hepsiburada.oms import cancelling, packing
from hbdash.sandbox.hepsiburada.oms import lines as order_lines
from hbdash.sandbox.hepsiburada.pace import pace
from hbdash.sandbox.hepsiburada.wire import (
    DATE_FORMS,
    DAY,
    HOUR,
    SECOND,
    TURKEY,
    line_id,
    micros,
    new_uuid,
    units,
)
from hbdash.sandbox.seed import people, places
from hbdash.sandbox.world import World

Wanted = str | Sequence[Any] | Mapping[str, Any]
_NOTES = ("", "", "", "", "Lütfen zile basmayın, bebek uyuyor.", "Hediye paketi olursa sevinirim.")


class NotOnSale(ValueError):
    """The marketplace does not sell this: no listing, off sale, or fewer in stock."""


@dataclass
class _Line:
    listing: sqlite3.Row
    quantity: int
    unit_price: int
    hb_discount: int


def place_order(
    world: World,
    *,
    lines: Iterable[Wanted] | None = None,
    unmapped: bool = False,
    business: bool | None = None,
    placed_at: datetime | str | None = None,
    paid: bool = True,
    packed: bool = True,
    packages: int = 1,
    cargo: str | None = None,
    micro_export: bool = False,
) -> str:
    """A customer orders; returns the order number.

    ``lines``: SKUs, ``(sku, quantity)`` pairs, or mappings with ``sku``, ``quantity`` and perhaps
    ``unit_price`` (what the customer pays, lira, five decimals) and ``hb_discount`` (Hepsiburada's
    share per unit); None buys what is on sale. Stock falls at once. Raises NotOnSale.
    ``unmapped`` delivers to a township that Omnitron does not know; ``business`` None leaves it to
    chance. ``placed_at`` (aware, or ISO text) may lie in the past. With ``packed`` Hepsiburada
    packs by itself after ``Pace.pack`` seconds, into ``packages`` packages; else the merchant must.
    """
    rng = world.rng
    at = _placed(world, placed_at)
    bought = [_wanted(world, want) for want in lines] if lines is not None else _basket(world, rng)
    if not bought:
        raise NotOnSale("nothing is on sale")
    for line in bought:
        _take(world, line)
    number = next_number(world.db, "order")
    _write_order(world, number, at, unmapped, business, paid, cargo, micro_export)
    pack_at = at + int(pace(world.db).pack * SECOND) if packed else None
    for ordinal, line in enumerate(bought):
        parcel = ordinal % max(1, packages)
        _write_line(world, number, ordinal, line, at, parcel, pack_at if paid else None)
    _spread_units(world, number, len(bought), packages)
    world.books.effect(
        "hepsiburada.order",
        number,
        {"lines": [{"sku": b.listing["merchant_sku"], "quantity": b.quantity} for b in bought]},
    )
    pack_due(world)
    return number


def _placed(world: World, placed_at: datetime | str | None) -> int:
    if placed_at is None:
        return micros(world.clock.now())
    at = datetime.fromisoformat(placed_at) if isinstance(placed_at, str) else placed_at
    return micros(at if at.tzinfo else at.replace(tzinfo=TURKEY))


def _wanted(world: World, want: Wanted) -> _Line:
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
    return _Line(listing, int(want.get("quantity", 1)), price, discount)


def _basket(world: World, rng: random.Random) -> list[_Line]:
    """One line mostly; sometimes several, two or three pieces, or one SKU in two lines."""
    draw = rng.random()
    count = 1 if draw < 0.62 else 2 if draw < 0.85 else 3
    found: list[_Line] = []
    for _ in range(count):
        listing = _salable(world, rng)
        if listing is None or any(line.listing["n"] == listing["n"] for line in found):
            continue
        quantity = min(rng.choice((1, 1, 1, 1, 2, 3)), listing["stock"])
        found.append(_priced(rng, listing, quantity))
    if found and draw >= 0.94 and found[0].listing["stock"] > found[0].quantity:
        first = found[0]
        found.append(_Line(first.listing, 1, first.unit_price, first.hb_discount))
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


def _priced(rng: random.Random, listing: sqlite3.Row, quantity: int) -> _Line:
    """A third bought with a discount of Hepsiburada; some unit prices do not come out even."""
    price = listing["price"] * 1000
    draw = rng.random()
    if draw < 0.67:
        discount = 0
    elif draw < 0.85:
        discount = price * rng.choice((5, 10, 15, 20)) // 100 // 1000 * 1000
    else:  # a basket discount shared out over several pieces: 28.99833 each
        discount = price * rng.choice((5, 10, 15)) // 100 + 1000 * rng.choice((1, 2)) // 3
    return _Line(listing, quantity, price - discount, discount)


def _take(world: World, line: _Line) -> None:
    taken = world.db.execute(
        "UPDATE hb_listing SET stock = stock - ?1, changed = ?2"
        " WHERE n = ?3 AND salable = 1 AND stock >= ?1",
        (line.quantity, micros(world.clock.now()), line.listing["n"]),
    ).rowcount
    if line.quantity < 1 or not taken:
        raise NotOnSale(f"{line.listing['merchant_sku']}: not {line.quantity} on sale")


def _write_order(
    world: World,
    number: str,
    at: int,
    unmapped: bool,
    business: bool | None,
    paid: bool,
    carrier: str | None,
    micro_export: bool,
) -> None:
    rng = world.rng
    buyer = people.customer(rng, business=business)
    home = places.address(rng, unmapped=unmapped)
    bill_to = places.address(rng) if rng.random() < 0.12 else home
    delivery = _kept_address(rng, buyer, home)
    billing = delivery if bill_to is home else _kept_address(rng, buyer, bill_to)
    invoice = billing | {
        "company": buyer.company,
        "tax_no": buyer.tax_no,
        "tax_office": buyer.tax_office,
        "identity_no": buyer.identity_no,
    }
    world.db.execute(
        "INSERT INTO hb_order VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        (
            number,
            new_uuid(rng),
            at,
            at if paid else None,
            rng.randrange(len(DATE_FORMS)),
            buyer.customer_id,
            buyer.name,
            orjson.dumps(delivery).decode(),
            orjson.dumps(invoice).decode(),
            rng.choice(_NOTES),
            carrier or rng.choice(("HepsiJet",) * 7 + ("Aras Kargo",) * 2 + ("Yurtiçi Kargo",)),
            rng.choice(("StandardDelivery",) * 8 + ("BT", "YT")),
            micro_export,
        ),
    )


def _kept_address(
    rng: random.Random, buyer: people.SeedCustomer, found: places.SeedAddress
) -> dict[str, str]:
    return {
        "id": new_uuid(rng),
        "line": found.line,
        "full": found.full(),
        "name": buyer.name,
        "phone": buyer.phone,
        "district": found.district,
        "town": found.town,
        "city": found.city,
        "postcode": found.postcode if rng.random() < 0.3 else "",
    }


def _write_line(
    world: World,
    number: str,
    ordinal: int,
    line: _Line,
    at: int,
    parcel: int,
    pack_at: int | None,
) -> None:
    listing = line.listing
    # to be shipped within the dispatch days, by 15:00 Turkey time
    due = (at // DAY + 1 + listing["dispatch_time"]) * DAY + 12 * HOUR
    world.db.execute(
        "INSERT INTO hb_line (line_id, order_number, ordinal, listing, hb_sku, merchant_sku,"
        " quantity, open_quantity, unit_price, hb_discount, merchant_discount, vat_rate,"
        " commission_rate, due, updated, parcel, pack_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
        (
            line_id(world.rng, at),
            number,
            ordinal,
            listing["n"],
            listing["hb_sku"],
            listing["merchant_sku"],
            line.quantity,
            line.quantity,
            line.unit_price,
            line.hb_discount,
            listing["tax_rate"],
            12 + listing["category_id"] % 9,
            due,
            at,
            parcel,
            pack_at,
        ),
    )


def _spread_units(world: World, number: str, line_count: int, packages: int) -> None:
    """More packages than lines: Hepsiburada cuts the first line, a unit to each package."""
    if packages <= line_count:
        return
    world.db.execute(
        "UPDATE hb_line SET parcel = ? WHERE order_number = ? AND ordinal = 0",
        (-packages, number),
    )


def pack_due(world: World) -> int:
    """Let Hepsiburada pack every order whose time has come; returns how many packages."""
    now = micros(world.clock.now())
    due = world.db.execute(
        f"{order_lines.SELECT} WHERE l.open_quantity > 0 AND l.pack_at IS NOT NULL"
        " AND l.pack_at <= ? AND o.paid IS NOT NULL AND NOT o.address_change"
        " ORDER BY l.pack_at, l.seq LIMIT 500",
        (now,),
    ).fetchall()
    parcels: dict[tuple[str, int], list[tuple[sqlite3.Row, int]]] = {}
    for line in due:
        left, parcel = line["open_quantity"], line["parcel"]
        pieces = min(-parcel, left) if parcel < 0 else 1
        for piece in range(pieces):
            quantity = left if piece == pieces - 1 else 1
            left -= quantity
            key = (line["order_number"], piece if parcel < 0 else parcel)
            parcels.setdefault(key, []).append((line, quantity))
    for contents in parcels.values():
        packing.pack(world, contents, added=contents[0][0]["pack_at"])
    return len(parcels)


def pay(world: World, order_number: str) -> None:
    """The payment of an order arrives: its lines show as open."""
    now = micros(world.clock.now())
    world.db.execute(
        "UPDATE hb_order SET paid = ? WHERE order_number = ? AND paid IS NULL", (now, order_number)
    )
    packing.pack_again(world, order_number, now + int(pace(world.db).pack * SECOND))
    pack_due(world)


def cancel_line(
    world: World,
    line: str | None = None,
    *,
    order_number: str | None = None,
    sku: str | None = None,
    quantity: int | None = None,
    reason_code: str = "",
) -> str:
    """The customer cancels units of a line (all by default); returns the line id.

    Found by line id, or by order number and perhaps SKU. A packed line's open package is broken
    first, and what is left of the order is packed again. ValueError when the units have left.
    """
    row = _line(world, line, order_number, sku)
    units_left = row["quantity"] - row["cancelled_quantity"]
    wanted = units_left if quantity is None else quantity
    if not 1 <= wanted <= units_left:
        raise ValueError(f"line {row['line_id']} has {units_left} units to cancel")
    if wanted > row["open_quantity"]:
        for package in world.db.execute(
            "SELECT p.package_number FROM hb_package_line JOIN hb_package p USING (package_number)"
            " WHERE line_id = ? AND p.status = 'Open' ORDER BY p.seq",
            (row["line_id"],),
        ).fetchall():
            packing.unpack(world, package[0])
    fresh = order_lines.of_ids(world.db, [row["line_id"]])[row["line_id"]]
    cancelling.cancel(world, fresh, wanted, cancelling.CUSTOMER, reason_code)
    if wanted > row["open_quantity"]:
        at = micros(world.clock.now()) + int(pace(world.db).pack * SECOND)
        packing.pack_again(world, row["order_number"], at)
        pack_due(world)
    return str(row["line_id"])


def _line(world: World, line: str | None, order_number: str | None, sku: str | None) -> sqlite3.Row:
    if line is not None:
        found = order_lines.of_ids(world.db, [line]).get(line.lower())
    else:
        found = world.db.execute(
            f"{order_lines.SELECT} WHERE l.quantity > l.cancelled_quantity"
            " AND (?1 IS NULL OR l.order_number = ?1) AND (?2 IS NULL OR l.merchant_sku = ?2)"
            " AND NOT EXISTS (SELECT 1 FROM hb_package_line pl JOIN hb_package p"
            "   USING (package_number) WHERE pl.line_id = l.line_id"
            "   AND p.status NOT IN ('Open', 'Unpacked')) ORDER BY l.seq DESC LIMIT 1",
            (order_number, sku),
        ).fetchone()
    if found is None:
        raise ValueError("no such line that could be cancelled")
    return found
