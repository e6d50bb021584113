"""The orders of a run are committed into a batch, which gives them their remote ids (O§6.3).

What an order or item is called on the channel stands in our ledger until its batch is closed, so
that a run which dies between the two is healed by the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select, update

from hbdash.domain.orders import unit_id
from hbdash.flows.orders.packages import faults
from hbdash.flows.orders.packages.faults import CONTENT_TYPE, PackageRow
from hbdash.flows.orders.packages.patience import set_aside
from hbdash.omnitron.models.order import Order
from hbdash.runs import batches, intents
from hbdash.runs.batches import Held, OpenBatch
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import (
    BatchObject,
    BatchRequest,
    Intent,
    MarketPackage,
    OmnitronItem,
    OmnitronOrder,
)
from hbdash.texts.orders import reported
from hbdash.transport.errors import Refused, RemoteError

#: Orders in one batch (R1, SETUP: the application works in batches of 50).
IN_A_BATCH = 50
SHIPPING_INFO = "order.shipping_info"
ITEM = "orderitem"

Versions = Mapping[int, tuple[datetime, Mapping[int, datetime | None]]]

orders, items = table_of(OmnitronOrder), table_of(OmnitronItem)


def close_orders(ctx: RunContext, versions: Versions) -> int:
    """Commit and close what was written and is in no closed batch yet; how many orders.

    Raises ``RunRefused`` naming the batch that holds the content type (R8.10): the orders are
    written, and go into a batch of the next run.
    """
    _tell_again(ctx)
    closed = 0
    while rows := _open_orders(ctx):
        _close(ctx, rows, versions)
        closed += len(rows)
        if len(rows) < IN_A_BATCH:
            break
    return closed


def count_open(ctx: RunContext) -> int:
    """Whether a batch's worth of orders waits."""
    return len(_open_orders(ctx))


def _open_orders(ctx: RunContext) -> list[RowMapping]:
    with ctx.db.read() as connection:
        return list(
            connection.execute(
                select(orders)
                .where(orders.c.channel_id == ctx.channel_id, orders.c.batch_closed.is_(False))
                .order_by(orders.c.id)
                .limit(IN_A_BATCH)
            ).mappings()
        )


def _close(ctx: RunContext, rows: Sequence[RowMapping], versions: Versions) -> None:
    fresh = {row["remote_pk"] for row in rows} - set(versions)
    read_again = {order.pk: order for order in ctx.omnitron.orders(sorted(fresh))} if fresh else {}
    held: list[Held] = []
    with ctx.db.read() as connection:
        units = connection.execute(
            select(items).where(
                items.c.channel_id == ctx.channel_id,
                items.c.order_pk.in_([row["remote_pk"] for row in rows]),
            )
        ).mappings().all()  # fmt: skip
    for row in rows:
        pk = row["remote_pk"]
        version, item_versions = versions.get(pk, (_version(row, read_again.get(pk)), {}))
        held.append(Held(CONTENT_TYPE, pk, row["number"], version, row["package_number"]))
        held += [
            Held(ITEM, unit["item_pk"], row["number"],
                 item_versions.get(unit["item_pk"]) or version,
                 unit_id(unit["line_item_id"], unit["n"]))
            for unit in units
            if unit["order_pk"] == pk
        ]  # fmt: skip
    batch = batches.commit_batch(ctx, CONTENT_TYPE, held)
    if ctx.settings.send_shipping_info:
        for row in rows:
            _shipping_info(ctx, row)
    with ctx.commit() as connection:
        table = table_of(BatchObject)
        connection.execute(update(table).where(table.c.batch_id == batch.id).values(verdict="ok"))
    batches.close_complete(ctx, CONTENT_TYPE)
    with ctx.commit(durable=True) as connection:
        for part in sliced([row["id"] for row in rows], 500):
            connection.execute(
                update(orders).where(orders.c.id.in_(part)).values(batch_closed=True)
            )
    _report(ctx, rows, batch)


def _version(row: RowMapping, order: Order | None) -> datetime:
    """For an order of a dead run: not newer than what that run saw, so no change is lost."""
    written: datetime = row["written_at"]
    return written if order is None else min(written, order.modified_date)


def _shipping_info(ctx: RunContext, row: RowMapping) -> None:
    """R2.23: once per order; no route tells whether it was done, so an unknown one is repeated."""
    table = table_of(Intent)
    with ctx.db.read() as connection:
        standing = connection.execute(
            select(table.c.id, table.c.state).where(
                table.c.channel_id == ctx.channel_id,
                table.c.kind == SHIPPING_INFO,
                table.c.key == row["number"],
                table.c.state.in_(("open", "unknown", "done")),
            )
        ).first()
    if standing is not None and standing.state == "done":
        return
    payload = {"order": row["remote_pk"]}
    if standing is not None:
        intent_id = standing.id
        ctx.repeat_intent(intent_id)
    else:
        intent_id = ctx.begin_intent(SHIPPING_INFO, row["number"], payload)
    told = False
    with set_aside(ctx, row["number"]):
        try:
            cargo = _cargo_of(ctx, row["remote_pk"])
            ctx.omnitron.order_shipping_info(row["remote_pk"], row["number"], cargo, is_send=True)
            told = True
        except Refused as error:
            with ctx.commit(durable=True) as connection:
                intents.settle(
                    connection, intent_id, "failed", ctx.now(), {"error": str(error)[:500]}
                )
        except RemoteError:
            with ctx.commit(durable=True) as connection:
                intents.doubt(connection, intent_id, ctx.now())
            raise
    if not told:
        return
    with ctx.commit(durable=True) as connection:
        intents.settle(connection, intent_id, "done", ctx.now(), payload)


def _tell_again(ctx: RunContext) -> None:
    """Orders in closed batches whose shipping info was left in doubt; they hold up no batch."""
    with ctx.db.read() as connection:
        standing = intents.unsettled(connection, ctx.channel_id, SHIPPING_INFO)
        ripe = [one for one in standing if one.ask_at is not None and one.ask_at <= ctx.now()]
        ripe.sort(key=lambda one: one.asked)
        rows = connection.execute(
            select(orders)
            .where(
                orders.c.channel_id == ctx.channel_id,
                orders.c.batch_closed,
                orders.c.number.in_([one.key for one in ripe[:IN_A_BATCH]]),
            )
        ).mappings().all()  # fmt: skip
    for row in rows:
        _shipping_info(ctx, row)
        ctx.go_on()


def _cargo_of(ctx: RunContext, order_pk: int) -> int | None:
    return ctx.omnitron.order(order_pk).cargo_company


def _report(ctx: RunContext, rows: Sequence[RowMapping], batch: OpenBatch) -> None:
    table, packages = table_of(BatchRequest), table_of(MarketPackage)
    with ctx.db.read() as connection:
        local: str = connection.execute(
            select(table.c.local_batch_id).where(table.c.id == batch.id)
        ).scalar_one()
        order_numbers: dict[str, str] = {
            row.package_number: row.order_number
            for row in connection.execute(
                select(packages.c.package_number, packages.c.order_number).where(
                    packages.c.channel_id == ctx.channel_id,
                    packages.c.package_number.in_([row["package_number"] for row in rows]),
                )
            )
        }
    for row in rows:
        package: dict[str, Any] = {"state": "written", "status": "", "payload": {}}
        faults.report(
            ctx,
            PackageRow(row["package_number"], order_numbers.get(row["package_number"], ""),
                       **package),
            {},
            reported(row["number"]),
            order_pk=row["remote_pk"],
            batch=local,
        )  # fmt: skip
