"""Splits that are not done: whoever looks once a minute asks for the run that goes on with them."""

from __future__ import annotations

from sqlalchemy import select

from hbdash.flows.registry import FLOWS
from hbdash.runs.context import RunContext
from hbdash.runs.gate import standing_pause
from hbdash.store.bulk import table_of
from hbdash.store.tables import PackageSplit

FLOW = "split_packages"


def split_again(ctx: RunContext) -> None:
    """Ask for a run of split_packages for requests whose time has come.

    A fresh request has its own run; what is asked for here waits for its packages, for an answer
    that was lost, or lost its run.
    """
    if not ctx.settings.flags.is_on(FLOW):
        return
    splits = table_of(PackageSplit)
    with ctx.db.read() as connection:
        if standing_pause(connection, ctx.channel_id, FLOWS[FLOW], ctx.now()) is not None:
            return
        due = connection.execute(
            select(splits.c.key, splits.c.package_number)
            .where(
                splits.c.channel_id == ctx.channel_id,
                splits.c.state.in_(("waiting", "unknown", "split")),
                (splits.c.ask_at.is_(None)) | (splits.c.ask_at <= ctx.now()),
            )
            .order_by(splits.c.id)
        ).all()
    if due:
        keys = dict.fromkeys(row.package_number or row.key for row in due)
        ctx.ask_for_run(FLOW, tuple(keys), ctx.spec.id)
