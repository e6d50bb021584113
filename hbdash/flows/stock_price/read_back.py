"""End of step 3: a value that was accepted is confirmed when its listing is read back equal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from hbdash.flows.mirror.listings import keep_listings
from hbdash.flows.stock_price.kinds import Kind
from hbdash.runs import offers
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import Listing
from hbdash.texts.offers import confirmed

#: More are confirmed by the mirror's next reading.
READ_BACK_AT_MOST = 500
ASKED_AT_ONCE = 50


def read_back(ctx: RunContext, kind: Kind, keys: Sequence[str]) -> None:
    """Read the listings of these SKUs and confirm what is equal."""
    listings = table_of(Listing)
    with ctx.db.read() as connection:
        spelt: dict[str, str] = {}
        for part in sliced(keys, 500):
            found = connection.execute(
                select(listings.c.sku_key, listings.c.merchant_sku).where(
                    listings.c.channel_id == ctx.channel_id, listings.c.sku_key.in_(part)
                )
            )
            spelt.update({row.sku_key: row.merchant_sku for row in found})
    done = 0
    for names in sliced(sorted(spelt.values()), ASKED_AT_ONCE):
        page = ctx.hepsiburada.listings(merchant_skus=names, limit=len(names))
        now: datetime = ctx.now()
        with ctx.commit() as connection:
            kept = keep_listings(connection, ctx.channel_id, page.rows, now)
            readings = {key: kind.reading(listing) for key, listing in kept.items()}
            done += len(offers.confirm(connection, ctx.channel_id, kind.name, readings, now))
        ctx.go_on()
    if done:
        ctx.journal.add(
            "info", "ok", confirmed(kind.name, done), kind=kind.content_type,
            code="offer.confirmed", params={"n": done},
        )  # fmt: skip
