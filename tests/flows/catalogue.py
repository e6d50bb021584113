"""What the tests of the catalogue flows share: Hepsiburada's changes, Omnitron's tables, writes."""

from __future__ import annotations

from typing import Any

from hbdash.sandbox.hepsiburada.mpop import changes
from hbdash.sandbox.world import World
from hbdash.store.tables import Category, CategoryChange, Failure
from tests.support.flows import FlowBench

KILIM, MATS, RUGS, KITCHEN, TEXTILES = 18021982, 18021983, 18020110, 18020020, 18020010
MATERIAL, COLOUR, SIZE = "00000MU", "renk_variant_property", "ebatlar_variant_property"


def hepsiburada(bench: FlowBench, act: str, *arguments: Any, **named: Any) -> Any:
    """Hepsiburada's catalogue team does something."""
    return bench.call(getattr(changes, act), *arguments, **named)


def omnitron(bench: FlowBench, sql: str, *values: Any) -> list[dict[str, Any]]:
    """Rows of the sandbox's own tables."""

    def read(world: World) -> list[dict[str, Any]]:
        return [dict(row) for row in world.db.execute(sql, values)]

    found: list[dict[str, Any]] = bench.call(read)
    return found


def node_of(bench: FlowBench, category: int) -> dict[str, Any]:
    """Omnitron's node of a category, with its parent's category id."""
    (row,) = omnitron(
        bench,
        "SELECT n.*, pa.remote_id AS parent_id, a.version_date FROM om_action a"
        " JOIN om_category_node n ON n.pk = a.object_id"
        " LEFT JOIN om_action pa ON pa.content_type = 13 AND pa.object_id = n.parent"
        " WHERE a.content_type = 13 AND a.remote_id = ?",
        str(category),
    )
    return row


def forget(bench: FlowBench) -> None:
    """Count requests from now on."""
    bench.running.world.books.forget_requests()


def writes(bench: FlowBench) -> dict[str, int]:
    """Calls that would change Omnitron since :func:`forget`: method and resource → count."""
    found: dict[str, int] = {}
    for row in bench.running.world.books.requests():
        if row["service"] == "omnitron" and row["method"] != "GET" and "login" not in row["route"]:
            name = f"{row['method']} {row['route'].split('{channel}/')[-1]}"
            found[name] = found.get(name, 0) + row["count"]
    return found


def state(bench: FlowBench, category: int) -> str:
    """Our word for what became of a category."""
    (row,) = bench.rows(Category, category_id=str(category))
    return str(row["state"])


def history(bench: FlowBench, category: int) -> list[tuple[str, str]]:
    """What is kept of a category's changes: kind and attribute."""
    rows = bench.rows(CategoryChange, category_id=str(category))
    return sorted((row["kind"], row["attribute_id"]) for row in rows)


def open_of(bench: FlowBench, code: str) -> list[dict[str, Any]]:
    """Open failures of a code."""
    rows = bench.rows(Failure, code=code)
    return [row for row in rows if row["state"] in ("open", "retrying", "ended")]
