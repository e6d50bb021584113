"""Uploads of a flow that may not run now: switched off, or paused. Their results are fetched.

Else they would stand as waiting at the marketplace for ever and keep the other flow from sending,
and Omnitron would punish healthy records when their batch runs out of time (R3.5).
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import exists, select

from hbdash.flows.registry import FLOWS
from hbdash.flows.stock_price.collect import collect
from hbdash.flows.stock_price.kinds import PRICE, STOCK, Kind
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.runs.failures import FailureBook
from hbdash.runs.gate import standing_pause
from hbdash.runs.journal import Journal
from hbdash.store.bulk import table_of
from hbdash.store.tables import Upload


def collect_idle(ctx: RunContext) -> None:
    """Settle what a flow had sent before it was switched off or paused; nothing is sent."""
    for kind in (STOCK, PRICE):
        if _has_sent(ctx, kind) and _may_not_run(ctx, kind):
            # Lines and failures stand under the flow that sent them.
            as_flow = replace(
                ctx,
                journal=Journal(ctx.journal.writer, ctx.clock, kind.name, ctx.run_id),
                failures=FailureBook(ctx.channel_id, kind.name, ctx.clock, ctx.run_id),
            )
            collect(as_flow, kind)
            batches.close_complete(as_flow, kind.content_type)


def _has_sent(ctx: RunContext, kind: Kind) -> bool:
    table = table_of(Upload)
    with ctx.db.read() as connection:
        return bool(
            connection.execute(
                select(
                    exists().where(
                        table.c.channel_id == ctx.channel_id,
                        table.c.kind == kind.name,
                        table.c.state == "sent",
                    )
                )
            ).scalar()
        )


def _may_not_run(ctx: RunContext, kind: Kind) -> bool:
    spec = FLOWS[kind.name]
    if spec.flag is not None and not ctx.settings.flags.is_on(spec.flag):
        return True
    with ctx.db.read() as connection:
        return standing_pause(connection, ctx.channel_id, spec, ctx.now()) is not None
