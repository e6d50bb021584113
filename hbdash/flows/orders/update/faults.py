"""The verdicts of order_update: to Omnitron's batch, its log, our failures and penalties.

Orders go through Omnitron's batches, so its failed-integration row is the authority for their
penalties (flows section 11); ours mirrors it, under the package's number.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hbdash.domain.failures import FailureKind, kind_of
from hbdash.flows.orders.packages.faults import CONTENT_TYPE, KIND, OrderFault
from hbdash.flows.orders.packages.parcel import plain
from hbdash.omnitron.models.batch import ErrorReport, FailedReason
from hbdash.omnitron.models.order import Order
from hbdash.runs import batches, penalties
from hbdash.runs.batches import Held, ObjectVerdict
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.store.bulk import table_of
from hbdash.store.tables import BatchRequest
from hbdash.texts.causes import log_text
from hbdash.texts.orders import updated_report
from hbdash.transport.errors import RemoteError


@dataclass(frozen=True)
class Served:
    """An order of this run. key: its package, or its own number."""

    order: Order
    key: str
    order_number: str
    told: tuple[str, ...] = ()
    """Steps that were told in this run."""
    fault: OrderFault | None = None


def settle(ctx: RunContext, served: Sequence[Served], notes: Sequence[Met] = ()) -> None:
    """Commit these orders with their verdicts and the version as read, then close the batch.

    notes: failures that are no verdict, since a person must look and nothing can be tried again.
    """
    if not served:
        return
    held = [Held(CONTENT_TYPE, one.order.pk, one.key, one.order.modified_date) for one in served]
    batch = batches.commit_batch(ctx, CONTENT_TYPE, held)
    with ctx.commit(durable=True) as connection:
        for one in served:
            if one.fault is None:
                ctx.failures.passed(KIND, one.key)
                penalties.forgive(connection, ctx.channel_id, CONTENT_TYPE, [one.key])
            else:
                _failed(ctx, connection, one, one.fault)
        for met in notes:
            ctx.failures.met(met)
        batches.give_verdicts(
            connection,
            [
                ObjectVerdict(
                    batch.id, one.order.pk, FailedReason.CHANNEL_APP if one.fault else None
                )
                for one in served
            ],
        )
    batches.close_complete(ctx, CONTENT_TYPE)
    _report(ctx, served, batch.id)


def _failed(ctx: RunContext, connection: Connection, one: Served, fault: OrderFault) -> None:
    params = plain({"order": one.order_number, "package": one.key, **fault.params})
    views = penalties.penalise(
        connection,
        ctx.channel_id,
        CONTENT_TYPE,
        [penalties.Offender(one.key, one.order.pk)],
        ctx.settings.retry.rule_for(CONTENT_TYPE),
        ctx.now(),
        owner="omnitron",
    )
    transient = kind_of(fault.code, params) is FailureKind.TRANSIENT
    line = ctx.journal.add(
        "warning" if transient else "error", "failed", log_text(fault.code, params), kind=KIND,
        key=one.order_number or one.key, code=fault.code, params=params,
        exchange=ctx.wire.exchange if fault.remote_text else None,
    )  # fmt: skip
    ctx.failures.met(
        Met(
            KIND,
            one.key,
            fault.code,
            {**params, "order_pk": one.order.pk},
            content_type=CONTENT_TYPE,
            object_pk=one.order.pk,
            remote_text=plain(fault.remote_text),
            line=line,
            penalty=views[one.key],
        )
    )


def _report(ctx: RunContext, served: Sequence[Served], batch_id: int) -> None:
    """A line of Omnitron's own log per order that was told or failed; a lost one is no matter."""
    table = table_of(BatchRequest)
    with ctx.db.read() as connection:
        local = connection.execute(
            select(table.c.local_batch_id).where(table.c.id == batch_id)
        ).scalar_one()
    for one in served:
        if not one.told and one.fault is None:
            continue
        text = updated_report(one.order.number, one.told)
        if one.fault is not None:
            text = log_text(one.fault.code, one.fault.params)
        with suppress(RemoteError):
            ctx.omnitron.error_report(
                ErrorReport(
                    action_content_type=ctx.omnitron.content_type(CONTENT_TYPE).pk,
                    action_object_id=one.order.pk,
                    obj_modified_date=one.order.modified_date,
                    error_code=f"{local}-Omnitron-UpdateOrders_{one.order.number}",
                    error_desc=text[:1000],
                    is_ok=one.fault is None,
                    raw_response="" if one.fault is None else f"channel_app-{text}"[:4000],
                )
            )
