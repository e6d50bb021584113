"""Reads what the gates ask of a page of products: prices and stocks together, the rest one by one.

One product that can't be read never keeps the others of its page waiting.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import bindparam, update

from hbdash.domain.turkish import sku_key
from hbdash.flows.mirror.products import keep_products, keep_values
from hbdash.flows.products.intake.catalogue import Catalogue
from hbdash.flows.products.records.model import Cause, Material
from hbdash.omnitron.errors import MappingRefused
from hbdash.omnitron.models.batch import FailedReason
from hbdash.omnitron.models.catalogue import MappedProduct, Price, Product, Stock
from hbdash.runs.context import RunContext
from hbdash.runs.held import held_units
from hbdash.store.bulk import table_of
from hbdash.store.tables import CatalogueItem
from hbdash.transport.errors import BadShape, Refused, RemoteError, ServerError

T = TypeVar("T")
_ATTRIBUTE = re.compile(r"attribute:\s*(?P<name>.+?)(?:\s+value:|$)", re.IGNORECASE)


@dataclass
class _Met:
    """What the reading of a page met: per product its causes, and the last answer of 5xx."""

    causes: dict[int, list[Cause]] = field(default_factory=dict)
    broken: dict[int, ServerError] = field(default_factory=dict)

    def note(self, pk: int, error: RemoteError) -> None:
        if isinstance(error, ServerError):
            self.broken[pk] = error
        self.causes.setdefault(pk, []).append(_cause(error))


def gather(ctx: RunContext, catalogue: Catalogue, products: Sequence[Product]) -> list[Material]:
    """The material of each product. A side that answers nothing but 5xx raises its error."""
    pks = [product.pk for product in products]
    met = _Met()
    prices = _by_product(
        met, pks, lambda part: ctx.omnitron.prices_of(part, ctx.channel.price_list)
    )
    stocks = _by_product(
        met, pks, lambda part: ctx.omnitron.stocks_of(part, ctx.channel.stock_list)
    )
    keys = {product.pk: sku_key(product.sku) for product in products}
    with ctx.db.read() as connection:
        held = held_units(connection, ctx.channel_id, keys.values())
    mapped: dict[int, MappedProduct | None] = {}
    categories: dict[int, tuple[str | None, ...] | None] = {}
    for pk in pks:
        ctx.go_on()
        mapped[pk] = _one(met, pk, ctx.omnitron.mapped_product)
    nodes = {pk: _one(met, pk, lambda one: nodes_of(ctx, catalogue, one)) for pk in pks}
    ids = catalogue.node_remote_ids(node for found in nodes.values() for node in found or ())
    for pk, found in nodes.items():
        categories[pk] = None if found is None else tuple(ids[node] for node in found)
    if met.broken and len(met.broken) == len(pks):
        raise next(iter(met.broken.values()))
    return [
        Material(
            product=product,
            key=keys[product.pk],
            mapped=mapped[product.pk],
            categories=categories[product.pk],
            price=_default(prices.get(product.pk, ())),
            stock=next(iter(stocks.get(product.pk, ())), None),
            held=held.get(keys[product.pk], 0),
            causes=tuple(met.causes.get(product.pk, ())),
        )
        for product in products
    ]


def nodes_of(ctx: RunContext, catalogue: Catalogue, product_pk: int) -> tuple[int, ...]:
    """Nodes of the channel's own tree in which the product stands; other trees do not count."""
    root = catalogue.root_path()
    rows = ctx.omnitron.product_categories(product_pk)
    paths = {row.category_pk: row.category.path for row in rows if row.category is not None}
    return tuple(pk for pk, path in sorted(paths.items()) if path.startswith(root) and path != root)


def keep(ctx: RunContext, materials: Sequence[Material]) -> None:
    """Write what was read into the mirror, so that reports and `why` know it at once."""
    items = table_of(CatalogueItem)
    now = ctx.now()
    offers: list[Price | Stock] = [
        row for one in materials for row in (one.price, one.stock) if row is not None
    ]
    prices = [row for row in offers if isinstance(row, Price)]
    stocks = [row for row in offers if isinstance(row, Stock)]
    counts = [
        {"b_key": one.key, "b_n": len(one.categories)}
        for one in sorted(materials, key=lambda m: m.key)
        if one.categories is not None
    ]
    with ctx.commit() as connection:
        keep_products(connection, ctx.channel_id, [one.product for one in materials], now)
        # One kind at a time: both write the columns that the first row has.
        keep_values(connection, ctx.channel_id, prices, now)
        keep_values(connection, ctx.channel_id, stocks, now)
        if counts:
            connection.execute(
                update(items)
                .where(items.c.channel_id == ctx.channel_id, items.c.sku_key == bindparam("b_key"))
                .values(categories=bindparam("b_n")),
                counts,
            )


def refused_mapping(error: MappingRefused) -> Cause:
    """The Mapper's words, and the attribute they name, if they do."""
    named = _ATTRIBUTE.search(error.reason)
    params = {"text": error.reason, "attribute": named["name"] if named else ""}
    return Cause("mapping.refused", params, error.reason, FailedReason.MAPPING)


def _cause(error: RemoteError) -> Cause:
    if isinstance(error, MappingRefused):
        return refused_mapping(error)
    return Cause(error.failure_id, {**error.params, "text": error.message[:300]}, str(error))


def _one(met: _Met, pk: int, read: Callable[[int], T]) -> T | None:
    try:
        return read(pk)
    except (Refused, BadShape, ServerError) as error:
        met.note(pk, error)
        return None


def _by_product(
    met: _Met, pks: Sequence[int], read: Callable[[Sequence[int]], Sequence[T]]
) -> Mapping[int, list[T]]:
    """Product pk → its rows; one row that can't be read is looked for, the others are kept."""
    found: dict[int, list[T]] = {}
    try:
        rows: Sequence[T] = read(pks)
    except BadShape:
        rows = [row for pk in pks for row in _one(met, pk, lambda one: read([one])) or ()]
    for row in rows:
        found.setdefault(row.product, []).append(row)  # type: ignore[attr-defined]
    return found


def _default(prices: Sequence[Price]) -> Price | None:
    """The price that counts among those of one list: the plain one, not a range."""
    plain = [price for price in prices if price.price_type.lower() in ("", "default")]
    return next(iter(plain or prices), None)
