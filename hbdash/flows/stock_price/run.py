"""The two flows as steps: collect, read what is due, send, collect (flows section 5)."""

from __future__ import annotations

from datetime import timedelta

from hbdash.flows.stock_price.collect import collect
from hbdash.flows.stock_price.due import read_due, read_keys, read_retries
from hbdash.flows.stock_price.kinds import PRICE, STOCK, Kind
from hbdash.flows.stock_price.send import recover, send_waiting
from hbdash.flows.stock_price.sold import read_sold
from hbdash.flows.stock_price.taken import judge
from hbdash.flows.stock_price.unlisted import drop_unlisted
from hbdash.runs import batches
from hbdash.runs.context import RunContext

#: How long a run waits for the results of what it sent itself.
PATIENCE = timedelta(seconds=12)


def run_stock(ctx: RunContext) -> None:
    """R5.7: changed stock to Hepsiburada."""
    _run(ctx, STOCK)


def run_price(ctx: RunContext) -> None:
    """R5.8: changed prices to Hepsiburada."""
    _run(ctx, PRICE)


def _run(ctx: RunContext, kind: Kind) -> None:
    if not ctx.dry_run:
        recover(ctx, kind)
        batches.abandon_stale(ctx, kind.content_type)
        collect(ctx, kind)
        judge(ctx, kind)
        batches.release_orphans(ctx, kind.content_type, kind.name)
        batches.close_complete(ctx, kind.content_type)
    if ctx.request.keys:
        read_keys(ctx, kind, ctx.request.keys)
    else:
        read_due(ctx, kind)
        if kind is STOCK and not ctx.dry_run:
            read_sold(ctx)
        read_retries(ctx, kind)
    if ctx.dry_run:
        return
    drop_unlisted(ctx, kind)
    send_waiting(ctx, kind)
    collect(ctx, kind, patience=PATIENCE)
    batches.close_complete(ctx, kind.content_type)
