"""Which packages of Hepsiburada an order of Omnitron stands for now, and what lies in each.

One, as a rule. None while a broken package waits to be packed anew; several after a split.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from hbdash.flows.orders.packages import keeping
from hbdash.flows.orders.packages.faults import CONTENT_TYPE
from hbdash.flows.orders.packages.ledger import item_rows
from hbdash.flows.orders.packages.parcel import parcel_of, plain
from hbdash.flows.orders.packages.whereabouts import units_of
from hbdash.omnitron.models.order import Order, OrderItem
from hbdash.runs.context import RunContext
from hbdash.store.bulk import insert_ignore, table_of
from hbdash.store.tables import MarketPackage, OmnitronItem, OmnitronOrder, PackageLine
from hbdash.transport.errors import NotFound

packages_t, inside_t = table_of(MarketPackage), table_of(PackageLine)
orders_t, items_t = table_of(OmnitronOrder), table_of(OmnitronItem)

#: Stages of a package; it only ever goes forward (flows section 6).
OPEN, IN_TRANSIT, ENDED = 0, 1, 2
_STAGES = {
    "": OPEN, "open": OPEN, "packaged": OPEN, "packed": OPEN, "intransit": IN_TRANSIT,
    "shipped": IN_TRANSIT, "delivered": ENDED, "undelivered": ENDED, "claimcreated": ENDED,
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A package that holds units of the order. ``row`` is its row of ``MarketPackage``."""

    row: dict[str, Any]
    items: tuple[OrderItem, ...]

    @property
    def number(self) -> str:
        return str(self.row["package_number"])

    @property
    def stage(self) -> int:
        return stage_of(self.row["status"])

    @property
    def deci(self) -> Decimal:
        """Its volume; 1 where Hepsiburada named none (flows section 12)."""
        package = self.row["payload"].get("package") or {}
        try:
            deci = Decimal(str(package.get("total_deci") or 1))
        except ArithmeticError:
            deci = Decimal(1)
        return deci if deci > 0 else Decimal(1)

    @property
    def recipient(self) -> str:
        """To whom it goes; empty if nothing of the package was kept."""
        try:
            parcel = parcel_of(self.row["payload"])
        except ValueError:
            return ""
        return " ".join((parcel.shipping.name or parcel.customer_name).split())


def stage_of(status: str) -> int:
    """The stage of a package by Hepsiburada's word; a word that is not known ends it."""
    return _STAGES.get(status.replace(" ", "").strip().lower(), ENDED)


def is_broken(status: str) -> bool:
    """Broken up, or cancelled: its units lie elsewhere or nowhere."""
    word = status.strip().lower()
    return word == "unpacked" or word.startswith("cancel")


def order_pks(ctx: RunContext, key: str) -> list[int]:
    """Omnitron's orders that a number means: an order or package of Hepsiburada, or its own."""
    with ctx.db.read() as connection:
        found = set(
            connection.execute(
                select(packages_t.c.omnitron_order_id).where(
                    packages_t.c.channel_id == ctx.channel_id,
                    (packages_t.c.package_number == key) | (packages_t.c.order_number == key),
                    packages_t.c.omnitron_order_id.is_not(None),
                )
            ).scalars()
        )
        found |= set(
            connection.execute(
                select(orders_t.c.remote_pk).where(
                    orders_t.c.channel_id == ctx.channel_id, orders_t.c.number == key
                )
            ).scalars()
        )
    if not found:
        found = {a.object_id for a in ctx.omnitron.integration_actions(CONTENT_TYPE, remote_id=key)}
    if not found:
        found = {order.pk for order in ctx.omnitron.find_orders(key)}
    return sorted(found)


def targets_of(ctx: RunContext, order: Order, items: Sequence[OrderItem]) -> list[Target]:
    """The standing packages of an order, oldest first, with its items that are not cancelled."""
    rows = _rows(ctx, order.pk)
    if not rows:
        rows = _of_older_order(ctx, order)
    standing = [row for row in rows if not is_broken(row["status"])]
    if len(standing) < 2:
        return [Target(row, tuple(items)) for row in standing]
    return _shared(ctx, standing, items)


def _rows(ctx: RunContext, order_pk: int) -> list[dict[str, Any]]:
    with ctx.db.read() as connection:
        return [
            dict(row)
            for row in connection.execute(
                select(packages_t)
                .where(
                    packages_t.c.channel_id == ctx.channel_id,
                    packages_t.c.omnitron_order_id == order_pk,
                    packages_t.c.state.in_(("written", "linked")),
                )
                .order_by(packages_t.c.id)
            ).mappings()
        ]


def _of_older_order(ctx: RunContext, order: Order) -> list[dict[str, Any]]:
    """The package of an order older than hbdash: the order's own remote id names it."""
    number = order.remote_id
    if not number:
        actions = ctx.omnitron.integration_actions(CONTENT_TYPE, object_ids=[order.pk])
        number = next((action.remote_id for action in actions if action.remote_id), "")
    if not number:
        return []
    try:
        state = ctx.hepsiburada.package(number)
    except NotFound:
        return []
    now = ctx.now()
    row = {
        "channel_id": ctx.channel_id,
        "package_number": number,
        "order_number": plain(str(order.extra_field.get("order_number") or "")),
        "status": plain(state.status),
        "state": "written",
        "cargo": plain(state.cargo_company),
        "barcode": plain(state.barcode),
        "omnitron_order_id": order.pk,
        "total": 0,
        "city": "",
        "town": "",
        "first_seen": now,
        "seen_at": now,
        "payload": {},
    }
    if not ctx.dry_run:
        with ctx.commit() as connection:
            insert_ignore(connection, MarketPackage, [row])
    with ctx.db.read() as connection:
        kept = keeping.packages_by_number(connection, ctx.channel_id, [number])
    return [kept.get(number, {"invoice_link": "", "label": "", "tracking_number": "", **row})]


def _shared(
    ctx: RunContext, standing: Sequence[dict[str, Any]], items: Sequence[OrderItem]
) -> list[Target]:
    """Items among several packages: as a split chose, else by line and quantity."""
    lines = lines_of_items(ctx, items)
    with ctx.db.read() as connection:
        units = units_of(connection, ctx.channel_id, set(lines.values()))
    where = {unit.item_pk: unit.package for found in units.values() for unit in found}
    return [
        Target(row, tuple(item for item in items if where.get(item.pk) == row["package_number"]))
        for row in standing
    ]


def contents(ctx: RunContext, number: str) -> dict[str, int]:
    """Line id → units that lie in a package, as far as we know it."""
    found: dict[str, int] = {}
    with ctx.db.read() as connection:
        for row in connection.execute(
            select(inside_t.c.line_item_id, inside_t.c.quantity).where(
                inside_t.c.channel_id == ctx.channel_id,
                inside_t.c.package_number == number,
                inside_t.c.until.is_(None),
            )
        ):
            found[row.line_item_id] = found.get(row.line_item_id, 0) + row.quantity
    return found


def lines_of_items(ctx: RunContext, items: Iterable[OrderItem]) -> dict[int, str]:
    """Item → line id of Hepsiburada; items that name none are left out."""
    named = [(item, item.remote_id) for item in items if item.remote_id]
    return {row["item_pk"]: row["line_item_id"] for row in item_rows(ctx.channel_id, named)}
