"""Reading categories, their attributes and the values of those (H§6)."""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from hbdash.sandbox.hepsiburada.mpop import attributes
from hbdash.sandbox.hepsiburada.mpop.answers import Internal, Told, page, single
from hbdash.sandbox.world import World

_FLAGS = {"true": 1, "false": 0}


class Categories:
    def __init__(self, world: World) -> None:
        self.world = world
        self.db = world.db

    def all(self, request: Request) -> Response:
        """``get-all-categories``: leaf, ACTIVE and available ones unless asked otherwise."""
        asked = page(request, self.world.limits.categories_page)
        query = request.query_params
        status, kind = query.get("status", "ACTIVE"), query.get("type")
        if status not in ("ACTIVE", "INACTIVE", "ARCHIVED"):
            raise Internal("status")
        where = ["leaf = ?", "available = ?", "status = ?"]
        arguments: list[Any] = [_flag(query.get("leaf")), _flag(query.get("available")), status]
        if kind is not None:
            where.append("type = ?")
            arguments.append(kind)
        condition = " AND ".join(where)
        total = self.db.execute(
            f"SELECT count(*) FROM hb_category WHERE {condition}", arguments
        ).fetchone()[0]
        rows = self.db.execute(
            f"SELECT * FROM hb_category WHERE {condition} ORDER BY id LIMIT ? OFFSET ?",
            (*arguments, asked.size, asked.offset),
        )
        return asked.answer(total, [_wire(row) for row in rows])

    def attributes(self, request: Request) -> Response:
        """``{id}/attributes``: base, own and variant attributes, not paged."""
        category = self._category(request)
        found = {
            section: [one.wire() for one in attributes.of(self.db, category, section)]
            for section in attributes.SECTIONS
        }
        return single(
            {
                "baseAttributes": found["base"],
                "attributes": found["attributes"],
                "variantAttributes": found["variant"],
            }
        )

    def values(self, request: Request) -> Response:
        """``{id}/attribute/{aid}/values``: the singular path, paging mandatory."""
        category = self._category(request)
        asked = page(request, self.world.limits.attribute_values_page, required=True)
        wanted = request.path_params["attribute"]
        found = attributes.find(self.db, category, wanted)
        if found is None:
            raise Told(2002, f"Attribute not found by attributeId: {wanted}")
        if found.type != "enum":
            raise Told(2001, "Attribute type is not enum")
        total = attributes.count_values(self.db, found)
        rows = attributes.page_of_values(self.db, found, asked.offset, asked.size)
        return asked.answer(total, rows, {"X-Total-Count": str(total)})

    def _category(self, request: Request) -> int:
        category = int(request.path_params["category"])
        problem = attributes.category_problem(find(self.db, category))
        if problem is not None:
            raise Told(*problem)
        return category


def find(db: sqlite3.Connection, category: object) -> sqlite3.Row | None:
    """A category by id."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM hb_category WHERE id = ?", (category,)
    ).fetchone()
    return row


def _flag(text: str | None) -> int:
    if text is None:
        return 1
    if text.lower() not in _FLAGS:
        raise Internal("flag")
    return _FLAGS[text.lower()]


def _wire(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "categoryId": row["id"],
        "name": row["name"],
        "displayName": row["name"],
        "parentCategoryId": row["parent"],
        "paths": orjson.loads(row["path"]),
        "leaf": bool(row["leaf"]),
        "status": row["status"],
        "type": row["type"],
        "sortId": str(row["id"] % 20),
        "available": bool(row["available"]),
        "productTypes": [{"name": row["name"], "productTypeId": row["id"] % 9000}]
        if row["leaf"]
        else [],
        "merge": False,
    }
