"""Lines: safe from what comes from outside, measured in cells, and sent only where they differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from screens.widgets.bars import bars, sampled
from screens.widgets.line import BLANK, cut, heading, left, line, middle, right, safe, spread, wrap
from screens.widgets.lines import _differences
from screens.widgets.paint import Palette

HOSTILE = {
    "markup": "order [/x] failed",
    "list": "['a', 1] [red]",
    "escapes": "\x1b[31mred\x1b[0m\x1b]0;title\x07 end\x1b",
    "long": "x" * 10_000,
    "direction": "abc \u202egnirts\u202c مرحبا",
    "emoji": "🚚 Şile 👩‍👩‍👧 ok",
    "lines": "one\r\ntwo\tthree\x00",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_comes_from_outside_stays_text_on_one_line(text: str) -> None:
    shown = safe(text)
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in shown)
    assert "\u202e" not in shown
    assert line(text).fit(40).width == 40


def test_markup_is_shown_as_it_came() -> None:
    assert line("order [/x] failed ['a', 1]").text == "order [/x] failed ['a', 1]"


@given(st.text(max_size=60), st.integers(min_value=0, max_value=30))
def test_cutting_and_padding_keep_to_the_width(text: str, width: int) -> None:
    text = safe(text)
    assert cell_len(cut(text, width)) <= width
    assert cell_len(left(text, width)) == width
    assert cell_len(right(text, width)) == width
    assert line(text).fit(width).width == width


@given(st.text(max_size=200), st.integers(min_value=1, max_value=40))
def test_wrapped_lines_keep_to_the_width(text: str, width: int) -> None:
    assert all(one.width <= max(width, 2) for one in wrap(text, width))


def test_an_identifier_is_cut_in_its_middle() -> None:
    assert middle("HJ7741000093", 10) == "HJ7741…093"
    assert middle("LZR-20418", 10) == "LZR-20418"


def test_the_end_of_a_line_is_kept_and_its_start_is_cut() -> None:
    assert spread(line("a long message"), line("14:32"), 14).text == "a long … 14:32"


def test_a_heading_reaches_the_edge() -> None:
    assert heading("Alarms", "2 firing", "13:55", width=40).width == 40
    assert heading("Alarms", width=12).text == "Alarms ─────"


def test_only_the_cells_that_differ_are_sent() -> None:
    palette = Palette("dark", "full")
    before = palette.strip(line("live 14:32     58 failures"), 40, "panel")
    after = palette.strip(line("live 14:33     59 failures"), 40, "panel")
    regions = _differences(before, after, 3)
    assert [(r.x, r.y, r.width) for r in regions] == [(9, 3, 8)]
    assert _differences(before, before, 3) == []


def test_a_wide_letter_is_sent_whole() -> None:
    palette = Palette("dark", "full")
    before = palette.strip(line("ab🚚cd"), 10, "panel")
    after = palette.strip(line("ab🚛cd"), 10, "panel")
    (region,) = _differences(before, after, 0)
    assert (region.x, region.width) == (2, 2)


def test_trends_keep_the_last_value_and_leave_holes() -> None:
    assert sampled([1, 2, 3, 4], 2) == [2, 4]
    assert sampled([5], 3) == [None, None, 5]
    (one,) = bars([0, None, 10], 3)
    assert one.text == "▁ █"
    assert bars([], 4) == [BLANK]
