"""Numbers, money, times and durations as people read them (look section 2).

Every function takes `language`; without it the language in use counts. Unknown is `?`, not
applicable `–`, and zero `0`: three different things.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from hbdash.domain.money import MINUS, format_money, grouped
from hbdash.texts.cells import cells, cut_end, cut_middle, fit
from hbdash.texts.suffixes import Case, clock_suffix, number_suffix
from hbdash.texts.translate import language as _language

__all__ = [
    "NOT_APPLICABLE",
    "UNKNOWN",
    "age",
    "cells",
    "change",
    "cut_end",
    "cut_middle",
    "duration",
    "fit",
    "late",
    "money",
    "n_of_m",
    "number",
    "percent",
    "since",
    "time",
]

UNKNOWN = "?"
NOT_APPLICABLE = "–"

_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "tr": ("Pzt", "Sal", "Çar", "Per", "Cum", "Cmt", "Paz"),
}
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "tr": ("Oca", "Şub", "Mar", "Nis", "May", "Haz",
           "Tem", "Ağu", "Eyl", "Eki", "Kas", "Ara"),
}  # fmt: skip
_UNITS = {"en": ("d", "h", "min", "s"), "tr": ("g", "sa", "dk", "sn")}
_FULL_HOURS_FROM = timedelta(hours=10)
_FULL_DAYS_FROM = timedelta(days=10)


def number(value: int | Decimal | None, decimals: int = 0, *, language: str | None = None) -> str:
    """`18,204` in English, `18.204` in Turkish; None is unknown."""
    if value is None:
        return UNKNOWN
    return grouped(value, decimals, language or _language())


def percent(share: int | Decimal | None, decimals: int = 0, *, language: str | None = None) -> str:
    """`61 %` in English, `%61` in Turkish; `share` is in hundredths (61, not 0.61)."""
    code = language or _language()
    text = number(share, decimals, language=code)
    if share is None:
        return text
    if code == "tr":
        return f"{MINUS}%{text[1:]}" if text.startswith(MINUS) else f"%{text}"
    return f"{text} %"


def money(
    amount: Decimal | None, *, language: str | None = None, currency: str = "₺", decimals: int = 2
) -> str:
    """`₺1,249.90` in English, `₺1.249,90` in Turkish. `currency` is "TL" where signs are ASCII."""
    if amount is None:
        return UNKNOWN
    return format_money(amount, language or _language(), currency=currency, decimals=decimals)


def change(value: int | Decimal | None, decimals: int = 0, *, language: str | None = None) -> str:
    """With its sign: `+31`, `−18`, `0`."""
    text = number(value, decimals, language=language)
    return f"+{text}" if value is not None and text.strip("0.,") and value > 0 else text


def n_of_m(part: int, whole: int, *, language: str | None = None) -> str:
    """`14 of 412`, `412’nin 14’ü`."""
    code = language or _language()
    few, all_ = number(part, language=code), number(whole, language=code)
    if code == "tr":
        genitive = number_suffix(whole, Case.GENITIVE)
        return f"{all_}’{genitive} {few}’{number_suffix(part, Case.POSSESSIVE)}"
    return f"{few} of {all_}"


def time(
    moment: datetime | None,
    now: datetime,
    zone: tzinfo,
    *,
    seconds: bool = False,
    language: str | None = None,
) -> str:
    """As short as it stays clear: `14:32`, `Fri 17:20`, `19 Nov`, `2025-12-04`.

    Weekdays stand for less than a week before or after today. `seconds` is for log and runs, and
    for today only. None (never, no next one) is `–`.
    """
    if moment is None:
        return NOT_APPLICABLE
    code = language or _language()
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    days = abs((local.date() - today).days)
    if days == 0:
        return f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    if days < 7:
        return f"{_WEEKDAYS[code][local.weekday()]} {local:%H:%M}"
    if local.year == today.year:
        return f"{local.day} {_MONTHS[code][local.month - 1]}"
    return f"{local:%Y-%m-%d}"


def duration(span: timedelta | float | None, *, language: str | None = None) -> str:
    """At most two units: `48 s`, `52 min`, `1 h 12 min`, `17 h`, `1 d 20 h`; sign dropped."""
    if span is None:
        return UNKNOWN
    span = abs(span if isinstance(span, timedelta) else timedelta(seconds=span))
    day, hour, minute, second = _UNITS[language or _language()]
    whole = int(span.total_seconds())
    if whole < 60:
        return f"{whole} {second}"
    if whole < 3600:
        return f"{whole // 60} {minute}"
    hours, minutes = divmod(whole // 60, 60)
    if span < timedelta(days=1):
        rest = f" {minutes:02} {minute}" if minutes and span < _FULL_HOURS_FROM else ""
        return f"{hours} {hour}{rest}"
    days, hours = divmod(hours, 24)
    rest = f" {hours} {hour}" if hours and span < _FULL_DAYS_FROM else ""
    return f"{number(days, language=language)} {day}{rest}"


def age(moment: datetime | None, now: datetime, *, language: str | None = None) -> str:
    """How long ago: `48 s ago`, `52 dk önce`; None is `–`."""
    if moment is None:
        return NOT_APPLICABLE
    code = language or _language()
    span = duration(max(now - moment, timedelta(0)), language=code)
    return f"{span} önce" if code == "tr" else f"{span} ago"


def late(span: timedelta | float, *, language: str | None = None) -> str:
    """`3 h late`, `3 sa gecikti`."""
    code = language or _language()
    return f"{duration(span, language=code)} {'gecikti' if code == 'tr' else 'late'}"


def since(moment: datetime, now: datetime, zone: tzinfo, *, language: str | None = None) -> str:
    """`since 13:40`, `13:40’tan beri`; on other days the date stands without a suffix."""
    code = language or _language()
    text = time(moment, now, zone, language=code)
    if code != "tr":
        return f"since {text}"
    local = moment.astimezone(zone)
    if text.endswith(f"{local:%H:%M}"):
        return f"{text}’{clock_suffix(local.hour, local.minute, Case.ABLATIVE)} beri"
    return f"{text} gününden beri"
