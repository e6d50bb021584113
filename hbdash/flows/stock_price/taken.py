"""Accepted and never seen: ``offer.not_taken`` half an hour after Done (flows section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from hbdash.domain.states import OfferState
from hbdash.flows.stock_price.faults import Fault, write_faults
from hbdash.flows.stock_price.kinds import Kind
from hbdash.flows.stock_price.read_back import READ_BACK_AT_MOST, read_back
from hbdash.omnitron.models.batch import FailedReason
from hbdash.runs import penalties
from hbdash.runs.context import RunContext
from hbdash.runs.failures import OPEN_STATES
from hbdash.runs.held import held_units
from hbdash.runs.offers import mark_failed
from hbdash.store.bulk import table_of
from hbdash.store.tables import Failure, Listing, Offer, Upload, UploadRow

#: How long after Done a value may take to be seen at its listing.
AFTER = timedelta(minutes=30)
CODE = "offer.not_taken"
#: Failures of a value that a listing read back equal puts right.
_PUT_RIGHT = (CODE, "upload.failed", "upload.no_result")


def judge(ctx: RunContext, kind: Kind) -> None:
    """Read once more what should long be there; what still is not is a failure."""
    _cure(ctx, kind)
    late = _late(ctx, kind)
    if not late:
        return
    read_back(ctx, kind, [row.sku_key for row in late])
    still = _late(ctx, kind, only=[row.sku_key for row in late])
    with ctx.db.read() as connection:
        held = held_units(connection, ctx.channel_id, [row.sku_key for row in still])
    # Units sold since are gone from the listing, not untaken.
    missing = [
        row for row in still
        if not (kind.name == "stock" and 0 <= row.sent - row.stock <= held.get(row.sku_key, 0))
    ]  # fmt: skip
    if not missing:
        return
    faults = [Fault(row.sku_key, row.object_pk, None, CODE) for row in missing]
    with ctx.commit() as connection:
        mark_failed(
            connection, ctx.channel_id, kind.name,
            {row.sku_key: row.wanted_version for row in missing}, CODE,
            OfferState.AWAITING_RESULT,
        )  # fmt: skip
        write_faults(ctx, connection, kind, faults, reason=FailedReason.CHANNEL_APP)
    ctx.progress.failed += len(faults)


def _late(ctx: RunContext, kind: Kind, only: Sequence[str] | None = None) -> Sequence[Any]:
    """Offers whose upload was Done ``AFTER`` ago and which nobody has seen at the listing."""
    offers, rows, uploads = table_of(Offer), table_of(UploadRow), table_of(Upload)
    listings = table_of(Listing)
    settled = (
        select(func.max(uploads.c.settled_at))
        .select_from(rows.join(uploads, uploads.c.id == rows.c.upload_id))
        .where(
            rows.c.channel_id == offers.c.channel_id,
            rows.c.sku_key == offers.c.sku_key,
            rows.c.kind == offers.c.kind,
            rows.c.version == offers.c.sent_version,
        )
        .scalar_subquery()
    )
    statement = (
        select(
            offers.c.sku_key, offers.c.object_pk, offers.c.sent, offers.c.wanted_version,
            listings.c.stock,
        )
        .join(
            listings,
            (listings.c.channel_id == offers.c.channel_id)
            & (listings.c.sku_key == offers.c.sku_key),
        )
        .where(
            offers.c.channel_id == ctx.channel_id,
            offers.c.kind == kind.name,
            offers.c.state == OfferState.AWAITING_RESULT,
            offers.c.upload_id.is_(None),
            settled <= ctx.now() - AFTER,
        )
        .order_by(offers.c.sent_at)
        .limit(READ_BACK_AT_MOST)
    )  # fmt: skip
    if only is not None:
        statement = statement.where(offers.c.sku_key.in_(only))
    with ctx.db.read() as connection:
        return connection.execute(statement).all()


def _cure(ctx: RunContext, kind: Kind) -> None:
    """What the mirror has seen at its listing meanwhile is cured."""
    offers, failures = table_of(Offer), table_of(Failure)
    with ctx.db.read() as connection:
        keys = list(
            connection.execute(
                select(failures.c.key)
                .join(
                    offers,
                    (offers.c.channel_id == failures.c.channel_id)
                    & (offers.c.sku_key == failures.c.key),
                )
                .where(
                    failures.c.channel_id == ctx.channel_id,
                    failures.c.flow == (ctx.spec.failures_of or ctx.spec.id),
                    failures.c.kind == kind.content_type,
                    failures.c.code.in_(_PUT_RIGHT),
                    failures.c.state.in_(OPEN_STATES),
                    offers.c.kind == kind.name,
                    offers.c.state == OfferState.CONFIRMED,
                    offers.c.confirmed_at >= failures.c.last_at,
                )
            ).scalars()
        )
    if not keys:
        return
    with ctx.commit() as connection:
        penalties.forgive(connection, ctx.channel_id, kind.content_type, keys)
        for key in keys:
            ctx.failures.passed(kind.content_type, key)
