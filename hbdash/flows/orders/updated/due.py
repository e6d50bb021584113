"""Which packages have units that Omnitron shows further back than Hepsiburada (R5.13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, case, exists, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from hbdash.flows.orders.packages.whereabouts import Unit, units_of
from hbdash.flows.orders.updated.feed import TARGETS
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import MarketPackage, OmnitronItem, OmnitronOrder, PackageLine

packages_t, inside_t = table_of(MarketPackage), table_of(PackageLine)
items_t, orders_t = table_of(OmnitronItem), table_of(OmnitronOrder)

_COLUMNS = (
    packages_t.c.id, packages_t.c.package_number, packages_t.c.order_number, packages_t.c.status,
    packages_t.c.state, packages_t.c.cargo, packages_t.c.tracking_number,
    packages_t.c.tracking_url, packages_t.c.omnitron_order_id,
)  # fmt: skip


@dataclass(frozen=True)
class Moved:
    """A package that left, as our tables have it."""

    id: int
    number: str
    order_number: str
    status: str
    state: str
    cargo: str
    tracking_number: str
    tracking_url: str
    order_pk: int | None

    @property
    def key(self) -> str:
        """Under which people find it."""
        return self.order_number or self.number

    @property
    def target(self) -> int:
        """Omnitron's status of its items; 0 while it is with the merchant."""
        return TARGETS.get(self.status, 0)

    @property
    def is_written(self) -> bool:
        """Its units are items of an order of Omnitron."""
        return self.state in ("written", "linked") and self.order_pk is not None


def behind(connection: Connection, channel_id: int, after: int, most: int) -> list[Moved]:
    """Packages that left and whose order has a live item further back, beyond the id ``after``.

    So what an earlier run could not do is found again without the feeds.
    """
    target: ColumnElement[str] = case(
        *((packages_t.c.status == word, literal(str(code))) for word, code in TARGETS.items()),
        else_=literal("0"),
    )
    # Codes have three digits: as texts they are in order.
    further_back = exists().where(
        and_(
            items_t.c.channel_id == packages_t.c.channel_id,
            items_t.c.order_pk == packages_t.c.omnitron_order_id,
            items_t.c.state == "live",
            items_t.c.status < target,
        )
    )
    rows = connection.execute(
        select(*_COLUMNS)
        .where(
            packages_t.c.channel_id == channel_id,
            packages_t.c.state.in_(("written", "linked")),
            packages_t.c.status.in_(sorted(TARGETS)),
            packages_t.c.id > after,
            further_back,
        )
        .order_by(packages_t.c.id)
        .limit(most)
    )
    return [Moved(*row) for row in rows]


def by_number(connection: Connection, channel_id: int, numbers: Iterable[str]) -> list[Moved]:
    """Packages by their own number, by that of their order, or by that of Omnitron's order."""
    found: dict[int, Moved] = {}
    for part in sliced(sorted(set(numbers)), 300):
        written = select(orders_t.c.package_number).where(
            orders_t.c.channel_id == channel_id, orders_t.c.number.in_(part)
        )
        rows = connection.execute(
            select(*_COLUMNS)
            .where(
                packages_t.c.channel_id == channel_id,
                or_(
                    packages_t.c.package_number.in_(part),
                    packages_t.c.order_number.in_(part),
                    packages_t.c.package_number.in_(written),
                ),
            )
            .order_by(packages_t.c.id)
        )
        found.update((row.id, Moved(*row)) for row in rows)
    return list(found.values())


def units_in(
    connection: Connection, channel_id: int, packages: Sequence[Moved]
) -> dict[str, list[Unit] | None]:
    """Package number → its units; None for a package of which we don't know what lies in it."""
    lines: dict[str, list[str]] = {one.number: [] for one in packages}
    for part in sliced(sorted(lines), 500):
        rows = connection.execute(
            select(inside_t.c.package_number, inside_t.c.line_item_id).where(
                inside_t.c.channel_id == channel_id, inside_t.c.package_number.in_(part)
            )
        )
        for row in rows:
            lines[row.package_number].append(row.line_item_id)
    units = units_of(connection, channel_id, (line for own in lines.values() for line in own))
    found: dict[str, list[Unit] | None] = {}
    for number, own in lines.items():
        inside = [
            unit for line in dict.fromkeys(own) for unit in units.get(line, ())
            if unit.package == number
        ]  # fmt: skip
        found[number] = inside if own else None
    return found
