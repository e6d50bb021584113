"""A split request as packages, lines and units; everything is checked before anything is sent.

Groups are kept as ``{"lines": {line id: units}, "items": [item], "package": ""}``
(``PackageSplit.groups``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hbdash.domain.orders import CANCELLED, item_status
from hbdash.domain.split_payload import ItemRef, SplitPayloadRefused, SplitWish, read_split
from hbdash.domain.turkish import sku_key
from hbdash.flows.orders.packages.faults import OrderFault
from hbdash.flows.orders.packages.keeping import packages_by_number
from hbdash.flows.orders.packages.ledger import item_rows
from hbdash.flows.orders.packages.lines import lines_of
from hbdash.flows.orders.packages.targets import (
    OPEN,
    Target,
    contents,
    is_broken,
    order_pks,
    stage_of,
    targets_of,
)
from hbdash.hepsiburada.package_writes import PackageWish
from hbdash.omnitron.models.order import OrderItem
from hbdash.runs.context import RunContext
from hbdash.transport.errors import NotFound

_OWN_ACCOUNT = "mağaza hesabı"


@dataclass(frozen=True)
class Resolved:
    """What is to be split. order_pk: ``None`` for a package that is not in Omnitron yet."""

    target: Target
    order_pk: int | None
    groups: list[dict[str, Any]]

    @property
    def is_nothing(self) -> bool:
        """One group over the whole package: it stays as it is."""
        return len(self.groups) < 2


@dataclass(frozen=True)
class _Unit:
    item_pk: int | None
    line_id: str
    n: int
    sku: str

    @property
    def name(self) -> str:
        return f"{self.line_id}-{self.n}".lower()


def read(payload: object) -> SplitWish:
    """``OrderFault`` split.payload for a request that says nothing that can be followed."""
    try:
        return read_split(payload)
    except SplitPayloadRefused as fault:
        raise _unclear(fault.reason) from fault


def resolve(ctx: RunContext, wish: SplitWish) -> Resolved:
    """The package and its groups; ``OrderFault`` split.payload or split.not_open."""
    order_pk = _order(ctx, wish)
    items = _living(ctx, order_pk)
    target = _target(ctx, wish, order_pk, items)
    _check_open(ctx, target)
    inside = contents(ctx, target.number) or _of_items(ctx, target.items)
    units = _units(ctx, target, inside)
    taken: set[_Unit] = set()
    chosen: list[list[_Unit]] = [[] for _ in wish.groups]
    named = [(n, ref) for n, refs in enumerate(wish.groups) for ref in refs]
    # Those that mean fewest units choose first: a bare line or SKU means any unit left over.
    for n, ref in sorted(named, key=lambda one: sum(_fits(one[1], unit) for unit in units)):
        chosen[n] += _pick(ref, units, taken)
    groups = [_group(units_of_one) for units_of_one in chosen]
    _check_contents(groups, inside)
    left = Counter(inside)
    for group in groups:
        left.subtract(group["lines"])
    rest = +left
    if rest:
        groups.append(_rest(rest, [unit for unit in units if unit not in taken]))
    return Resolved(target, order_pk, groups)


def wishes(ctx: RunContext, resolved: Resolved) -> list[PackageWish]:
    """The groups as Hepsiburada takes them, with the warehouse and carrier of the package."""
    target = resolved.target
    own = target.row["cargo"].strip().lower() == _OWN_ACCOUNT
    carrier = ctx.settings.store_account_cargo_company if own else ""
    label, model = _warehouse(target)
    return [
        PackageWish(
            group["lines"], warehouse_label=label, shipping_model=model, carrier=carrier,
            deci=target.deci,
        )
        for group in resolved.groups
    ]  # fmt: skip


def _warehouse(target: Target) -> tuple[str, str]:
    package = target.row["payload"].get("package") or {}
    items = package.get("items") or [{}]
    kept = items[0].get("warehouse") or {}
    return str(kept.get("shipping_address_label") or ""), str(kept.get("shipping_model") or "")


def _order(ctx: RunContext, wish: SplitWish) -> int | None:
    """Omnitron's order that the request is about."""
    if wish.omnitron_order is not None:
        return wish.omnitron_order
    if wish.package:
        with ctx.db.read() as connection:
            rows = packages_by_number(connection, ctx.channel_id, [wish.package])
        if wish.package in rows:
            return rows[wish.package]["omnitron_order_id"]  # type: ignore[no-any-return]
    named = [ref.order_item for group in wish.groups for ref in group if ref.order_item]
    if named:
        found = {item.order for item in ctx.omnitron.order_items_by_pk(sorted(set(named)))}
        if len(found) != 1 or None in found:
            raise _unclear("the items are of no order, or of several")
        return found.pop()
    for number in filter(None, (wish.package, wish.order_number)):
        pks = order_pks(ctx, number)
        if len(pks) == 1:
            return pks[0]
        if pks:
            raise _unclear(f"{number} means several orders; name the package")
    raise _unclear("no order or package of this channel")


def _living(ctx: RunContext, order_pk: int | None) -> list[OrderItem]:
    if order_pk is None:
        return []
    return [
        item for item in ctx.omnitron.order_items(order_pk) if item_status(item.status) != CANCELLED
    ]


def _target(
    ctx: RunContext, wish: SplitWish, order_pk: int | None, items: Sequence[OrderItem]
) -> Target:
    """The one package that holds all units of the request."""
    if order_pk is None:
        with ctx.db.read() as connection:
            row = packages_by_number(connection, ctx.channel_id, [wish.package])[wish.package]
        return Target(row, ())
    try:
        order = ctx.omnitron.order(order_pk)
    except NotFound as error:
        raise _unclear(f"Omnitron has no order {order_pk}") from error
    targets = targets_of(ctx, order, items)
    if wish.package:
        targets = [one for one in targets if one.number == wish.package]
    if not targets:
        raise OrderFault("split.not_open", {"package": wish.package or order.number})
    wanted = {ref.order_item for group in wish.groups for ref in group if ref.order_item}
    fitting = [one for one in targets if wanted <= {item.pk for item in one.items}]
    if len(fitting) != 1:
        raise _unclear("the items do not lie in one package")
    return fitting[0]


def _check_open(ctx: RunContext, target: Target) -> None:
    try:
        state = ctx.hepsiburada.package(target.number)
    except NotFound as error:
        raise OrderFault("split.not_open", {"package": target.number}, str(error)) from error
    if is_broken(state.status) or stage_of(state.status) != OPEN:
        raise OrderFault("split.not_open", {"package": target.number, "status": state.status})


def _of_items(ctx: RunContext, items: Sequence[OrderItem]) -> dict[str, int]:
    """Contents of a package whose lines were never kept, by its order's items."""
    named = [(item, item.remote_id) for item in items if item.remote_id]
    return dict(Counter(row["line_item_id"] for row in item_rows(ctx.channel_id, named)))


def _units(ctx: RunContext, target: Target, inside: dict[str, int]) -> list[_Unit]:
    """The units of the package, by line and number."""
    with ctx.db.read() as connection:
        rows = lines_of(connection, ctx.channel_id, inside)
    skus = {line: str(row["sku_key"]) for line, row in rows.items()}
    if not target.items:
        return [
            _Unit(None, line, n, skus.get(line, ""))
            for line, quantity in sorted(inside.items())
            for n in range(1, quantity + 1)
        ]
    named = [(item, item.remote_id) for item in target.items if item.remote_id]
    found = [
        _Unit(row["item_pk"], row["line_item_id"], row["n"], skus.get(row["line_item_id"], ""))
        for row in item_rows(ctx.channel_id, named)
    ]
    return sorted(found, key=lambda unit: (unit.line_id, unit.n))


def _pick(ref: ItemRef, units: Sequence[_Unit], taken: set[_Unit]) -> list[_Unit]:
    """The units that a reference means; each can be taken once."""
    fitting = [unit for unit in units if _fits(ref, unit)]
    if not fitting:
        raise _unclear(f"{_shown(ref)} is not in the package")
    free = [unit for unit in fitting if unit not in taken][: ref.quantity]
    if len(free) < ref.quantity:
        raise _unclear(f"{_shown(ref)} is asked for more often than the package holds it")
    taken.update(free)
    return free


def _fits(ref: ItemRef, unit: _Unit) -> bool:
    if ref.order_item is not None:
        return unit.item_pk == ref.order_item
    if ref.unit:
        return ref.unit in (unit.name, unit.line_id.lower())
    return unit.sku == sku_key(ref.sku)


def _shown(ref: ItemRef) -> str:
    return ref.unit or ref.sku or f"item {ref.order_item}"


def _group(units: Sequence[_Unit]) -> dict[str, Any]:
    return {
        "lines": dict(Counter(unit.line_id for unit in units)),
        "items": [unit.item_pk for unit in units if unit.item_pk is not None],
        "package": "",
    }


def _rest(rest: Counter[str], units: Sequence[_Unit]) -> dict[str, Any]:
    """What the request does not name goes into a package of its own: Hepsiburada would do so."""
    return {
        "lines": dict(rest),
        "items": [u.item_pk for u in units if u.item_pk is not None and u.line_id in rest],
        "package": "",
    }


def _check_contents(groups: Sequence[dict[str, Any]], inside: dict[str, int]) -> None:
    asked: Counter[str] = Counter()
    for group in groups:
        asked.update(group["lines"])
    for line, units in asked.items():
        if units > inside.get(line, 0):
            raise _unclear(f"the package does not hold {units} of line {line}")


def _unclear(why: str) -> OrderFault:
    return OrderFault("split.payload", {"why": why})
