"""Products that failed before come after the fresh ones, and have a fifth of the run (rule 3).

Omnitron's queue has both, in no promised order, and offers again whatever is not committed. So
those that failed before are put aside in a batch of their own; when the fresh ones are through, the
batch is let go and they are taken as far as their time lasts. The rest is offered to the next run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from sqlalchemy import select

from hbdash.domain.turkish import sku_key
from hbdash.flows.products.records.model import PRODUCT
from hbdash.omnitron.models.catalogue import Product
from hbdash.runs import batches, penalties
from hbdash.runs.batches import Held, OpenBatch
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES
from hbdash.runs.fair import RetryTime
from hbdash.store.bulk import table_of
from hbdash.store.tables import Failure

#: Due retries that are looked up at a time.
_AT_ONCE = 200


class Aside:
    """What waits until the fresh products of this run had their turn."""

    def __init__(self, ctx: RunContext) -> None:
        self._ctx = ctx
        self._parked: list[tuple[OpenBatch, Sequence[Product]]] = []

    def put(self, products: Sequence[Product]) -> None:
        """Lock these in a batch of their own, so that the queue shows what is behind them."""
        held = [Held(PRODUCT, one.pk, sku_key(one.sku), one.modified_date) for one in products]
        self._parked.append((batches.park(self._ctx, PRODUCT, held), products))

    def portions(self) -> Iterator[Sequence[Product]]:
        """One batch's products after the other, free again, while the time of retries lasts."""
        left = RetryTime(self._ctx)
        while self._parked and left.is_left:
            batch, products = self._parked.pop(0)
            batches.unpark(self._ctx, batch)
            yield products
            self._ctx.go_on()

    def let_go(self) -> None:
        """What had no time is offered to the next run."""
        while self._parked:
            batch, _ = self._parked.pop()
            batches.unpark(self._ctx, batch)


def split(ctx: RunContext, products: Sequence[Product]) -> tuple[list[Product], list[Product]]:
    """Products without an open failure, and those that failed before."""
    table = table_of(Failure)
    keys = [sku_key(product.sku) for product in products]
    with ctx.db.read() as connection:
        failed = set(
            connection.execute(
                select(table.c.key).where(
                    table.c.channel_id == ctx.channel_id,
                    table.c.kind == PRODUCT,
                    table.c.key.in_(keys),
                    table.c.state.in_(OPEN_STATES),
                )
            ).scalars()
        )
    fresh = [one for one in products if sku_key(one.sku) not in failed]
    return fresh, [one for one in products if sku_key(one.sku) in failed]


def due_again(ctx: RunContext, seen: Set[int], *, updates: bool) -> list[Product]:
    """Products whose next try is due and that Omnitron did not offer by itself (R3.12).

    ``seen``: product pks of this run. ``updates``: those sent successfully once, else the others.
    """
    with ctx.db.read() as connection:
        rows = penalties.due_again(
            connection, ctx.channel_id, PRODUCT, ctx.now(), _AT_ONCE + len(seen)
        )
    pks = {row["object_pk"] for row in rows if row["object_pk"] is not None} - seen
    wanted = sorted(pks)[:_AT_ONCE]
    if not wanted:
        return []
    actions = {
        one.object_id: one for one in ctx.omnitron.integration_actions(PRODUCT, object_ids=wanted)
    }
    found: list[Product] = []
    for product in ctx.omnitron.products(wanted):
        action = actions.get(product.pk)
        status = "" if action is None else action.status.lower()
        once_sent = action is not None and action.version_date is not None
        held = status in ("processing", "success")
        if not held and once_sent == updates and (updates or product.is_active):
            found.append(product)
    return found
