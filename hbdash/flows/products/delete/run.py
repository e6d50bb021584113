"""R5.6, Product Delete: what left the catalogue goes off sale (A3; flows section 4)."""

from __future__ import annotations

from hbdash.domain.turkish import sku_key
from hbdash.flows.products.delete import comeback, off_sale, removals, zeroing
from hbdash.flows.products.delete.gone import Gone, named, taken_over
from hbdash.flows.products.records.model import PRODUCT
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.texts.causes import log_text
from hbdash.texts.removals import not_gone


def run(ctx: RunContext) -> None:
    """Each removal goes one step on: held or begun, 0 sent, deactivated, read back, let go of."""
    if not ctx.dry_run:
        batches.abandon_stale(ctx, removals.ACTION)
        off_sale.settle_doubts(ctx)
        zeroing.recover(ctx)
        zeroing.collect(ctx)
    gone = _read(ctx)
    if not ctx.dry_run:
        comeback.notice(ctx, {one.key for one in gone})
    others = taken_over(ctx, gone)
    if not ctx.dry_run:
        off_sale.let_go_of_old(ctx, [one for one in gone if one.action.pk in others])
    removals.take(ctx, [one for one in gone if one.action.pk not in others])
    if ctx.dry_run:
        return
    try:
        off_sale.go_on(ctx)
        if zeroing.collect(ctx):
            off_sale.go_on(ctx)
        comeback.put_on_sale(ctx)
        batches.close_complete(ctx, removals.ACTION)
    finally:
        ctx.come_again(zeroing.next_poll(ctx))


def _read(ctx: RunContext) -> list[Gone]:
    page = ctx.omnitron.deleted_products()
    for fault in page.faulty:
        params = {name: str(value) for name, value in fault.params.items()}
        line = ctx.journal.add(
            "error", "failed", log_text("remote.shape", params), kind=PRODUCT,
            code="remote.shape", params=params, exchange=ctx.wire.exchange,
        )  # fmt: skip
        ctx.failures.met(
            Met(PRODUCT, "", "remote.shape", params, remote_text=str(fault), line=line)
        )
        ctx.progress.failed += 1
    ctx.progress.total = page.total
    gone = named(ctx, page.rows)
    there = {one.key for one in gone}
    for key in ctx.request.keys:
        if sku_key(key) not in there:
            ctx.journal.add("info", "skipped", not_gone(key), kind=PRODUCT, key=sku_key(key))
            ctx.progress.skipped += 1
    return gone
