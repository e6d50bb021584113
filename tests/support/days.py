"""Days in a shop: random activity on both sides while the sandbox's clock is moved on."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import timedelta

from hbdash.sandbox import activity as acts
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.seed.catalogue import Kind, products
from hbdash.sandbox.seed.places import UNMAPPED
from hbdash.sandbox.world import World
from hbdash.store.tables import FlowRun
from tests.support import verdicts
from tests.support.installation import Installation
from tests.support.waiting import wait_for

#: Acts of the sandbox's own activity that a day is made of, and how often.
_ACTS = {
    "place_order": 40, "move_stock": 20, "change_price": 10, "open_claim": 6, "new_product": 2,
    "serve_order": 10, "cancel_line": 4, "drift_price": 2, "drift_stock": 2, "rename_product": 1,
    "take_out": 1, "bring_back": 1,
}  # fmt: skip
_PANEL = {"split": 4, "repack": 3, "unpack": 2}
_STEP_S = 301.0
_PACKED_S = 20 * 60.0
#: How long everything may take to come right once nothing happens any more.
_CALM_S = 150.0
_MOMENT_S = 1.5


@dataclass
class Days:
    """What happens in the shop, and whether both sides are in step afterwards."""

    at: Installation
    dice: random.Random
    panel: int = 0
    """Packages that were split, packed otherwise or broken in the merchant's panel."""

    def hours(self, hours: float, *, steps: int, each: int = 3, followed: bool = True) -> None:
        """Let time pass in steps with ``each`` acts; a worker that follows gets to run in each."""
        for _ in range(steps):
            for _ in range(each):
                self.act()
            # Hepsiburada packs within minutes; what is packed can be broken until it is shipped.
            self.at.move(_PACKED_S)
            self.panel += self.at.call(_in_the_panel, self.dice)
            newest = self._newest_run()
            self.at.move(max(hours * 3600 / steps - _PACKED_S, 1))
            if followed:
                self.at.wait_for_run("order_create", after=newest)

    def act(self) -> None:
        """One thing that somebody does on one of both sides."""
        name = self.dice.choices(list(_ACTS), list(_ACTS.values()))[0]
        self.at.call(_act, name)

    def calm(self) -> None:
        """Nothing happens any more, what keeps records back is mended, and all comes right."""
        self.at.call(_mend)
        deadline = time.monotonic() + _CALM_S
        while True:
            try:
                wait_for(lambda: not self.wrong(), seconds=_MOMENT_S)
                return
            except AssertionError:
                if time.monotonic() > deadline:
                    wrong = "\n".join(self.wrong()[:40])
                    raise AssertionError(f"not in step:\n{wrong}\n{self.at.said()}") from None
                self.at.move(_STEP_S)

    def wrong(self) -> list[str]:
        """What is not as it must be, from the sandbox's books and from our unfinished rows."""
        return [*self.at.call(_wrong), *verdicts.unsettled(self.at)]

    def _newest_run(self) -> int:
        rows = self.at.rows(FlowRun, flow="order_create")
        return rows[-1]["id"] if rows else 0


def _act(world: World, name: str) -> None:
    """What nothing offers itself for, such as a cancellation without an open line, is left."""
    try:
        acts.ACTS[name][1](world)
    except (ValueError, LookupError):
        world.rollback()


def _in_the_panel(world: World, dice: random.Random) -> int:
    """The merchant splits, packs otherwise or breaks a package that is open."""
    rows = world.db.execute(
        "SELECT p.package_number, sum(l.quantity) AS units FROM hb_package p"
        " JOIN hb_package_line l USING (package_number) WHERE p.status = 'Open'"
        " GROUP BY p.package_number ORDER BY p.package_number"
    ).fetchall()
    if not rows:
        return 0
    row = dice.choice(rows)
    what = dice.choices(list(_PANEL), list(_PANEL.values()))[0]
    if what == "split" and row["units"] > 1:
        marketplace.split(world, row["package_number"])
    elif what == "unpack":
        marketplace.unpack(world, row["package_number"], pack_again=dice.random() < 0.7)
    else:
        marketplace.repack(world, row["package_number"], packages=min(row["units"], 2))
    return 1


def _mend(world: World) -> None:
    """All townships are mapped, and what was broken up is packed again."""
    for city, township in UNMAPPED:
        backoffice.map_township(world, city, township)
    rows = world.db.execute(
        "SELECT DISTINCT order_number FROM hb_line JOIN hb_order USING (order_number)"
        " WHERE open_quantity > 0 AND paid IS NOT NULL"
    ).fetchall()
    for row in rows:
        marketplace.pack(world, row["order_number"])


def _wrong(world: World) -> list[str]:
    return [
        *verdicts.doubled(world),
        *verdicts.wrong_offers(world, _in_order(world)),
        *verdicts.wrong_orders(world),
        *wrong_refunds(world),
        *verdicts.open_batches(world),
    ]


def _in_order(world: World) -> list[str]:
    """SKUs that nothing keeps from being right: complete, in the catalogue, listed, not locked."""
    complete = {
        one.sku
        for one in products(world.seed, world.skus)
        if one.kind is Kind.LISTED and one.mapped
    }
    rows = world.db.execute(
        "SELECT o.sku FROM om_offer o JOIN hb_listing h"
        " ON h.sku_key = upper(replace(o.sku, ' ', ''))"
        " WHERE h.locked = 0 AND h.fulfilled_by_hb = 0"
    )
    return [row["sku"] for row in rows if row["sku"] in complete]


def wrong_refunds(world: World) -> list[str]:
    """Claims on orders in Omnitron that are not one refund request per unit."""
    since = (world.clock.now() - timedelta(days=15)).timestamp() * 1e6
    rows = world.db.execute(
        "SELECT c.number, c.quantity, (SELECT count(*) FROM om_request r"
        "   WHERE r.remote_id LIKE c.number || '-%') AS requests,"
        " (SELECT count(*) FROM om_order_item i WHERE i.remote_id LIKE c.line_id || '-%'"
        "   AND i.status <> '100') AS items"
        " FROM hb_claim c JOIN hb_order o USING (order_number)"
        " WHERE c.status = 'AwaitingAction' AND c.claim_type <> 'MissingInvoice'"
        " AND o.placed > ?",
        (since,),
    ).fetchall()
    return [
        f"claim {row['number']}: {row['requests']} requests for {row['quantity']} units"
        for row in rows
        if row["items"] and row["requests"] != min(row["quantity"], row["items"])
    ]
