"""R5.5, Product Update: changed products to Hepsiburada (flows section 4)."""

from __future__ import annotations

from hbdash.flows.products.imports.carriers import IMPORT, TICKET
from hbdash.flows.products.imports.recovery import recover
from hbdash.flows.products.imports.results import collect, next_poll
from hbdash.flows.products.imports.sending import send
from hbdash.flows.products.intake.keyed import products_of
from hbdash.flows.products.status.follow import follow
from hbdash.flows.products.update.changes import ChangeIntake, by_hand
from hbdash.flows.products.update.reviewed import look_again
from hbdash.runs import batches
from hbdash.runs.context import RunContext

CARRIERS = (IMPORT, TICKET)


def run(ctx: RunContext) -> None:
    """Settle what is on its way, then send what is due; for given SKUs only those.

    A person who names SKUs has all their fields sent; the schedule and a cured cause only what
    differs from what was sent last.
    """
    if not ctx.dry_run:
        recover(ctx, CARRIERS)
        collect(ctx, CARRIERS)
        batches.close_complete(ctx, "product")
        if not ctx.request.keys:
            look_again(ctx)
            if not ctx.settings.flags.is_on("product_create"):
                follow(ctx)
    keys = ctx.request.keys
    intake = ChangeIntake(
        ctx,
        lambda rows: send(ctx, rows),
        lambda rows: send(ctx, rows, TICKET),
        whole=bool(keys) and ctx.request.started_by != "cause_watch",
    )
    try:
        if keys:
            intake.take(by_hand(ctx, products_of(ctx, keys)))
        else:
            intake.read_due()
    finally:
        ctx.come_again(next_poll(ctx, CARRIERS))
    if ctx.dry_run:
        return
    batches.close_complete(ctx, "product")
    collect(ctx, CARRIERS)
    batches.close_complete(ctx, "product")
    ctx.come_again(next_poll(ctx, CARRIERS))
