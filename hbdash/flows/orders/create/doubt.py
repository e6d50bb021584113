"""What a dead run or a lost answer left behind: asked in Omnitron before anything is written.

The second ask comes a minute after the first at the earliest, since the call may still have been
on its way (flows section 10); the order's number is unique, so nothing can be written twice.
"""

from __future__ import annotations

from datetime import timedelta

from hbdash.flows.orders.create.due import load
from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.writing.writer import CREATE, Writer
from hbdash.runs import intents
from hbdash.runs.context import RunContext


def recover(ctx: RunContext, writer: Writer) -> set[str]:
    """Settle what is in doubt; the package numbers that stay so and must not be written now."""
    with ctx.db.read() as connection:
        standing = intents.unsettled(connection, ctx.channel_id, CREATE)
    left: set[str] = set()
    for one in standing:
        package = str(one.payload.get("package", ""))
        (row,) = load(ctx, [package]) or (None,)
        found = ctx.omnitron.find_orders(one.key)
        if found and row is not None:
            writer.adopt(row, found[0], one.id)
        elif one.ask_at is None:
            # Its run died with the call on its way: the clock starts now.
            left.add(package)
            with ctx.commit(durable=True) as connection:
                intents.doubt(connection, one.id, ctx.now(), ask_after=_wait(ctx, one))
                keeping.set_package(connection, ctx.channel_id, package, state="unknown")
        elif ctx.now() < one.ask_at:
            left.add(package)
        else:
            with ctx.commit(durable=True) as connection:
                intents.settle(
                    connection, one.id, "failed", ctx.now(),
                    {"found": False, "asked": one.asked + 1},
                )  # fmt: skip
                keeping.set_package(connection, ctx.channel_id, package, state="seen")
        ctx.go_on()
    return left


def _wait(ctx: RunContext, one: intents.IntentView) -> timedelta:
    """What is left of the minute since the call was made."""
    called = one.called_at or one.created_at
    return max(called + intents.ASK_AFTER - ctx.now(), timedelta(0))
