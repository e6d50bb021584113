"""Product Create by hand for SKUs: only what is due is sent; the others hear why not (R8.8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hbdash.domain.turkish import sku_key
from hbdash.flows.mirror.products import product_pks
from hbdash.flows.products.records.model import PRODUCT
from hbdash.omnitron.models.batch import FailedIntegration
from hbdash.omnitron.models.catalogue import Product
from hbdash.runs import penalties
from hbdash.runs.context import RunContext
from hbdash.texts.formats import time
from hbdash.texts.offers import no_such_product
from hbdash.texts.products import not_in_queue, queue_reason

_CODE = "product.not_in_queue"


def due_of(ctx: RunContext, keys: Sequence[str]) -> list[Product]:
    """The products of these SKUs that count as new, in any spelling of the SKU."""
    products = products_of(ctx, keys)
    reasons = _reasons(ctx, products)
    for product in products:
        if product.pk in reasons:
            _refuse(ctx, sku_key(product.sku), *reasons[product.pk])
    return [product for product in products if product.pk not in reasons]


def products_of(ctx: RunContext, keys: Sequence[str]) -> list[Product]:
    """The products of these SKUs, in any spelling; one that is not there is named in the log."""
    products = find(ctx, keys)
    found = {sku_key(product.sku) for product in products}
    for key in keys:
        if sku_key(key) not in found:
            ctx.progress.failed += 1
            ctx.journal.add("error", "failed", no_such_product(key), kind=PRODUCT, key=key)
    return products


def find(ctx: RunContext, keys: Sequence[str]) -> list[Product]:
    """By the number the mirror knows, else by the SKU as it was given, or as its key."""
    with ctx.db.read() as connection:
        pks = product_pks(connection, ctx.channel_id, [sku_key(key) for key in keys])
    found = {product.pk: product for product in ctx.omnitron.products(sorted(pks.values()))}
    there = {sku_key(product.sku) for product in found.values()}
    missing = [key for key in keys if sku_key(key) not in there]
    if missing:
        spelt = sorted({spelling for key in missing for spelling in (key.strip(), sku_key(key))})
        found |= {product.pk: product for product in ctx.omnitron.products_by_sku(spelt)}
    return [found[pk] for pk in sorted(found)]


def _reasons(ctx: RunContext, products: Sequence[Product]) -> dict[int, tuple[str, str]]:
    """Product pk → why it is not due: a reason id, and until when. Those that are due are left out.

    Omnitron offers what has no successful action, is in no open batch and serves no penalty
    (O§5.4); a filter of the queue by SKU is not promised, so its conditions are asked one by one.
    """
    pks = [product.pk for product in products]
    if not pks:
        return {}
    actions = {
        one.object_id: one for one in ctx.omnitron.integration_actions(PRODUCT, object_ids=pks)
    }
    punished = _punished(ctx, products)
    found: dict[int, tuple[str, str]] = {}
    for product in products:
        action = actions.get(product.pk)
        status = action.status.lower() if action is not None else ""
        if product.product_type not in ("0", ""):
            found[product.pk] = ("not_simple", "")
        elif not product.is_active:
            found[product.pk] = ("not_active", "")
        elif status == "processing":
            found[product.pk] = ("being_sent", "")
        elif status == "success":
            found[product.pk] = ("sent_before", "")
        elif product.pk in punished:
            until = punished[product.pk]
            found[product.pk] = (
                ("penalty_ended", "") if until is None
                else ("penalty", time(until, ctx.now(), ctx.channel.zone))
            )  # fmt: skip
    return found


def _punished(ctx: RunContext, products: Sequence[Product]) -> dict[int, datetime | None]:
    """Product pk → until when its penalty lasts, ``None`` when its tries are used up."""
    type_pk = ctx.omnitron.content_type(PRODUCT).pk
    rows = ctx.omnitron.failed_integrations(type_pk, object_ids=[one.pk for one in products])
    found: dict[int, datetime | None] = {}
    if rows is None:
        # This Omnitron does not list them, so ours count (design rule 4).
        keys = {sku_key(product.sku): product.pk for product in products}
        with ctx.db.read() as connection:
            ours = penalties.load(connection, ctx.channel_id, PRODUCT, keys)
        for key, row in ours.items():
            if row["ended"] or (row["next_at"] and row["next_at"] > ctx.now()):
                found[keys[key]] = None if row["ended"] else row["next_at"]
        return found
    modified = {product.pk: product.modified_date for product in products}
    for one in rows:
        changed = one.version_date is not None and modified[one.object_id] > one.version_date
        until, ended = _until(one, ctx.now(), changed=changed)
        if one.is_active and (ended or until > ctx.now()):
            found[one.object_id] = None if ended else until
    return found


def _until(row: FailedIntegration, now: datetime, *, changed: bool) -> tuple[datetime, bool]:
    """When the product may go again, and whether its tries have ended (O§5.6).

    A product that changed since is tried again, ended or not, but not before its time.
    """
    last = row.modified_date or row.created_date or now
    until = last + timedelta(seconds=row.retry_interval or 0)
    used_up = (row.retry_count or 1) > (row.max_retry_count or 0)
    expired = row.expiration_date is not None and now >= row.expiration_date
    return until, (used_up or expired) and not changed


def _refuse(ctx: RunContext, key: str, reason_id: str, until: str) -> None:
    """The guide's words and the true reason; nothing is wrong with the record for it."""
    reason = queue_reason(reason_id, until)
    ctx.journal.add(
        "warning" if ctx.request.started_by != "cause_watch" else "info",
        "skipped",
        not_in_queue(reason),
        kind=PRODUCT,
        key=key,
        code=_CODE,
        params={"reason": reason, "reason_id": reason_id, "until": until},
    )
    ctx.progress.skipped += 1
    ctx.progress.note.setdefault("not_in_queue", {})[key] = reason_id
