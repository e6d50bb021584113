"""R5.4, Product Create: new products to Hepsiburada (flows section 4)."""

from __future__ import annotations

from datetime import timedelta

from hbdash.flows.products.due import Intake
from hbdash.flows.products.keyed import due_of
from hbdash.flows.products.recovery import recover
from hbdash.flows.products.results import collect
from hbdash.flows.products.sending import send
from hbdash.runs import batches
from hbdash.runs.context import RunContext

#: A run waits for the first two looks at the results of what it sent itself.
_LOOKS_WAITED_FOR = 2


def run(ctx: RunContext) -> None:
    """Settle what is on its way, then send what is due; for given SKUs only those."""
    if not ctx.dry_run:
        recover(ctx)
        collect(ctx)
        batches.close_complete(ctx, "product")
    intake = Intake(ctx, lambda rows: send(ctx, rows))
    if ctx.request.keys:
        intake.take(due_of(ctx, ctx.request.keys))
    else:
        intake.read_due()
    if ctx.dry_run:
        return
    batches.close_complete(ctx, "product")
    collect(ctx, patience=_patience(ctx))
    batches.close_complete(ctx, "product")


def _patience(ctx: RunContext) -> timedelta:
    plan = ctx.config.engine.import_polls_s[:_LOOKS_WAITED_FOR]
    return timedelta(seconds=sum(plan) * 1.1)
