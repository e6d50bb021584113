"""What becomes of a page's products: verdicts at once, or a batch that waits for its import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hbdash.flows.products.collisions import CODE as COLLISION
from hbdash.flows.products.faults import Fault, note_faults, note_passed
from hbdash.flows.products.model import PRICE, PRODUCT, STOCK, Ready, Refusal
from hbdash.flows.products.reports import Said, report
from hbdash.flows.products.rows import give_verdict
from hbdash.omnitron.models.batch import FailedReason
from hbdash.omnitron.models.catalogue import Product
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.texts.causes import log_text
from hbdash.texts.products import adopted


def decide(
    ctx: RunContext,
    refused: Sequence[Refusal],
    present: Sequence[Ready],
    there: Mapping[str, str],
    late: Sequence[Ready],
) -> None:
    """Verdicts that need no import, in a batch that is opened and closed here.

    present: products that Hepsiburada has already, with their status in ``there``. late: products
    of an earlier page, not sent yet, whose key a refused one shares.
    """
    if not refused and not present:
        return
    objects = [_held(one.product, one.key) for one in refused]
    objects += [_held(row.product, row.key) for row in present]
    batch = batches.commit_batch(ctx, PRODUCT, objects)
    faults = [Fault(one.key, one.product.pk, one.causes) for one in refused]
    with ctx.commit(durable=True) as connection:
        note_faults(ctx, connection, [*faults, *_late_faults(refused, late)])
        note_passed(ctx, connection, [row.key for row in present])
        for row in present:
            ctx.journal.add(
                "info", "ok", adopted(there[row.key]), kind=PRODUCT, key=row.key,
                code="product.adopted", params={"status": there[row.key]},
            )  # fmt: skip
        batches.give_verdicts(
            connection,
            [batches.ObjectVerdict(batch.id, f.product_pk or 0, f.reason) for f in faults]
            + [
                batches.ObjectVerdict(batch.id, row.product.pk, remote_id=row.key)
                for row in present
            ],
        )
        for row in late:
            give_verdict(connection, row.batch_id, row.key, FailedReason.CHANNEL_APP)
    ctx.progress.ok += len(present)
    batches.close_complete(ctx, PRODUCT)
    said = [
        Said(fault.product_pk or 0, log_text(cause.code, cause.params), fault.reason.value)
        for fault in faults
        for cause in fault.causes
    ]
    said += [Said(row.product.pk, adopted(there[row.key])) for row in present]
    report(ctx, batch.id, said)


def commit(ctx: RunContext, good: Sequence[Ready]) -> list[Ready]:
    """Lock products with the price and stock they carry, which share their verdict (O§5.9).

    Handed over before they are sent: only one batch of a kind may be in commit, and an import may
    carry the products of several (flows section 2, step 5).
    """
    if not good:
        return []
    held: list[batches.Held] = []
    for row in good:
        held += [
            _held(row.product, row.key),
            batches.Held(PRICE, row.price.pk, row.key, row.price.modified_date),
            batches.Held(STOCK, row.stock.pk, row.key, row.stock.modified_date),
        ]
    batch = batches.commit_batch(ctx, PRODUCT, held)
    batches.hand_over(ctx, batch, f"hbdash-{ctx.channel_id}-{batch.id}")
    return [replace(row, batch_id=batch.id) for row in good]


def _held(product: Product, key: str) -> batches.Held:
    return batches.Held(PRODUCT, product.pk, key, product.modified_date)


def _late_faults(refused: Sequence[Refusal], late: Sequence[Ready]) -> list[Fault]:
    """The waiting products that collide fail for the same cause as the one they collide with."""
    causes = {one.key: cause for one in refused for cause in one.causes if cause.code == COLLISION}
    return [Fault(row.key, row.product.pk, (causes[row.key],)) for row in late]
