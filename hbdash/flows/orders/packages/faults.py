"""What keeps a package from becoming an order: log line, failure, penalty of ours (design rule 4).

Failures and penalties are kept per order number, which is what people know; an order's second
package has its own state, and is never held up by the first one's penalty.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from hbdash.domain.failures import FailureKind, kind_of
from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.parcel import plain
from hbdash.omnitron.models.batch import ErrorReport
from hbdash.runs import penalties
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.runs.penalties import PenaltyView
from hbdash.store.bulk import table_of
from hbdash.store.tables import MarketLine, MarketPackage
from hbdash.store.types import to_lira5
from hbdash.texts.causes import log_text
from hbdash.texts.orders import gone
from hbdash.transport.errors import BadShape, RemoteError

CONTENT_TYPE = "order"
#: Kind of the log lines and failures of this family.
KIND = "order"


class OrderFault(Exception):
    """A package that can't be written, with the cause as a failure id and its parameters."""

    def __init__(self, code: str, params: Mapping[str, Any], remote_text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params)
        self.remote_text = remote_text


@dataclass(frozen=True)
class PackageRow:
    """A row of ``MarketPackage`` as the writer needs it."""

    number: str
    order_number: str
    state: str
    status: str
    payload: dict[str, Any] = field(repr=False)
    total: Any = None
    due_at: Any = None

    @property
    def key(self) -> str:
        """Under which people find it: the order number."""
        return self.order_number or self.number


def settle_fault(
    ctx: RunContext, row: PackageRow, fault: OrderFault, punished: dict[str, PenaltyView]
) -> None:
    """Keep all that a fault means; its own commit, so that healthy packages never wait for it.

    punished: orders that got their penalty in this run already; two packages are one try.
    """
    params = plain({"order": row.order_number, "package": row.number, **fault.params})
    with ctx.commit(durable=True) as connection:
        view = punished.get(row.key) or penalise(ctx, connection, row.key)
        punished[row.key] = view
        keeping.set_package(connection, ctx.channel_id, row.number, state="failed")
        _note(ctx, row, fault.code, params, fault.remote_text, view)
    ctx.progress.failed += 1
    report(ctx, row, params, log_text(fault.code, params))


def settle_transient(ctx: RunContext, row: PackageRow, error: RemoteError, state: str) -> None:
    """The other side's fault of the moment: no penalty, the next run tries again."""
    params = plain({**error.params, "order": row.order_number, "package": row.number})
    with ctx.commit(durable=True) as connection:
        keeping.set_package(connection, ctx.channel_id, row.number, state=state)
        _note(ctx, row, error.failure_id, params, str(error), None)
    ctx.progress.failed += 1


def _note(
    ctx: RunContext,
    row: PackageRow,
    code: str,
    params: dict[str, Any],
    remote_text: str,
    view: PenaltyView | None,
) -> None:
    transient = kind_of(code, params) is FailureKind.TRANSIENT
    line = ctx.journal.add(
        "warning" if transient else "error",
        "failed",
        log_text(code, params),
        kind=KIND,
        key=row.key,
        code=code,
        params=params,
        exchange=ctx.wire.exchange if remote_text else None,
    )
    ctx.failures.met(
        Met(
            KIND,
            row.key,
            code,
            params,
            content_type=CONTENT_TYPE,
            remote_text=plain(remote_text),
            line=line,
            penalty=view,
            deadline=row.due_at,
            amount=None if row.total is None else to_lira5(row.total),
        )
    )


def penalise(ctx: RunContext, connection: Connection, key: str) -> PenaltyView:
    """One failed try of an order, by the settings in force now."""
    views = penalties.penalise(
        connection,
        ctx.channel_id,
        CONTENT_TYPE,
        [penalties.Offender(key)],
        ctx.settings.retry.rule_for(CONTENT_TYPE),
        ctx.now(),
        owner="hbdash",
    )
    return views[key]


def settle_pass(ctx: RunContext, connection: Connection, row: PackageRow) -> None:
    """The package went through: what stood against its order is cured, unless a sibling waits.

    A sibling is another package of the order, or a line of it that can't be packed.
    """
    table, lines = table_of(MarketPackage), table_of(MarketLine)
    sibling = connection.execute(
        select(table.c.id).where(
            table.c.channel_id == ctx.channel_id,
            table.c.order_number == row.order_number,
            table.c.package_number != row.number,
            table.c.state.in_(("failed", "unknown")),
        )
    ).first()
    unpacked = connection.execute(
        select(lines.c.id).where(
            lines.c.channel_id == ctx.channel_id,
            lines.c.order_number == row.order_number,
            lines.c.packing != "",
        )
    ).first()
    if sibling is None and unpacked is None:
        ctx.failures.passed(KIND, row.key)
        penalties.forgive(connection, ctx.channel_id, CONTENT_TYPE, [row.key])


def left_out(ctx: RunContext, connection: Connection, row: Mapping[str, Any]) -> None:
    """A package that failed was broken up meanwhile: nothing is wrong with it any more."""
    number, order = row["package_number"], row["order_number"]
    ctx.journal.add(
        "info", "skipped", gone(), kind=KIND, key=order or number, params={"package": number}
    )
    settle_pass(ctx, connection, PackageRow(number, order, "left", row["status"], {}))


def unreadable(ctx: RunContext, fault: BadShape) -> None:
    """A row that can't be read: said and listed, so that it does not vanish."""
    params = plain(dict(fault.params))
    line = ctx.journal.add(
        "error", "failed", log_text("remote.shape", params), kind=KIND, code="remote.shape",
        params=params, exchange=ctx.wire.exchange,
    )  # fmt: skip
    ctx.failures.met(Met(KIND, "", "remote.shape", params, remote_text=str(fault), line=line))
    ctx.progress.failed += 1


def report(
    ctx: RunContext,
    row: PackageRow,
    params: Mapping[str, Any],
    text: str,
    *,
    order_pk: int | None = None,
    batch: str = "",
) -> None:
    """A line of Omnitron's own log (O§5.8); without an order there, on the channel.

    A line that is lost is not worth a run, so a refusal is passed over.
    """
    model = "channel" if order_pk is None else CONTENT_TYPE
    reference = batch or f"hbdash-{ctx.run_id}"
    with suppress(RemoteError):
        ctx.omnitron.error_report(
            ErrorReport(
                action_content_type=ctx.omnitron.content_type(model).pk,
                action_object_id=ctx.channel.remote_id if order_pk is None else order_pk,
                error_code=f"{reference}-Channel-GetOrders_{row.key}",
                error_desc=text[:1000],
                is_ok=order_pk is not None,
                raw_response="" if order_pk is not None else f"channel_app-{text}"[:4000],
            )
        )
