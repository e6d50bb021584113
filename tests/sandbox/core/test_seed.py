"""Laws of the seed: same seed same data, every kind in the smallest shop, unique keys."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hbdash.sandbox.seed.catalogue import (
    LISTED_KINDS,
    Kind,
    SeedProduct,
    categories,
    product,
    products,
)

seeds = st.integers(0, 2**32)


@given(seeds, st.integers(1, 80), st.integers(0, 80))
@settings(max_examples=25, deadline=None)
def test_a_smaller_shop_is_the_beginning_of_a_larger_one(seed: int, size: int, more: int) -> None:
    small = list(products(seed, size))
    assert small == list(islice(products(seed, size + more), size))
    assert small[-1] == product(seed, size - 1)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_sixty_products_hold_every_kind_and_stay_mostly_listed(seed: int) -> None:
    kinds = Counter(item.kind for item in products(seed, 60))
    assert set(kinds) == set(Kind)
    assert sum(kinds[kind] for kind in LISTED_KINDS) >= 0.75 * 60
    assert kinds[Kind.NEW] >= 3


def test_a_large_shop_is_nine_tenths_listed() -> None:
    shop = list(products(7, 20_000))
    assert 0.88 < sum(item.listed for item in shop) / len(shop) < 0.93
    kinds = Counter(item.kind for item in shop)
    assert all(
        0 < kinds[kind] < 0.02 * len(shop) for kind in Kind if kind not in (Kind.LISTED, Kind.NEW)
    )


@pytest.mark.parametrize("key", ["pk", "sku", "barcode", "hb_sku"])
def test_keys_are_unique(key: str) -> None:
    assert len({getattr(item, key) for item in products(7, 20_000)}) == 20_000


def test_another_seed_is_another_shop() -> None:
    assert [p.sku for p in products(1, 60)] != [p.sku for p in products(2, 60)]


LAWS = {
    Kind.LISTED: lambda p: (p.hb_price, p.hb_stock) == (p.price, p.stock) and not p.locked,
    Kind.PRICE_DRIFT: lambda p: p.hb_price != p.price and p.hb_stock == p.stock,
    Kind.STOCK_DRIFT: lambda p: p.hb_stock != p.stock and p.hb_price == p.price,
    Kind.LOCKED_PRICE: lambda p: p.locked and not p.price_min <= p.hb_price <= p.price_max,
    Kind.LOCKED: lambda p: p.locked and p.price_min <= p.hb_price <= p.price_max,
    Kind.NEW: lambda p: not p.listed and complete(p),
    Kind.NO_PRICE: lambda p: not p.has_price and not p.listed,
    Kind.NO_STOCK: lambda p: not p.has_stock and not p.listed,
    Kind.NO_CATEGORY: lambda p: not p.has_category and not p.listed,
    Kind.NO_IMAGE: lambda p: not p.has_image and p.image_urls == () and not p.listed,
    Kind.UNMAPPED: lambda p: not p.mapped and not p.listed,
    Kind.INACTIVE: lambda p: not p.is_active and not p.listed,
    Kind.NOT_SIMPLE: lambda p: not p.is_simple and not p.listed,
}


def complete(p: SeedProduct) -> bool:
    return all(
        (p.has_price, p.has_stock, p.has_category, p.has_image, p.mapped, p.is_active, p.is_simple)
    )


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.name)
def test_each_kind_is_what_its_name_says(kind: Kind) -> None:
    found = [p for p in products(3, 8_000) if p.kind is kind]
    assert found
    assert all(LAWS[kind](p) for p in found)


def test_every_product_can_be_sold() -> None:
    for p in products(11, 5_000):
        assert p.sku == p.sku.upper().replace(" ", "")
        assert p.price > 0
        assert p.hb_price > 0
        assert p.retail_price > p.price
        assert p.price == p.price.quantize(p.price_min)
        assert p.stock >= 0
        assert p.hb_stock >= 0
        assert p.category.leaf
        assert p.kind is Kind.LOCKED_PRICE or p.price_min <= p.price <= p.price_max
        assert _check_digit_holds(p.barcode)


def _check_digit_holds(ean: str) -> bool:
    digits = [int(c) for c in ean]
    return len(digits) == 13 and (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0


def test_the_category_tree_has_three_levels_and_a_dozen_leaves() -> None:
    tree = categories(7)
    by_id = {node.id: node for node in tree}
    assert len(by_id) == len(tree)
    assert sum(node.leaf for node in tree) >= 12
    assert 18021982 in by_id
    for node in tree:
        assert len(node.path) <= 3
        assert node.leaf == (len(node.path) == 3)
        if node.parent_id is not None:
            assert by_id[node.parent_id].path == node.path[:-1]
