"""Touching the version of products (R4.12, R7.5.1): Omnitron then offers them as updates.

The same as its own bulk update by file: the version that was synced last is written one second
back, so that the product counts as changed since (flows section 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hbdash.domain.turkish import sku_key
from hbdash.flows.mirror.products import product_pks
from hbdash.flows.products.intake import keyed
from hbdash.flows.products.status import market
from hbdash.omnitron.models.batch import IntegrationAction
from hbdash.runs import penalties
from hbdash.runs.context import RunContext
from hbdash.store.bulk import sliced
from hbdash.texts import levers as words
from hbdash.texts.formats import time
from hbdash.transport.errors import Refused

PRODUCT = "product"
_AT_ONCE = 50
_BACK = timedelta(seconds=1)


def run(ctx: RunContext) -> None:
    """``ctx.request.keys`` are SKUs, in any spelling."""
    spelt = {sku_key(key): key for key in ctx.request.keys}
    ctx.progress.total = len(spelt)
    for part in sliced(list(spelt), _AT_ONCE):
        _touch(ctx, {key: spelt[key] for key in part})
        ctx.go_on()


def _touch(ctx: RunContext, keys: Mapping[str, str]) -> None:
    pks = _pks(ctx, keys)
    actions = {
        one.object_id: one
        for one in ctx.omnitron.integration_actions(PRODUCT, object_ids=sorted(pks.values()))
    }
    with ctx.db.read() as connection:
        punished = penalties.load(connection, ctx.channel_id, PRODUCT, list(keys))
    for key in keys:
        if key not in pks:
            _say(ctx, "error", "failed", key, words.not_there(key), "touch.unknown")
            ctx.progress.failed += 1
            continue
        action = actions.get(pks[key])
        status = action.status.lower() if action is not None else ""
        if action is None or status != "success":
            text = words.in_work(key) if status == "processing" else words.not_sent_yet(key)
            _say(ctx, "warning", "skipped", key, text, "touch.not_sent")
            ctx.progress.skipped += 1
            continue
        row = punished.get(key)
        said = words.touched(key)
        if row is not None and row["ended"]:
            said = words.ended_still(key)
        elif row is not None and row["next_at"] is not None and row["next_at"] > ctx.now():
            until = time(row["next_at"], ctx.now(), ctx.channel.zone)
            said = words.waits_still(key, until)
        _write(ctx, key, action, said)
    with ctx.commit():
        pass


def _write(ctx: RunContext, key: str, action: IntegrationAction, said: str) -> None:
    if ctx.dry_run:
        _say(ctx, "info", "skipped", key, said, "")
        ctx.progress.ok += 1
        return
    with ctx.commit(durable=True) as connection:
        # A product whose fields are as they were sent would be due, and nothing of it would go.
        market.forget_fields(connection, ctx.channel_id, {key: None})
    # Without a synced version the product counts as changed already.
    if action.version_date is not None:
        ctx.before_write()
        try:
            ctx.omnitron.patch_action(action.pk, version_date=action.version_date - _BACK)
        except Refused as error:
            _say(ctx, "error", "failed", key, words.touch_failed(key, error.message[:300]),
                 "touch.refused")  # fmt: skip
            ctx.progress.failed += 1
            return
    _say(ctx, "info", "ok", key, said, "product.touched")
    ctx.progress.ok += 1


def _say(ctx: RunContext, level: str, status: str, key: str, text: str, code: str) -> None:
    failed = status == "failed"
    ctx.journal.add(level, status, text, kind=PRODUCT, key=key, code=code,
                    exchange=ctx.wire.exchange if failed else None)  # fmt: skip


def _pks(ctx: RunContext, keys: Mapping[str, str]) -> dict[str, int]:
    """SKU key → product pk, from the mirror, else from Omnitron; ``keys`` with how it was given."""
    with ctx.db.read() as connection:
        found = product_pks(connection, ctx.channel_id, keys)
    missing = [given for key, given in keys.items() if key not in found]
    if missing:
        found |= {sku_key(product.sku): product.pk for product in keyed.find(ctx, missing)}
    return {key: found[key] for key in keys if key in found}
