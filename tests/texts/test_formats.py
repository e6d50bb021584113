from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbdash.texts import formats as f
from hbdash.texts import set_language
from hbdash.texts.cells import cells, cut_end, cut_middle, fit
from hbdash.texts.suffixes import Case, clock_suffix, number_suffix

ZONE = ZoneInfo("Europe/Istanbul")
NOW = datetime(2026, 11, 23, 11, 32, 5, tzinfo=UTC)  # a Monday, 14:32:05 in Turkey
TEXTS = st.text(max_size=40)
WIDTHS = st.integers(0, 45)


def shown_time(moment: str) -> str:
    return f.time(datetime.fromisoformat(moment), NOW, ZONE)


@pytest.mark.parametrize(
    ("english", "turkish", "call"),
    [
        ("18,204", "18.204", lambda: f.number(18204)),
        ("−1,204", "−1.204", lambda: f.number(-1204)),
        ("0", "0", lambda: f.number(0)),
        ("?", "?", lambda: f.number(None)),
        ("2.5", "2,5", lambda: f.number(Decimal("2.45"), 1)),
        ("61 %", "%61", lambda: f.percent(61)),
        ("−3 %", "−%3", lambda: f.percent(-3)),
        ("?", "?", lambda: f.percent(None)),
        ("₺1,249.90", "₺1.249,90", lambda: f.money(Decimal("1249.9"))),
        ("−₺214,330.00", "−₺214.330,00", lambda: f.money(Decimal(-214330))),
        ("?", "?", lambda: f.money(None)),
        ("TL5.00", "TL5,00", lambda: f.money(Decimal(5), currency="TL")),
        ("+31", "+31", lambda: f.change(31)),
        ("−1,190", "−1.190", lambda: f.change(-1190)),
        ("0", "0", lambda: f.change(0)),
        ("14 of 412", "412’nin 14’ü", lambda: f.n_of_m(14, 412)),
        ("50 of 12,310", "12.310’un 50’si", lambda: f.n_of_m(50, 12310)),
        ("14:28", "14:28", lambda: f.time(NOW - timedelta(minutes=4), NOW, ZONE)),
        ("14:32:05", "14:32:05", lambda: f.time(NOW, NOW, ZONE, seconds=True)),
        ("Fri 17:20", "Cum 17:20", lambda: shown_time("2026-11-20T14:20Z")),
        ("Tue 02:00", "Sal 02:00", lambda: shown_time("2026-11-23T23:00Z")),
        ("16 Nov", "16 Kas", lambda: shown_time("2026-11-16T09:00Z")),
        ("2025-12-04", "2025-12-04", lambda: shown_time("2025-12-04T09:00Z")),
        ("–", "–", lambda: f.time(None, NOW, ZONE)),
        ("0 s", "0 sn", lambda: f.duration(0.4)),
        ("48 s", "48 sn", lambda: f.duration(48)),
        ("52 min", "52 dk", lambda: f.duration(timedelta(minutes=52, seconds=59))),
        ("1 h 12 min", "1 sa 12 dk", lambda: f.duration(timedelta(minutes=72))),
        ("9 h 05 min", "9 sa 05 dk", lambda: f.duration(timedelta(hours=9, minutes=5))),
        ("3 h", "3 sa", lambda: f.duration(timedelta(hours=3))),
        ("17 h", "17 sa", lambda: f.duration(timedelta(hours=17, minutes=40))),
        ("1 d 20 h", "1 g 20 sa", lambda: f.duration(timedelta(days=1, hours=20))),
        ("2 d", "2 g", lambda: f.duration(timedelta(days=2, minutes=5))),
        ("1,000 d", "1.000 g", lambda: f.duration(timedelta(days=1000))),
        ("?", "?", lambda: f.duration(None)),
        ("52 min ago", "52 dk önce", lambda: f.age(NOW - timedelta(minutes=52), NOW)),
        ("0 s ago", "0 sn önce", lambda: f.age(NOW + timedelta(minutes=52), NOW)),
        ("–", "–", lambda: f.age(None, NOW)),
        ("3 h late", "3 sa gecikti", lambda: f.late(timedelta(hours=-3))),
        ("since 13:40", "13:40’tan beri", lambda: f.since(NOW - timedelta(minutes=52), NOW, ZONE)),
        ("since 16 Nov", "16 Kas gününden beri",
         lambda: f.since(datetime(2026, 11, 16, 9, tzinfo=UTC), NOW, ZONE)),
    ],
)  # fmt: skip
def test_in_both_languages(english: str, turkish: str, call: object) -> None:
    assert callable(call)
    assert call() == english
    set_language("tr")
    assert call() == turkish


@pytest.mark.parametrize(
    ("hour", "minute", "suffix"),
    [(13, 40, "tan"), (14, 0, "ten"), (14, 5, "ten"), (9, 30, "dan"), (0, 0, "dan"),
     (17, 20, "den"), (18, 6, "dan"), (10, 0, "dan"), (20, 0, "den"), (12, 50, "den")],
)  # fmt: skip
def test_clock_suffixes(hour: int, minute: int, suffix: str) -> None:
    assert clock_suffix(hour, minute, Case.ABLATIVE) == suffix


@pytest.mark.parametrize(
    ("number", "suffix"),
    [(100, "ü"), (200, "ü"), (1000, "i"), (40_000, "i"), (2_000_000, "u"), (1_100, "ü"),
     (1_000_100, "ü"), (3_000_000_000, "ı"), (0, "ı"), (70, "i"), (-4, "ü")],
)  # fmt: skip
def test_number_suffixes(number: int, suffix: str) -> None:
    assert number_suffix(number, Case.POSSESSIVE) == suffix


@given(st.integers(0, 10**13))
def test_every_number_has_its_suffixes(number: int) -> None:
    assert all(number_suffix(number, case) for case in Case)


@given(TEXTS, WIDTHS)
def test_cut_texts_fit(text: str, width: int) -> None:
    for cut in (cut_end(text, width), cut_middle(text, width)):
        assert cells(cut) <= width
        assert cut == text or cells(text) > width
    assert cells(fit(text, width)) == width
    assert cells(fit(text, width, right=True)) == width


def test_ids_are_cut_in_the_middle() -> None:
    assert cut_middle("HJ7741234567093", 10) == "HJ7741…093"
    assert cut_middle("abcdef", 2) == "a…"
    assert cut_end("Şönil Kilim 80×150", 12) == "Şönil Kilim…"


def test_widths_of_letters() -> None:
    assert cells("İğüşöçÇĞ") == 8
    assert cells("日本") == 4
    assert cells("e\u0301") == 1
    assert cells("a\x00b") == 2
    assert cut_end("日本語", 4) == "日…"
