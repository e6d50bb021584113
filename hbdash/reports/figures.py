"""The eight figures of R7.1 and our own (lag, open failures), from the mirror."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, insert, select

from hbdash.domain.figures import EIGHT
from hbdash.reports.differences import count_differences
from hbdash.store.bulk import table_of
from hbdash.store.queries.wanted import IN_CATALOGUE, ON_SALE, SALEABLE, items, joined, listings
from hbdash.store.tables import Failure, Figure, Offer, Penalty

#: A figure is written when it moved, and at least this often, so that a trend has its points.
AT_LEAST_EVERY = timedelta(minutes=30)


@dataclass(frozen=True)
class FigureValue:
    """A figure now; ``note`` says more (corrected differences, offers that are not ours)."""

    name: str
    value: int
    note: dict[str, Any] = field(default_factory=dict)


def compute(
    connection: Connection, channel_id: int, now: datetime, *, buffer_stock: int
) -> list[FigureValue]:
    """All figures of a channel, as the mirror stands."""
    stock = func.coalesce(items.c.stock, 0)
    row = connection.execute(
        select(
            func.count().label("sku_total"),
            _count(ON_SALE).label("sku_on_sale"),
            _count(SALEABLE & ~ON_SALE).label("sku_not_on_sale"),
            _sum(stock).label("stock_total"),
            _sum(case((ON_SALE, listings.c.stock), else_=0)).label("stock_on_sale"),
            _sum(case((ON_SALE, 0), else_=stock)).label("stock_not_on_sale"),
        )
        .select_from(joined())
        .where(items.c.channel_id == channel_id, IN_CATALOGUE)
    ).one()
    values = dict(row._mapping)
    figures = {name: FigureValue(name, int(value)) for name, value in values.items()}
    for kind in ("price", "stock"):
        standing, corrected = count_differences(
            connection, channel_id, kind, buffer_stock=buffer_stock
        )
        name = f"{kind}_differs"
        figures[name] = FigureValue(name, standing, {"corrected": corrected})
    return [figures[name] for name in EIGHT] + _own(connection, channel_id, now)


def keep_figures(
    connection: Connection, channel_id: int, now: datetime, *, buffer_stock: int
) -> None:
    """Write what moved since it was last written."""
    table = table_of(Figure)
    newest = (
        select(func.max(table.c.id)).where(table.c.channel_id == channel_id).group_by(table.c.name)
    )
    last = {
        row["name"]: row
        for row in connection.execute(select(table).where(table.c.id.in_(newest))).mappings()
    }
    rows = [
        {"channel_id": channel_id, "name": f.name, "at": now, "value": f.value, "note": f.note}
        for f in compute(connection, channel_id, now, buffer_stock=buffer_stock)
        if _moved(f, last.get(f.name), now)
    ]
    if rows:
        connection.execute(insert(table), rows)


def _moved(figure: FigureValue, before: Any, now: datetime) -> bool:
    if before is None or before["value"] != figure.value or before["note"] != figure.note:
        return True
    return bool(now - before["at"] >= AT_LEAST_EVERY)


def _own(connection: Connection, channel_id: int, now: datetime) -> list[FigureValue]:
    offers, failures, penalties = table_of(Offer), table_of(Failure), table_of(Penalty)
    figures = []
    for kind in ("stock", "price"):
        oldest = connection.execute(
            select(func.min(offers.c.wanted_at)).where(
                offers.c.channel_id == channel_id,
                offers.c.kind == kind,
                offers.c.state.in_(("waiting", "sent", "awaiting_result")),
            )
        ).scalar_one()
        lag = 0 if oldest is None else max(0, int((now - oldest).total_seconds()))
        figures.append(FigureValue(f"{kind}_lag", lag))
    opened = connection.execute(
        select(func.count(), _sum(case((failures.c.needs_person, 1), else_=0))).where(
            failures.c.channel_id == channel_id,
            failures.c.state.in_(("open", "retrying", "ended")),
        )
    ).one()
    figures.append(FigureValue("open_failures", int(opened[0]), {"needs_person": int(opened[1])}))
    punished = connection.execute(
        select(func.count(), _sum(case((penalties.c.ended, 1), else_=0))).where(
            penalties.c.channel_id == channel_id
        )
    ).one()
    figures.append(FigureValue("penalties", int(punished[0]), {"ended": int(punished[1])}))
    return figures


def _count(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _sum(value: Any) -> Any:
    return func.coalesce(func.sum(value), 0)
