"""Product Update, step 1: what is to be done about a changed product, by its state there (R5.5).

Not known there: as new. Still editable: imported again. In the catalogue: a ticket with the changed
fields. In work there: waits. Refused there for good: fails (flows section 4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from hbdash.domain.turkish import sku_key
from hbdash.flows.products.imports import fields
from hbdash.flows.products.intake.collisions import collisions
from hbdash.flows.products.intake.decide import commit, decide
from hbdash.flows.products.intake.due import Intake, Send, remote_ids, say
from hbdash.flows.products.intake.gather import keep
from hbdash.flows.products.intake.translate import translate, translate_change
from hbdash.flows.products.records.model import (
    PRODUCT,
    Cause,
    Change,
    Material,
    Outgoing,
    Ready,
    Refusal,
    Settled,
)
from hbdash.flows.products.status import known, market
from hbdash.flows.stock_price.kinds import ListingFacts
from hbdash.flows.stock_price.products import listings_of
from hbdash.omnitron.calls import Page
from hbdash.omnitron.models.catalogue import Product
from hbdash.runs.context import RunContext
from hbdash.texts.products import not_an_update, nothing_changed, would_change, would_import_again

SendChanges = Callable[[Sequence[Change]], None]


class ChangeIntake(Intake):
    """Takes pages of changed products; hands imports and tickets on as soon as they are full.

    whole: all fields are sent, whether they changed or not: a person asks for these SKUs.
    """

    _updates = True

    def __init__(
        self, ctx: RunContext, send: Send, send_changes: SendChanges, *, whole: bool
    ) -> None:
        super().__init__(ctx, send)
        self._send_changes = send_changes
        self._whole = whole
        self._changes: list[Change] = []

    def flush(self) -> None:
        super().flush()
        while self._changes:
            self._send_some_changes()

    def _send_some_changes(self) -> None:
        size = self._ctx.config.engine.import_rows
        rows, self._changes = self._changes[:size], self._changes[size:]
        self._send_changes(rows)

    def _offered(self, limit: int) -> Page[Product]:
        return self._ctx.omnitron.product_updates(limit)

    def _take(self, products: Sequence[Product]) -> None:
        ctx = self._ctx
        waiting: list[Outgoing] = [*self._waiting, *self._changes]
        clashing = collisions(ctx, products, [row.product for row in waiting])
        refused, materials = self._gather(products, clashing)
        sorted_ = self._sort(materials, remote_ids(ctx, products))
        refused += sorted_.refused
        if ctx.dry_run:
            say(ctx, refused, sorted_.told())
            return
        if materials:
            keep(ctx, materials)
        late = [row for row in waiting if row.product.pk in clashing]
        self._waiting = [row for row in self._waiting if row not in late]
        self._changes = [row for row in self._changes if row not in late]
        decide(ctx, refused, sorted_.settled, late)
        self._waiting += commit(ctx, sorted_.again, with_offers=False)
        self._changes += commit(ctx, sorted_.changes)
        size = ctx.config.engine.import_rows
        while len(self._waiting) >= size:
            self._send_some()
        while len(self._changes) >= size:
            self._send_some_changes()

    def _sort(self, materials: Sequence[Material], remote: Mapping[int, str]) -> _Sorted:
        ctx = self._ctx
        keys = [material.key for material in materials]
        there = known.statuses(ctx, keys)
        listings = listings_of(ctx, keys)
        with ctx.db.read() as connection:
            sent = market.load(connection, ctx.channel_id, keys)
        found = _Sorted()
        for material in materials:
            status = there.get(material.key, "")
            remote_id = remote.get(material.product.pk)
            if status in known.BARRED:
                found.refuse(material, known.barred_cause(status))
            elif status == known.IN_WORK:
                found.refuse(material, Cause("product.in_progress"))
            elif status in known.LISTED or (not status and material.key in listings):
                row = None if self._whole else sent.get(material.key)
                before = {} if row is None else row["fields"]
                self._change(found, material, remote_id, listings.get(material.key), before)
            else:
                answer = translate(material, self._catalogue, ctx.settings.buffer_stock or 0)
                if isinstance(answer, Ready):
                    found.again.append(replace(answer, remote_id=remote_id))
                else:
                    found.refuse(material, *answer)
        return found

    def _change(
        self,
        found: _Sorted,
        material: Material,
        remote_id: str | None,
        listing: ListingFacts | None,
        before: Mapping[str, str],
    ) -> None:
        answer = translate_change(material, self._catalogue)
        if isinstance(answer, tuple):
            found.refuse(material, *answer)
            return
        changed = fields.changed(fields.fields_of(answer), before)
        if not changed:
            found.settled.append(
                Settled(
                    material.product, material.key, nothing_changed(), "product.unchanged",
                    remote_id=remote_id,
                )
            )  # fmt: skip
            return
        hb_sku = listing.hb_sku if listing is not None else self._hb_sku(material.key)
        if not hb_sku:
            # In the catalogue, and not listed: matched with a product that is itself in review.
            found.refuse(material, Cause("offer.no_listing"))
            return
        found.changes.append(
            Change(material.product, material.key, hb_sku, changed, remote_id=remote_id)
        )

    def _hb_sku(self, key: str) -> str:
        rows = self._ctx.hepsiburada.products_of_merchant(key)
        # Another product's row may stand beside it: a ticket would change that one.
        mine = (row.hb_sku for row in rows if row.hb_sku and sku_key(row.merchant_sku) == key)
        return next(mine, "")


class _Sorted:
    """A page's products by what is to be done about them."""

    def __init__(self) -> None:
        self.refused: list[Refusal] = []
        self.settled: list[Settled] = []
        self.again: list[Ready] = []
        self.changes: list[Change] = []

    def refuse(self, material: Material, *causes: Cause) -> None:
        self.refused.append(Refusal(material.product, material.key, causes))

    def told(self) -> list[tuple[str, str]]:
        """Key and text of what a dry run says of those that are not refused."""
        return [
            *((one.key, one.text) for one in self.settled),
            *(
                (
                    row.key,
                    would_import_again(
                        str(row.row.attributes["price"]), str(row.row.attributes["stock"])
                    ),
                )
                for row in self.again
            ),
            *((row.key, would_change(sorted(row.fields))) for row in self.changes),
        ]


def by_hand(ctx: RunContext, products: Sequence[Product]) -> list[Product]:
    """Of these products, those that an update can be sent of: not new, not on their way."""
    actions = {
        one.object_id: one
        for one in ctx.omnitron.integration_actions(PRODUCT, object_ids=[p.pk for p in products])
    }
    good: list[Product] = []
    for product in products:
        action = actions.get(product.pk)
        status = "" if action is None else action.status.lower()
        if status == "processing":
            _skip(ctx, product, "being_sent")
        elif action is None or (status != "success" and action.version_date is None):
            _skip(ctx, product, "never_sent")
        else:
            good.append(product)
    return good


def _skip(ctx: RunContext, product: Product, reason_id: str) -> None:
    ctx.journal.add(
        "warning", "skipped", not_an_update(reason_id), kind=PRODUCT, key=sku_key(product.sku),
        code="product.not_an_update", params={"reason_id": reason_id},
    )  # fmt: skip
    ctx.progress.skipped += 1
