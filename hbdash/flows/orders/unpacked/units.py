"""Units of broken packages that lie in no package any more (flows section 6, unpacked_orders)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from hbdash.flows.orders.packages.lines import lines_of, named_cancelled
from hbdash.flows.orders.packages.parcel import is_cancelled
from hbdash.flows.orders.packages.whereabouts import Unit, units_of
from hbdash.hepsiburada.models.orders import Order
from hbdash.store.bulk import table_of
from hbdash.store.tables import MarketLine, MarketPackage, OmnitronItem, PackageLine

#: Packing anew by hand takes its time; Hepsiburada packs within 15 minutes (H§11.4), auto packing
#: runs earlier in the lane. [our]
GRACE = timedelta(minutes=30)
#: Beyond that nobody packs anew what was broken up.
FARTHEST = timedelta(days=60)

#: Hepsiburada's words for a line of which units lie in no package (H§10.1).
_OPEN = ("open", "unpacked")

items_t, inside_t = table_of(OmnitronItem), table_of(PackageLine)
lines_t, packages_t = table_of(MarketLine), table_of(MarketPackage)


@dataclass
class BrokenOrder:
    """Units of one order of Hepsiburada that live items hold and that lie in no package we know."""

    number: str
    units: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    """Line → its loose units, highest n first."""
    held: dict[str, int] = field(default_factory=dict)
    """Line → units that live items hold, loose or not."""

    @property
    def broken_at(self) -> datetime | None:
        """When the last of its packages was broken up."""
        return max((u.broken_at for us in self.units.values() for u in us if u.broken_at),
                   default=None)  # fmt: skip

    def ripe(self, now: datetime) -> BrokenOrder:
        """The part of it that had its half hour."""
        part = BrokenOrder(self.number, held=self.held)
        for line, units in self.units.items():
            part.units[line] = [u for u in units if u.broken_at and now - u.broken_at >= GRACE]
        return part

    def __bool__(self) -> bool:
        return any(self.units.values())


def broken_orders(
    connection: Connection, channel_id: int, now: datetime, packages: Collection[str] | None = None
) -> list[BrokenOrder]:
    """Orders with loose units, by our ledger; only of these packages if any are named."""
    held = (
        select(items_t.c.line_item_id, func.count().label("units"))
        .where(items_t.c.channel_id == channel_id, items_t.c.state == "live")
        .group_by(items_t.c.line_item_id)
        .subquery()
    )
    broken = select(inside_t.c.line_item_id).where(
        inside_t.c.channel_id == channel_id, inside_t.c.until >= now - FARTHEST
    )
    if packages is not None:
        broken = broken.where(inside_t.c.package_number.in_(sorted(packages)))
    rows = connection.execute(
        select(lines_t.c.line_item_id, lines_t.c.order_number)
        .join(held, held.c.line_item_id == lines_t.c.line_item_id)
        .where(lines_t.c.channel_id == channel_id, lines_t.c.line_item_id.in_(broken))
        .order_by(lines_t.c.id)
    ).all()
    units = units_of(connection, channel_id, [row.line_item_id for row in rows])
    found: dict[str, BrokenOrder] = {}
    for row in rows:
        loose = [unit for unit in units.get(row.line_item_id, ()) if unit.loose and unit.broken_at]
        if loose:
            order = found.setdefault(row.order_number, BrokenOrder(row.order_number))
            order.units[row.line_item_id] = sorted(loose, key=lambda unit: -unit.n)
            order.held[row.line_item_id] = len(units[row.line_item_id])
    return list(found.values())


def in_no_package(
    connection: Connection, channel_id: int, order: Order, line: str, held: int, open_units: int
) -> int:
    """How many of the held units of a line lie in no package, by what Hepsiburada shows now.

    open_units: of the feed of lines that wait to be packed. A package that we have not read yet
    holds its units all the same: the line then shows no open unit.
    """
    quantity = int(lines_of(connection, channel_id, [line]).get(line, {}).get("quantity", 0))
    cancelled = min(named_cancelled(connection, channel_id, [line]).get(line, 0), quantity)
    rows = [row for row in order.items if row.id == line]
    if rows and all(is_cancelled(row) for row in rows):
        return held
    if rows and not any(row.status.strip().lower() in _OPEN for row in rows):
        open_units = 0
    return max(held - max(quantity - cancelled - open_units, 0), 0)
