"""Open lines that can't be packed: log line, failure, penalty; and their cure.

The failure stands under the order's number, the penalty under the line's id, so that a package of
the same order that waits for its own cause is never held up by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select, update

from hbdash.domain.failures import penalty_type
from hbdash.flows.orders.packages.faults import CONTENT_TYPE as ORDER
from hbdash.flows.orders.packages.faults import KIND, PackageRow, settle_pass
from hbdash.flows.orders.packages.parcel import plain
from hbdash.hepsiburada.models.orders import OrderLine
from hbdash.runs import penalties
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import MarketLine
from hbdash.store.types import to_lira5
from hbdash.texts.causes import log_text
from hbdash.transport.errors import RemoteError

CONTENT_TYPE = ORDER

lines_t = table_of(MarketLine)


def hindered(
    ctx: RunContext,
    group: Sequence[OrderLine],
    code: str,
    params: Mapping[str, Any],
    error: RemoteError,
) -> None:
    """These lines could not be packed; whether that is punished, the failure's own row says."""
    order = group[0].order_number
    told = plain({"order": order, "sku": group[0].merchant_sku, **params})
    with ctx.commit(durable=True) as connection:
        penalty = None
        if penalty_type(code) is not None:
            views = penalties.penalise(
                connection,
                ctx.channel_id,
                CONTENT_TYPE,
                [penalties.Offender(line.id) for line in group],
                ctx.settings.retry.rule_for(CONTENT_TYPE),
                ctx.now(),
                owner="hbdash",
            )
            penalty = views[group[0].id]
        _mark(connection, ctx.channel_id, [line.id for line in group], code)
        line = ctx.journal.add(
            "warning" if penalty is None else "error", "failed", log_text(code, told),
            kind=KIND, key=order, code=code, params=told, exchange=ctx.wire.exchange,
        )  # fmt: skip
        total = sum((one.total_price.amount for one in group), Decimal(0))
        ctx.failures.met(
            Met(
                KIND,
                order,
                code,
                told,
                content_type=CONTENT_TYPE,
                remote_text=plain(str(error)),
                line=line,
                penalty=penalty,
                deadline=group[0].due_date,
                amount=to_lira5(round(total, 5)),
            )
        )
    ctx.progress.failed += 1


def passed(
    ctx: RunContext, connection: Connection, order_number: str, line_ids: Sequence[str]
) -> None:
    """These lines lie in a package now, or wait for none: nothing hinders them any more."""
    _mark(connection, ctx.channel_id, line_ids, "")
    penalties.forgive(connection, ctx.channel_id, CONTENT_TYPE, line_ids)
    settle_pass(ctx, connection, PackageRow("", order_number, "seen", "", {}))


def forget(ctx: RunContext, lines: Sequence[OrderLine]) -> None:
    """Lines that were hindered and are in the feed no more were packed or cancelled elsewhere.

    lines: the whole feed; empty as well where packing is switched off.
    """
    waiting = {line.id for line in lines}
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(lines_t.c.line_item_id, lines_t.c.order_number).where(
                lines_t.c.channel_id == ctx.channel_id, lines_t.c.packing != ""
            )
        ).all()
    left: dict[str, list[str]] = {}
    for row in rows:
        if row.line_item_id not in waiting:
            left.setdefault(row.order_number, []).append(row.line_item_id)
    for order_number, line_ids in left.items():
        with ctx.commit() as connection:
            passed(ctx, connection, order_number, line_ids)


def _mark(connection: Connection, channel_id: int, line_ids: Sequence[str], code: str) -> None:
    for part in sliced(sorted(line_ids), 500):
        connection.execute(
            update(lines_t)
            .where(
                lines_t.c.channel_id == channel_id,
                lines_t.c.line_item_id.in_(part),
                lines_t.c.packing != code,
            )
            .values(packing=code)
        )
