"""What a measurement prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text


@dataclass
class Result:
    """A table with the promise it is held against."""

    title: str
    promise: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def print(self) -> None:
        """To the standard output."""
        table = Table(box=box.SIMPLE, title=Text(self.title, style="bold"), title_justify="left")
        for number, head in enumerate(self.heads):
            table.add_column(Text(head), justify="left" if number == 0 else "right")
        for row in self.rows:
            table.add_row(*(Text(cell) for cell in row))
        console = Console(highlight=False, width=120)
        console.print(table)
        console.print(Text(f"  promised: {self.promise}\n"))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of them lie."""
    ordered = sorted(values)
    return ordered[min(round(share * (len(ordered) - 1)), len(ordered) - 1)]


def ms(seconds: float) -> str:
    """Milliseconds, as a table shows them."""
    return f"{seconds * 1000:.1f}"
