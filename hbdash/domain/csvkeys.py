"""Keys out of a file that a person made: one SKU (or order, or claim) a row, however it was saved.

Taken as it comes (R7.5, R8.6): with a header or without, with or without a byte order mark, with
semicolons, tabs, commas or bars, in Excel's quoting, in UTF-8, UTF-16, Windows-1254 or ISO-8859-9.
What can't be used is named with its line, never guessed at and never dropped in silence.
"""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hbdash.domain.turkish import squeezed

#: A file of more bytes is no list of keys.
MOST_BYTES = 20_000_000
#: A key has at most this many letters (an order number fits 128, R2.39).
LONGEST = 128

#: Heads of the column that holds the keys, folded and without blanks.
_HEADS = frozenset({
    "sku", "skus", "merchantsku", "merchant_sku", "stokkodu", "stok_kodu", "saticistokkodu",
    "satici_stok_kodu", "urunkodu", "urun_kodu", "urunsku", "hbsku", "hepsiburadasku", "key",
    "anahtar", "kod", "ordernumber", "order_number", "siparisno", "siparisnumarasi",
    "packagenumber", "package_number", "paketno", "paketnumarasi", "claimnumber", "claim_number",
    "talepno", "talepnumarasi", "iadeno", "remoteid", "remote_id",
})  # fmt: skip
_DELIMITERS = ";\t,|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Excel shows a long number so, and saves what it shows: the digits are gone.
_ROUNDED = re.compile(r"\d[.,]\d+E\+\d+", re.IGNORECASE)
_FORMULA = re.compile(r'="?(.*?)"?', re.DOTALL)


@dataclass(frozen=True)
class KeyLine:
    """A usable line: its number in the file (from 1), and the key as it was written."""

    line: int
    key: str


@dataclass(frozen=True)
class BadLine:
    """A line that can't be used. ``reason``: ``empty_cell``, ``too_long``, ``rounded``,
    ``unreadable`` or ``again`` (the key stands in line ``first`` already)."""

    line: int
    text: str
    reason: str
    first: int = 0


@dataclass(frozen=True)
class KeyFile:
    """What was understood of a file, so that it can be shown before anything is done."""

    lines: tuple[KeyLine, ...]
    bad: tuple[BadLine, ...]
    encoding: str
    delimiter: str
    """``""`` when each line is one cell."""
    header: tuple[str, ...]
    """Cells of the header; empty when there is none."""
    column: int
    """Which column (from 1) the keys were taken from."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys, in the file's order, each once."""
        return tuple(one.key for one in self.lines)


class FileUnusable(ValueError):
    """The file as a whole can't be a list of keys. ``id``: ``file.large`` or ``file.binary``."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


def parse_keys(data: bytes) -> KeyFile:
    """Read the keys of a file. Raises :class:`FileUnusable`; an empty file has no keys."""
    if len(data) > MOST_BYTES:
        raise FileUnusable("file.large")
    text, encoding = _decoded(data)
    text, told = _told_delimiter(text)
    delimiter = told or _delimiter(text)
    rows = [(number, cells) for number, cells in _rows(text, delimiter) if any(map(_clean, cells))]
    header, column, rows = _header(rows)
    lines: list[KeyLine] = []
    bad: list[BadLine] = []
    seen: dict[str, int] = {}
    offset = 1 if told else 0
    for number, cells in rows:
        line = number + offset
        key = _clean(cells[column]) if column < len(cells) else ""
        reason = _fault(key)
        # Spelt in another case or with blanks it is the same SKU.
        same = "".join(key.split()).upper()
        if reason:
            bad.append(BadLine(line, _short(key or delimiter.join(cells)), reason))
        elif same in seen:
            bad.append(BadLine(line, _short(key), "again", seen[same]))
        else:
            seen[same] = line
            lines.append(KeyLine(line, key))
    return KeyFile(tuple(lines), tuple(bad), encoding, delimiter, header, column + 1)


def _decoded(data: bytes) -> tuple[str, str]:
    """The text, and the encoding it was in. A wrong byte never ends the reading."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(_endian(name, mark), "replace"), name
    if b"\0" in data:
        return _without_mark(data)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1254"), "cp1254"
    except UnicodeDecodeError:
        # The two agree on every letter; only ISO-8859-9 has something at the five bytes that
        # Windows leaves out.
        return data.decode("iso-8859-9"), "iso-8859-9"


def _endian(name: str, mark: bytes) -> str:
    if name == "utf-8":
        return name
    return name + ("-be" if mark in (codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE) else "-le")


def _without_mark(data: bytes) -> tuple[str, str]:
    """UTF-16 without its mark: every other byte of plain text is 0."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    half = max(len(data) // 2, 1)
    if max(even, odd) < half * 0.6 or min(even, odd) > half * 0.1:
        raise FileUnusable("file.binary")
    return data.decode("utf-16-le" if odd > even else "utf-16-be", "replace"), "utf-16"


def _told_delimiter(text: str) -> tuple[str, str]:
    """Excel's own first line, ``sep=;``."""
    first, _, rest = text.partition("\n")
    found = re.fullmatch(r'"?sep=(.)"?\r?', first, re.IGNORECASE)
    return (rest, found[1]) if found else (text, "")


def _delimiter(text: str) -> str:
    """The sign that stands outside quotes in most of the first lines; ``""`` for one column."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    looked = 0
    for line in text.splitlines()[:200]:
        if not line.strip():
            continue
        looked += 1
        bare = re.sub(r'"(?:[^"]|"")*"', "", line)
        for sign in _DELIMITERS:
            counts[sign] += sign in bare
    best = max(_DELIMITERS, key=lambda sign: counts[sign])
    return best if looked and counts[best] * 2 > looked else ""


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Line number (from 1) and cells of each row."""
    if not delimiter:
        yield from ((n, [_unquoted(line)]) for n, line in enumerate(text.splitlines(), 1))
        return
    lines = text.splitlines(keepends=True)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    done: list[tuple[int, Sequence[str]]] = []
    try:
        first = 1
        for cells in reader:
            done.append((first, cells))
            first = reader.line_num + 1
    except csv.Error:
        # A quote that is never closed would swallow the rest: each line stands for itself.
        done = [(n, _cells(line, delimiter)) for n, line in enumerate(text.splitlines(), 1)]
    yield from done


def _cells(line: str, delimiter: str) -> Sequence[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return [_unquoted(cell) for cell in line.split(delimiter)]


def _unquoted(cell: str) -> str:
    bare = cell.strip()
    if len(bare) >= 2 and bare[0] == bare[-1] == '"':
        return bare[1:-1].replace('""', '"')
    return bare.strip('"')


def _header(
    rows: list[tuple[int, Sequence[str]]],
) -> tuple[tuple[str, ...], int, list[tuple[int, Sequence[str]]]]:
    """The header's cells, the column of the keys (from 0), and the rows below it."""
    if not rows:
        return (), 0, rows
    first = [_clean(cell) for cell in rows[0][1]]
    named = [place for place, cell in enumerate(first) if squeezed(cell) in _HEADS]
    if not named:
        return (), 0, rows
    return tuple(first), named[0], rows[1:]


def _clean(cell: str) -> str:
    """Without blanks around it, invisible signs, and Excel's ``="…"`` that keeps a 0 in front."""
    text = "".join(
        " " if unicodedata.category(letter) == "Zs" else letter
        for letter in cell
        if unicodedata.category(letter) != "Cf"
    ).strip()
    if text.startswith("=") and (found := _FORMULA.fullmatch(text)):
        text = found[1].strip()
    return text


def _fault(key: str) -> str:
    if not key:
        return "empty_cell"
    if len(key) > LONGEST:
        return "too_long"
    if _ROUNDED.fullmatch(key):
        return "rounded"
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Cn") or letter == "�" for letter in key):
        return "unreadable"
    return ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
