"""Customers who buy and change their minds."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable
from datetime import datetime

import orjson

from hbdash.sandbox.hepsiburada import basket
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
)
from hbdash.sandbox.seed import people, places
from hbdash.sandbox.world import World

_NOTES = ("", "", "", "", "Lütfen zile basmayın, bebek uyuyor.", "Hediye paketi olursa sevinirim.")


def place_order(
    world: World,
    *,
    lines: Iterable[basket.Wanted] | None = None,
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
    bought = (
        [basket.wish(world, want) for want in lines]
        if lines is not None
        else basket.fill(world, rng)
    )
    if not bought:
        raise basket.NotOnSale("nothing is on sale")
    for line in bought:
        basket.take(world, line)
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
    line: basket.Wish,
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
