from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.domain.turkish import fold, lower_tr, sku_key, sort_key_tr, squeezed, upper_tr

TURKISH = st.text(
    alphabet="abcçdefgğhıijklmnoöprsştuüvyzABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZ ", max_size=20
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("İSTANBUL", "istanbul"),
        ("ISPARTA", "ısparta"),
        ("KADIKÖY", "Kadikoy"),
        ("ŞİŞLİ", "sisli"),
        ("CAFERAĞA", "Caferağa"),
        ("  Ayşe   Örnek ", "ayse ornek"),
        ("ÇANKAYA\r\nMERKEZ", "çankaya merkez"),
        ("I\u0307zmir", "İzmir"),
        ("Hakkâri", "hakkari"),
    ],
)
def test_spellings_of_one_place_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert " " not in squeezed(text)


@given(TURKISH)
def test_turkish_text_folds_to_plain_letters_whatever_its_case(text: str) -> None:
    assert fold(text).isascii()
    assert fold(text) == fold(upper_tr(text)) == fold(lower_tr(text))


@given(TURKISH)
def test_upper_and_lower_case_are_inverse(text: str) -> None:
    assert lower_tr(upper_tr(text)) == lower_tr(text)
    assert upper_tr(lower_tr(text)) == upper_tr(text)


def test_i_keeps_its_dot() -> None:
    assert upper_tr("iğdır ıhlamur") == "İĞDIR IHLAMUR"
    assert lower_tr("IĞDIR İZMİR") == "ığdır izmir"


def test_sorts_by_the_turkish_alphabet() -> None:
    words = [
        "zil",
        "Şişli",
        "sıra",
        "Iğdır",
        "İzmir",
        "hız",
        "çam",
        "cam",
        "Çad",
        "dam",
        "öz",
        "oz",
        "6’lı",
    ]
    assert " ".join(sorted(words, key=sort_key_tr)) == (
        "6’lı cam Çad çam dam hız Iğdır İzmir oz öz sıra Şişli zil"
    )


@given(TURKISH, TURKISH)
def test_sorting_does_not_see_case(one: str, other: str) -> None:
    assert (sort_key_tr(one) < sort_key_tr(other)) == (
        sort_key_tr(upper_tr(one)) < sort_key_tr(lower_tr(other))
    )


@given(st.text(max_size=30))
def test_a_sku_key_is_its_own_key(text: str) -> None:
    assert sku_key(sku_key(text)) == sku_key(text)
    assert not any(letter.isspace() for letter in sku_key(text))


def test_sku_key() -> None:
    assert sku_key(" lzr-20418 İnd\t") == "LZR-20418İND"
