from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.money import comma, format_money, kurus, lira, round2, split_amount

AMOUNTS = st.decimals(-10_000_000, 10_000_000, places=5)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("130,50", "130.50"),
        ("349.90", "349.90"),
        ("1.249,90", "1249.90"),
        ("1,249.90", "1249.90"),
        ("1.249.900", "1249900"),
        ("₺ 1.249,90", "1249.90"),
        ("1249,90 TL", "1249.90"),
        ("−5", "-5"),
        (118.97, "118.97"),
        (28.99833, "28.99833"),
        (12, "12"),
        (Decimal("94.49000"), "94.49"),
        ("", "0"),
        (None, "0"),
    ],
)
def test_reads_every_form_of_an_amount(value: str | float | Decimal | None, expected: str) -> None:
    assert lira(value) == Decimal(expected)


@pytest.mark.parametrize(
    "value", ["abc", "1e999", "NaN", float("nan"), float("inf"), ".", "1 a", True]
)
def test_refuses_what_is_no_amount(value: str | float) -> None:
    with pytest.raises(ValueError):
        lira(value)


@given(st.text(max_size=30))
def test_raises_nothing_but_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert lira(text).is_finite()


@given(AMOUNTS)
def test_reads_back_what_it_writes(amount: Decimal) -> None:
    assert lira(comma(amount)) == round2(amount)
    assert lira(str(amount)) == amount
    for language in ("en", "tr"):
        assert lira(format_money(amount, language)) == round2(amount)
    assert kurus(amount) == round2(amount) * 100


@given(AMOUNTS, st.integers(1, 200))
def test_parts_add_up_and_differ_by_a_kurus_at_most(total: Decimal, parts: int) -> None:
    split = split_amount(total, parts)
    assert len(split) == parts
    assert sum(split) == round2(total)
    assert max(split) - min(split) <= Decimal("0.01")
    assert split == sorted(split, key=abs, reverse=True)


def test_the_recorded_fraction_is_split_as_the_rule_says() -> None:
    assert split_amount(Decimal("173.98998"), 6) == [Decimal("29.00")] * 5 + [Decimal("28.99")]
    assert str(split_amount(Decimal(3), 3)[0]) == "1.00"
    with pytest.raises(ValueError):
        split_amount(Decimal(1), 0)


def test_half_a_kurus_goes_up() -> None:
    assert round2(Decimal("0.005")) == Decimal("0.01")
    assert round2(Decimal("-0.005")) == Decimal("-0.01")
    assert kurus(Decimal("1.234999")) == 123


def test_money_for_people() -> None:
    assert format_money(Decimal("1249.9"), "en") == "₺1,249.90"
    assert format_money(Decimal("1249.9"), "tr") == "₺1.249,90"
    assert format_money(Decimal("-214330"), "en") == "−₺214,330.00"
    assert comma(Decimal("349.9")) == "349,90"
