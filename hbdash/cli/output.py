"""Tables and documents, for people and for programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import Enum
from typing import Any

import orjson

from hbdash.cli.common import harmless_json, plain_text


def plain(value: Any) -> Any:
    """A value as JSON has it: moments ISO 8601 UTC with Z, money as text, states as words."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def json_text(value: Any, *, indent: bool = True) -> str:
    """One JSON document with sorted keys, of printable letters only."""
    options = orjson.OPT_SORT_KEYS | (orjson.OPT_INDENT_2 if indent else 0)
    return harmless_json(orjson.dumps(plain(value), option=options).decode())


def print_json(value: Any) -> None:
    """One JSON document, keys as fixed in docs/cli-json.md."""
    sys.stdout.write(json_text(value) + "\n")


def print_lines(rows: Sequence[Any]) -> None:
    """One JSON document a line: for streams."""
    for row in rows:
        sys.stdout.write(json_text(row, indent=False) + "\n")
    sys.stdout.flush()


def print_text(lines: Sequence[str]) -> None:
    """Lines of text, each made harmless."""
    sys.stdout.write("".join(plain_text(line) + "\n" for line in lines))


def print_table(
    heads: Sequence[str], rows: Sequence[Sequence[object]], zone: tzinfo, *, empty: str
) -> None:
    """Columns as wide as their content; numbers to the right; no markup is ever read.

    zone: of the moments in the rows, the channel's.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        sys.stdout.write(empty + "\n")
        return
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for number, head in enumerate(heads):
        right = all(isinstance(row[number], int | None) for row in rows)
        table.add_column(Text(head), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(cell, zone)) for cell in row))
    wide = 10_000 if not sys.stdout.isatty() else None
    console = Console(file=sys.stdout, highlight=False, width=wide, soft_wrap=wide is not None)
    with console.capture() as captured:
        console.print(table)
    # Rich fills each line to the table's width, which only bothers whoever reads it by program.
    sys.stdout.write("".join(line.rstrip() + "\n" for line in captured.get().splitlines()))


def _cell(value: object, zone: tzinfo) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    return plain_text(f"{value:,}" if isinstance(value, int) else str(value))
