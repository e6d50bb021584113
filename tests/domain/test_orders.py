from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.money import round2
from hbdash.domain.orders import (
    LONGEST_LINE,
    LONGEST_NOTES,
    OrderFormatRefused,
    address_lines,
    amounts_agree,
    customer_email,
    free_units,
    omnitron_currency,
    order_amounts,
    order_number,
    paid_amounts,
    person_names,
    unit_id,
)

DIGITS = st.text(alphabet="0123456789", min_size=1, max_size=12)
MONEY = st.decimals(0, 100_000, places=5)


@pytest.mark.requirement("R2.24", "R2.39")
@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        ("HB-{orderNumber}-{id}", "HB-0412345678-041234567"),
        ("", "0412345678-041234567"),
        ("  ", "0412345678-041234567"),
        ("{id}", "041234567"),
        ("{{x}}{id}", "{x}041234567"),
    ],
)
def test_order_number(format_: str, expected: str) -> None:
    assert order_number(format_, "0412345678", "041234567") == expected


@pytest.mark.requirement("R2.24", "R2.39")
@pytest.mark.parametrize(
    ("format_", "reason"),
    [
        ("HB-{orderNumber}", "no_id"),
        ("{{id}}", "no_id"),
        ("{orderNumber}-{id", "broken"),
        ("{id}-{password}", "unknown_part"),
        ("{id.__class__}", "unknown_part"),
        ("{0}-{id}", "unknown_part"),
        ("{id:>999999999}", "unknown_part"),
        ("{id!r}", "unknown_part"),
        ("x" * 120 + "{id}", "too_long"),
    ],
)
def test_a_format_that_would_lose_orders_is_refused(format_: str, reason: str) -> None:
    with pytest.raises(OrderFormatRefused) as refused:
        order_number(format_, "0412345678", "041234567")
    assert refused.value.reason == reason


@given(DIGITS, DIGITS, DIGITS)
def test_two_packages_of_an_order_have_two_numbers(order: str, one: str, other: str) -> None:
    first, second = (order_number("HB-{orderNumber}-{id}", order, p) for p in (one, other))
    assert (first == second) == (one == other)


@given(
    st.integers(0, 30), st.integers(0, 30), st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30))
)
def test_free_units_are_the_lowest_that_nobody_holds(
    line: int, package: int, held: set[int], cancelled: set[int]
) -> None:
    free = free_units(line, package, held, cancelled)
    assert len(free) <= package
    assert free == sorted(set(free))
    assert not {*free} & (held | cancelled)
    assert all(1 <= n <= line for n in free)
    left = {*range(1, line + 1)} - held - cancelled - {*free}
    assert not left or len(free) == package
    assert not left or not free or min(left) > max(free)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_a_split_or_packed_again_line_neither_doubles_nor_loses_a_unit(parts: list[int]) -> None:
    line = sum(parts)
    held: set[int] = set()
    for quantity in parts:
        taken = free_units(line, quantity, held)
        assert len(taken) == quantity
        held.update(taken)
    assert held == set(range(1, line + 1))
    assert free_units(line, parts[0], held) == []


def test_unit_id() -> None:
    assert unit_id("69a55c10-1f2a", 2) == "69a55c10-1f2a-2"
    with pytest.raises(ValueError):
        unit_id("69a55c10-1f2a", 0)


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        ("Ayşe  Örnek ", ("Ayşe", "Örnek")),
        ("Ayşe Fatma\tÖrnek", ("Ayşe Fatma", "Örnek")),
        ("Ayşe", ("Ayşe", "Ayşe")),
        ("", ("-", "-")),
        (None, ("-", "-")),
    ],
)
def test_person_names(full: str | None, expected: tuple[str, str]) -> None:
    assert person_names(full) == expected


@given(MONEY, st.integers(1, 50), MONEY, MONEY, MONEY)
def test_units_carry_exactly_what_the_customer_paid(
    total: Decimal, quantity: int, hb: Decimal, merchant: Decimal, vat: Decimal
) -> None:
    units = paid_amounts(
        total=total, quantity=quantity, vat_rate=Decimal(10), hb_share=hb,
        merchant_share=merchant, vat=vat,
    )  # fmt: skip
    assert len(units) == quantity
    assert sum(unit.price for unit in units) == round2(total)
    assert sum(unit.vat for unit in units) == round2(vat)
    assert all(unit.discount_amount == 0 for unit in units)
    assert sum(unit.retail_price for unit in units) == (
        round2(total) + round2(hb) + round2(merchant)
    )
    order = order_amounts(units, Decimal("29.90"))
    assert order.amount == round2(total) + Decimal("29.90")
    assert order.discount_amount == 0


def test_shipping_has_the_highest_rate_of_the_package() -> None:
    units = [
        *paid_amounts(total=Decimal(100), quantity=1, vat_rate=Decimal(10)),
        *paid_amounts(total=Decimal(100), quantity=1, vat_rate=Decimal(20)),
    ]
    order = order_amounts(units, Decimal("36"))
    assert order.shipping_tax_rate == 20
    assert order.net_shipping_amount == Decimal("30.00")
    assert order_amounts(units).amount == Decimal("200.00")
    assert order_amounts([]).amount == 0


def test_amounts_may_differ_by_half_a_kurus_a_line() -> None:
    lines = [Decimal("173.98998"), Decimal("10.00")]
    assert amounts_agree(Decimal("183.99"), lines)
    assert amounts_agree(Decimal("184.00"), [*lines, *[Decimal(0)] * 2])
    assert not amounts_agree(Decimal("184.01"), lines)
    assert amounts_agree(Decimal(0), [])


def test_only_lira_is_a_currency_of_ours() -> None:
    assert omnitron_currency("TRY") == omnitron_currency(" try ") == "try"
    assert omnitron_currency("EUR") is omnitron_currency(None) is None


def test_the_customers_key_is_made_from_hepsiburadas_id() -> None:
    assert customer_email(" C0FFEE00-0000 ") == "c0ffee00-0000@hepsiburada.invalid"
    assert customer_email("a b@c") == "a-b-c@hepsiburada.invalid"
    with pytest.raises(ValueError):
        customer_email(" ")


@given(st.text(max_size=900))
def test_an_address_loses_nothing_up_to_both_limits(text: str) -> None:
    line, notes = address_lines(text)
    assert len(line) <= LONGEST_LINE
    assert len(notes) <= LONGEST_NOTES
    words = " ".join(text.split())
    if len(words) <= LONGEST_LINE + LONGEST_NOTES // 2:
        assert (line + notes).replace(" ", "") == words.replace(" ", "")
    if len(words) <= LONGEST_LINE:
        assert (line, notes) == (words, "")


def test_an_address_is_cut_between_words() -> None:
    line, notes = address_lines("Örnek Mah.\r\n" * 40)
    assert line.endswith(("Örnek", "Mah."))
    assert notes.startswith(("Örnek", "Mah."))
    assert address_lines(None) == ("", "")
    assert address_lines("x" * 300) == ("x" * 255, "x" * 45)
