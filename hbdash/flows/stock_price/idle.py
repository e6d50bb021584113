"""Uploads of a flow that may not run now: switched off, or paused. Their results are fetched.

Else they would stand as waiting at the marketplace for ever and keep the other flow from sending,
and Omnitron would punish healthy records when their batch runs out of time (R3.5).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import exists, select

from hbdash.domain.flowspec import FlowSpec
from hbdash.flows.products.delete import zeroing
from hbdash.flows.registry import FLOWS
from hbdash.flows.stock_price.collect import collect
from hbdash.flows.stock_price.kinds import PRICE, STOCK
from hbdash.flows.stock_price.send import recover
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.runs.failures import FailureBook
from hbdash.runs.gate import standing_pause
from hbdash.runs.journal import Journal
from hbdash.store.bulk import table_of
from hbdash.store.tables import Upload

#: A call takes minutes at most: what was prepared earlier was prepared by a run that is dead.
_DEAD_AFTER = timedelta(hours=1)


def collect_idle(ctx: RunContext) -> None:
    """Settle what a flow had sent before it was switched off or paused; nothing is sent."""
    for kind in (STOCK, PRICE):
        if _has_open(ctx, kind.name) and _may_not_run(ctx, FLOWS[kind.name]):
            as_flow = _as_flow(ctx, FLOWS[kind.name])
            recover(as_flow, kind, older_than=_DEAD_AFTER)
            collect(as_flow, kind)
            batches.close_complete(as_flow, kind.content_type)
    if _has_open(ctx, zeroing.KIND) and _may_not_run(ctx, FLOWS["product_delete"]):
        as_flow = _as_flow(ctx, FLOWS["product_delete"])
        zeroing.recover(as_flow, older_than=_DEAD_AFTER)
        zeroing.collect(as_flow)


def _as_flow(ctx: RunContext, spec: FlowSpec) -> RunContext:
    """Lines and failures stand under the flow that sent them; the lane is this run's own."""
    return replace(
        ctx,
        spec=replace(spec, lane=ctx.spec.lane),
        journal=Journal(ctx.journal.writer, ctx.clock, spec.id, ctx.run_id),
        failures=FailureBook(ctx.channel_id, spec.id, ctx.clock, ctx.run_id),
    )


def _has_open(ctx: RunContext, kind: str) -> bool:
    table = table_of(Upload)
    with ctx.db.read() as connection:
        return bool(
            connection.execute(
                select(
                    exists().where(
                        table.c.channel_id == ctx.channel_id,
                        table.c.kind == kind,
                        table.c.state.in_(("preparing", "sent")),
                    )
                )
            ).scalar()
        )


def _may_not_run(ctx: RunContext, spec: FlowSpec) -> bool:
    if spec.flag is not None and not ctx.settings.flags.is_on(spec.flag):
        return True
    with ctx.db.read() as connection:
        return standing_pause(connection, ctx.channel_id, spec, ctx.now()) is not None
