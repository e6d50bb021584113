"""Step 2: imports and tickets go out, each under an intent: a lost answer must be looked for."""

from __future__ import annotations

from collections.abc import Sequence

from hbdash.flows.products.imports.carriers import IMPORT, Carrier, intent_kind
from hbdash.flows.products.imports.unsent import let_go
from hbdash.flows.products.records import rows as book
from hbdash.flows.products.records.faults import Fault, note_faults
from hbdash.flows.products.records.model import PRODUCT, Cause, Change, Outgoing
from hbdash.flows.products.records.reports import Said, report
from hbdash.flows.products.status import market
from hbdash.omnitron.models.batch import FailedReason
from hbdash.runs import batches, intents
from hbdash.runs.context import RunContext
from hbdash.runs.points import point
from hbdash.texts.causes import log_text
from hbdash.transport.errors import CallStopped, Refused, RemoteError

#: Statuses with which a whole file is refused for what is in it; 200 is the catalogue's own form.
_FOR_ITS_CONTENT = frozenset({200, 400, 413, 422})


def send(ctx: RunContext, rows: Sequence[Outgoing], carrier: Carrier = IMPORT) -> None:
    """Send one import or ticket. A file that is refused whole is halved until the guilty row stands
    alone.

    Raises a ``RemoteError`` for anything else; what surely never arrived is offered again.
    """
    upload_id, intent_id = _prepare(ctx, rows, carrier)
    try:
        tracking_id = carrier.send(ctx, rows)
    except CallStopped:
        _never_left(ctx, upload_id, intent_id, "lost")
        raise
    except RemoteError as error:
        if error.unknown_outcome:
            _in_doubt(ctx, upload_id, intent_id)
            raise
        refused = isinstance(error, Refused) and error.status in _FOR_ITS_CONTENT
        if not refused:
            _never_left(ctx, upload_id, intent_id, "failed", str(error))
            raise
        _refused(ctx, rows, upload_id, intent_id, error, carrier)
        return
    point("intent_called")
    _taken_in(ctx, rows, upload_id, intent_id, tracking_id, carrier)


def _prepare(ctx: RunContext, rows: Sequence[Outgoing], carrier: Carrier) -> tuple[int, int]:
    ctx.before_write()
    reference = f"{ctx.channel_id}-{ctx.run_id}-{rows[0].batch_id}-{ctx.now().timestamp():.6f}"
    digests = {row.key: carrier.digests(row) for row in rows}
    with ctx.commit(durable=True) as connection:
        upload_id = book.prepare(ctx, connection, rows, reference, carrier.kind)
        # Beforehand: an import whose answer is lost was sent all the same.
        market.keep_fields(connection, ctx.channel_id, digests, ctx.now())
    payload: dict[str, object] = {
        "upload": upload_id,
        "skus": {row.key: row.version for row in rows},
    }
    hb_skus = {row.key: row.hb_sku for row in rows if isinstance(row, Change)}
    if hb_skus:
        payload["hb_skus"] = hb_skus
    return upload_id, ctx.begin_intent(intent_kind(ctx, carrier), reference, payload)


def _taken_in(
    ctx: RunContext,
    rows: Sequence[Outgoing],
    upload_id: int,
    intent_id: int,
    tracking_id: str,
    carrier: Carrier,
) -> None:
    now, words = ctx.now(), carrier.words
    ctx.journal.add(
        "info", "sent", words.sent(len(rows), tracking_id), kind=PRODUCT,
        code=f"{carrier.kind}.sent",
        params={"rows": len(rows), "tracking_id": tracking_id}, exchange=ctx.wire.exchange,
    )  # fmt: skip
    for row in rows:
        ctx.journal.add(
            "info", "sent", words.one_sent(tracking_id), kind=PRODUCT, key=row.key,
            code="product.sent", params={"tracking_id": tracking_id},
        )  # fmt: skip
    with ctx.commit(durable=True) as connection:
        book.sent(ctx, connection, upload_id, tracking_id, now)
        intents.settle(connection, intent_id, "done", now, {"tracking_id": tracking_id})
    ctx.progress.ok += len(rows)
    for batch_id in sorted({row.batch_id for row in rows}):
        mine = [row for row in rows if row.batch_id == batch_id]
        said = words.one_sent(tracking_id)
        report(ctx, batch_id, [Said(row.product.pk, said) for row in mine])


def _never_left(ctx: RunContext, upload_id: int, intent_id: int, state: str, why: str = "") -> None:
    with ctx.commit(durable=True) as connection:
        let_go(connection, upload_id, state, ctx.now())
        intents.settle(connection, intent_id, "failed", ctx.now(), {"error": why})


def _in_doubt(ctx: RunContext, upload_id: int, intent_id: int) -> None:
    """Nobody knows: the tracking history is asked from the next run on (flows section 10)."""
    with ctx.commit(durable=True) as connection:
        book.change(connection, upload_id, state=book.UNKNOWN)
        intents.doubt(connection, intent_id, ctx.now())


def _refused(
    ctx: RunContext,
    rows: Sequence[Outgoing],
    upload_id: int,
    intent_id: int,
    error: RemoteError,
    carrier: Carrier,
) -> None:
    exchange = ctx.wire.exchange
    with ctx.commit(durable=True) as connection:
        book.change(connection, upload_id, state="failed", settled_at=ctx.now())
        market.forget_fields(connection, ctx.channel_id, {row.key: None for row in rows})
        intents.settle(connection, intent_id, "failed", ctx.now(), {"error": str(error)})
    if len(rows) > 1:
        ctx.journal.add(
            "warning", "failed", carrier.words.halved(len(rows), error.message), kind=PRODUCT,
            code=f"{carrier.kind}.refused", params={"rows": len(rows)}, exchange=exchange,
        )  # fmt: skip
        half = len(rows) // 2
        send(ctx, rows[:half], carrier)
        send(ctx, rows[half:], carrier)
        return
    (row,) = rows
    cause = Cause("product.refused", {"text": error.message, "attribute": ""}, error.message)
    with ctx.commit(durable=True) as connection:
        note_faults(ctx, connection, [Fault(row.key, row.product.pk, (cause,))], exchange=exchange)
        book.give_verdict(connection, row.batch_id, row.key, FailedReason.CHANNEL_APP)
    batches.close_complete(ctx, PRODUCT)
    text = log_text(cause.code, cause.params)
    report(ctx, row.batch_id, [Said(row.product.pk, text, FailedReason.CHANNEL_APP.value)])
