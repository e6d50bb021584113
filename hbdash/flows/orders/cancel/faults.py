"""Failures of order_cancel: what Hepsiburada cancelled and Omnitron has shipped (R5.11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from hbdash.flows.orders.cancel.units import LineState
from hbdash.flows.orders.packages.faults import CONTENT_TYPE, KIND
from hbdash.runs import penalties
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES, Met
from hbdash.store.bulk import table_of
from hbdash.store.tables import Failure
from hbdash.texts.causes import log_text

SHIPPED = "cancel.item_shipped"
failures_t = table_of(Failure)


def _items(states: Iterable[LineState]) -> str:
    """The shipped items that should go, as the failure names them."""
    pks = [unit.item_pk for state in states for unit, _ in state.chosen() if unit.shipped]
    return ",".join(str(pk) for pk in sorted(pks))


def settled_shipped(ctx: RunContext, order: str, states: Iterable[LineState]) -> bool:
    """Everything left to cancel was shipped, and a person was told of just these items.

    So it is neither counted again in every run, nor opened again after somebody closed it.
    """
    states = list(states)
    left = [unit for state in states for unit, _ in state.chosen()]
    if ctx.request.keys or not left or not all(unit.shipped for unit in left):
        return False
    with ctx.db.read() as connection:
        told = connection.execute(
            select(failures_t.c.params)
            .where(
                failures_t.c.channel_id == ctx.channel_id,
                failures_t.c.flow == ctx.spec.id,
                failures_t.c.kind == KIND,
                failures_t.c.key == order,
                failures_t.c.code == SHIPPED,
                failures_t.c.state != "cured",
            )
            .order_by(failures_t.c.id.desc())
        ).scalar()
    return told is not None and told.get("items") == _items(states)


def shipped(ctx: RunContext, order: str, states: Iterable[LineState]) -> bool:
    """Tell a person of items that were shipped and are cancelled at Hepsiburada; were there any?"""
    items = _items(states)
    if not items:
        return False
    params = {"order": order, "items": items, "units": str(items.count(",") + 1)}
    with ctx.commit(durable=True):
        line = ctx.journal.add(
            "error", "failed", log_text(SHIPPED, params), kind=KIND, key=order, code=SHIPPED,
            params=params,
        )  # fmt: skip
        ctx.failures.met(
            Met(KIND, order, SHIPPED, dict(params), content_type=CONTENT_TYPE, line=line)
        )
    ctx.progress.failed += 1
    return True


def passed(ctx: RunContext, order: str) -> None:
    """Nothing is left to cancel of an order: what stood against it in this flow is cured."""
    if ctx.dry_run:
        return
    with ctx.db.read() as connection:
        punished = connection.execute(
            select(failures_t.c.penalty_id).where(
                failures_t.c.channel_id == ctx.channel_id,
                failures_t.c.flow == ctx.spec.id,
                failures_t.c.kind == KIND,
                failures_t.c.key == order,
                failures_t.c.state.in_(OPEN_STATES),
            )
        ).all()
    if not punished:
        return
    with ctx.commit() as connection:
        ctx.failures.passed(KIND, order)
        if any(row.penalty_id for row in punished):
            # The penalty of an order that waits to be written is not ours to lift.
            penalties.forgive(connection, ctx.channel_id, CONTENT_TYPE, [order])


def cure(ctx: RunContext, standing: Sequence[str]) -> None:
    """Close failures of orders that hold nothing any more that was cancelled."""
    with ctx.db.read() as connection:
        opened = connection.execute(
            select(failures_t.c.key)
            .where(
                failures_t.c.channel_id == ctx.channel_id,
                failures_t.c.flow == ctx.spec.id,
                failures_t.c.kind == KIND,
                failures_t.c.key != "",
                failures_t.c.state.in_(OPEN_STATES),
            )
            .distinct()
        ).scalars()
        gone = sorted(set(opened) - set(standing))
    for order in gone:
        passed(ctx, order)
