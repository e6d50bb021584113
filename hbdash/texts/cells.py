"""How many terminal cells a text takes, and cutting it to that (look section 2).

By the widths of Unicode itself: the texts room needs no terminal library.
"""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"
_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf", "Cc", "Cs"})


def cells(text: str) -> int:
    """Cells that the text takes on a terminal; Turkish letters take one."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(_cells_of(letter) for letter in text)


def _cells_of(letter: str) -> int:
    if unicodedata.category(letter) in _ZERO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _head(text: str, width: int) -> str:
    taken = 0
    for n, letter in enumerate(text):
        taken += _cells_of(letter)
        if taken > width:
            return text[:n]
    return text


def _tail(text: str, width: int) -> str:
    taken = 0
    for n in range(len(text) - 1, -1, -1):
        taken += _cells_of(text[n])
        if taken > width:
            return text[n + 1 :]
    return text


def cut_end(text: str, width: int) -> str:
    """At most `width` cells; what is cut at the end is shown by `…` (names, messages)."""
    if cells(text) <= width:
        return text
    return _head(text, width - 1).rstrip() + ELLIPSIS if width > 0 else ""


def cut_middle(text: str, width: int) -> str:
    """At most `width` cells, cut in the middle (ids: `HJ7741…093`, both ends tell them apart)."""
    if cells(text) <= width:
        return text
    if width < 3:
        return cut_end(text, width)
    tail = min(3, (width - 1) // 2) if width < 12 else (width - 1) // 2
    return _head(text, width - 1 - tail) + ELLIPSIS + _tail(text, tail)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Exactly `width` cells: cut at the end or padded with blanks."""
    shown = cut_end(text, width)
    padding = " " * (width - cells(shown))
    return padding + shown if right else shown + padding
