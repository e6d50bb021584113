"""Tests of the causes that keep a product from being created (design rule 8).

Most are one call per product, so a look ends after some seconds; what was not reached is looked at
in another order a minute later.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from hbdash.flows.products.intake.catalogue import Catalogue
from hbdash.flows.products.intake.gather import nodes_of
from hbdash.flows.products.intake.translate import attributes_of, category_causes, images_of
from hbdash.flows.products.records.model import Cause
from hbdash.flows.products.status import known
from hbdash.flows.stock_price.watch import listed
from hbdash.omnitron.errors import MappingRefused
from hbdash.omnitron.models.catalogue import MappedProduct, Product
from hbdash.runs.context import RunContext
from hbdash.runs.watching import Tester, Watched
from hbdash.transport.errors import BadShape, NotFound

#: How long the products of one cause are looked at in one run.
LOOK = timedelta(seconds=15)

_Look = Callable[[RunContext, Catalogue, Product, Watched], bool]


def categories_again(ctx: RunContext, catalogue: Catalogue, product: Product, one: Watched) -> bool:
    """``product.no_category``, ``.many_categories``, ``.category_mismatch``: no longer so."""
    ids = _categories(ctx, catalogue, product)
    needs_set = one.code == "product.category_mismatch"
    mapped = ctx.omnitron.mapped_product(product.pk) if needs_set else None
    return _is_gone(one, category_causes(ids, mapped))


def mapped_again(ctx: RunContext, catalogue: Catalogue, product: Product, one: Watched) -> bool:
    """``mapping.refused``: the Mapper translates the product."""
    ctx.omnitron.mapped_product(product.pk)
    return True


def attributes_again(ctx: RunContext, catalogue: Catalogue, product: Product, one: Watched) -> bool:
    """``attribute.missing``, ``.value_unknown``: the attribute is filled, its value known."""
    mapped: MappedProduct = ctx.omnitron.mapped_product(product.pk)
    prices = ctx.omnitron.prices_of([product.pk], ctx.channel.price_list)
    _, causes = attributes_of(product, mapped, next(iter(prices), None), catalogue)
    same = [c for c in causes if c.params.get("attribute") == one.params.get("attribute")]
    return _is_gone(one, same)


def images_again(ctx: RunContext, catalogue: Catalogue, product: Product, one: Watched) -> bool:
    """``product.no_image``: there is an active one."""
    return bool(images_of(product))


def there_now(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
    """``product.no_result``: Hepsiburada's catalogue has the product. ``.in_progress``: its people
    are done with it, whatever came of it."""
    found = known.statuses(ctx, sorted({one.key for one in failures}))
    taken_in = known.ADOPTED | {known.IN_REVIEW}
    return {
        one.id
        for one in failures
        if (
            found.get(one.key, known.IN_WORK) != known.IN_WORK
            if one.code == "product.in_progress"
            else found.get(one.key) in taken_in
        )
    }


def _categories(ctx: RunContext, catalogue: Catalogue, product: Product) -> tuple[str | None, ...]:
    nodes = nodes_of(ctx, catalogue, product.pk)
    ids = catalogue.node_remote_ids(nodes)
    return tuple(ids[node] for node in nodes)


def _is_gone(one: Watched, causes: Sequence[Cause]) -> bool:
    return all(cause.code != one.code for cause in causes)


def _each(look: _Look) -> Tester:
    """A test that looks at one product after the other."""

    def test(ctx: RunContext, failures: Sequence[Watched]) -> set[int]:
        catalogue = Catalogue(ctx)
        catalogue.forget()
        return {
            one.id
            for one, product in _products(ctx, failures)
            if _looks_good(look, ctx, catalogue, product, one)
        }

    return test


def _looks_good(
    look: _Look, ctx: RunContext, catalogue: Catalogue, product: Product, one: Watched
) -> bool:
    try:
        return look(ctx, catalogue, product, one)
    except (MappingRefused, NotFound, BadShape):
        return False


def _products(ctx: RunContext, failures: Sequence[Watched]) -> Iterator[tuple[Watched, Product]]:
    """Each failure with its product as it is now, in chance order, as long as the look lasts."""
    until = time.monotonic() + LOOK.total_seconds()
    pks = sorted({one.object_pk for one in failures if one.object_pk is not None})
    products = {product.pk: product for product in ctx.omnitron.products(pks)}
    for one in random.sample(failures, len(failures)):
        if ctx.stop.is_set or time.monotonic() > until:
            return
        product = products.get(one.object_pk or 0)
        if product is not None:
            yield one, product


TESTERS: dict[str, Tester] = {
    "product.no_category": _each(categories_again),
    "product.many_categories": _each(categories_again),
    "product.category_mismatch": _each(categories_again),
    "product.no_image": _each(images_again),
    "mapping.refused": _each(mapped_again),
    "attribute.missing": _each(attributes_again),
    "attribute.value_unknown": _each(attributes_again),
    "product.no_result": there_now,
    "product.in_progress": there_now,
    "product.pre_matched": listed,
}
