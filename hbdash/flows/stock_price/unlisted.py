"""Values that wait for a listing that is gone: told, instead of waiting for ever."""

from __future__ import annotations

from sqlalchemy import exists, select

from hbdash.domain.states import OfferState
from hbdash.flows.stock_price.faults import Fault, write_faults
from hbdash.flows.stock_price.kinds import Kind
from hbdash.omnitron.models.batch import FailedReason
from hbdash.runs.context import RunContext
from hbdash.runs.offers import mark_failed
from hbdash.store.bulk import table_of
from hbdash.store.tables import Listing, Offer

CODE = "offer.no_listing"
AT_ONCE = 1_000


def drop_unlisted(ctx: RunContext, kind: Kind) -> None:
    """Fail what waits and has no listing; the watched cause brings it back when there is one."""
    offers, listings = table_of(Offer), table_of(Listing)
    there = exists().where(
        listings.c.channel_id == offers.c.channel_id,
        listings.c.sku_key == offers.c.sku_key,
        listings.c.gone.is_(False),
    )
    with ctx.db.read() as connection:
        left = connection.execute(
            select(offers.c.sku_key, offers.c.object_pk, offers.c.batch_id, offers.c.wanted_version)
            .where(
                offers.c.channel_id == ctx.channel_id,
                offers.c.kind == kind.name,
                offers.c.state == OfferState.WAITING,
                offers.c.upload_id.is_(None),
                ~there,
            )
            .limit(AT_ONCE)
        ).all()
    if not left:
        return
    faults = [Fault(row.sku_key, row.object_pk, row.batch_id, CODE) for row in left]
    with ctx.commit() as connection:
        mark_failed(
            connection, ctx.channel_id, kind.name,
            {row.sku_key: row.wanted_version for row in left}, CODE, OfferState.WAITING,
        )  # fmt: skip
        write_faults(ctx, connection, kind, faults, reason=FailedReason.CHANNEL_APP)
    ctx.progress.failed += len(faults)
