"""What the Reports part reads: the three lists behind the figures, and how old they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, func, select

from hbdash.explain.settings import buffer_stock
from hbdash.reports.differences import DifferenceRow, differences
from hbdash.reports.not_on_sale import NotOnSale, count_by_condition, not_on_sale
from hbdash.store.bulk import table_of
from hbdash.store.tables import Figure, FlowSchedule
from screens.monitoring.rested import Rested

KINDS = ("not-on-sale", "price", "stock")
SALEABLE = "saleable"
"""Stands among the conditions for those that miss nothing in Omnitron: what the figure counts."""
_FIGURES = {"not-on-sale": "sku_not_on_sale", "price": "price_differs", "stock": "stock_differs"}

figure_t, schedule_t = table_of(Figure), table_of(FlowSchedule)


@dataclass(frozen=True)
class Reading:
    """When both sides were last read and compared, and when that happens next."""

    at: datetime | None
    next_at: datetime | None
    stamp: int
    """Changes with each comparison that moved a figure."""


@dataclass(frozen=True)
class Report:
    """One list, whole."""

    kind: str
    not_on_sale: tuple[NotOnSale, ...] = ()
    differing: tuple[DifferenceRow, ...] = ()
    conditions: tuple[tuple[str, int], ...] = ()
    """Condition or reason → how many, the most first; of the first list."""

    @property
    def size(self) -> int:
        """Rows."""
        return len(self.not_on_sale) + len(self.differing)


@dataclass(frozen=True)
class ReportsView:
    """The list that is shown, the sizes of all, and their age."""

    report: Report
    sizes: dict[str, int | None]
    reading: Reading


class ReportReading:
    """Reads a list anew when a comparison moved something, and when it has rested."""

    def __init__(self) -> None:
        self._lists = {kind: Rested[Report]() for kind in KINDS}
        self._sizes: dict[str, int] = {}

    def view(self, connection: Connection, channel_id: int, kind: str) -> ReportsView:
        """The list ``kind``; the sizes of the others are their figures."""
        reading = last_reading(connection, channel_id)
        report = self._lists[kind].get(
            (channel_id, reading.stamp, reading.at), lambda: _report(connection, channel_id, kind)
        )
        self._sizes[kind] = report.size
        sizes = figures(connection, channel_id)
        sizes.update(self._sizes)
        return ReportsView(report, sizes, reading)


def last_reading(connection: Connection, channel_id: int) -> Reading:
    """Of the mirror flow; where that never ended, of the newest figure."""
    found = connection.execute(
        select(schedule_t.c.last_success, schedule_t.c.next_due).where(
            schedule_t.c.channel_id == channel_id, schedule_t.c.flow == "mirror"
        )
    ).first()
    newest = connection.execute(
        select(figure_t.c.id, figure_t.c.at)
        .where(figure_t.c.channel_id == channel_id)
        .where(figure_t.c.name == "sku_not_on_sale")
        .order_by(figure_t.c.at.desc())
        .limit(1)
    ).first()
    at = found.last_success if found is not None else None
    if at is None and newest is not None:
        at = newest.at
    return Reading(at, found.next_due if found is not None else None, newest.id if newest else 0)


def figures(connection: Connection, channel_id: int) -> dict[str, int | None]:
    """Kind → its figure as last computed, ``None`` before the first time."""
    sizes: dict[str, int | None] = {}
    for kind, name in _FIGURES.items():
        newest = (
            select(func.max(figure_t.c.at))
            .where(figure_t.c.channel_id == channel_id, figure_t.c.name == name)
            .scalar_subquery()
        )
        sizes[kind] = connection.execute(
            select(figure_t.c.value)
            .where(
                figure_t.c.channel_id == channel_id,
                figure_t.c.name == name,
                figure_t.c.at == newest,
            )
            .limit(1)
        ).scalar_one_or_none()
    return sizes


def _report(connection: Connection, channel_id: int, kind: str) -> Report:
    if kind == "not-on-sale":
        rows = not_on_sale(connection, channel_id)
        counts = Counter(count_by_condition(rows))
        saleable = sum(1 for row in rows if row.saleable)
        first = ((SALEABLE, saleable),) if saleable else ()
        return Report(kind, not_on_sale=tuple(rows), conditions=(*first, *counts.most_common()))
    buffer = buffer_stock(connection, channel_id)
    return Report(
        kind, differing=tuple(differences(connection, channel_id, kind, buffer_stock=buffer))
    )


def has(row: NotOnSale, condition: str) -> bool:
    """Whether a row is one of those that a condition counts."""
    if condition == SALEABLE:
        return row.saleable
    return condition in (row.conditions or (row.reason,))


def total(rows: list[NotOnSale]) -> tuple[int, Decimal]:
    """Pieces and money at stake."""
    pieces = sum(row.stock or 0 for row in rows)
    return (pieces, sum((row.at_stake for row in rows), Decimal(0)))
