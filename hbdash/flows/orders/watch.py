"""Tests of the causes that keep an order from being written (design rule 8)."""

from __future__ import annotations

from collections.abc import Sequence

from hbdash.domain.cargo import cargo_company
from hbdash.flows.orders.goods import ProductBook
from hbdash.flows.orders.places import PlaceBook
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


TESTERS: dict[str, Tester] = {
    "order.address": mapped,
    "order.product_unknown": has_product,
    "order.cargo_unmapped": carried,
}
