"""Lines for the log of Lalezar: few, many, hostile; and what the screen sends for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from textual._compositor import CompositorUpdate

from hbdash.app import HbdashApp
from hbdash.store.database import Database
from hbdash.store.log.writer import LogLine, LogWriter
from tests.support import shop

HOSTILE = (
    "[/] [red]kırmızı[/red] ['a', 1] {x} $text %s \x1b[31mANSI\x1b[0m \x1b]52;c;aGk=\x07 "
    "bell\x07 tab\there\nsecond line \u202eright to left\u202c \ufeff 漢字 e\u0301"
)
"""Markup, format signs, escape sequences, controls, a turned direction, wide letters."""


def add_lines(db: Database, *lines: LogLine) -> list[int]:
    """Write lines as a run does."""
    with db.write() as connection:
        return LogWriter(db, shop.CHANNEL).write(connection, lines)


def a_line(n: int = 0, **values: Any) -> LogLine:
    """A good line of now; the options are those of :class:`LogLine`."""
    fields: dict[str, Any] = {
        "at": shop.NOW + timedelta(milliseconds=n), "flow": "stock", "level": "info",
        "status": "sent", "kind": "productstock", "key": f"NEW-{n}", "message": f"{n} sent",
        "run_id": 1_007, "duration_ms": 5, **values,
    }  # fmt: skip
    return LogLine(**fields)


def many_lines(db: Database, lines: int, *, over: timedelta = timedelta(hours=14)) -> None:
    """So many lines, evenly over the last hours; one error in 5,000, the oldest line unlike all."""
    step = over / lines
    writer = LogWriter(db, shop.CHANNEL)
    with db.write() as connection:
        shop.Shop(db).channel(connection)
        for start in range(0, lines, 5_000):
            batch = [
                a_line(
                    at=shop.NOW - over + n * step,
                    level="error" if n % 5_000 == 2_500 else "info",
                    status="failed" if n % 5_000 == 2_500 else "sent",
                    key=f"LZR-{n % 9_000}",
                    message="the very first, İLKSATIR" if n == 0 else f"{n % 30} sent",
                )
                for n in range(start, min(start + 5_000, lines))
            ]
            writer.write(connection, batch)


@contextmanager
def bytes_sent(app: HbdashApp, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Sizes of what a terminal would have been sent, update by update."""
    sizes: list[int] = []
    display = app._display

    def counted(screen: Any, renderable: Any) -> None:
        if isinstance(renderable, CompositorUpdate):
            sizes.append(len(renderable.render_segments(app.console).encode()))
        display(screen, renderable)

    with monkeypatch.context() as patch:
        patch.setattr(app, "_display", counted)
        yield sizes
