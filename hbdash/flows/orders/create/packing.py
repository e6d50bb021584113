"""Automatic packing: the first step of order_create (R2.32, R2.35, R6.18; flows section 6).

Open lines become packages at Hepsiburada; the packages are then read like any other. A group that
can't be packed never holds up another one, nor the reading of orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hbdash.flows.orders.create import unpackable
from hbdash.flows.orders.packages.faults import KIND
from hbdash.flows.orders.packages.patience import set_aside
from hbdash.hepsiburada.errors import AddressChanging
from hbdash.hepsiburada.models.orders import OrderLine
from hbdash.hepsiburada.package_writes import PackageWish
from hbdash.runs import intents, penalties
from hbdash.runs.context import RunContext
from hbdash.runs.points import point
from hbdash.texts.orders import no_longer_open, pack_unsure, packed, would_pack
from hbdash.transport.errors import (
    AuthRefused,
    BreakerOpen,
    Conflict,
    NotFound,
    Refused,
    RemoteError,
    Walled,
)

#: Kind of the intents; their key is the first line with its units.
CREATE = "package.create"
#: Between two looks at lines that still show as open after a lost answer (flows section 10).
SECOND_LOOK = timedelta(seconds=30)
#: So many groups in a row that Hepsiburada failed: packing waits for the next run.
PATIENCE = 3
_OPEN = ("open", "unpacked")


@dataclass
class _Packer:
    ctx: RunContext
    by_hand: bool
    packed: dict[str, int] = field(default_factory=dict)
    """Line id → units that were packed in this run."""
    in_a_row: int = 0


def pack_open(ctx: RunContext, lines: Sequence[OrderLine]) -> dict[str, int]:
    """Pack all open lines that can be packed; line id → units that lie in a package now.

    lines: the whole feed of paid lines, so that what is in it no more has left.
    """
    if not ctx.dry_run:
        unpackable.forget(ctx, () if not ctx.settings.automatic_packing else lines)
    if not ctx.settings.automatic_packing:
        return {}
    return _pack(_Packer(ctx, by_hand=False), lines)


def pack_orders(ctx: RunContext, order_numbers: Iterable[str]) -> None:
    """Pack what is open of these orders, whatever penalty it serves (asked for by hand)."""
    wanted = {number.strip() for number in order_numbers}
    found: list[OrderLine] = []
    for page in ctx.hepsiburada.paid_orders():
        found += [line for line in page.rows if line.order_number in wanted]
        ctx.go_on()
    _pack(_Packer(ctx, by_hand=True), found)


def _pack(packer: _Packer, lines: Sequence[OrderLine]) -> dict[str, int]:
    ctx = packer.ctx
    left_alone = set() if ctx.dry_run else _recover(ctx)
    ready = {line.id: line for line in lines if _is_ready(line) and line.id not in left_alone}
    if not packer.by_hand:
        with ctx.db.read() as connection:
            for line_id in penalties.blocked(
                connection, ctx.channel_id, unpackable.CONTENT_TYPE, ready, ctx.now()
            ):
                del ready[line_id]
    of_order: dict[str, list[OrderLine]] = {}
    for line in ready.values():
        of_order.setdefault(line.order_number, []).append(line)
    for order_lines in of_order.values():
        for group in _groups(packer, order_lines):
            _pack_group(packer, group)
            ctx.go_on()
            if packer.in_a_row >= PATIENCE:
                ctx.progress.note["packing_waits"] = True
                return packer.packed
    return packer.packed


def _is_ready(line: OrderLine) -> bool:
    return line.can_create_package and line.quantity > 0 and line.status.strip().lower() in _OPEN


def _groups(packer: _Packer, lines: Sequence[OrderLine]) -> list[list[OrderLine]]:
    """The lines of one order, put together as Hepsiburada says they can be.

    One warehouse is one package. A line without another of its order needs no asking.
    """
    hepsiburada = packer.ctx.hepsiburada
    left = list(lines)
    groups: list[list[OrderLine]] = []
    while left:
        first = left.pop(0)
        beside = [line for line in left if _warehouse(line) == _warehouse(first)]
        if beside:
            try:
                fits = {row.line_item_id for row in hepsiburada.packageable_with(first.id)}
            except Conflict:
                _say_gone(packer.ctx, [first])
                continue
            beside = [line for line in beside if line.id in fits]
        groups.append([first, *beside])
        left = [line for line in left if line not in beside]
    return groups


def _warehouse(line: OrderLine) -> str:
    return line.warehouse.shipping_address_label


def _pack_group(packer: _Packer, group: Sequence[OrderLine]) -> None:
    ctx = packer.ctx
    units = sum(line.quantity for line in group)
    order = group[0].order_number
    carrier = ctx.settings.store_account_cargo_company
    if ctx.dry_run:
        ctx.journal.add("info", "skipped", would_pack(units, carrier), kind=KIND, key=order)
        ctx.progress.ok += 1
        return
    wish = PackageWish(
        {line.id: line.quantity for line in group},
        warehouse_label=_warehouse(group[0]),
        shipping_model=group[0].warehouse.shipping_model,
        carrier=carrier,
    )
    payload = {"order": order, "lines": dict(wish.lines)}
    try:
        with ctx.intent(CREATE, _key(group[0]), payload) as intent_id:
            made = ctx.hepsiburada.create_package(wish)
    except AddressChanging as error:
        unpackable.hindered(ctx, group, "pack.address_change", {}, error)
    except (Conflict, NotFound):
        _say_gone(ctx, group)
    except Refused as error:
        unpackable.hindered(ctx, group, "pack.refused", {"text": error.reason[:300]}, error)
    except (AuthRefused, Walled, BreakerOpen):
        raise
    except RemoteError as error:
        packer.in_a_row += 1
        _say_unsure(ctx, order, error)
        return
    else:
        point("package_made")
        for line in group:
            packer.packed[line.id] = line.quantity
        outcome = {"package": made.package_number, "barcode": made.barcode}
        _keep(ctx, group, intent_id, outcome)
    packer.in_a_row = 0


def _key(line: OrderLine) -> str:
    return f"{line.id}:{line.quantity}"


def _keep(
    ctx: RunContext, group: Sequence[OrderLine], intent_id: int, outcome: Mapping[str, Any]
) -> None:
    order, units = group[0].order_number, sum(line.quantity for line in group)
    with ctx.commit(durable=True) as connection:
        intents.settle(connection, intent_id, "done", ctx.now(), dict(outcome))
        ctx.journal.add(
            "info", "ok", packed(outcome["package"], units), kind=KIND, key=order,
            params={"package": outcome["package"], "order": order}, exchange=ctx.wire.exchange,
        )  # fmt: skip
        unpackable.passed(ctx, connection, order, [line.id for line in group])
    ctx.progress.ok += 1


def _say_gone(ctx: RunContext, group: Sequence[OrderLine]) -> None:
    """Cancelled, or packed by Hepsiburada itself, since the feed was read: both are fine."""
    ctx.journal.add(
        "info", "skipped", no_longer_open(), kind=KIND, key=group[0].order_number,
        exchange=ctx.wire.exchange,
    )  # fmt: skip
    ctx.progress.skipped += 1


def _say_unsure(ctx: RunContext, order: str, error: RemoteError) -> None:
    """Hepsiburada's fault of the moment; what may have been packed is asked by the next run."""
    text = pack_unsure() if error.unknown_outcome else str(error)
    ctx.journal.add(
        "warning", "waiting", text, kind=KIND, key=order, code=error.failure_id,
        params=dict(error.params), exchange=ctx.wire.exchange,
    )  # fmt: skip
    ctx.progress.skipped += 1


def _recover(ctx: RunContext) -> set[str]:
    """Ask for packages that may have been made; the lines that must be left alone meanwhile.

    A line's units can't be packed twice, so it is packed again once its order has shown it open
    twice, half a minute apart.
    """
    with ctx.db.read() as connection:
        standing = intents.unsettled(connection, ctx.channel_id, CREATE)
    left: set[str] = set()
    for one in standing:
        wanted = set(one.payload.get("lines", ()))
        number = str(one.payload.get("order", ""))
        packages, still_open = set[str](), True
        with set_aside(ctx, number) as aside:
            packages, still_open = _look(ctx, number, wanted)
        if aside.happened:
            left |= wanted
            continue
        with ctx.commit(durable=True) as connection:
            if not still_open:
                outcome = {"found": sorted(packages)}
                intents.settle(connection, one.id, "done", ctx.now(), outcome)
            elif one.ask_at is None:
                # Its run died with the call on its way: the clock starts now.
                intents.doubt(connection, one.id, ctx.now(), ask_after=SECOND_LOOK)
                left |= wanted
            elif ctx.now() < one.ask_at:
                left |= wanted
            elif one.asked < 2:
                intents.doubt(connection, one.id, ctx.now(), ask_after=SECOND_LOOK)
                left |= wanted
            else:
                intents.settle(connection, one.id, "failed", ctx.now(), {"found": []})
        ctx.go_on()
    return left


def _look(ctx: RunContext, order_number: str, wanted: set[str]) -> tuple[set[str], bool]:
    """Packages that hold the lines, and whether all of the lines are open still."""
    try:
        order = ctx.hepsiburada.order(order_number)
    except Refused as error:
        if error.status not in (400, 404):
            raise
        return set(), False
    rows = [line for line in order.items if line.id in wanted]
    packages = {line.package_number for line in rows if line.package_number}
    still_open = {line.id for line in rows if line.status.strip().lower() in _OPEN}
    return packages, bool(wanted) and still_open >= wanted
