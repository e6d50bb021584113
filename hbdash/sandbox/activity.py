"""Live activity: what customers, Hepsiburada and the back office do while one watches."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice, erp
from hbdash.sandbox.seed.catalogue import Kind, new_product, product
from hbdash.sandbox.seed.claims import claim_story, time_left
from hbdash.sandbox.seed.places import UNMAPPED
from hbdash.sandbox.world import World

_LOG = logging.getLogger("hbdash.sandbox")


class Activity:
    """One random act every ``seconds`` of real time; 0 means none.

    Real time, so that a move of the clock brings no flood of acts.
    """

    def __init__(self, world: World, seconds: float) -> None:
        self.world = world
        self.seconds = seconds
        self.acts: Counter[str] = Counter()
        self.last: dict[str, Any] | None = None
        self._changed = asyncio.Event()

    def pace(self, seconds: float) -> None:
        """Change the time between acts; it counts from now."""
        self.seconds = seconds
        self._changed.set()

    async def run(self) -> None:
        """Act until cancelled."""
        while True:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), self.seconds or None)
            except TimeoutError:
                self.act()

    def act(self, name: str | None = None) -> Any:
        """One act, drawn by weight unless named; answers what it did. A failed one is undone."""
        chosen = name or self.world.rng.choices(list(ACTS), [w for w, _ in ACTS.values()])[0]
        try:
            result = ACTS[chosen][1](self.world)
        except Exception:  # noqa: BLE001 - one act that fails must not end the day
            self.world.rollback()
            self.acts["failed"] += 1
            _LOG.warning("activity: %s failed", chosen, exc_info=True)
            return None
        self.world.commit()
        self.acts[chosen] += 1
        self.last = {"act": chosen, "at": self.world.clock.now().isoformat(), "result": result}
        return result

    def as_json(self) -> dict[str, Any]:
        return {"seconds": self.seconds, "acts": dict(self.acts), "last": self.last}


def place_order(world: World) -> Any:
    draw = world.rng.random()
    return marketplace.place_order(world, unmapped=draw < 0.04, business=draw > 0.91 or None)


def open_claim(world: World) -> Any:
    """A claim on an order that Omnitron knows, if there is one without a claim."""
    story = claim_story(world.rng)
    return marketplace.open_claim(
        world,
        order_number=order_to_claim(world),
        claim_type=story.claim_type,
        reason=story.reason,
        photos=story.photos,
        deadline=world.clock.now() + time_left(world.rng),
    )


def order_to_claim(world: World) -> str | None:
    """An order written to Omnitron, not cancelled and without a claim; None if there is none."""
    rows = world.db.execute(
        "SELECT DISTINCT l.order_number FROM om_order_item i"
        " JOIN hb_line l ON l.line_id = substr(i.remote_id, 1, 36)"
        " WHERE l.cancelled_quantity = 0 AND l.order_number NOT IN"
        " (SELECT order_number FROM hb_claim) ORDER BY i.pk DESC LIMIT 200"
    ).fetchall()
    return str(world.rng.choice(rows)[0]) if rows else None


def move_stock(world: World) -> Any:
    """A delivery, a sale elsewhere, or sold out."""
    sku = some_listed(world)
    stock = int(_offer(world, sku)["stock"] or 0)
    draw = world.rng.random()
    if draw < 0.08:
        stock = 0
    elif draw < 0.45 or stock < 4:
        stock += world.rng.randrange(5, 60)
    else:
        stock -= world.rng.randrange(1, min(stock, 12) + 1)
    backoffice.set_stock(world, sku, stock)
    return {"sku": sku, "stock": stock}


def change_price(world: World) -> Any:
    """Up or down by at most a tenth, within what the category allows."""
    sku = some_listed(world)
    kurus = int(_offer(world, sku)["kurus"] or 10_000)
    factor = Decimal(world.rng.randrange(92, 109)) / 100
    price = (Decimal(kurus) / 100 * factor).quantize(Decimal("1")) + Decimal("0.90")
    backoffice.set_price(world, sku, price)
    return {"sku": sku, "price": str(price)}


def bring_out(world: World) -> Any:
    """A new product in the back office."""
    n = world.skus + int(world.meta("new_products") or 0)
    world.set_meta("new_products", str(n - world.skus + 1))
    new = new_product(world.seed, n)
    backoffice.new_product(world, new)
    return {"sku": new.sku}


def rename_product(world: World) -> Any:
    """Somebody words a product's name anew, or takes the addition off again."""
    sku = some_listed(world)
    row = world.db.execute("SELECT name FROM om_product WHERE sku = ?", (sku,)).fetchone()
    addition = " · Yeni Sezon"
    name = str(row["name"])
    name = name.removesuffix(addition) if name.endswith(addition) else name + addition
    return backoffice.change_product(world, sku, name=name)


def take_out(world: World) -> Any:
    """A product leaves the channel's catalogue; never more than one in twenty at a time."""
    out = world.db.execute("SELECT count(*) FROM om_product WHERE in_catalog = 0").fetchone()[0]
    if out >= max(1, world.skus // 20):
        return bring_back(world)
    return backoffice.remove_product(world, some_listed(world))


def bring_back(world: World) -> Any:
    """One that left comes back."""
    rows = world.db.execute("SELECT sku FROM om_product WHERE in_catalog = 0").fetchall()
    if not rows:
        return {"sku": "none"}
    return backoffice.return_product(world, str(world.rng.choice(rows)["sku"]))


def drift_price(world: World) -> Any:
    """Somebody changes a price in Hepsiburada's panel."""
    sku = some_listed(world)
    kurus = int(_offer(world, sku)["kurus"] or 10_000)
    price = (Decimal(kurus) / 100 * Decimal("0.97")).quantize(Decimal("0.01"))
    marketplace.drift_price(world, sku, price)
    return {"sku": sku, "price": str(price)}


def drift_stock(world: World) -> Any:
    """Somebody changes a stock in Hepsiburada's panel."""
    sku, stock = some_listed(world), world.rng.randrange(0, 90)
    marketplace.drift_stock(world, sku, stock)
    return {"sku": sku, "stock": stock}


def cancel_line(world: World) -> Any:
    """A customer changes their mind before it is shipped."""
    return marketplace.cancel_line(world)


def serve_order(world: World) -> Any:
    """The ERP goes on with an order: invoices it, ships it, or hears that it arrived."""
    found = erp.order_to_serve(world)
    if found is None:
        return {"order": "none"}
    number, step = found
    acts: dict[str, Callable[[World, str], Any]] = {
        "invoice": erp.invoice_order, "ship": erp.ship_order, "deliver": erp.deliver_order,
    }  # fmt: skip
    return acts[step](world, number)


def unpack(world: World) -> Any:
    """Somebody breaks a package up; it is packed anew at once, after a while, or not at all."""
    package = open_package(world)
    draw = world.rng.random()
    if draw < 0.5:
        return {"package": package, "then": marketplace.repack(world, package, 1 + (draw < 0.2))}
    marketplace.unpack(world, package)
    if draw < 0.85:
        marketplace.pack_later(world, package, world.rng.uniform(5, 60) * 60)
    return {"package": package, "then": None}


def undeliver(world: World) -> Any:
    """The carrier finds nobody."""
    rows = world.db.execute(
        "SELECT package_number FROM hb_package WHERE status = 'InTransit' LIMIT 200"
    ).fetchall()
    if not rows:
        # So early nothing is under way yet: one leaves now.
        package = open_package(world)
        marketplace.ship(world, package)
    else:
        package = str(world.rng.choice(rows)[0])
    marketplace.undeliver(world, package)
    return {"package": package}


def open_package(world: World) -> str:
    """A package that lies ready; LookupError if there is none."""
    rows = world.db.execute(
        "SELECT package_number FROM hb_package WHERE status = 'Open' ORDER BY seq DESC LIMIT 200"
    ).fetchall()
    if not rows:
        raise LookupError("no package lies ready")
    return str(world.rng.choice(rows)[0])


def map_township(world: World) -> Any:
    city, township = world.rng.choice(UNMAPPED)
    backoffice.map_township(world, city, township)
    return {"city": city, "township": township}


def mend_product(world: World) -> Any:
    """Somebody fills in what a product lacks: price, stock, category or image."""
    row = world.db.execute(
        "SELECT pk, sku, kurus, stock, categories, has_image FROM om_offer"
        " WHERE kurus IS NULL OR stock IS NULL OR categories = 0 OR NOT has_image LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    sku, seeded = str(row["sku"]), product(world.seed, row["pk"] - product(world.seed, 0).pk)
    if row["kurus"] is None:
        backoffice.add_price(world, sku, seeded.price)
    elif row["stock"] is None:
        backoffice.add_stock(world, sku, max(seeded.stock, 5))
    elif not row["categories"]:
        backoffice.add_category(world, sku)
    else:
        backoffice.add_image(world, sku)
    return {"sku": sku}


def decide_refund(world: World) -> Any:
    """Somebody in the back office approves a return, at times rejects it, unit by unit."""
    rows = world.db.execute(
        "SELECT pk, remote_id FROM om_request WHERE cancellation_type = 'refund'"
        " AND status = 'open' ORDER BY pk LIMIT 200"
    ).fetchall()
    if not rows:
        return {"claim": "none"}
    claim = str(world.rng.choice(rows)["remote_id"]).rpartition("-")[0]
    status = "approved" if world.rng.random() < 0.85 else "rejected"
    for row in rows:
        if str(row["remote_id"]).rpartition("-")[0] == claim:
            backoffice.decide_request(world, row["pk"], status)
    return {"claim": claim, "status": status}


def some_listed(world: World) -> str:
    """The SKU of a product that was on sale at Hepsiburada from the start, without drift."""
    for _ in range(200):
        found = product(world.seed, world.rng.randrange(world.skus))
        if found.kind is Kind.LISTED:
            return found.sku
    raise LookupError("the shop has no listed product")


def _offer(world: World, sku: str) -> Any:
    row = world.db.execute("SELECT kurus, stock FROM om_offer WHERE sku = ?", (sku,)).fetchone()
    return row or {"kurus": None, "stock": None}


ACTS: dict[str, tuple[float, Callable[[World], Any]]] = {
    "place_order": (46, place_order),
    "move_stock": (22, move_stock),
    "change_price": (12, change_price),
    "open_claim": (8, open_claim),
    "new_product": (4, bring_out),
    "serve_order": (8, serve_order),
    "decide_refund": (0.8, decide_refund),
    "cancel_line": (2, cancel_line),
    "unpack": (1.2, unpack),
    "undeliver": (0.3, undeliver),
    "drift_price": (2.5, drift_price),
    "drift_stock": (2.5, drift_stock),
    "mend_product": (0.6, mend_product),
    "map_township": (0.4, map_township),
    "rename_product": (1.0, rename_product),
    "take_out": (0.2, take_out),
    "bring_back": (0.3, bring_back),
}
"""Name → weight and act."""
