"""Decisions that are not done: whoever looks asks for the run that goes on with them."""

from __future__ import annotations

from sqlalchemy import or_, select

from hbdash.flows.registry import FLOWS
from hbdash.runs.context import RunContext
from hbdash.runs.gate import standing_pause
from hbdash.store.bulk import table_of
from hbdash.store.tables import ClaimDecision, EngineRequest

FLOW = "reject_refund"
_UNDONE = ("waiting", "sending", "unknown", "there")


def ask_again(ctx: RunContext) -> None:
    """Ask for a run of reject_refund for decisions whose time has come.

    They wait because the flow was off or paused, an engine died, or a side did not answer.
    Nothing is asked while the run would be refused, or a person's own request is about to run.
    """
    if not ctx.settings.flags.is_on(FLOW):
        return
    decisions, requests = table_of(ClaimDecision), table_of(EngineRequest)
    with ctx.db.read() as connection:
        if standing_pause(connection, ctx.channel_id, FLOWS[FLOW], ctx.now()) is not None:
            return
        pending = connection.execute(
            select(requests.c.id).where(
                requests.c.channel_id == ctx.channel_id,
                requests.c.flow == FLOW,
                requests.c.state.in_(("waiting", "taken")),
            )
        ).first()
        if pending is not None:
            return
        numbers = connection.execute(
            select(decisions.c.claim_number)
            .where(
                decisions.c.channel_id == ctx.channel_id,
                decisions.c.verdict == "reject",
                decisions.c.state.in_(_UNDONE),
                or_(decisions.c.ask_at.is_(None), decisions.c.ask_at <= ctx.now()),
            )
            .order_by(decisions.c.id)
        ).scalars()
        due = tuple(numbers)
    if due:
        ctx.ask_for_run(FLOW, due, ctx.spec.id)
