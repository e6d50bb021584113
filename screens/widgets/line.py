"""A line of the screen as data: text with style words, measured in cells.

Lines compare equal when they look equal, so a screen finds out what changed before it draws.
Text is never markup; what comes from outside goes through :func:`safe`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from rich.cells import cell_len, chop_cells

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|.)?"
)
# C0, DEL, C1, and the invisible characters that turn the direction of the text after them.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_LONGEST = 20_000

Part: TypeAlias = "str | tuple[str, str] | Line"


def safe(text: str) -> str:
    """``text`` on one line: no escape sequences, no control characters, of bearable length."""
    if text.isascii() and text.isprintable():
        return text[:_LONGEST]
    return _CONTROLS.sub(" ", _ESCAPES.sub("", text[:_LONGEST]))


@lru_cache(maxsize=8192)
def cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, ``…`` at the end where something is left out."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    return chop_cells(text[: width * 4], width - 1)[0] + "…"


def middle(text: str, width: int) -> str:
    """An identifier in at most ``width`` cells, cut in its middle: ``HJ7741…093``."""
    if cell_len(text) <= width:
        return text
    if width < 4:
        return cut(text, width)
    tail = (width - 1) // 3
    return cut(text, width - tail)[: width - tail - 1].rstrip("…") + "…" + text[-tail:]


def left(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, at the left."""
    text = cut(text, width)
    return text + " " * (width - cell_len(text))


def right(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, at the right."""
    text = cut(text, width)
    return " " * (width - cell_len(text)) + text


@dataclass(frozen=True, slots=True)
class Line:
    """Spans of (text, style words), and the ground they stand on.

    Style words: one colour token (``text muted accent success warning error sandbox
    on-production chart rule shade``), any of ``bold underline reverse strike``, and ``/token`` for
    a ground of its own (pills); ``""`` is plain text. ``ground`` is a token, or empty for the
    ground of the widget.
    """

    spans: tuple[tuple[str, str], ...] = ()
    ground: str = ""

    @property
    def width(self) -> int:
        """Cells."""
        return sum(cell_len(text) for text, _ in self.spans)

    @property
    def text(self) -> str:
        """The bare text."""
        return "".join(text for text, _ in self.spans)

    def __add__(self, other: Line) -> Line:
        return Line(self.spans + other.spans, self.ground or other.ground)

    def on(self, ground: str) -> Line:
        """The same on another ground."""
        return Line(self.spans, ground)

    def all(self, style: str) -> Line:
        """The same text in one style."""
        return Line(((self.text, style),), self.ground)

    def cut(self, width: int) -> Line:
        """In at most ``width`` cells."""
        used = 0
        kept: list[tuple[str, str]] = []
        if self.width <= width:
            return self
        for text, style in self.spans:
            room = width - used
            size = cell_len(text)
            if size >= room:
                # Something is always left out after this span, so it ends with the sign of it.
                kept.append((cut(text + " ", room) if size == room else cut(text, room), style))
                break
            kept.append((text, style))
            used += size
        return Line(tuple(kept), self.ground)

    def fit(self, width: int) -> Line:
        """In exactly ``width`` cells."""
        cropped = self.cut(width)
        spare = width - cropped.width
        return Line((*cropped.spans, (" " * spare, "")), self.ground) if spare > 0 else cropped

    def right(self, width: int) -> Line:
        """In exactly ``width`` cells, at the right."""
        cropped = self.cut(width)
        spare = width - cropped.width
        return Line(((" " * spare, ""), *cropped.spans), self.ground) if spare > 0 else cropped


def line(*parts: Part, ground: str = "") -> Line:
    """A line of plain strings, (text, style) pairs and other lines; all text is made safe."""
    spans: list[tuple[str, str]] = []
    for part in parts:
        if isinstance(part, Line):
            spans.extend(part.spans)
        elif isinstance(part, str):
            spans.append((safe(part), ""))
        else:
            spans.append((safe(part[0]), part[1]))
    return Line(tuple(span for span in spans if span[0]), ground)


BLANK = Line()


def spread(start: Line, end: Line, width: int) -> Line:
    """``start`` at the left edge and ``end`` at the right one; ``start`` is cut first."""
    end = end.cut(width)
    room = width - end.width
    start = start.cut(max(room - 1, 0)) if end.width else start.cut(width)
    return start.fit(room) + end


def beside(lines: Iterable[Line], widths: Iterable[int], gap: int) -> Line:
    """Lines next to each other in columns of these widths."""
    result = BLANK
    for index, (part, width) in enumerate(zip(lines, widths, strict=True)):
        if index:
            result = result + Line(((" " * gap, ""),))
        result = result + part.fit(width)
    return result


def wrap(text: str, width: int, style: str = "") -> list[Line]:
    """``text`` broken at blanks into lines of at most ``width`` cells; long words are cut."""
    width = max(width, 1)
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        current = ""
        for word in safe(paragraph).split():
            candidate = f"{current} {word}" if current else word
            if cell_len(candidate) <= width:
                current = candidate
                continue
            if current:
                lines.append(line((current, style)))
            while cell_len(word) > width:
                # A letter wider than the line stands alone in it, or this would never end.
                head = chop_cells(word, width)[0] or word[:1]
                lines.append(line((head, style)))
                word = word[len(head) :]
            current = word
        lines.append(line((current, style)))
    return lines


def wrap_spans(parts: Line, width: int) -> list[Line]:
    """A line of several styles broken at blanks into lines of at most ``width`` cells."""
    lines: list[Line] = []
    spans: list[tuple[str, str]] = []
    used = 0
    for text, style in parts.spans:
        for word in re.findall(r"\s+|\S+", text):
            size = cell_len(word)
            if used + size > width and used:
                lines.append(Line(tuple(spans)))
                spans, used = [], 0
                if word.isspace():
                    continue
            spans.append((cut(word, width), style))
            used += min(size, width)
    if spans or not lines:
        lines.append(Line(tuple(spans)))
    return lines


def heading(
    title: str,
    note: str = "",
    end: str | Line = "",
    *,
    width: int,
    focused: bool = False,
    margin: int = 0,
) -> Line:
    """Heading line of a section: bold title, muted note, thin rule to the edge, end text."""
    room = width - 2 * margin
    start = line((title, "accent bold" if focused else "bold"))
    if note:
        start = start + line("  ", (note, "muted"))
    tail = end if isinstance(end, Line) else line((end, "muted"))
    start = start.cut(max(room - (tail.width + 1 if tail.width else 0), 1))
    rule = room - start.width - 1 - (tail.width + 1 if tail.width else 0)
    middle_part = line(" ", ("─" * max(rule, 0), "accent" if focused else "rule"))
    result = start + middle_part + (line(" ") + tail if tail.width else BLANK)
    return line(" " * margin) + result if margin else result
