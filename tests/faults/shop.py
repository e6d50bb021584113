"""A shop in which things happen while processes die: what was done, and is all of it right?"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import chain, repeat

from hbdash.actions import claims
from hbdash.actions.runs import request_run
from hbdash.sandbox import activity, sides
from hbdash.sandbox.earlier import write_to_omnitron
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.omnitron import backoffice
from hbdash.sandbox.seed.catalogue import SeedProduct
from hbdash.sandbox.world import World
from hbdash.store.bulk import table_of
from hbdash.store.tables import Claim, EngineRequest, Failure, FlowRun
from tests.support import verdicts
from tests.support.claims import AYSE, REASON, WORDS, picture
from tests.support.installation import Installation
from tests.support.processes import Process
from tests.support.waiting import wait_for

#: A call in doubt is asked for again after a minute (intents.ASK_AFTER), an import after ten.
DOUBTS_S = (61.0, 601.0)
#: How long a moment is in which all may come right by itself.
MOMENT_S = 1.2


@dataclass
class Shop:
    """Acts of people on both sides; each remembers what has to come of it."""

    at: Installation
    claims: list[str] = field(default_factory=list)
    """Rejected here."""
    waiting: list[str] = field(default_factory=list)
    """Open claims that hbdash knows."""
    new: list[str] = field(default_factory=list)
    """SKUs that came out."""
    opened: list[str] = field(default_factory=list)
    """Every claim that was opened."""
    locked: list[str] = field(default_factory=list)
    """SKUs whose price is out of bounds: Hepsiburada takes them off sale."""

    # Acts -------------------------------------------------------------------------------------

    def stock(self) -> None:
        """A delivery, in Omnitron."""
        number = next(self.at.number)
        self.at.call(backoffice.set_stock, self._next(number).sku, 20 + number % 50)

    def price(self) -> None:
        """A price that its category allows."""
        number = next(self.at.number)
        product = self._next(number)
        price = product.price + Decimal(number % 7) / 4
        self.at.call(backoffice.set_price, product.sku, price)

    def bad_price(self) -> None:
        """A price that Hepsiburada answers with a lock, although the upload is ``Done``."""
        product = self.at.all_healthy()[-1 - len(self.locked)]
        self.locked.append(product.sku)
        self.at.call(backoffice.set_price, product.sku, product.price_max * 3)

    def order(self) -> None:
        """Two kinds of goods, three units."""
        first, second = (self._next(next(self.at.number)).sku for _ in range(2))
        self.at.call(marketplace.place_order, lines=[(first, 2), (second, 1)])

    def product(self) -> None:
        """A complete product that Hepsiburada does not have."""
        self.new.append(self.at.call(activity.bring_out)["sku"])

    def rejection(self) -> None:
        """Somebody decides the next open claim."""
        number = self.waiting.pop()
        rejecting = (self.at.db, self.at.kit.clock, AYSE, self.at.channel_id, number)
        claims.save_draft(*rejecting, reason=REASON, statement=WORDS)
        photo = self.at.folder / "etiket.png"
        photo.write_bytes(picture())
        claims.add_photo(*rejecting, photo, self.at.config.refunds)
        claims.request_rejection(*rejecting, self.at.config.refunds)
        self.claims.append(number)

    def request(self) -> None:
        """Somebody asks for a run."""
        request_run(self.at.db, self.at.kit.clock, AYSE, self.at.channel_id, "stock")

    def everything(self) -> None:
        """One of each."""
        for act in (self.stock, self.price, self.order, self.product, self.rejection):
            act()

    def open_claims(self, count: int) -> None:
        """Claims on orders of some days ago, which are in Omnitron already."""
        for _ in range(count):
            sku = self._next(next(self.at.number)).sku
            self.opened.append(self.at.call(_open_claim, sku))

    def claim(self) -> None:
        """A customer sends something back."""
        self.open_claims(1)

    # What has come of it ----------------------------------------------------------------------

    def wrong(self) -> list[str]:
        """Everything that is not as it must be once calm has returned."""
        ours = verdicts.unsettled(self.at) + self._unanswered() + self._unsaid()
        return [*self.at.call(self._wrong_there), *ours]

    def _wrong_there(self, world: World) -> list[str]:
        return [
            *verdicts.doubled(world),
            *verdicts.wrong_offers(world, self._in_order()),
            *verdicts.wrong_orders(world),
            *verdicts.wrong_claims(world, self.claims),
            *verdicts.wrong_requests(world, self.opened),
            *verdicts.wrong_imports(world, self.new),
            *verdicts.open_batches(world),
        ]

    def _next(self, number: int) -> SeedProduct:
        """One healthy product after the other; the last few are kept for bad prices."""
        fit = self.at.all_healthy()[:-4]
        return fit[number % len(fit)]

    def _in_order(self) -> list[str]:
        """SKUs that nothing keeps from being right."""
        return [one.sku for one in self.at.all_healthy() if one.sku not in self.locked]

    def _unsaid(self) -> list[str]:
        """Locked prices without an open failure and a penalty."""
        said = {row["key"] for row in self.at.rows(Failure, code="price.locked", flow="price")
                if row["state"] in ("open", "retrying") and row["penalty_id"]}  # fmt: skip
        return [f"{sku}: locked in silence" for sku in self.locked if sku not in said]

    def _unanswered(self) -> list[str]:
        rows = self.at.rows(EngineRequest, table_of(EngineRequest).c.answered_at.is_(None))
        return [f"request {row['id']} for {row['flow']}: {row['state']}" for row in rows]

    def assert_safe(self) -> None:
        """True at any moment."""
        assert self.at.call(verdicts.doubled) == []

    def calm(self, *, seconds: float = 40) -> None:
        """Wait until all is right; minutes pass in the sandbox, since doubts last that long."""
        deadline = time.monotonic() + seconds
        steps = chain(DOUBTS_S, repeat(DOUBTS_S[0]))
        while True:
            try:
                wait_for(lambda: not self.wrong(), seconds=MOMENT_S)
                return
            except AssertionError:
                if time.monotonic() > deadline:
                    wrong = "\n".join(self.wrong())
                    raise AssertionError(f"not calm:\n{wrong}\n{self.at.said()}") from None
                self.at.move(next(steps))

    def alone(self) -> None:
        """Nobody runs, nobody holds the lease: a test that failed must not spoil the next."""
        self.at.end_all()
        self.at.time_out_the_lease()

    def learn(self) -> None:
        """Note which open claims hbdash knows by now."""
        known = {row["number"] for row in self.at.rows(Claim, status="AwaitingAction")}
        self.waiting = sorted(known - set(self.claims))

    def stop(self, process: Process) -> None:
        """SIGTERM: it ends well and leaves no run of its own standing; who waits takes over."""
        process.send(signal.SIGTERM)
        assert process.wait(10) == 0, process.told()
        standing = self.at.rows(FlowRun, state="running")
        assert not [r for r in standing if r["holder"].split(":")[1] == str(process.pid)]


def _open_claim(world: World, sku: str) -> str:
    placed = world.clock.now() - timedelta(days=3)
    order = marketplace.place_order(world, lines=[(sku, 1)], placed_at=placed, business=False)
    sides.tick(world)
    write_to_omnitron(world, order)
    return str(marketplace.open_claim(world, order_number=order, quantity=1))


def settle_in(at: Installation, *, claims: int = 0) -> Shop:
    """Let a worker bring both sides into step, and stop it."""
    shop = Shop(at)
    shop.open_claims(claims)
    worker = at.start()
    at.wait_for_run("mirror")
    shop.calm()
    wait_for(lambda: len(at.rows(Claim, status="AwaitingAction")) >= claims, what="claims pulled")
    shop.stop(worker)
    shop.learn()
    return shop
