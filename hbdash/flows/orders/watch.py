"""Tests of the causes that keep an order from being written (design rule 8)."""

from __future__ import annotations

from collections.abc import Sequence

from hbdash.domain.cargo import cargo_company
from hbdash.domain.orders import CANCELLED, item_status
from hbdash.domain.tracking import tracking_url
from hbdash.flows.orders.packages.keeping import packages_by_number
from hbdash.flows.orders.packages.targets import Target
from hbdash.flows.orders.update.gates import cancelled_here, return_open
from hbdash.flows.orders.writing.goods import ProductBook
from hbdash.flows.orders.writing.places import PlaceBook
from hbdash.omnitron.models.order import OrderItem
from hbdash.runs.context import RunContext
from hbdash.runs.watching import Tester, Watched


def mapped(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``order.address``: the place is known now, by its name or by a mapping."""
    book = PlaceBook(
        ctx.omnitron,
        ctx.clock,
        ctx.channel.remote_id,
        with_channel=ctx.settings.use_channel_id_in_address_mapping,
    )
    known: dict[tuple[str, ...], bool] = {}
    gone: set[int] = set()
    for one in failures:
        # Forty orders to one township are one question.
        place = tuple(
            str(one.params.get(name)) for name in ("level", "name", "parent_id", "city_id")
        )
        if place not in known:
            known[place] = book.known_again(one.params) or (
                place[0] == "district" and not ctx.settings.use_neighborhood
            )
            ctx.go_on()
        if known[place]:
            gone.add(one.id)
    return gone


def has_product(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``order.product_unknown``: the SKU has an action or a product now."""
    book = ProductBook(ctx)
    known: dict[str, bool] = {}
    for one in failures:
        sku = str(one.params.get("sku") or "")
        if sku not in known:
            known[sku] = book.knows(sku, str(one.params.get("hb_sku") or ""))
            ctx.go_on()
    return {one.id for one in failures if known[str(one.params.get("sku") or "")]}


def carried(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``order.cargo_unmapped``: Cargo Company Mapping names the carrier now."""
    mapping = ctx.settings.cargo_company_mapping
    return {
        one.id
        for one in failures
        if cargo_company(mapping, one.params.get("cargo"), one.params.get("short")) is not None
    }


def returned(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``order.return_open``: no return of the order is open or running any more (R8.9a)."""
    gone: set[int] = set()
    for one in failures:
        items = _items(ctx, one)
        if not return_open(ctx, items):
            gone.add(one.id)
        ctx.go_on()
    return gone


def linked(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``order.no_tracking_url``: Shipping Provider names the carrier now."""
    providers = ctx.settings.shipping_provider
    return {
        one.id
        for one in failures
        if tracking_url(providers, str(one.params.get("cargo") or ""), "0") is not None
    }


def cancelled_there(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``order.cancelled_here``: the units lie in no open package of Hepsiburada any more."""
    gone: set[int] = set()
    for one in failures:
        items = _items(ctx, one)
        living = tuple(item for item in items if item_status(item.status) != CANCELLED)
        with ctx.db.read() as connection:
            rows = packages_by_number(connection, ctx.channel_id, [one.key])
        if one.key not in rows or not cancelled_here(ctx, Target(rows[one.key], living), items):
            gone.add(one.id)
        ctx.go_on()
    return gone


def _items(ctx: RunContext, one: Watched) -> tuple[OrderItem, ...]:
    pk = one.object_pk or int(one.params.get("order_pk") or 0)
    return ctx.omnitron.order_items(pk) if pk else ()


TESTERS: dict[str, Tester] = {
    "order.return_open": returned,
    "order.no_tracking_url": linked,
    "order.cancelled_here": cancelled_there,
    "order.address": mapped,
    "order.product_unknown": has_product,
    "order.cargo_unmapped": carried,
}
