"""What the merchant does with packages in Hepsiburada's panel; each public name is an act."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hbdash.sandbox.hepsiburada.oms import lines as order_lines
from hbdash.sandbox.hepsiburada.oms import packing
from hbdash.sandbox.hepsiburada.shopping import pack_due
from hbdash.sandbox.hepsiburada.wire import SECOND, micros
from hbdash.sandbox.world import World


def unpack(world: World, package_number: str, *, pack_again: bool = False) -> None:
    """An open package is broken in the merchant's panel; perhaps Hepsiburada packs anew."""
    package = packing.package_in(world, package_number, "Open")
    packing.unpack(world, package_number)
    if pack_again:
        packing.pack_again(world, package["order_number"], micros(world.clock.now()))
        pack_due(world)


def pack(world: World, order_number: str, quantity: int | None = None, packages: int = 1) -> Any:
    """The merchant packs in the panel what is open of an order; answers the package numbers.

    ``quantity``: at most so many units. ``packages``: into so many, unit by unit.
    """
    units = [
        line["line_id"]
        for line in world.db.execute(
            "SELECT line_id, open_quantity FROM hb_line JOIN hb_order USING (order_number)"
            " WHERE order_number = ? AND open_quantity > 0 AND paid IS NOT NULL ORDER BY seq",
            (order_number,),
        )
        for _ in range(line["open_quantity"])
    ][:quantity]
    if not units:
        raise ValueError(f"nothing of order {order_number} is open")
    return _pack_units(world, units, packages)


def pack_later(world: World, package_number: str, seconds: float) -> None:
    """What a package held is packed by Hepsiburada after a while."""
    package = packing.find(world.db, package_number)
    if package is None:
        raise ValueError(f"no package {package_number}")
    at = micros(world.clock.now()) + int(seconds * SECOND)
    packing.pack_again(world, package["order_number"], at)


def _pack_units(world: World, units: list[str], packages: int) -> list[str]:
    made: list[str] = []
    count = min(max(1, packages), len(units))
    for part in range(count):
        share = Counter(units[part::count])
        rows = order_lines.of_ids(world.db, share)
        contents = [(rows[line], held) for line, held in sorted(share.items())]
        made.append(packing.pack(world, contents)[0])
    return made


def repack(world: World, package_number: str, packages: int = 1) -> Any:
    """An open package is broken and its units are packed otherwise at once; the new numbers."""
    packing.package_in(world, package_number, "Open")
    units = [
        line["line_id"]
        for line, count in packing.contents(world.db, package_number)
        for _ in range(count)
    ]
    packing.unpack(world, package_number)
    return _pack_units(world, units, packages)


def split(world: World, package_number: str) -> Any:
    """The merchant splits a package in the panel: one unit goes alone, the rest stays together."""
    packing.package_in(world, package_number, "Open")
    units = [
        line["line_id"]
        for line, count in packing.contents(world.db, package_number)
        for _ in range(count)
    ]
    if len(units) < 2:
        raise ValueError(f"package {package_number} has one unit")
    packing.unpack(world, package_number)
    made = [*_pack_units(world, units[:1], 1), *_pack_units(world, units[1:], 1)]
    world.books.effect("hepsiburada.split", package_number, {"groups": made})
    return made
