"""Money: decimals in lira, whole numbers in kuruş, never floats (design rule 7, H§3.4)."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

MINUS = "−"

_KURUS = Decimal("0.01")
_TURKISH_SIGNS = str.maketrans(",.", ".,")
_NUMBER = re.compile(r"[+-]?\d*(?:\.\d*)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_ORNAMENT = re.compile(r"\s|₺|TL|TRY", re.IGNORECASE)
#: More than any sum of this trade; guards against `1E+999` from the wire.
_LARGEST = Decimal(10) ** 15


def lira(value: str | int | float | Decimal | None) -> Decimal:
    """An amount as either side writes it: `118.97`, `"118,97"`, `"1.249,90"`, `94.49000`.

    With both separators the last one is the decimal sign; a separator that comes more than once
    groups thousands; one alone is the decimal sign. None and blank text are 0.
    Raises ValueError for anything that is no amount (also for NaN and infinity).
    """
    if value is None:
        return Decimal(0)
    if isinstance(value, bool):
        raise ValueError(f"not an amount: {value!r}")
    if isinstance(value, Decimal):
        return _sane(value, value)
    if isinstance(value, int | float):
        return _sane(Decimal(repr(value)), value)
    text = _ORNAMENT.sub("", value).replace("−", "-")
    if not text:
        return Decimal(0)
    plain = _plain(text)
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"not an amount: {value[:60]!r}")
    try:
        return _sane(Decimal(plain), value)
    except InvalidOperation as fault:
        raise ValueError(f"not an amount: {value[:60]!r}") from fault


def _plain(text: str) -> str:
    """With a dot as decimal sign and no groups."""
    comma_at, dot_at = text.rfind(","), text.rfind(".")
    if comma_at >= 0 and dot_at >= 0:
        group, sign = (".", ",") if comma_at > dot_at else (",", ".")
        return text.replace(group, "").replace(sign, ".")
    for sign in ",.":
        if text.count(sign) > 1:
            return text.replace(sign, "")
    return text.replace(",", ".")


def _sane(amount: Decimal, source: object) -> Decimal:
    if not amount.is_finite() or abs(amount) > _LARGEST:
        raise ValueError(f"not an amount: {str(source)[:60]!r}")
    return amount


def round2(amount: Decimal) -> Decimal:
    """To whole kuruş, half up (away from zero)."""
    return amount.quantize(_KURUS, ROUND_HALF_UP)


def kurus(amount: Decimal) -> int:
    """The amount in kuruş, half up."""
    return int(round2(amount) * 100)


def split_amount(total: Decimal, parts: int) -> list[Decimal]:
    """`total`, rounded to kuruş, in `parts` that add up to it again (flows §6, Rounding).

    Each part gets the whole quotient, the first ones a kuruş more:
    173.98998 over 6 → 5 × 29.00 and 28.99.
    """
    if parts < 1:
        raise ValueError(f"can't split into {parts} parts")
    whole = kurus(total)
    sign = -1 if whole < 0 else 1
    each, left = divmod(abs(whole), parts)
    return [Decimal(sign * (each + (n < left))) / 100 + Decimal("0.00") for n in range(parts)]


def comma(amount: Decimal) -> str:
    """As a product import wants it: comma, two decimals, no groups (`349,90`; H§3.4)."""
    return f"{round2(amount):f}".replace(".", ",")


def grouped(value: int | Decimal, decimals: int, language: str) -> str:
    """`1,249.90` in English, `1.249,90` in Turkish, half up, with a true minus sign."""
    exact = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(exact):,.{decimals}f}"
    if language == "tr":
        text = text.translate(_TURKISH_SIGNS)
    return f"{MINUS}{text}" if exact < 0 else text


def format_money(amount: Decimal, language: str, *, currency: str = "₺", decimals: int = 2) -> str:
    """For people: `₺1,249.90` in English, `₺1.249,90` in Turkish (look section 2)."""
    text = grouped(amount, decimals, language)
    return f"{MINUS}{currency}{text[1:]}" if text.startswith(MINUS) else f"{currency}{text}"
