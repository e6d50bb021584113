"""What customers and Hepsiburada do by themselves; each public name is an act of the sandbox.

Used by live activity, by tests and by ``POST /control/do/{action}``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hbdash.sandbox.hepsiburada.basket import NotOnSale
from hbdash.sandbox.hepsiburada.listing import rows as listings
from hbdash.sandbox.hepsiburada.listing import uploads
from hbdash.sandbox.hepsiburada.mpop import imports, ticket_review
from hbdash.sandbox.hepsiburada.mpop.products import LABELS
from hbdash.sandbox.hepsiburada.oms import packing
from hbdash.sandbox.hepsiburada.pace import pace
from hbdash.sandbox.hepsiburada.pace import set_pace as _set_pace
from hbdash.sandbox.hepsiburada.panel import (
    pack,
    pack_later,
    repack,
    split,
    unpack,
)
from hbdash.sandbox.hepsiburada.returns import advance as _advance_claims
from hbdash.sandbox.hepsiburada.returns import open_claim, settle_claim
from hbdash.sandbox.hepsiburada.shopping import cancel_line, pack_due, pay, place_order
from hbdash.sandbox.hepsiburada.wire import SECOND, micros, sku_key
from hbdash.sandbox.world import World

__all__ = [
    "NotOnSale",
    "cancel_line",
    "change_address",
    "deliver",
    "drift_price",
    "drift_stock",
    "fail_uploads",
    "open_claim",
    "pack",
    "pack_later",
    "pay",
    "place_order",
    "reject_field",
    "repack",
    "set_flags",
    "set_lock",
    "set_pace",
    "settle_claim",
    "settle_product",
    "ship",
    "snapshot",
    "split",
    "tick",
    "undeliver",
    "unpack",
]

_FLAGS = (
    "frozen", "suspended", "deactivated", "fulfilled_by_hb", "price_increase_disabled",
    "price_decrease_disabled", "stock_decrease_disabled",
)  # fmt: skip


def tick(world: World) -> None:
    """Let everything happen whose time has come."""
    uploads.advance(world)
    imports.advance(world)
    ticket_review.advance(world)
    speed, now = pace(world.db), micros(world.clock.now())
    unpaid = world.db.execute(
        "SELECT order_number FROM hb_order WHERE paid IS NULL AND placed <= ?",
        (now - int(speed.pay * SECOND),),
    ).fetchall()
    for row in unpaid:
        pay(world, row[0])
    pack_due(world)
    _move_packages(world, now, int(speed.ship * SECOND), int(speed.deliver * SECOND))
    _advance_claims(world)


def _move_packages(world: World, now: int, ship_after: int, deliver_after: int) -> None:
    """Carriers of Hepsiburada fetch and deliver; the merchant's own account reports itself."""
    open_ones = world.db.execute(
        "SELECT * FROM hb_package WHERE status = 'Open' AND added <= ? AND cargo != 'Mağaza Hesabı'"
        " LIMIT 500",
        (now - ship_after,),
    ).fetchall()
    for package in open_ones:
        packing.ship(world, package, package["added"] + ship_after)
    moving = world.db.execute(
        "SELECT * FROM hb_package WHERE status = 'InTransit' AND shipped <= ?"
        " AND cargo != 'Mağaza Hesabı' LIMIT 500",
        (now - deliver_after,),
    ).fetchall()
    for package in moving:
        packing.deliver(world, package, package["shipped"] + deliver_after, "Kendisi")


def ship(world: World, package_number: str) -> None:
    """The carrier takes an open package."""
    packing.ship(
        world, packing.package_in(world, package_number, "Open"), micros(world.clock.now())
    )


def deliver(world: World, package_number: str, received_by: str = "Kendisi") -> None:
    """A package under way arrives."""
    package = packing.package_in(world, package_number, "InTransit")
    packing.deliver(world, package, micros(world.clock.now()), received_by)


def undeliver(world: World, package_number: str, reason: str = "Adreste bulunamadı") -> None:
    """A package under way could not be delivered."""
    package = packing.package_in(world, package_number, "InTransit")
    packing.undeliver(world, package, micros(world.clock.now()), reason)


def change_address(world: World, order_number: str, demanded: bool = True) -> None:
    """The customer asks for another address: nothing of the order can be packed meanwhile."""
    world.db.execute(
        "UPDATE hb_order SET address_change = ? WHERE order_number = ?", (demanded, order_number)
    )


def _listing(world: World, sku: str) -> Any:
    listing = listings.find(world.db, merchant_sku=sku)
    if listing is None:
        raise ValueError(f"no listing of {sku}")
    return listing


def drift_price(world: World, sku: str, price: Decimal | float | str) -> None:
    """Somebody sets the price in Hepsiburada's panel."""
    world.db.execute(
        "UPDATE hb_listing SET price = ?, changed = ? WHERE n = ?",
        (
            listings.kurus(Decimal(str(price))),
            micros(world.clock.now()),
            _listing(world, sku)["n"],
        ),
    )


def drift_stock(world: World, sku: str, stock: int) -> None:
    """Somebody sets the stock in Hepsiburada's panel."""
    world.db.execute(
        "UPDATE hb_listing SET stock = ?, changed = ? WHERE n = ?",
        (int(stock), micros(world.clock.now()), _listing(world, sku)["n"]),
    )


def set_lock(
    world: World, sku: str, locked: bool = True, reason: str = "PriceIsHigherThanThreshold"
) -> None:
    """Hepsiburada locks a listing for a reason of H§17.5, or lifts that reason."""
    listing, now = _listing(world, sku), micros(world.clock.now())
    if locked:
        listings.lock(world.db, listing, reason, now)
    else:
        listings.unlock(world.db, listing, frozenset({reason}), now)


def set_flags(world: World, sku: str, **flags: bool) -> None:
    """Set flags of a listing: frozen, suspended, deactivated, fulfilled_by_hb, …_disabled."""
    unknown = sorted(set(flags) - set(_FLAGS))
    if unknown:
        raise ValueError(f"no such flag: {', '.join(unknown)}")
    listing, now = _listing(world, sku), micros(world.clock.now())
    for name, value in flags.items():
        world.db.execute(
            f"UPDATE hb_listing SET {name} = ?, changed = ? WHERE n = ?",
            (bool(value), now, listing["n"]),
        )


def settle_product(world: World, sku: str, status: str, reason: str = "") -> None:
    """Hepsiburada ends the review of an imported product, e.g. BLOCKED with a reason."""
    product = world.db.execute(
        "SELECT * FROM hb_product WHERE sku_key = ?", (sku_key(sku),)
    ).fetchone()
    if product is None or product["hb_sku"] is not None:
        raise ValueError(f"no product {sku} in review")
    if status not in LABELS:
        raise ValueError(f"no such product status: {status}")
    imports.settle(world, product, status, reason)


def reject_field(world: World, sku: str, field: str, reason: str) -> None:
    """From now on tickets of a SKU lose this field (``NAME``, ``MEDIA`` …); ``""`` ends it."""
    ticket_review.rule(world, sku, field, reason)


def fail_uploads(world: World) -> int:
    """Waiting uploads end as Failed, without effect; returns how many."""
    return uploads.fail_waiting(world)


def set_pace(world: World, **seconds: float) -> dict[str, float]:
    """Change delays of ``pace.Pace`` by name, in seconds; answers all of them."""
    return dict(vars(_set_pace(world.db, **seconds)))


_FIGURES = """
SELECT count(*) AS listings,
       coalesce(sum(salable), 0) AS salable,
       coalesce(sum(locked), 0) AS locked,
       coalesce(sum(fulfilled_by_hb), 0) AS fulfilled_by_hb,
       coalesce(sum(stock), 0) AS stock,
       coalesce(sum(stock * salable), 0) AS stock_on_sale,
       coalesce(sum(stock <= 0), 0) AS sold_out,
       coalesce(sum(price <= 0), 0) AS without_price
FROM hb_listing
"""
_COUNTS = {
    "uploads": "SELECT status, count(*) FROM hb_upload GROUP BY status",
    "orders": "SELECT CASE WHEN paid IS NULL THEN 'awaiting payment' ELSE 'paid' END, count(*)"
    " FROM hb_order GROUP BY 1",
    "units": "SELECT 'ordered', sum(quantity) FROM hb_line UNION ALL"
    " SELECT 'open', sum(open_quantity) FROM hb_line UNION ALL"
    " SELECT 'cancelled', sum(cancelled_quantity) FROM hb_line",
    "packages": "SELECT status, count(*) FROM hb_package GROUP BY status",
    "claims": "SELECT status, count(*) FROM hb_claim GROUP BY status",
    "products": "SELECT status, count(*) FROM hb_product GROUP BY status",
}


def snapshot(world: World) -> dict[str, Any]:
    """Counts for the control endpoint: the figures' Hepsiburada side, and work by state."""
    state: dict[str, Any] = dict(world.db.execute(_FIGURES).fetchone())
    for name, query in _COUNTS.items():
        state[name] = {row[0]: row[1] or 0 for row in world.db.execute(query)}
    return state
