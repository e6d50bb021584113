"""Step 1: products that are due are read, gated and translated; the good ones wait to be sent.

Each page leaves at most two batches: one of what is decided now (faulty products, and those that
Hepsiburada has already), closed at once so that a cured cause finds nothing locked; and one of what
is to be imported, whose verdicts come with the results (flows section 2, steps 1 to 5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from hbdash.domain.turkish import sku_key
from hbdash.flows.products.intake.catalogue import Catalogue
from hbdash.flows.products.intake.collisions import collisions
from hbdash.flows.products.intake.decide import commit, decide
from hbdash.flows.products.intake.fair import Aside, due_again, split
from hbdash.flows.products.intake.gather import gather, keep
from hbdash.flows.products.intake.translate import translate
from hbdash.flows.products.intake.unreadable import fail_unreadable
from hbdash.flows.products.records.model import PRODUCT, Cause, Material, Ready, Refusal, Settled
from hbdash.flows.products.status import known
from hbdash.omnitron.calls import Page
from hbdash.omnitron.models.catalogue import Product
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.runs.gate import RunRefused
from hbdash.runs.stop import RunStopped
from hbdash.texts.products import adopted, would_adopt, would_import, would_not_import

Send = Callable[[Sequence[Ready]], None]


class Intake:
    """Takes pages of new products; hands full imports to ``send`` as soon as they are full."""

    _updates = False
    """Whether it takes products that were sent once."""

    def __init__(self, ctx: RunContext, send: Send) -> None:
        self._ctx = ctx
        self._send = send
        self._catalogue = Catalogue(ctx)
        self._waiting: list[Ready] = []
        self._seen: set[int] = set()
        self._aside = Aside(ctx)

    def read_due(self) -> None:
        """All that Omnitron offers, page by page, until it is empty or the budget ends.

        A dry run looks at the first page only: nothing is committed, so there is no second one.
        """
        ctx = self._ctx
        if not ctx.dry_run:
            batches.unpark_left(ctx, PRODUCT)
        try:
            while self._read_page() and not ctx.dry_run:
                ctx.go_on()
            if not ctx.dry_run:
                self.flush()
                self._retry()
        except RunStopped as stopped:
            if stopped.why == "budget":
                # What was committed is sent; the rest is still due.
                self.flush()
                self._aside.let_go()
            raise
        self.flush()

    def _retry(self) -> None:
        """What failed before, after everything fresh (design rule 3)."""
        for products in self._aside.portions():
            self._take(products)
        self._aside.let_go()
        again = due_again(self._ctx, self._seen, updates=self._updates)
        size = self._ctx.config.engine.read_batch
        for start in range(0, len(again), size):
            self._take_free(again[start : start + size])
            self._ctx.go_on()

    def _take_free(self, products: Sequence[Product]) -> None:
        """Take products that another batch may hold: a held one must not keep the others."""
        try:
            self._take(products)
        except RunRefused:
            half = len(products) // 2
            if half:
                self._take_free(products[:half])
                self._take_free(products[half:])

    def take(self, products: Sequence[Product]) -> None:
        """Products that are due, of any number, and the end of it."""
        size = self._ctx.config.engine.read_batch
        for start in range(0, len(products), size):
            self._take(products[start : start + size])
        self.flush()

    def flush(self) -> None:
        """Send what waits, in imports of at most ``import_rows``."""
        while self._waiting:
            self._send_some()

    def _send_some(self) -> None:
        size = self._ctx.config.engine.import_rows
        rows, self._waiting = self._waiting[:size], self._waiting[size:]
        self._send(rows)

    def _offered(self, limit: int) -> Page[Product]:
        return self._ctx.omnitron.product_inserts(limit)

    def _read_page(self) -> bool:
        ctx = self._ctx
        page = self._offered(ctx.config.engine.read_batch)
        moved = bool(page.faulty) and fail_unreadable(ctx, page.faulty, self._seen)
        if ctx.progress.total is None:
            ctx.progress.total = page.total
        fresh = [product for product in page.rows if product.pk not in self._seen]
        if not fresh:
            # Empty, or offered again at once although it has its verdict: not in this run.
            return moved
        self._seen.update(product.pk for product in fresh)
        first, before = split(ctx, fresh)
        # A queue that fits into one page needs nothing put aside: the order is enough.
        whole = ctx.dry_run or (page.total is not None and page.total <= len(page.rows))
        if before and not whole:
            self._aside.put(before)
        if first:
            self._take(first)
        if before and whole:
            self.flush()
            self._take(before)
        return True

    def _take(self, products: Sequence[Product]) -> None:
        ctx = self._ctx
        clashing = collisions(ctx, products, [row.product for row in self._waiting])
        refused, materials = self._gather(products, clashing)
        remote = remote_ids(ctx, products)
        ready: list[Ready] = []
        for material in materials:
            answer = translate(material, self._catalogue, ctx.settings.buffer_stock or 0)
            if isinstance(answer, Ready):
                ready.append(replace(answer, remote_id=remote.get(material.product.pk)))
            else:
                refused.append(Refusal(material.product, material.key, answer))
        there = known.statuses(ctx, [row.key for row in ready])
        there |= known.listed_anyway(ctx, [row.key for row in ready if row.key not in there])
        reviewed = [row for row in ready if there.get(row.key) == known.IN_REVIEW]
        ours = known.in_review_as_sent(ctx, reviewed) if reviewed else set()
        present = [row for row in ready if there.get(row.key) in known.ADOPTED or row.key in ours]
        barred = [row for row in ready if there.get(row.key) in known.BARRED]
        good = [row for row in ready if row not in present and row not in barred]
        refused += [
            Refusal(row.product, row.key, (known.barred_cause(there[row.key]),)) for row in barred
        ]
        if ctx.dry_run:
            self._say(refused, present, good)
            return
        if materials:
            keep(ctx, materials)
        late = [row for row in self._waiting if row.product.pk in clashing]
        self._waiting = [row for row in self._waiting if row not in late]
        settled = [
            Settled(
                row.product, row.key, adopted(there[row.key]), "product.adopted", there[row.key],
                row.remote_id,
            )
            for row in present
        ]  # fmt: skip
        decide(ctx, refused, settled, late)
        self._waiting += commit(ctx, good)
        while len(self._waiting) >= ctx.config.engine.import_rows:
            self._send_some()

    def _gather(
        self, products: Sequence[Product], clashing: Mapping[int, Cause]
    ) -> tuple[list[Refusal], list[Material]]:
        """Products that share their key fail at once; of the others everything is read."""
        refused = [
            Refusal(one, sku_key(one.sku), (clashing[one.pk],))
            for one in products
            if one.pk in clashing
        ]
        sound = [one for one in products if one.pk not in clashing]
        return refused, gather(self._ctx, self._catalogue, sound) if sound else []

    def _say(
        self,
        refused: Sequence[Refusal],
        present: Sequence[Ready],
        good: Sequence[Ready],
    ) -> None:
        said = [(row.key, would_adopt()) for row in present]
        said += [
            (
                row.key,
                would_import(str(row.row.attributes["price"]), str(row.row.attributes["stock"])),
            )
            for row in good
        ]
        say(self._ctx, refused, said)


def say(ctx: RunContext, refused: Sequence[Refusal], others: Sequence[tuple[str, str]]) -> None:
    """What a dry run tells: why these are not sent, and key and text of what is to be told else."""
    for one in refused:
        text = would_not_import([(cause.code, cause.params) for cause in one.causes])
        ctx.journal.add("info", "skipped", text, kind=PRODUCT, key=one.key)
    for key, text in others:
        ctx.journal.add("info", "skipped", text, kind=PRODUCT, key=key)
    ctx.progress.ok += len(others)
    ctx.progress.skipped += len(refused)


def remote_ids(ctx: RunContext, products: Sequence[Product]) -> dict[int, str]:
    """Product pk → the id under which Omnitron knows it at Hepsiburada, in whichever form.

    Akinon's own application may have stored Hepsiburada's SKU; the form that is there is kept.
    """
    actions = ctx.omnitron.integration_actions(PRODUCT, object_ids=[one.pk for one in products])
    return {one.object_id: one.remote_id for one in actions if one.remote_id}
