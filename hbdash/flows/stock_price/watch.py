"""Tests of the causes that keep a price or stock from being sent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hbdash.flows.mirror.products import product_pks
from hbdash.flows.stock_price.products import listings_of
from hbdash.runs.context import RunContext
from hbdash.runs.watching import Tester, Watched


def priced(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``price.missing``: the product has a price above 0 now."""
    products = _products(ctx, failures)
    prices = ctx.omnitron.prices_of(sorted(set(products.values())), ctx.channel.price_list)
    good = {row.product for row in prices if (row.asked or Decimal(0)) > 0}
    return {one.id for one in failures if products.get(one.key) in good}


def stocked(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``stock.missing``: the product has a stock row now."""
    return _with_stock(ctx, failures, at_least=0)


def in_stock(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``stock.zero_on_create``: more is there than the buffer keeps back."""
    return _with_stock(ctx, failures, at_least=(ctx.settings.buffer_stock or 0) + 1)


def listed(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``offer.no_listing``: the SKU has a listing now."""
    found = listings_of(ctx, [one.key for one in failures])
    return {one.id for one in failures if one.key in found}


def within_bounds(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``price.locked``: Omnitron's price lies between the bounds that the lock named."""
    products = _products(ctx, failures)
    prices = ctx.omnitron.prices_of(sorted(set(products.values())), ctx.channel.price_list)
    asked = {row.product: row.asked for row in prices}
    gone: set[int] = set()
    for one in failures:
        price = asked.get(products.get(one.key, -1))
        low, high = (_bound(one.params.get(name)) for name in ("min", "max"))
        if price is None or (low is None and high is None):
            continue
        if (low is None or price >= low) and (high is None or price <= high):
            gone.add(one.id)
    return gone


def _bound(text: object) -> Decimal | None:
    return Decimal(str(text)) if text else None


def _with_stock(ctx: RunContext, failures: Sequence[Watched], at_least: int) -> set[int]:
    products = _products(ctx, failures)
    stocks = ctx.omnitron.stocks_of(sorted(set(products.values())), ctx.channel.stock_list)
    good = {row.product for row in stocks if row.on_hand >= at_least}
    return {one.id for one in failures if products.get(one.key) in good}


def _products(ctx: RunContext, failures: Sequence[Watched]) -> dict[str, int]:
    """SKU key → product pk, from the mirror, which has read every record that failed."""
    with ctx.db.read() as connection:
        return product_pks(connection, ctx.channel_id, [one.key for one in failures])


TESTERS: dict[str, Tester] = {
    "price.missing": priced,
    "stock.missing": stocked,
    "stock.zero_on_create": in_stock,
    "offer.no_listing": listed,
    "price.locked": within_bounds,
}
