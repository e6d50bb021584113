"""Which unit of a line lies in which package now, or in none (design rule 2).

Hepsiburada names lines and quantities, never units; a unit is what we wrote as an Omnitron item. A
package's units are first those that a split put into it, then those of the order that it became or
was linked to, lowest n first; what is left of it (a package made of two broken ones) is given to
units that lie nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from hbdash.domain.orders import SHIPPED, item_status
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import MarketPackage, OmnitronItem, OmnitronOrder, PackageLine

items_t, orders_t = table_of(OmnitronItem), table_of(OmnitronOrder)
packages_t, inside_t = table_of(MarketPackage), table_of(PackageLine)

#: Packages that rest on items of Omnitron; others become an order of their own, or nothing.
_RESTING = ("written", "linked")


@dataclass(frozen=True)
class Unit:
    """A unit that a live Omnitron item holds."""

    line_id: str
    n: int
    item_pk: int
    order_pk: int
    status: int
    """Omnitron's code (O§6.1)."""
    package: str | None
    """The standing package that it lies in."""
    ours: bool
    """Its order was written by us, so that all packages of the order are known."""
    broken_at: datetime | None
    """When the last package of its order, over this line, was broken up."""

    @property
    def loose(self) -> bool:
        """In no package that we know; of an earlier application's orders we can't say."""
        return self.ours and self.package is None

    @property
    def shipped(self) -> bool:
        return self.status >= SHIPPED


@dataclass
class _Package:
    number: str
    order_pk: int | None
    left: int


def units_of(
    connection: Connection, channel_id: int, line_ids: Iterable[str]
) -> dict[str, list[Unit]]:
    """Line id → its units that live items hold, lowest n first."""
    found: dict[str, list[Unit]] = {}
    for part in sliced(sorted(set(line_ids)), 300):
        found |= _units_of(connection, channel_id, part)
    return found


def _units_of(
    connection: Connection, channel_id: int, line_ids: list[str]
) -> dict[str, list[Unit]]:
    rows = connection.execute(
        select(
            items_t.c.line_item_id, items_t.c.n, items_t.c.item_pk, items_t.c.order_pk,
            items_t.c.status, items_t.c.package_number.label("chosen"),
            orders_t.c.id.label("ours"),
        )
        .outerjoin(
            orders_t,
            (orders_t.c.channel_id == items_t.c.channel_id)
            & (orders_t.c.remote_pk == items_t.c.order_pk),
        )
        .where(
            items_t.c.channel_id == channel_id,
            items_t.c.line_item_id.in_(line_ids),
            items_t.c.state == "live",
        )
        .order_by(items_t.c.line_item_id, items_t.c.n)
    ).all()  # fmt: skip
    standing, broken = _packages(connection, channel_id, line_ids)
    of_line: dict[str, list[Unit]] = defaultdict(list)
    for row in rows:
        of_line[row.line_item_id].append(
            Unit(
                row.line_item_id, row.n, row.item_pk, row.order_pk, item_status(row.status),
                package=None,
                ours=row.ours is not None,
                broken_at=broken.get((row.line_item_id, row.order_pk)),
            )
        )  # fmt: skip
    chosen = {row.item_pk: row.chosen for row in rows if row.chosen}
    return {line: _placed(units, standing.get(line, []), chosen) for line, units in of_line.items()}


def _packages(
    connection: Connection, channel_id: int, line_ids: list[str]
) -> tuple[dict[str, list[_Package]], dict[tuple[str, int], datetime]]:
    """Line → standing packages that rest on items; (line, order) → when one was broken up last."""
    rows = connection.execute(
        select(
            inside_t.c.line_item_id, inside_t.c.package_number, inside_t.c.quantity,
            inside_t.c.until, packages_t.c.omnitron_order_id, packages_t.c.state,
            packages_t.c.status,
        )
        .join(
            packages_t,
            (packages_t.c.channel_id == inside_t.c.channel_id)
            & (packages_t.c.package_number == inside_t.c.package_number),
        )
        .where(inside_t.c.channel_id == channel_id, inside_t.c.line_item_id.in_(line_ids))
        .order_by(packages_t.c.id)
    )  # fmt: skip
    standing: dict[str, dict[str, _Package]] = defaultdict(dict)
    broken: dict[tuple[str, int], datetime] = {}
    for row in rows:
        if row.until is not None:
            if row.omnitron_order_id is not None:
                key = (row.line_item_id, row.omnitron_order_id)
                broken[key] = max(broken.get(key, row.until), row.until)
        elif row.state in _RESTING:
            one = standing[row.line_item_id].setdefault(
                row.package_number, _Package(row.package_number, row.omnitron_order_id, 0)
            )
            # Two elements of one line in a package are parts of it.
            one.left += row.quantity
    return {line: list(found.values()) for line, found in standing.items()}, broken


def _placed(units: list[Unit], packages: list[_Package], chosen: Mapping[int, str]) -> list[Unit]:
    """The units, each with its package. chosen: item → the package that a split put it into."""
    where: dict[int, str] = {}
    for package in packages:
        for unit in units:
            if package.left and chosen.get(unit.item_pk) == package.number:
                where[unit.item_pk] = package.number
                package.left -= 1
    for package in packages:
        for unit in units:
            if package.left and unit.item_pk not in where and unit.order_pk == package.order_pk:
                where[unit.item_pk] = package.number
                package.left -= 1
    for package in packages:
        for unit in sorted(units, key=lambda one: not one.ours):
            if package.left and unit.item_pk not in where:
                where[unit.item_pk] = package.number
                package.left -= 1
    return [replace(unit, package=where.get(unit.item_pk)) for unit in units]
