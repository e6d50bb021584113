"""Tables and documents, for people and for programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import orjson


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
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def print_json(value: Any) -> None:
    """One JSON document with sorted keys."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    sys.stdout.write(orjson.dumps(plain(value), option=options).decode() + "\n")


def print_lines(rows: Sequence[Any]) -> None:
    """One JSON document a line: for streams."""
    for row in rows:
        sys.stdout.write(orjson.dumps(plain(row), option=orjson.OPT_SORT_KEYS).decode() + "\n")
    sys.stdout.flush()


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """Columns as wide as their content; numbers to the right; no markup is ever read."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        sys.stdout.write(empty + "\n")
        return
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for number, head in enumerate(heads):
        right = all(isinstance(row[number], int) for row in rows)
        table.add_column(Text(head), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(cell)) for cell in row))
    wide = 10_000 if not sys.stdout.isatty() else None
    Console(file=sys.stdout, highlight=False, width=wide, soft_wrap=wide is not None).print(table)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    text = f"{value:,}" if isinstance(value, int) else str(value)
    # Control characters of foreign text must not reach the terminal.
    return "".join(letter if letter.isprintable() else " " for letter in text)
