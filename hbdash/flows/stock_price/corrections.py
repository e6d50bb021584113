"""The two corrections (R7.1.4, R7.1.8): differences that were asked again are sent as they ought
to be.

Nothing is due in Omnitron, so there is no batch; the uploads and their results are the same. A
value that somebody else changed back twice is held and named (design rule 12).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, update

from hbdash.domain.turkish import sku_key
from hbdash.flows.stock_price.collect import collect
from hbdash.flows.stock_price.faults import Fault, settle_faults
from hbdash.flows.stock_price.kinds import PRICE, STOCK, Kind
from hbdash.flows.stock_price.products import listings_of
from hbdash.flows.stock_price.run import PATIENCE
from hbdash.flows.stock_price.send import recover, send_waiting
from hbdash.omnitron.models.batch import FailedReason
from hbdash.reports.differences import DifferenceRow, differences
from hbdash.runs import offers, penalties
from hbdash.runs.context import RunContext
from hbdash.runs.offers import FALLING, RISING, URGENT
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import Failure, Offer
from hbdash.texts.offers import would_not_send, would_send

#: Overwritten this often, a correction is held.
SECOND_WRITER_AFTER = 2


def run_stock(ctx: RunContext) -> None:
    """R7.1.8: confirmed stock differences are sent."""
    _run(ctx, STOCK)


def run_price(ctx: RunContext) -> None:
    """R7.1.4: confirmed price differences are sent."""
    _run(ctx, PRICE)


def _run(ctx: RunContext, kind: Kind) -> None:
    if not ctx.dry_run:
        recover(ctx, kind)
    with ctx.db.read() as connection:
        rows = differences(
            connection, ctx.channel_id, kind.name, buffer_stock=ctx.settings.buffer_stock or 0
        )
    wanted_keys = {sku_key(key) for key in ctx.request.keys}
    if wanted_keys:
        rows = [row for row in rows if row.sku_key in wanted_keys]
    for part in sliced(rows, 500):
        _want(ctx, kind, part)
        ctx.go_on()
    if ctx.dry_run:
        return
    send_waiting(ctx, kind)
    collect(ctx, kind, patience=PATIENCE)


def _want(ctx: RunContext, kind: Kind, rows: Sequence[DifferenceRow]) -> None:
    listings = listings_of(ctx, [row.sku_key for row in rows])
    with ctx.db.read() as connection:
        standing = offers.load(connection, ctx.channel_id, kind.name, [r.sku_key for r in rows])
        punished = penalties.blocked(
            connection, ctx.channel_id, kind.content_type, [r.sku_key for r in rows], ctx.now()
        )
        locked = _locked(ctx, kind)
    wanted: list[offers.Wanted] = []
    undone: list[str] = []
    faults: list[Fault] = []
    for row in rows:
        listing, before = listings.get(row.sku_key), standing.get(row.sku_key)
        if listing is None or row.sku_key in punished | locked:
            ctx.progress.skipped += 1
            continue
        if before is not None and before["is_correction"] and before["confirmed"] == row.ours:
            # We had corrected it, it was there, and somebody changed it back.
            undone.append(row.sku_key)
            if before["overwritten"] + 1 >= SECOND_WRITER_AFTER:
                faults.append(
                    Fault(row.sku_key, None, None, "offer.second_writer", {"kind": kind.name})
                )
                continue
        urgency = URGENT if row.ours == 0 else FALLING if row.ours < row.theirs else RISING
        wanted.append(
            offers.Wanted(row.sku_key, row.ours, None, row.found_at, urgency, is_correction=True)
        )
    if ctx.dry_run:
        for one in wanted:
            ctx.journal.add("info", "skipped", would_send(kind.name, one.value),
                            kind=kind.content_type, key=one.sku_key)  # fmt: skip
        for fault in faults:
            ctx.journal.add("info", "skipped", would_not_send(kind.name, fault.code, fault.params),
                            kind=kind.content_type, key=fault.key)  # fmt: skip
        ctx.progress.ok += len(wanted)
        ctx.progress.skipped += len(faults)
        return
    with ctx.commit() as connection:
        offers.want(connection, ctx.channel_id, kind.name, wanted)
        _count_undone(ctx, connection, kind, undone)
    settle_faults(ctx, kind, faults, reason=FailedReason.CHANNEL_APP)


def _locked(ctx: RunContext, kind: Kind) -> set[str]:
    """SKUs whose open failure a correction can't cure: a bad price would only lock again."""
    table = table_of(Failure)
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(table.c.key).where(
                table.c.channel_id == ctx.channel_id,
                table.c.kind == kind.content_type,
                table.c.code.in_(("price.locked", "offer.second_writer", "offer.held")),
                table.c.state.in_(("open", "retrying", "ended")),
            )
        )
        return {row.key for row in rows}


def _count_undone(ctx: RunContext, connection: Connection, kind: Kind, keys: Sequence[str]) -> None:
    if not keys:
        return
    table = table_of(Offer)
    connection.execute(
        update(table)
        .where(
            table.c.channel_id == ctx.channel_id,
            table.c.kind == kind.name,
            table.c.sku_key == bindparam("b_key"),
        )
        .values(overwritten=table.c.overwritten + 1),
        [{"b_key": key} for key in keys],
    )
