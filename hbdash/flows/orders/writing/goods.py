"""Which Omnitron product an order line is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hbdash.domain.turkish import sku_key
from hbdash.flows.mirror.products import product_pks
from hbdash.flows.orders.packages.faults import OrderFault
from hbdash.flows.orders.packages.parcel import Parcel
from hbdash.runs.context import RunContext


@dataclass
class ProductBook:
    """Merchant SKU, else Hepsiburada's → product; asked for many lines at a time, once a run.

    In this order (flows section 6): the integration action of either remote id, then the product
    of that SKU, as the mirror knows it by its key, then as Omnitron spells it.
    """

    ctx: RunContext
    _found: dict[str, int] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)

    def learn(self, parcels: Iterable[Parcel]) -> None:
        """Look up the products of these packages."""
        wanted = {
            line.merchant_sku or line.hb_sku: line.hb_sku
            for parcel in parcels
            for line in parcel.lines
        }
        fresh = {sku: hb_sku for sku, hb_sku in wanted.items() if sku not in self._asked}
        if not fresh:
            return
        self._by_actions({sku: sku for sku in fresh})
        self._by_actions({hb: sku for sku, hb in fresh.items() if hb and sku not in self._found})
        self._by_sku([sku for sku in fresh if sku not in self._found])
        self._asked |= set(fresh)

    def of(self, merchant_sku: str, hb_sku: str) -> int:
        """The product's number; ``OrderFault`` order.product_unknown."""
        found = self._found.get(merchant_sku or hb_sku)
        if found is None:
            params = {"sku": merchant_sku or hb_sku, "hb_sku": hb_sku}
            raise OrderFault("order.product_unknown", params)
        return found

    def knows(self, sku: str, hb_sku: str) -> bool:
        """Whether the SKU has a product now (the test of the watched cause)."""
        self._by_actions({sku: sku, **({hb_sku: sku} if hb_sku else {})})
        if sku not in self._found:
            self._by_sku([sku])
        return sku in self._found

    def _by_actions(self, remote_ids: dict[str, str]) -> None:
        """Remote id → SKU under which it is kept."""
        spelt = [one for one in remote_ids if one and "," not in one]
        odd = [one for one in remote_ids if "," in one]
        actions = list(
            self.ctx.omnitron.integration_actions("product", remote_ids=spelt) if spelt else ()
        )
        for one in odd:
            # A list of ids is joined by commas, so an id that has one is asked for alone.
            actions += self.ctx.omnitron.integration_actions("product", remote_id=one)
        for action in actions:
            sku = remote_ids.get(action.remote_id or "")
            if sku is not None:
                self._found.setdefault(sku, action.object_id)

    def _by_sku(self, skus: list[str]) -> None:
        if not skus:
            return
        with self.ctx.db.read() as connection:
            mirrored = product_pks(connection, self.ctx.channel_id, [sku_key(sku) for sku in skus])
        for sku in skus:
            if (pk := mirrored.get(sku_key(sku))) is not None:
                self._found[sku] = pk
        left = [sku for sku in skus if sku not in self._found and "," not in sku]
        if left:
            for product in self.ctx.omnitron.products_by_sku(left):
                for sku in left:
                    if sku_key(product.sku) == sku_key(sku):
                        self._found[sku] = product.pk
