"""What a dead run, or a lost answer, has left (flows section 10).

An import or ticket whose outcome nobody knows is looked for in the history: a new id whose rows are
the same SKUs is ours. Nothing is sent again before that, nor for ten minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from hbdash.flows.products.imports.carriers import IMPORT, Carrier, intent_kind
from hbdash.flows.products.imports.unsent import let_go
from hbdash.flows.products.records import rows as book
from hbdash.flows.products.records.model import PRODUCT
from hbdash.runs import batches, intents
from hbdash.runs.context import RunContext
from hbdash.runs.intents import IntentView
from hbdash.store.bulk import table_of
from hbdash.store.tables import Upload

#: How long a tracking id may stay invisible (H§5.2, code 4000).
VISIBLE_WITHIN = timedelta(minutes=10)
#: The history's times may be in another zone than they say (H§3.3).
_CLOCKS_DIFFER = timedelta(hours=4)
#: Strange ids looked at per lost import; more than that many imports a minute are not ours.
_MOST_STRANGERS = 20


def recover(ctx: RunContext, carriers: Sequence[Carrier] = (IMPORT,)) -> None:
    """Settle what can be settled before anything is read or sent."""
    for carrier in carriers:
        _recover(ctx, carrier)
    with ctx.commit(durable=True) as connection:
        book.let_orphans_go(ctx, connection)
    batches.close_complete(ctx, PRODUCT)
    batches.abandon_stale(ctx, PRODUCT)


def _recover(ctx: RunContext, carrier: Carrier) -> None:
    with ctx.db.read() as connection:
        doubtful = intents.unsettled(connection, ctx.channel_id, intent_kind(ctx, carrier))
    for intent in doubtful:
        if intent.ask_at is None or intent.ask_at <= ctx.now():
            _ask(ctx, carrier, intent)
        ctx.go_on()
    in_doubt = {intent.payload["upload"] for intent in doubtful}
    unsent = [
        one["id"]
        for one in book.unsettled(ctx, book.PREPARING, carrier.kind)
        if one["id"] not in in_doubt
    ]
    with ctx.commit(durable=True) as connection:
        for upload_id in unsent:
            # It died between writing the import and its intent: no call was made.
            let_go(connection, upload_id, "lost", ctx.now())


def _ask(ctx: RunContext, carrier: Carrier, intent: IntentView) -> None:
    upload_id: int = intent.payload["upload"]
    called_at = intent.called_at or intent.created_at
    tracking_id = _find(ctx, carrier, intent.payload, called_at)
    now, words = ctx.now(), carrier.words
    rows = len(intent.payload["skus"])
    if tracking_id is not None:
        ctx.journal.add(
            "info", "sent", words.found(rows, tracking_id), kind=PRODUCT,
            code=f"{carrier.kind}.found",
            params={"rows": rows, "tracking_id": tracking_id}, exchange=ctx.wire.exchange,
        )  # fmt: skip
        with ctx.commit(durable=True) as connection:
            book.sent(ctx, connection, upload_id, tracking_id, called_at)
            intents.settle(connection, intent.id, "done", now, {"tracking_id": tracking_id})
        return
    given_up = now - called_at >= VISIBLE_WITHIN
    ctx.journal.add(
        "warning", "waiting", words.lost(rows) if given_up else words.sought(rows),
        kind=PRODUCT, code=f"{carrier.kind}.{'lost' if given_up else 'sought'}",
        params={"rows": rows},
    )  # fmt: skip
    with ctx.commit(durable=True) as connection:
        if given_up:
            # Omnitron offers its products again, and what is due then is sent.
            let_go(connection, upload_id, "lost", now)
            intents.settle(connection, intent.id, "failed", now, {"asked": intent.asked})
        else:
            book.change(connection, upload_id, state=book.UNKNOWN)
            intents.doubt(connection, intent.id, now)


def _find(
    ctx: RunContext, carrier: Carrier, payload: Mapping[str, Any], since: datetime
) -> str | None:
    """The tracking id of what held exactly these SKUs, among those we do not know."""
    history = [
        tracking_id
        for tracking_id, at in carrier.history(ctx, payload)
        if at is None or at >= since - _CLOCKS_DIFFER
    ]
    known = _known(ctx, history)
    strangers = [tracking_id for tracking_id in history if tracking_id not in known]
    for tracking_id in strangers[:_MOST_STRANGERS]:
        if carrier.is_mine(ctx, tracking_id, payload):
            return tracking_id
    return None


def _known(ctx: RunContext, tracking_ids: Iterable[str]) -> set[str]:
    uploads = table_of(Upload)
    with ctx.db.read() as connection:
        return set(
            connection.execute(
                select(uploads.c.tracking_id).where(uploads.c.tracking_id.in_(list(tracking_ids)))
            ).scalars()
        )
