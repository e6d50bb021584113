"""Moment, names and ground of Lalezar: what every part of the shop is made from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from hbdash.domain.clock import FixedClock
from hbdash.store.bulk import table_of
from hbdash.store.database import Database

ISTANBUL = ZoneInfo("Europe/Istanbul")
NOW = datetime(2026, 11, 23, 14, 32, 5, tzinfo=ISTANBUL).astimezone(UTC)
CHANNEL = 1
HOLDER = "ops-1:2114"

MINUTE = timedelta(minutes=1)


def clock() -> FixedClock:
    """14:32 in Istanbul on Monday 23 November 2026."""
    return FixedClock(NOW)


def today(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A time of that day in Istanbul."""
    return datetime(2026, 11, 23, hour, minute, second, tzinfo=ISTANBUL).astimezone(UTC)


def ago(**parts: float) -> datetime:
    """So long before :data:`NOW`."""
    return NOW - timedelta(**parts)


def ahead(**parts: float) -> datetime:
    """So long after :data:`NOW`."""
    return NOW + timedelta(**parts)


COLOURS = ("İndigo", "Bordo", "Ekru", "Gri", "Yeşil")


def sku_of(n: int) -> str:
    """The n-th SKU of the catalogue; the first is the one that Hepsiburada locked."""
    return f"LZR-{20_418 + n}-{COLOURS[n % 5][:3].upper()}" if n else "LZR-20418-İND"


class Ground:
    """A channel of a migrated database, and the dice."""

    def __init__(self, db: Database, seed: int = 7) -> None:
        self.db = db
        self.rng = Random(seed)

    def _add(self, conn: Connection, model: Any, /, **values: Any) -> int:
        """Insert one row, with the model's defaults; returns its integer key."""
        row = model(**values)
        table = table_of(model)
        data = {
            column.name: getattr(row, column.name)
            for column in table.columns
            if not (column.name == "id" and getattr(row, "id", None) is None)
        }
        result = conn.execute(insert(table).values(**data))
        return int(result.inserted_primary_key[0]) if "id" in table.columns else 0
