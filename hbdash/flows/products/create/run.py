"""R5.4, Product Create: new products to Hepsiburada (flows section 4)."""

from __future__ import annotations

from hbdash.flows.products.create.prematch import carry_out
from hbdash.flows.products.imports.recovery import recover
from hbdash.flows.products.imports.results import collect, next_poll
from hbdash.flows.products.imports.sending import send
from hbdash.flows.products.intake.due import Intake
from hbdash.flows.products.intake.keyed import due_of
from hbdash.flows.products.status.follow import follow
from hbdash.runs import batches
from hbdash.runs.context import RunContext


def run(ctx: RunContext) -> None:
    """Settle what is on its way, then send what is due; for given SKUs only those.

    What is sent here is settled by a following run: at the time of its next poll, or when the
    schedule says.
    """
    if not ctx.dry_run:
        recover(ctx)
        collect(ctx)
        batches.close_complete(ctx, "product")
        if not ctx.request.keys:
            carry_out(ctx)
            follow(ctx)
    intake = Intake(ctx, lambda rows: send(ctx, rows))
    try:
        if ctx.request.keys:
            intake.take(due_of(ctx, ctx.request.keys))
        else:
            intake.read_due()
    finally:
        ctx.come_again(next_poll(ctx))
    if ctx.dry_run:
        return
    batches.close_complete(ctx, "product")
    collect(ctx)
    batches.close_complete(ctx, "product")
    ctx.come_again(next_poll(ctx))
