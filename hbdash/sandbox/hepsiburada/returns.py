"""Customers who send things back, and what Hepsiburada decides about it."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Any

import orjson

from hbdash.sandbox.hepsiburada import cargo
from hbdash.sandbox.hepsiburada.numbers import next_number
from hbdash.sandbox.hepsiburada.oms import claim_rules, packing
from hbdash.sandbox.hepsiburada.pace import pace
from hbdash.sandbox.hepsiburada.wire import HOUR, SECOND, date_text, ean13, micros, new_uuid
from hbdash.sandbox.world import World

_PRE_APPROVAL_HOURS = 48
# units of a line in packages of one status, oldest first, that are not claimed yet
_CLAIMABLE = """
SELECT * FROM (
    SELECT l.*, o.cargo, p.package_number, p.added,
           pl.quantity - coalesce((SELECT sum(quantity) FROM hb_claim c
               WHERE c.line_id = l.line_id AND c.status NOT IN ('Cancelled', 'Rejected')), 0)
               AS unclaimed
    FROM hb_package p JOIN hb_package_line pl USING (package_number)
    JOIN hb_line l USING (line_id) JOIN hb_order o ON o.order_number = l.order_number
    WHERE p.status = :status{narrowed} ORDER BY p.added)
WHERE unclaimed >= :quantity LIMIT 1
"""
_NARROW = {
    "order_number": " AND l.order_number = :order_number",
    "merchant_sku": " AND l.merchant_sku = :merchant_sku",
}


def open_claim(
    world: World,
    *,
    order_number: str | None = None,
    sku: str | None = None,
    claim_type: str = "Return",
    reason: str | None = None,
    explanation: str | None = None,
    quantity: int = 1,
    photos: int = 0,
    deadline: datetime | str | float | None = None,
    status: str = "AwaitingAction",
) -> str:
    """A customer opens a claim on units that were delivered; returns the claim number.

    Without an order number any delivered line is taken, else the oldest that is under way, which
    then arrives at once. ``deadline``: aware time, ISO text or seconds from now; by default 48 h
    (``Pace.claim_days``). ``status`` may be NewRequest (on its way back) or AwaitingPreApproval.
    ValueError when nothing can be claimed.
    """
    kinds = {kind.lower(): kind for kind in claim_rules.TYPES}
    if claim_type.lower() not in kinds:
        raise ValueError(f"no such claim type: {claim_type}")
    claim_type = kinds[claim_type.lower()]
    rng, now = world.rng, micros(world.clock.now())
    line = _claimable(world, order_number, sku, quantity)
    _arrive(world, line, now)
    reason = reason or rng.choice(claim_rules.REASONS[claim_type])
    if explanation is None:
        explanation = rng.choice(claim_rules.EXPLANATIONS.get(reason, ("",)))
    number = next_number(world.db, "claim")
    world.db.execute(
        "INSERT INTO hb_claim (number, id, status, status_since, claim_type, reason, explanation,"
        " claimed, line_id, order_number, quantity, price, deadline, pre_approval_deadline, photos,"
        " delivery) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            new_uuid(rng),
            status,
            now,
            claim_type,
            reason,
            explanation,
            now,
            line["line_id"],
            line["order_number"],
            quantity,
            line["unit_price"],
            _deadline(world, deadline) if status == "AwaitingAction" else None,
            now + _PRE_APPROVAL_HOURS * HOUR if status == "AwaitingPreApproval" else None,
            photos,
            _delivery(line, number, status, now) if claim_type in claim_rules.PHYSICAL else None,
        ),
    )
    world.books.effect("hepsiburada.claim", number, {"type": claim_type, "line": line["line_id"]})
    return number


def _claimable(
    world: World, order_number: str | None, sku: str | None, quantity: int
) -> sqlite3.Row:
    given = {"order_number": order_number, "merchant_sku": sku}
    narrowed = "".join(_NARROW[name] for name, value in given.items() if value is not None)
    for status in ("Delivered", "InTransit", "Open"):
        found: sqlite3.Row | None = world.db.execute(
            _CLAIMABLE.format(narrowed=narrowed),
            given | {"status": status, "quantity": quantity},
        ).fetchone()
        if found is not None:
            return found
    raise ValueError("there is no delivered line left to claim")


def _arrive(world: World, line: sqlite3.Row, now: int) -> None:
    package = packing.find(world.db, line["package_number"])
    assert package is not None  # the line was found through it
    if package["status"] == "Open":
        packing.ship(world, package, now)
    if package["status"] != "Delivered":
        packing.deliver(world, package, now, "Kendisi")


def _deadline(world: World, deadline: datetime | str | float | None) -> int:
    now = world.clock.now()
    if deadline is None:
        deadline = pace(world.db).claim_days
    if isinstance(deadline, str):
        deadline = datetime.fromisoformat(deadline)
    if not isinstance(deadline, datetime):
        deadline = now + timedelta(seconds=deadline)
    # whole seconds, as the wire shows it
    return micros(deadline) // SECOND * SECOND


def _delivery(line: sqlite3.Row, number: str, status: str, now: int) -> str:
    carrier = cargo.BY_NAME[line["cargo"]]
    content: dict[str, Any] = {
        "DeliveryCode": ean13(f"629{number}"),
        "Status": "InTransit" if status == "NewRequest" else "Delivered",
        "Direction": "CustomerToMerchant",
        "CreatedDate": date_text(now, 1),
        "CargoCompany": {
            "TypeCode": carrier.type_code,
            "Alias": carrier.name.lower().replace(" ", ""),
            "Name": carrier.name,
        },
        "PackageNumber": number,
        "TrackingNumber": f"{carrier.short}{number}",
    }
    return orjson.dumps(content).decode()


_FROM = {
    "AwaitingAction": ("NewRequest", "AwaitingPreApproval", "InDispute"),
    "Accepted": ("AwaitingAction", "InDispute"),
    "Rejected": ("InDispute",),
    "Refunded": ("Accepted", "AwaitingAction", "InDispute"),
    "Cancelled": ("NewRequest", "AwaitingAction", "InDispute", "AwaitingPreApproval"),
}


def settle_claim(world: World, number: str, status: str) -> None:
    """Hepsiburada or the customer moves a claim on (H§18); ValueError for an impossible step."""
    claim = world.db.execute("SELECT * FROM hb_claim WHERE number = ?", (number,)).fetchone()
    if claim is None:
        raise ValueError(f"no claim {number}")
    if claim["status"] not in _FROM.get(status, ()):
        raise ValueError(f"claim {number} is {claim['status']} and can't become {status}")
    now = micros(world.clock.now())
    world.db.execute(
        "UPDATE hb_claim SET status = ?, status_since = ? WHERE number = ?", (status, now, number)
    )
    if status == "AwaitingAction":
        world.db.execute(
            "UPDATE hb_claim SET deadline = ?,"
            " delivery = replace(delivery, '\"InTransit\"', '\"Delivered\"') WHERE number = ?",
            (_deadline(world, None), number),
        )
    if status == "Refunded":
        world.db.execute(
            "UPDATE hb_claim SET refund = price * quantity, refunded = ?,"
            " finalized_with = coalesce(finalized_with, 'Refund') WHERE number = ?",
            (now, number),
        )
    world.books.effect("hepsiburada.claim_settled", number, {"status": status})


def advance(world: World) -> None:
    """What time does to claims: they arrive, run out, are refunded, are decided."""
    speed, now = pace(world.db), micros(world.clock.now())
    steps = (
        ("NewRequest", "AwaitingAction", "status_since", speed.claim_arrival),
        ("Accepted", "Refunded", "status_since", speed.refund),
        ("AwaitingAction", "Refunded", "deadline", 0.0),  # 48 h without an answer
        ("InDispute", "Refunded", "status_since", speed.dispute),
    )
    for before, after, column, seconds in steps:
        due = world.db.execute(
            f"SELECT number FROM hb_claim WHERE status = ? AND {column} <= ?",
            (before, now - int(seconds * SECOND)),
        ).fetchall()
        for row in due:
            settle_claim(world, row[0], after)
