from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.offers import explain_stock, max_quantity, wanted_price, wanted_stock

PIECES = st.integers(-50, 1000)
SOME = st.integers(0, 200)


@pytest.mark.requirement("R2.28")
@given(PIECES, st.none() | PIECES, SOME, SOME)
def test_stock_is_never_negative_nor_more_than_there_is(
    stock: int, adjusted: int | None, buffer: int, held: int
) -> None:
    wanted = wanted_stock(stock, adjusted, buffer, held)
    counts = stock if adjusted is None else adjusted
    assert wanted == max(counts - buffer - held, 0)
    assert wanted_stock(stock, adjusted, buffer, held, stopped=True) == 0
    assert wanted_stock(stock, adjusted, buffer + 1, held) <= wanted
    assert wanted_stock(stock, adjusted, buffer, held + 1) <= wanted


def test_the_sum_is_explained() -> None:
    explained = explain_stock(10, None, buffer=3, held=2)
    assert (explained.stock, explained.buffer, explained.held, explained.wanted) == (10, 3, 2, 5)
    assert not explained.adjusted
    assert explain_stock(10, 4, buffer=3).wanted == 1


def test_parts_of_a_piece_are_not_sold() -> None:
    assert wanted_stock(Decimal("2.9"), None) == 2
    assert wanted_stock(None, None) == 0


@pytest.mark.parametrize(
    ("price", "adjusted", "expected"),
    [
        ("349.905", None, "349.91"),
        ("349.90", "299.90", "299.90"),
        ("0", None, None),
        ("349.90", "0", None),
        ("0.004", None, None),
        ("-5", None, None),
        (None, None, None),
        (None, "10", "10.00"),
    ],
)
def test_wanted_price(price: str | None, adjusted: str | None, expected: str | None) -> None:
    given_ = [None if text is None else Decimal(text) for text in (price, adjusted)]
    found = wanted_price(*given_)
    assert found == (None if expected is None else Decimal(expected))


@pytest.mark.requirement("R6.12")
@pytest.mark.parametrize(
    ("extra_field", "expected"),
    [
        ({"maximumPurchasableQuantity": 5}, 5),
        ({"MaximumPurchasableQuantity": "5"}, 5),
        ({"maximumPurchasableQuantity": 5.0}, 5),
        ({"maximumPurchasableQuantity": 0}, 0),
        ('{"maximumPurchasableQuantity": 5}', 5),
        ({"maximumPurchasableQuantity": -1}, None),
        ({"maximumPurchasableQuantity": 2.5}, None),
        ({"maximumPurchasableQuantity": True}, None),
        ({"maximumPurchasableQuantity": None}, None),
        ({}, None),
        (None, None),
        ("x", None),
        ([], None),
    ],
)
def test_max_quantity(extra_field: object, expected: int | None) -> None:
    assert max_quantity(extra_field) == expected
