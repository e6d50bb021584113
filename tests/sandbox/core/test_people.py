"""Customers and addresses carry the oddities of recorded packages (H§11.1)."""

from __future__ import annotations

import random

from hbdash.sandbox.seed.people import customer
from hbdash.sandbox.seed.places import CITIES, UNMAPPED, address, turkish_title


def test_the_same_dice_give_the_same_people() -> None:
    first, second = random.Random(4), random.Random(4)
    assert [customer(first) for _ in range(50)] == [customer(second) for _ in range(50)]


def test_private_buyers_and_firms_are_told_apart_as_on_the_wire() -> None:
    people = [customer(random.Random(n)) for n in range(2_000)]
    firms = [p for p in people if p.company is not None]
    private = [p for p in people if p.company is None]
    assert 0.04 < len(firms) / len(people) < 0.14
    assert all(p.identity_no is None and p.tax_no and p.tax_office for p in firms)
    assert all(p.identity_no and p.tax_no == "" and p.tax_office is None for p in private)
    assert any(p.identity_no == "99999999999" for p in private)
    assert any("  " in p.name for p in people)
    assert any(p.name.endswith(" ") for p in people)


def test_a_kind_of_buyer_can_be_asked_for() -> None:
    rng = random.Random(1)
    assert all(customer(rng, business=True).company for _ in range(50))
    assert not any(customer(rng, business=False).company for _ in range(50))


def test_addresses_lie_in_places_that_exist() -> None:
    towns = {(c.name, t.name): t.districts for c in CITIES for t in c.townships}
    rng = random.Random(2)
    found = [address(rng) for _ in range(3_000)]
    for one in found:
        assert one.district in ("", *towns[one.city, one.town])
        assert one.full().endswith(f"{one.town} {one.city}")
    assert any("\r\n" in one.line for one in found)
    assert any(one.district == "" for one in found)
    assert len({one.city for one in found}) >= 20


def test_unmapped_places_are_in_no_list() -> None:
    towns = {(c.name, t.name) for c in CITIES for t in c.townships}
    assert not towns & set(UNMAPPED)
    assert {city for city, _ in UNMAPPED} <= {c.name for c in CITIES}
    rng = random.Random(3)
    assert all(
        (a.city, a.town) in UNMAPPED for a in (address(rng, unmapped=True) for _ in range(99))
    )


def test_capitals_follow_the_turkish_rule() -> None:
    assert turkish_title("KADIKÖY") == "Kadıköy"
    assert turkish_title("İZMİT") == "İzmit"
    assert turkish_title("ŞEHİT IŞIK") == "Şehit Işık"
