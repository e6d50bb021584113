"""What Hepsiburada's catalogue team does now and then: each public name is an act of the sandbox.

Categories are closed, moved and renamed, attributes come and become mandatory, values are dropped
(H§6.2: "several times a year").
"""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson

from hbdash.sandbox.hepsiburada.mpop import attributes
from hbdash.sandbox.hepsiburada.mpop.attributes import Attribute
from hbdash.sandbox.world import World

_TYPES = ("string", "integer", "enum", "media", "video")


def new_category(
    world: World, category_id: int, name: str, parent_id: int | None = None, leaf: bool = True
) -> dict[str, Any]:
    """A category is opened, without attributes of its own; its parent is no leaf any more."""
    above = [] if parent_id is None else _path(_category(world, parent_id))
    try:
        world.db.execute(
            "INSERT INTO hb_category VALUES (?, ?, ?, ?, ?, 'ACTIVE', 1, 'HB')",
            (category_id, name, orjson.dumps([*above, name]).decode(), parent_id, leaf),
        )
    except sqlite3.IntegrityError as error:
        raise ValueError(f"there is a category {category_id}") from error
    world.db.execute("UPDATE hb_category SET leaf = 0 WHERE id = ?", (parent_id,))
    return {"category": category_id, "name": name}


def set_category(
    world: World,
    category_id: int,
    status: str | None = None,
    available: bool | None = None,
    leaf: bool | None = None,
) -> dict[str, Any]:
    """Close or open a category: ``status`` ACTIVE, INACTIVE or ARCHIVED; available; leaf."""
    row = _category(world, category_id)
    if status not in (None, "ACTIVE", "INACTIVE", "ARCHIVED"):
        raise ValueError(f"no such status: {status}")
    values = (
        row["status"] if status is None else status,
        row["available"] if available is None else int(available),
        row["leaf"] if leaf is None else int(leaf),
    )
    world.db.execute(
        "UPDATE hb_category SET status = ?, available = ?, leaf = ? WHERE id = ?",
        (*values, category_id),
    )
    return {"category": category_id, "status": values[0], "available": bool(values[1])}


def remove_category(world: World, category_id: int) -> dict[str, Any]:
    """A category is gone: nobody knows its id any more (code 1004)."""
    _category(world, category_id)
    world.db.execute("DELETE FROM hb_category WHERE id = ?", (category_id,))
    return {"category": category_id}


def rename_category(world: World, category_id: int, name: str) -> dict[str, Any]:
    """A category gets another name, also in the paths of those below it."""
    row = _category(world, category_id)
    world.db.execute("UPDATE hb_category SET name = ? WHERE id = ?", (name, category_id))
    _repath(world, category_id, [*_path(row)[:-1], name])
    return {"category": category_id, "name": name}


def move_category(world: World, category_id: int, parent_id: int) -> dict[str, Any]:
    """A category goes below another parent, with all that is below it."""
    row, parent = _category(world, category_id), _category(world, parent_id)
    world.db.execute("UPDATE hb_category SET parent = ? WHERE id = ?", (parent_id, category_id))
    _repath(world, category_id, [*_path(parent), row["name"]])
    return {"category": category_id, "parent": parent_id}


def add_attribute(
    world: World,
    category_id: int,
    attribute_id: str,
    name: str,
    mandatory: bool = False,
    type: str = "string",
    values: list[str] | None = None,
    count: int = 0,
    variant: bool = False,
) -> dict[str, Any]:
    """A category asks for one attribute more; ``count`` makes that many values."""
    _category(world, category_id)
    if type not in _TYPES:
        raise ValueError(f"no such type: {type}")
    section = "variant" if variant else "attributes"
    try:
        attributes.add(
            world.db, Attribute(attribute_id, name, mandatory, type, section, category_id)
        )
    except sqlite3.IntegrityError as error:
        raise ValueError(f"category {category_id} has an attribute {attribute_id}") from error
    return add_values(world, category_id, attribute_id, values, count)


def add_values(
    world: World,
    category_id: int,
    attribute_id: str,
    values: list[str] | None = None,
    count: int = 0,
) -> dict[str, Any]:
    """Values come to an attribute's list: those named, and ``count`` made ones."""
    found = _attribute(world, category_id, attribute_id)
    there = attributes.count_values(world.db, found)
    made = [f"{found.name} {n:06d}" for n in range(there + 1, there + count + 1)]
    attributes.add_values(world.db, found.category, attribute_id, [*(values or []), *made])
    return {
        "category": category_id,
        "attribute": attribute_id,
        "values": attributes.count_values(world.db, found),
    }


def remove_attribute(world: World, category_id: int, attribute_id: str) -> dict[str, Any]:
    """A category asks for an attribute no longer."""
    found = _attribute(world, category_id, attribute_id)
    for table, column in (("hb_attribute", "id"), ("hb_attribute_value", "attribute")):
        world.db.execute(
            f"DELETE FROM {table} WHERE category = ? AND {column} = ?",
            (found.category, attribute_id),
        )
    return {"category": category_id, "attribute": attribute_id}


def set_attribute(
    world: World,
    category_id: int,
    attribute_id: str,
    mandatory: bool | None = None,
    name: str | None = None,
    type: str | None = None,
) -> dict[str, Any]:
    """An attribute becomes mandatory or free, gets another name or type; base ones everywhere."""
    found = _attribute(world, category_id, attribute_id)
    world.db.execute(
        "UPDATE hb_attribute SET mandatory = ?, name = ?, type = ? WHERE category = ? AND id = ?",
        (
            found.mandatory if mandatory is None else mandatory,
            found.name if name is None else name,
            found.type if type is None else type,
            found.category,
            attribute_id,
        ),
    )
    return {"category": category_id, "attribute": attribute_id}


def drop_value(world: World, category_id: int, attribute_id: str, value: str) -> dict[str, Any]:
    """A value is no longer in an attribute's list."""
    found = _attribute(world, category_id, attribute_id)
    gone = world.db.execute(
        "DELETE FROM hb_attribute_value WHERE category = ? AND attribute = ? AND value = ?",
        (found.category, attribute_id, value),
    ).rowcount
    if not gone:
        raise ValueError(f"{attribute_id} has no value {value!r}")
    return {"category": category_id, "attribute": attribute_id, "value": value}


def _category(world: World, category_id: int) -> sqlite3.Row:
    row: sqlite3.Row | None = world.db.execute(
        "SELECT * FROM hb_category WHERE id = ?", (category_id,)
    ).fetchone()
    if row is None:
        raise LookupError(f"Hepsiburada has no category {category_id}")
    return row


def _attribute(world: World, category_id: int, attribute_id: str) -> Attribute:
    found = attributes.find(world.db, category_id, attribute_id)
    if found is None:
        raise LookupError(f"category {category_id} has no attribute {attribute_id}")
    return found


def _path(row: sqlite3.Row) -> list[str]:
    path: list[str] = orjson.loads(row["path"])
    return path


def _repath(world: World, category_id: int, path: list[str]) -> None:
    """Write a category's path of names, and those of all below it."""
    world.db.execute(
        "UPDATE hb_category SET path = ? WHERE id = ?", (orjson.dumps(path).decode(), category_id)
    )
    below = world.db.execute(
        "SELECT id, name FROM hb_category WHERE parent = ?", (category_id,)
    ).fetchall()
    for row in below:
        _repath(world, row["id"], [*path, row["name"]])
