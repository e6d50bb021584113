"""A person's word on a proposed match goes to Hepsiburada, once (flows section 4, H§7.3).

A wrong match sells another product and can't be taken back: what is approved must be the very
product that the person saw, and a lost answer is never simply sent again.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import RowMapping

from hbdash.flows.products.records.model import PRODUCT
from hbdash.flows.products.status import known, market
from hbdash.flows.products.status.follow import in_bucket, look, settle_review
from hbdash.hepsiburada.models.products import ProductRow
from hbdash.runs import intents
from hbdash.runs.context import RunContext
from hbdash.runs.intents import IntentView
from hbdash.texts.causes import log_text
from hbdash.texts.products import (
    prematch_overtaken,
    prematch_sent,
    prematch_sought,
    would_decide,
)
from hbdash.transport.errors import Refused

INTENT = "prematch"
#: Still proposed at two looks that are a minute apart: the word did not arrive.
_LOOKS = 2


def run(ctx: RunContext) -> None:
    """The flow ``prematch``: asked for by the action, and by nothing else."""
    carry_out(ctx)


def carry_out(ctx: RunContext) -> None:
    """Go on with every decision that is not carried out."""
    with ctx.db.read() as connection:
        rows = market.decided(connection, ctx.channel_id)
        doubtful = {one.key: one for one in intents.unsettled(connection, ctx.channel_id, INTENT)}
    if not rows:
        return
    proposed = in_bucket(ctx, market.PRE_MATCHED, {row["sku_key"] for row in rows})
    for row in rows:
        intent = doubtful.get(row["sku_key"])
        if ctx.dry_run:
            ctx.journal.add(
                "info", "skipped", would_decide(row["decision"], row["decision_hb_sku"]),
                kind=PRODUCT, key=row["sku_key"],
            )  # fmt: skip
            ctx.progress.skipped += 1
        elif intent is not None:
            _ask(ctx, row, intent, proposed)
        else:
            _send(ctx, row, proposed)
        ctx.go_on()


def _send(ctx: RunContext, row: RowMapping, proposed: Mapping[str, ProductRow]) -> None:
    if not _is_the_same(row, proposed):
        _overtaken(ctx, row)
        return
    try:
        with ctx.intent(INTENT, row["sku_key"], {"decision": row["decision"]}) as intent_id:
            _call(ctx, row)
    except Refused as refused:
        _refused(ctx, row, refused)
        return
    _carried_out(ctx, row, intent_id)


def _call(ctx: RunContext, row: RowMapping) -> None:
    if row["decision"] == "approve":
        ctx.hepsiburada.approve_prematch([row["sku_key"]])
    else:
        ctx.hepsiburada.reject_prematch([row["sku_key"]])


def _ask(
    ctx: RunContext, row: RowMapping, intent: IntentView, proposed: Mapping[str, ProductRow]
) -> None:
    """Nobody knows whether the word arrived: the product's state tells."""
    if intent.ask_at is not None and intent.ask_at > ctx.now():
        return
    if row["sku_key"] not in proposed:
        _carried_out(ctx, row, intent.id)
        return
    if intent.asked < _LOOKS:
        ctx.journal.add(
            "warning", "waiting", prematch_sought(), kind=PRODUCT, key=row["sku_key"],
            code="prematch.sought",
        )  # fmt: skip
        with ctx.commit(durable=True) as connection:
            intents.doubt(connection, intent.id, ctx.now())
        return
    if not _is_the_same(row, proposed):
        with ctx.commit(durable=True) as connection:
            intents.settle(connection, intent.id, "failed", ctx.now())
        _overtaken(ctx, row)
        return
    ctx.repeat_intent(intent.id)
    try:
        _call(ctx, row)
    except Refused as refused:
        with ctx.commit(durable=True) as connection:
            intents.settle(connection, intent.id, "failed", ctx.now())
        _refused(ctx, row, refused)
        return
    _carried_out(ctx, row, intent.id)


def _is_the_same(row: RowMapping, proposed: Mapping[str, ProductRow]) -> bool:
    """Still proposed, and the first proposal is the one that the person decided on."""
    there = proposed.get(row["sku_key"])
    if there is None or not there.matched_hb_product_info:
        return False
    return there.matched_hb_product_info[0].hb_sku == str(row["decision_hb_sku"])


def _carried_out(ctx: RunContext, row: RowMapping, intent_id: int) -> None:
    key = row["sku_key"]
    ctx.journal.add(
        "info", "ok",
        prematch_sent(row["decision"], row["decision_hb_sku"], row["decided_by"] or "?"),
        kind=PRODUCT, key=key, code=f"prematch.{row['decision']}",
        params={"hb_sku": row["decision_hb_sku"], "who": row["decided_by"] or ""},
        exchange=ctx.wire.exchange,
    )  # fmt: skip
    with ctx.commit(durable=True) as connection:
        intents.settle(connection, intent_id, "done", ctx.now())
        market.decision(connection, ctx.channel_id, key, "done")
        settle_review(ctx, connection, [key])
    ctx.progress.ok += 1
    with ctx.db.read() as connection:
        known_now = market.load(connection, ctx.channel_id, [key])
    look(ctx, list(known_now.values()))


def _refused(ctx: RunContext, row: RowMapping, error: Refused) -> None:
    """Hepsiburada does not take this word: it must not keep new products from going out."""
    params = {**error.params, "text": error.message[:300]}
    ctx.journal.add(
        "error", "failed", log_text(error.failure_id, params), kind=PRODUCT, key=row["sku_key"],
        code=error.failure_id, params=params, exchange=ctx.wire.exchange,
    )  # fmt: skip
    with ctx.commit(durable=True) as connection:
        market.decision(connection, ctx.channel_id, row["sku_key"], "refused")
    ctx.progress.failed += 1


def _overtaken(ctx: RunContext, row: RowMapping) -> None:
    """It is not proposed any more, or another product is: a person looks again."""
    key = row["sku_key"]
    status = known.statuses(ctx, [key]).get(key, "")
    ctx.journal.add(
        "warning", "skipped", prematch_overtaken(status), kind=PRODUCT, key=key,
        code="prematch.overtaken", params={"status": status},
    )  # fmt: skip
    with ctx.commit(durable=True) as connection:
        market.decision(connection, ctx.channel_id, key, "refused")
    ctx.progress.skipped += 1
    with ctx.db.read() as connection:
        known_now = market.load(connection, ctx.channel_id, [key])
    if status != market.PRE_MATCHED:
        look(ctx, list(known_now.values()))
    else:
        # Another proposal: read anew, so that the next word is on what is there.
        there = in_bucket(ctx, market.PRE_MATCHED, {key})
        with ctx.commit() as connection:
            seen = [market.Seen.of(one, found) for one, found in there.items()]
            market.note(connection, ctx.channel_id, seen, ctx.now())
