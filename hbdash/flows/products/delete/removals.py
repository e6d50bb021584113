"""Product Delete, step 1: what left the catalogue, and the guard before it goes off sale (R5.6).

A catalogue that is emptied by mistake must not empty the shop: many removals at once are held until
a person lets exactly these go, or throws them away (design rule 12).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from hbdash.domain.states import OfferState
from hbdash.domain.turkish import sku_key
from hbdash.flows.products.delete.gone import Gone
from hbdash.flows.products.records.model import PRODUCT
from hbdash.runs import batches, offers
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.runs.offers import Wanted
from hbdash.store.bulk import sliced, table_of, upsert
from hbdash.store.tables import CatalogueItem, Listing, Offer, Removal
from hbdash.texts.causes import log_text
from hbdash.texts.removals import removals_begun, would_hold, would_remove

ACTION = "integrationaction"
HELD, KEPT, WAITING, ZERO_SENT, OFF_SALE, REMOVED, RETURNING = (
    "held", "kept", "waiting", "zero_sent", "off_sale", "removed", "returning",
)  # fmt: skip
ACTIVE = (WAITING, ZERO_SENT, OFF_SALE)
#: More than this many in a run are held, or more than this share of the listings.
MOST_IN_A_RUN = 500
MOST_OF_LISTINGS = 0.05
#: So few are never held: in a small shop each is more than one in twenty.
NEVER_HELD = 5
_KEY = ("channel_id", "sku_key")


def load(ctx: RunContext, states: Sequence[str]) -> list[RowMapping]:
    """Removals in these states, in key order."""
    table = table_of(Removal)
    with ctx.db.read() as connection:
        return list(
            connection.execute(
                select(table)
                .where(table.c.channel_id == ctx.channel_id, table.c.state.in_(states))
                .order_by(table.c.sku_key)
            ).mappings()
        )


def change(connection: Connection, channel_id: int, keys: Sequence[str], **values: Any) -> None:
    """Set columns of these removals."""
    table = table_of(Removal)
    for part in sliced(sorted(keys), 500):
        connection.execute(
            update(table)
            .where(table.c.channel_id == channel_id, table.c.sku_key.in_(part))
            .values(**values)
        )


def take(ctx: RunContext, gone: Sequence[Gone]) -> None:
    """Begin what is new, or hold it; by hand for SKUs exactly these, which a person has named."""
    standing = {row["sku_key"]: row for row in load(ctx, (*ACTIVE, HELD, KEPT, REMOVED, RETURNING))}
    named = {sku_key(key) for key in ctx.request.keys}
    by_person = bool(named) and ctx.request.started_by != "cause_watch"
    fresh = [
        one
        for one in gone
        if (one.key in named if named else True)
        and (one.key not in standing or _is_taken_anew(standing[one.key], by_person))
    ]
    held_before = sum(row["state"] == HELD for row in standing.values())
    hold = not by_person and _is_too_many(ctx, fresh, held_before)
    if ctx.dry_run:
        _say(ctx, fresh, hold)
        return
    released = [row for row in standing.values() if row["state"] == WAITING and not row["batch_id"]]
    if hold:
        _hold(ctx, fresh, held_before)
    else:
        released_keys = {row["sku_key"] for row in released}
        again = [one for one in gone if one.key in released_keys]
        for part in sliced([*fresh, *again], ctx.config.engine.read_batch):
            _begin(ctx, part)
            ctx.go_on()
        if held_before == 0:
            ctx.failures.passed("removal", "")
    if hold:
        by_key = {one.key: one for one in gone}
        let = [by_key[row["sku_key"]] for row in released if row["sku_key"] in by_key]
        for part in sliced(let, ctx.config.engine.read_batch):
            _begin(ctx, part)


def _is_taken_anew(row: RowMapping, by_person: bool) -> bool:
    """What a person names goes although it was held or thrown away; what left again, too."""
    return (by_person and row["state"] in (HELD, KEPT)) or row["state"] in (RETURNING, REMOVED)


def _is_too_many(ctx: RunContext, fresh: Sequence[Gone], held_before: int) -> bool:
    """While some are held, what follows them is held as well: it may be the same mistake."""
    if not fresh:
        return False
    if held_before:
        return True
    listings = _listings(ctx)
    # Before the first whole reading nobody knows which of them have anything to sell.
    on_sale = _on_sale(ctx, [one.key for one in fresh]) if listings else len(fresh)
    return on_sale > NEVER_HELD and (
        on_sale > MOST_IN_A_RUN or on_sale > MOST_OF_LISTINGS * listings
    )


def _on_sale(ctx: RunContext, keys: Sequence[str]) -> int:
    """How many of them have a listing with something to sell, as the mirror knows it."""
    table = table_of(Listing)
    with ctx.db.read() as connection:
        return sum(
            int(
                connection.execute(
                    select(func.count()).where(
                        table.c.channel_id == ctx.channel_id,
                        table.c.sku_key.in_(part),
                        table.c.gone.is_(False),
                        (table.c.stock > 0) | table.c.is_salable,
                    )
                ).scalar_one()
            )
            for part in sliced(keys, 500)
        )


def _listings(ctx: RunContext) -> int:
    table = table_of(Listing)
    with ctx.db.read() as connection:
        return int(
            connection.execute(
                select(func.count()).where(
                    table.c.channel_id == ctx.channel_id, table.c.gone.is_(False)
                )
            ).scalar_one()
        )


def _hold(ctx: RunContext, fresh: Sequence[Gone], held_before: int) -> None:
    count = held_before + len(fresh)
    params = {"guard": "removals", "count": str(count), "listings": str(_listings(ctx))}
    line = ctx.journal.add(
        "warning", "waiting", log_text("offer.held", params), kind="removal", code="offer.held",
        params=params,
    )  # fmt: skip
    ctx.failures.met(Met("removal", "", "offer.held", params, line=line))
    with ctx.commit(durable=True) as connection:
        _insert(ctx, connection, fresh, HELD, None)
    ctx.progress.skipped += len(fresh)
    ctx.progress.note["held"] = count


def _begin(ctx: RunContext, part: Sequence[Gone]) -> None:
    """Commit them at Omnitron; from here on nothing but 0 is wanted for them here."""
    now = ctx.now()
    batch = batches.commit_batch(
        ctx,
        ACTION,
        [
            batches.Held(
                ACTION, one.action.pk, one.key, one.action.modified_date, one.action.remote_id
            )
            for one in part
        ],
    )
    with ctx.commit(durable=True) as connection:
        _insert(ctx, connection, part, WAITING, batch.id)
        _want_nothing(connection, ctx.channel_id, [one.key for one in part], now)
        ctx.journal.add(
            "info", "ok", removals_begun(len(part)), kind="removal", code="removal.begun",
            params={"n": len(part)},
        )  # fmt: skip
    batches.hand_over(ctx, batch, f"hbdash-{ctx.channel_id}-{batch.id}")


def _insert(
    ctx: RunContext,
    connection: Connection,
    part: Sequence[Gone],
    state: str,
    batch_id: int | None,
) -> None:
    now = ctx.now()
    by = ctx.request.started_by if ctx.request.keys else None
    columns = ["product_pk", "action_pk", "remote_id", "state", "batch_id", "changed_at", "uploads"]
    upsert(
        connection,
        Removal,
        [
            {
                "channel_id": ctx.channel_id,
                "sku_key": one.key,
                "product_pk": one.action.object_id,
                "action_pk": one.action.pk,
                "remote_id": one.action.remote_id,
                "state": state,
                "uploads": 0,
                "batch_id": batch_id,
                "found_at": now,
                "changed_at": now,
                "decided_by": by,
            }
            for one in part
        ],
        key=_KEY,
        update=[*columns, "decided_by"] if by else columns,
    )


def _want_nothing(
    connection: Connection, channel_id: int, keys: Sequence[str], now: datetime
) -> None:
    """Stock 0 before all else, a price that waits is dropped, and the mirror counts it out."""
    wanted = [Wanted(key, 0, None, now, 0) for key in keys]
    offers.want(connection, channel_id, "stock", wanted, removing=True)
    table, items = table_of(Offer), table_of(CatalogueItem)
    rows = [{"b_key": key} for key in sorted(keys)]
    connection.execute(
        update(table)
        .where(
            table.c.channel_id == channel_id,
            table.c.sku_key == bindparam("b_key"),
            table.c.kind == "price",
            table.c.state == OfferState.WAITING,
        )
        .values(state=OfferState.SKIPPED, code="offer.removed"),
        rows,
    )
    connection.execute(
        update(items)
        .where(items.c.channel_id == channel_id, items.c.sku_key == bindparam("b_key"))
        .values(is_listed=False),
        rows,
    )


def _say(ctx: RunContext, fresh: Sequence[Gone], hold: bool) -> None:
    if hold:
        ctx.journal.add("info", "skipped", would_hold(len(fresh)), kind="removal")
        ctx.progress.skipped += len(fresh)
        return
    for one in fresh:
        ctx.journal.add("info", "skipped", would_remove(), kind=PRODUCT, key=one.key)
    ctx.progress.ok += len(fresh)
