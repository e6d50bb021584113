"""Which units of its lines a package makes an order for (design rule 2, "Identity of an order").

The unit is (line item id, n). A package makes an order only for units that no live Omnitron item
holds, so neither a re-pack nor a split nor orders of an earlier application are written twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from hbdash.domain.orders import free_units, unit_id
from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.ledger import held_units, item_rows
from hbdash.flows.orders.packages.lines import lines_of, named_cancelled
from hbdash.flows.orders.packages.parcel import Parcel, ParcelLine
from hbdash.hepsiburada.models.orders import Order
from hbdash.runs.context import RunContext
from hbdash.store.bulk import insert_ignore, table_of
from hbdash.store.tables import OmnitronItem, PackageLine
from hbdash.transport.errors import Refused


@dataclass(frozen=True)
class LineUnits:
    """The units of one line of a package that are to be written."""

    line: ParcelLine
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Allotted:
    """What a package is to write; empty ``lines``: all units are held by ``holder``."""

    lines: tuple[LineUnits, ...]
    holder: int | None


@dataclass
class UnitBook:
    """Asks our ledger, then Omnitron; one per run. Orders asked for by number are kept."""

    ctx: RunContext
    _asked_orders: dict[str, Order | None] = field(default_factory=dict)
    _asked_lines: set[str] = field(default_factory=set)

    def order(self, number: str) -> Order | None:
        """The order as Hepsiburada has it now, once per run.

        ``None``: Hepsiburada knows no such number, or does not show the order yet (not paid).
        """
        if number not in self._asked_orders:
            try:
                self._asked_orders[number] = self.ctx.hepsiburada.order(number)
            except Refused as error:
                if error.status not in (400, 404):
                    raise
                self._asked_orders[number] = None
        return self._asked_orders[number]

    def learn(self, line_ids: Iterable[str]) -> None:
        """Ask Omnitron for the items of lines that we have none of, many at a time."""
        wanted = set(line_ids) - self._asked_lines
        with self.ctx.db.read() as connection:
            known = held_units(connection, self.ctx.channel_id, wanted)
            rows = lines_of(connection, self.ctx.channel_id, wanted)
        fresh = sorted(wanted - set(known))
        remote_ids: list[str] = []
        for line in fresh:
            most = rows[line]["quantity"] if line in rows else 1
            remote_ids += [line, *(unit_id(line, n) for n in range(1, most + 1))]
        if not remote_ids:
            return
        actions = self.ctx.omnitron.integration_actions("orderitem", remote_ids=remote_ids)
        self._asked_lines |= wanted
        by_pk = {action.object_id: action.remote_id or "" for action in actions}
        if not by_pk:
            return
        items = self.ctx.omnitron.order_items_by_pk(sorted(by_pk))
        found = item_rows(
            self.ctx.channel_id, [(item, item.remote_id or by_pk[item.pk]) for item in items]
        )
        with self.ctx.commit(durable=True) as connection:
            insert_ignore(connection, OmnitronItem, found)

    def allot(self, parcel: Parcel) -> Allotted:
        """Units of the package that nothing in Omnitron holds."""
        line_ids = [line.line_id for line in parcel.lines]
        self.learn(line_ids)
        channel_id = self.ctx.channel_id
        with self.ctx.db.read() as connection:
            held = held_units(connection, channel_id, line_ids)
            elsewhere = _in_other_packages(connection, channel_id, parcel.number, line_ids)
            cancelled = named_cancelled(connection, channel_id, line_ids)
        if any(held.get(line) or line in elsewhere or line in cancelled for line in line_ids):
            # Only the order itself says how many units such a line has in all.
            order = self.order(parcel.order_number)
            if order is not None:
                with self.ctx.commit() as connection:
                    keeping.keep_order_lines(connection, channel_id, order, self.ctx.now())
        with self.ctx.db.read() as connection:
            rows = lines_of(connection, channel_id, line_ids)
        taken: dict[str, set[int]] = {line: set(held.get(line, {})) for line in line_ids}
        allotted: list[LineUnits] = []
        for line in parcel.lines:
            numbers = _free(line, rows.get(line.line_id), taken[line.line_id])
            taken[line.line_id].update(numbers)
            if numbers:
                allotted.append(LineUnits(line, tuple(numbers)))
        holders = [pk for line in line_ids for pk in held.get(line, {}).values()]
        return Allotted(tuple(allotted), holders[0] if holders else None)


def _free(line: ParcelLine, row: Mapping[str, Any] | None, taken: set[int]) -> list[int]:
    quantity = max(row["quantity"] if row else 0, line.quantity)
    gone = row["cancelled"] if row else 0
    # Which units were cancelled is not said: the highest ones that nothing holds.
    open_numbers = [n for n in range(quantity, 0, -1) if n not in taken]
    return free_units(quantity, line.quantity, taken, open_numbers[:gone])


def _in_other_packages(
    connection: Connection, channel_id: int, package_number: str, line_ids: Sequence[str]
) -> set[str]:
    """Lines of which units lie, or lay, in another package too."""
    table = table_of(PackageLine)
    rows = connection.execute(
        select(table.c.line_item_id)
        .where(
            table.c.channel_id == channel_id,
            table.c.line_item_id.in_(line_ids),
            table.c.package_number != package_number,
        )
        .group_by(table.c.line_item_id)
        .having(func.count() > 0)
    )
    return {row.line_item_id for row in rows}
