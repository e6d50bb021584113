"""Turkish suffixes after numbers and clock times, by how the number is spoken (look section 2)."""

from __future__ import annotations

from enum import Enum


class Case(Enum):
    """Column of the table below."""

    ABLATIVE = 0  # 13:40’tan
    GENITIVE = 1  # 412’nin
    POSSESSIVE = 2  # 14’ü


_WORDS: dict[int, tuple[str, str, str]] = {
    0: ("dan", "ın", "ı"),  # sıfır
    1: ("den", "in", "i"),  # bir
    2: ("den", "nin", "si"),  # iki
    3: ("ten", "ün", "ü"),  # üç
    4: ("ten", "ün", "ü"),  # dört
    5: ("ten", "in", "i"),  # beş
    6: ("dan", "nın", "sı"),  # altı
    7: ("den", "nin", "si"),  # yedi
    8: ("den", "in", "i"),  # sekiz
    9: ("dan", "un", "u"),  # dokuz
    10: ("dan", "un", "u"),  # on
    20: ("den", "nin", "si"),  # yirmi
    30: ("dan", "un", "u"),  # otuz
    40: ("tan", "ın", "ı"),  # kırk
    50: ("den", "nin", "si"),  # elli
    60: ("tan", "ın", "ı"),  # altmış
    70: ("ten", "in", "i"),  # yetmiş
    80: ("den", "in", "i"),  # seksen
    90: ("dan", "ın", "ı"),  # doksan
    100: ("den", "ün", "ü"),  # yüz
    1_000: ("den", "in", "i"),  # bin
    1_000_000: ("dan", "un", "u"),  # milyon
    1_000_000_000: ("dan", "ın", "ı"),  # milyar
}


def number_suffix(number: int, case: Case) -> str:
    """The suffix after a whole number, without the apostrophe."""
    return _WORDS[_last_word(abs(number))][case.value]


def clock_suffix(hour: int, minute: int, case: Case) -> str:
    """The suffix after `13:40`; a full hour is spoken without its minutes."""
    return number_suffix(minute or hour, case)


def _last_word(number: int) -> int:
    if number == 0:
        return 0
    if number % 10:
        return number % 10
    if number % 100:
        return number % 100
    for power in (1_000, 1_000_000, 1_000_000_000):
        if number % power:
            return 100 if power == 1_000 else power // 1_000
    return 1_000_000_000
