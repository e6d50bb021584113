"""Products that are due and can't be read: failed, so that they leave the head of the queue."""

from __future__ import annotations

from collections.abc import Sequence

from hbdash.domain.turkish import sku_key
from hbdash.flows.products.records.faults import Fault, note_faults
from hbdash.flows.products.records.model import PRODUCT, Cause
from hbdash.omnitron.models.batch import FailedReason
from hbdash.omnitron.models.row import Remains, remains_of
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.texts.causes import log_text
from hbdash.transport.errors import BadShape


def fail_unreadable(ctx: RunContext, faulty: Sequence[BadShape], seen: set[int]) -> bool:
    """Commit and fail them (design rule 3); whether any leaves the queue.

    seen: numbers of products that this run has taken already, to which these are added. One whose
    number can't be read either is told, and stays where it is.
    """
    exchange = ctx.wire.exchange
    known: list[tuple[Remains, str, BadShape]] = []
    for fault in faulty:
        row = None if ctx.dry_run else remains_of(fault)
        if row is not None:
            if row.pk not in seen:
                known.append((row, sku_key(row.sku or ""), fault))
            continue
        line = ctx.journal.add(
            "error", "failed", log_text("remote.shape", fault.params), kind=PRODUCT,
            code="remote.shape", params=fault.params, exchange=exchange,
        )  # fmt: skip
        ctx.failures.met(
            Met(PRODUCT, "", "remote.shape", fault.params, remote_text=str(fault), line=line)
        )
        ctx.progress.failed += 1
    if not known:
        return False
    seen.update(row.pk for row, _, _ in known)
    batch = batches.commit_batch(
        ctx,
        PRODUCT,
        [batches.Held(PRODUCT, row.pk, key, row.modified_date) for row, key, _ in known],
    )
    faults = [
        Fault(key, row.pk, (Cause("remote.shape", fault.params, str(fault)),))
        for row, key, fault in known
    ]
    with ctx.commit(durable=True) as connection:
        note_faults(ctx, connection, faults, exchange=exchange)
        batches.give_verdicts(
            connection,
            [
                batches.ObjectVerdict(batch.id, row.pk, FailedReason.CHANNEL_APP)
                for row, _, _ in known
            ],
        )
    batches.close_complete(ctx, PRODUCT)
    return True
