"""Orders in flow tests: placing them, and what both sides' books say of them afterwards."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hbdash.runs.held import held_units
from hbdash.sandbox import objects
from hbdash.sandbox.figures import figures
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.world import World
from tests.support.flows import FlowBench

FLOW = "order_create"
#: Until Hepsiburada has packed a paid order.
PACKING = 5


def place(bench: FlowBench, *lines: Any, **named: Any) -> str:
    """A customer orders, and Hepsiburada packs."""
    number: str = bench.call(marketplace.place_order, lines=lines or None, **named)
    bench.move(PACKING)
    return number


def both_sides(bench: FlowBench, number: str) -> dict[str, Any]:
    """The order as Hepsiburada and Omnitron hold it."""
    found: dict[str, Any] = bench.call(objects.order, number)
    return found


def in_omnitron(bench: FlowBench, number: str) -> list[dict[str, Any]]:
    """Omnitron's orders that hold units of a Hepsiburada order."""
    found: list[dict[str, Any]] = both_sides(bench, number)["omnitron"]
    return found


def packages(bench: FlowBench, number: str) -> list[str]:
    """Package numbers of an order at Hepsiburada, oldest first."""
    return [one["package_number"] for one in both_sides(bench, number)["hepsiburada"]["packages"]]


def assert_each_unit_once(bench: FlowBench, *numbers: str) -> None:
    """Every unit of these orders that was not cancelled is one live item, and none is two."""
    for number in numbers:
        sides = both_sides(bench, number)
        wanted = Counter(
            {
                line["line_id"]: line["quantity"] - line["cancelled_quantity"]
                for line in sides["hepsiburada"]["lines"]
            }
        )
        items = [item for order in sides["omnitron"] for item in order["items"]]
        live = [item["remote_id"] for item in items if item["status"] != "100"]
        assert len(live) == len(set(live)), f"{number}: a unit is held twice: {live}"
        assert Counter(unit.rpartition("-")[0] for unit in live) == +wanted, number
    most = bench.call(lambda world: world.books.counts("omnitron.order"))
    assert all(kind["most"] == 1 for kind in most.values()), "an order was written twice"


def actions(bench: FlowBench, number: str) -> set[tuple[str, str]]:
    """(model, remote id) of what Omnitron knows as synced of an order."""

    def read(world: World) -> set[tuple[str, str]]:
        found = set()
        for order in objects.order(world, number)["omnitron"]:  # type: ignore[index]
            pks = {"order": [order["pk"]], "orderitem": [one["pk"] for one in order["items"]]}
            for row in world.db.execute("SELECT * FROM om_action WHERE status = 'success'"):
                for model, ids in pks.items():
                    if row["object_id"] in ids and _model(row["content_type"]) == model:
                        found.add((model, row["remote_id"]))
        return found

    return bench.call(read)  # type: ignore[no-any-return]


def _model(content_type: int) -> str:
    from hbdash.sandbox.omnitron import contenttypes

    return contenttypes.MODELS[content_type][1]


def add_fault(bench: FlowBench, kind: str, path: str, **settings: Any) -> None:
    """Omnitron misbehaves once on a path, unless settings say otherwise."""
    chosen = {"service": "omnitron", "count": 1, **settings}
    bench.call(lambda world: world.faults.add(kind=kind, path=path, **chosen))


def held_here(bench: FlowBench) -> dict[str, int]:
    """SKU key → units held, as hbdash counts them."""
    with bench.db.read() as connection:
        keys = [product.sku.replace(" ", "").upper() for product in bench.seeded(lambda p: True)]
        return held_units(connection, bench.channel_id, keys)


def held_there(bench: FlowBench) -> dict[str, int]:
    """SKU key → units held, as they truly are."""

    def read(world: World) -> dict[str, int]:
        figures(world)
        return dict(world.db.execute("SELECT sku_key, units FROM temp.held").fetchall())

    return bench.call(read)  # type: ignore[no-any-return]
