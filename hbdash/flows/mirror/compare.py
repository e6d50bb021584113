"""Suspects are asked again; what still differs is a difference (flows section 8).

Rows with a value on its way are lag, not difference. Above a bound the next sweep decides instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Connection, delete, select, update

from hbdash.domain.states import OfferState
from hbdash.flows.mirror.listings import keep_listings, touch_read
from hbdash.flows.mirror.products import keep_values
from hbdash.flows.mirror.readings import note_readings
from hbdash.reports.differences import Differing, differing
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of, upsert
from hbdash.store.tables import CatalogueItem, Difference, Offer
from hbdash.texts.mirror import compared

#: Keys asked for in one call, at either side.
ASKED_AT_ONCE = 50
#: More suspects than this wait for the next whole reading.
MOST_SUSPECTS = 50_000
_ON_ITS_WAY = (OfferState.WAITING, OfferState.SENT, OfferState.AWAITING_RESULT)
#: How long a corrected difference is counted as "corrected".
KEPT = timedelta(days=1)


def compare(ctx: RunContext, kind: str) -> None:
    """Find, ask again, keep what still differs, close what does not."""
    buffer = ctx.settings.buffer_stock or 0
    with ctx.db.read() as connection:
        suspects = differing(connection, ctx.channel_id, kind, buffer_stock=buffer)
        known = _standing(ctx, kind)
    fresh = [row for row in suspects if row.sku_key not in known]
    if len(fresh) > MOST_SUSPECTS:
        fresh = []
    for part in sliced(fresh, ASKED_AT_ONCE):
        _ask_again(ctx, kind, part)
        ctx.go_on()
    with ctx.db.read() as connection:
        still = {
            row.sku_key: row
            for row in differing(connection, ctx.channel_id, kind, buffer_stock=buffer)
        }
        moving = _moving(connection, ctx.channel_id, kind, [k for k in known if k not in still])
    asked = {row.sku_key for row in fresh}
    _keep(ctx, kind, [row for key, row in still.items() if key in known or key in asked], known)
    # A correction on its way has corrected nothing yet: it counts once it was read back.
    corrected = [key for key in known if key not in still and key not in moving]
    _close(ctx, kind, corrected)
    if fresh or corrected:
        ctx.journal.add(
            "info", "ok", compared(kind, len(still), len(corrected)), kind="mirror",
            code="mirror.compared", params={"kind": kind, "n": len(still)},
        )  # fmt: skip


def _standing(ctx: RunContext, kind: str) -> set[str]:
    table = table_of(Difference)
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(table.c.sku_key).where(
                table.c.channel_id == ctx.channel_id,
                table.c.kind == kind,
                table.c.corrected_at.is_(None),
            )
        )
        return {row.sku_key for row in rows}


def _moving(connection: Connection, channel_id: int, kind: str, keys: Iterable[str]) -> set[str]:
    """Those of the keys whose value waits, is sent, or was accepted and not seen yet."""
    table = table_of(Offer)
    found: set[str] = set()
    for part in sliced(sorted(keys), 500):
        found |= set(
            connection.execute(
                select(table.c.sku_key).where(
                    table.c.channel_id == channel_id,
                    table.c.kind == kind,
                    table.c.sku_key.in_(part),
                    table.c.state.in_(_ON_ITS_WAY),
                )
            ).scalars()
        )
    return found


def _ask_again(ctx: RunContext, kind: str, rows: Iterable[Differing]) -> None:
    part = list(rows)
    page = ctx.hepsiburada.listings(merchant_skus=[r.merchant_sku for r in part], limit=len(part))
    pks = [row.product_pk for row in part]
    values = (
        ctx.omnitron.stocks_of(pks, ctx.channel.stock_list)
        if kind == "stock"
        else ctx.omnitron.prices_of(pks, ctx.channel.price_list)
    )
    now = ctx.now()
    with ctx.commit() as connection:
        kept = keep_listings(connection, ctx.channel_id, page.rows, now)
        touch_read(connection, ctx.channel_id, kept, now)
        note_readings(connection, ctx.channel_id, kept, now)
        keep_values(connection, ctx.channel_id, values, now)
        items = table_of(CatalogueItem)
        connection.execute(
            update(items)
            .where(items.c.channel_id == ctx.channel_id, items.c.product_pk.in_(pks))
            .values(read_at=now)
        )


def _keep(ctx: RunContext, kind: str, rows: list[Differing], known: set[str]) -> None:
    now = ctx.now()
    for part in sliced(rows, 1000):
        with ctx.commit() as connection:
            upsert(
                connection,
                Difference,
                [
                    {
                        "channel_id": ctx.channel_id,
                        "sku_key": row.sku_key,
                        "kind": kind,
                        "ours": row.ours,
                        "theirs": row.theirs,
                        "found_at": now,
                        "asked_at": now,
                        "corrected_at": None,
                    }
                    for row in part
                ],
                key=("channel_id", "sku_key", "kind"),
                update=("ours", "theirs", "asked_at", "corrected_at"),
                compare=("ours", "theirs", "corrected_at"),
            )


def _close(ctx: RunContext, kind: str, keys: list[str]) -> None:
    table = table_of(Difference)
    now = ctx.now()
    with ctx.commit() as connection:
        for part in sliced(sorted(keys), 500):
            connection.execute(
                update(table)
                .where(
                    table.c.channel_id == ctx.channel_id,
                    table.c.kind == kind,
                    table.c.sku_key.in_(part),
                )
                .values(corrected_at=now)
            )
        connection.execute(
            delete(table).where(
                table.c.channel_id == ctx.channel_id,
                table.c.kind == kind,
                table.c.corrected_at < now - KEPT,
            )
        )
