"""What becomes of a page's products: verdicts at once, or a batch that waits for its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from hbdash.flows.products.delete.returned import came_back
from hbdash.flows.products.intake.collisions import CODE as COLLISION
from hbdash.flows.products.records.faults import Fault, note_faults, note_passed
from hbdash.flows.products.records.model import (
    PRICE,
    PRODUCT,
    STOCK,
    Change,
    Outgoing,
    Ready,
    Refusal,
    Settled,
)
from hbdash.flows.products.records.reports import Said, report
from hbdash.flows.products.records.rows import give_verdict
from hbdash.flows.products.status import market
from hbdash.omnitron.models.batch import FailedReason
from hbdash.omnitron.models.catalogue import Product
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.texts.causes import log_text

Kind = TypeVar("Kind", Ready, Change)


def decide(
    ctx: RunContext,
    refused: Sequence[Refusal],
    settled: Sequence[Settled],
    late: Sequence[Outgoing],
) -> None:
    """Verdicts that need nothing to be sent, in a batch that is opened and closed here.

    settled: products that are there as they should be. late: products of an earlier page, not sent
    yet, whose key a refused one shares.
    """
    if not refused and not settled:
        return
    objects = [_held(one.product, one.key) for one in refused]
    objects += [_held(one.product, one.key, one.remote_id) for one in settled]
    batch = batches.commit_batch(ctx, PRODUCT, objects)
    faults = [Fault(one.key, one.product.pk, one.causes) for one in refused]
    now = ctx.now()
    with ctx.commit(durable=True) as connection:
        note_faults(ctx, connection, [*faults, *_late_faults(refused, late)])
        note_passed(ctx, connection, [one.key for one in settled])
        for one in settled:
            ctx.journal.add(
                "info", "ok", one.text, kind=PRODUCT, key=one.key, code=one.code,
                params={"status": one.status},
            )  # fmt: skip
        market.note(
            connection,
            ctx.channel_id,
            [market.Seen(one.key, one.status, one.product.pk) for one in settled if one.status],
            now,
        )
        back = came_back(ctx, connection, [one.key for one in settled])
        batches.give_verdicts(
            connection,
            [batches.ObjectVerdict(batch.id, f.product_pk or 0, f.reason) for f in faults]
            + [
                batches.ObjectVerdict(batch.id, one.product.pk, remote_id=one.remote_id or one.key)
                for one in settled
            ],
        )
        for row in late:
            give_verdict(connection, row.batch_id, row.key, FailedReason.CHANNEL_APP)
    ctx.progress.ok += len(settled)
    batches.close_complete(ctx, PRODUCT)
    back.ask_for_offers(ctx)
    said = [
        Said(fault.product_pk or 0, log_text(cause.code, cause.params), fault.reason.value)
        for fault in faults
        for cause in fault.causes
    ]
    said += [Said(one.product.pk, one.text) for one in settled]
    report(ctx, batch.id, said)


def commit(ctx: RunContext, good: Sequence[Kind], *, with_offers: bool = True) -> list[Kind]:
    """Lock products with the price and stock they carry, which share their verdict (O§5.9).

    Handed over before they are sent: only one batch of a kind may be in commit, and an import may
    carry the products of several (flows section 2, step 5). with_offers: not for an update, whose
    price and stock are on their own way.
    """
    if not good:
        return []
    held: list[batches.Held] = []
    for row in good:
        held.append(_held(row.product, row.key, row.remote_id))
        if with_offers and isinstance(row, Ready):
            held += [
                batches.Held(PRICE, row.price.pk, row.key, row.price.modified_date),
                batches.Held(STOCK, row.stock.pk, row.key, row.stock.modified_date),
            ]
    batch = batches.commit_batch(ctx, PRODUCT, held)
    batches.hand_over(ctx, batch, f"hbdash-{ctx.channel_id}-{batch.id}")
    return [replace(row, batch_id=batch.id) for row in good]


def _held(product: Product, key: str, remote_id: str | None = None) -> batches.Held:
    return batches.Held(PRODUCT, product.pk, key, product.modified_date, remote_id)


def _late_faults(refused: Sequence[Refusal], late: Sequence[Outgoing]) -> list[Fault]:
    """The waiting products that collide fail for the same cause as the one they collide with."""
    causes = {one.key: cause for one in refused for cause in one.causes if cause.code == COLLISION}
    return [Fault(row.key, row.product.pk, (causes[row.key],)) for row in late]
