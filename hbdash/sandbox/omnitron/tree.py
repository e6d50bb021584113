"""Category trees and nodes, read and written (O§7.1, O§7.2).

A node's path has four letters per level, in base 36, and begins with its parent's.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from hbdash.sandbox.omnitron.fields import Field, clean, integer, reference, text
from hbdash.sandbox.omnitron.listing import Source, keys, lookups, number, page, times
from hbdash.sandbox.omnitron.web import Call, Reply
from hbdash.sandbox.omnitron.wire import invalid, iso, not_found, refused

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STEP = 4
_NAME = Field(text(255, blank=False), required=True)
#: Places of a moved node, by the words of the library that keeps such trees [I].
_BELOW = ("first-child", "last-child", "sorted-child")
_BESIDE = ("left", "right", "first-sibling", "last-sibling", "sorted-sibling")


def node_wire(row: sqlite3.Row) -> dict[str, Any]:
    """A category node as JSON."""
    return {
        "pk": row["pk"],
        "id": row["pk"],
        "name": row["name"],
        "order": row["position"],
        "path": row["path"],
        "depth": row["depth"],
        "numchild": row["numchild"],
        "sort_option": None,
        "created_date": iso(row["created"]),
        "modified_date": iso(row["modified"]),
    }


def _tree_wire(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    return {
        "pk": row["pk"],
        "id": row["pk"],
        "name": row["name"],
        "category_root": node_wire(_row(call, "om_category_node", row["root"])),
        "created_date": iso(row["created"]),
        "modified_date": iso(row["modified"]),
    }


_TREES = Source(
    "om_category_tree t",
    lambda call, rows: [_tree_wire(call, row) for row in rows],
    keys() | lookups("name", "t.name"),
)
_NODES = Source(
    "om_category_node t",
    lambda _, rows: [node_wire(row) for row in rows],
    keys()
    | lookups("name", "t.name")
    | lookups("path", "t.path")
    | lookups("numchild", "t.numchild", number)
    | times("created_date", "modified_date"),
    sorts={"path": "t.path"},
    max_limit=10_000,
)


def category_trees(call: Call) -> Any:
    """GET category_trees/"""
    return page(call, _TREES)


def category_tree(call: Call) -> Any:
    """GET category_trees/{id}/"""
    return _tree_wire(call, _row(call, "om_category_tree", call.number("pk")))


def create_tree(call: Call) -> Reply:
    """POST category_trees/ {name}: a tree with its root."""
    name = clean(call.document, {"name": _NAME})["name"]
    root = _insert(call, None, name)
    pk = call.db.execute(
        "INSERT INTO om_category_tree (name, root, created, modified) VALUES (?, ?, ?, ?)",
        (name, root, call.now, call.now),
    ).lastrowid
    call.world.books.effect("omnitron.category_tree", str(pk), {"name": name})
    return Reply(201, _tree_wire(call, _row(call, "om_category_tree", pk or 0)))


def category_nodes(call: Call) -> Any:
    """GET category_nodes/?numchild=0"""
    return page(call, _NODES)


def category_node(call: Call) -> Any:
    """GET category_nodes/{pk}/ and its `detailed/`, which lists the children."""
    row = _row(call, "om_category_node", call.number("pk"))
    if not call.request.url.path.endswith("/detailed/"):
        return node_wire(row)
    children = call.db.execute(
        "SELECT pk, name FROM om_category_node WHERE parent = ? ORDER BY path", (row["pk"],)
    )
    return {**node_wire(row), "children": [dict(child) for child in children]}


def create_node(call: Call) -> Reply:
    """POST category_nodes/ {node: parent, name}; a sibling of that name is a 406."""
    node = Field(reference(call.db, "om_category_node"), required=True)
    values = clean(call.document, {"node": node, "name": _NAME})
    _refuse_twin(call, values["node"], values["name"])
    pk = _insert(call, values["node"], values["name"])
    call.world.books.effect("omnitron.category_node", str(pk), {"name": values["name"]})
    return Reply(201, node_wire(_row(call, "om_category_node", pk)))


def change_node(call: Call) -> Any:
    """PATCH category_nodes/{pk}/ {name}; any PATCH moves its modified_date."""
    row = _row(call, "om_category_node", call.number("pk"))
    name = clean(call.document, {"name": _NAME}, partial=True).get("name", row["name"])
    if name != row["name"]:
        _refuse_twin(call, row["parent"], name, besides=row["pk"])
        call.world.books.effect("omnitron.category_renamed", str(row["pk"]), {"name": name})
    call.db.execute(
        "UPDATE om_category_node SET name = ?, modified = max(?, modified + 1) WHERE pk = ?",
        (name, call.now, row["pk"]),
    )
    return category_node(call)


def move_node(call: Call) -> Any:
    """POST category_nodes/move/ {node, target, pos}: the node goes with all below it."""
    known = Field(reference(call.db, "om_category_node"), required=True)
    values = clean(
        call.document, {"node": known, "target": known, "pos": Field(text(), required=True)}
    )
    row = _row(call, "om_category_node", values["node"])
    target = _row(call, "om_category_node", values["target"])
    if values["pos"] not in _BELOW + _BESIDE:
        raise invalid("pos", f'"{values["pos"]}" is not a valid choice.', "invalid_choice")
    below = values["pos"] in _BELOW
    parent = target if below else _row(call, "om_category_node", target["parent"] or 0)
    if parent["path"].startswith(row["path"]):
        raise refused("Can't move node to a descendant.")
    _refuse_twin(call, parent["pk"], row["name"], besides=row["pk"])
    path = _next_path(call.db, parent)
    call.db.execute(
        "UPDATE om_category_node SET path = ?1 || substr(path, ?2),"
        " depth = depth + ?3, modified = max(?4, modified + 1) WHERE path LIKE ?5 || '%'",
        (path, len(row["path"]) + 1, (len(path) - len(row["path"])) // _STEP, call.now,
         row["path"]),
    )  # fmt: skip
    for pk, change in ((row["parent"], -1), (parent["pk"], 1)):
        call.db.execute(
            "UPDATE om_category_node SET numchild = numchild + ? WHERE pk = ?", (change, pk)
        )
    call.db.execute(
        "UPDATE om_category_node SET parent = ? WHERE pk = ?", (parent["pk"], row["pk"])
    )
    call.world.books.effect("omnitron.category_moved", str(row["pk"]), {"parent": parent["pk"]})
    return node_wire(_row(call, "om_category_node", row["pk"]))


def _row(call: Call, table: str, pk: int) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        f"SELECT * FROM {table} WHERE pk = ?", (integer(pk),)
    ).fetchone()
    if row is None:
        raise not_found()
    return row


def _refuse_twin(call: Call, parent: int | None, name: str, besides: int = 0) -> None:
    twin = call.db.execute(
        "SELECT 1 FROM om_category_node WHERE parent IS ? AND name = ? AND pk <> ?",
        (parent, name, besides),
    ).fetchone()
    if twin is not None:
        raise refused("Category node with this name already exists under the parent node.")


def _insert(call: Call, parent: int | None, name: str) -> int:
    above = None if parent is None else _row(call, "om_category_node", parent)
    path = _next_path(call.db, above)
    pk = call.db.execute(
        "INSERT INTO om_category_node (parent, name, path, depth, numchild, position, created,"
        " modified) VALUES (?, ?, ?, ?, 0, ?, ?, ?)",
        (parent, name, path, len(path) // _STEP, int(path[-_STEP:], 36), call.now, call.now),
    ).lastrowid
    call.db.execute("UPDATE om_category_node SET numchild = numchild + 1 WHERE pk = ?", (parent,))
    return int(pk or 0)


def _next_path(db: sqlite3.Connection, parent: sqlite3.Row | None) -> str:
    above = "" if parent is None else parent["path"]
    last = db.execute(
        "SELECT max(path) FROM om_category_node WHERE path LIKE ? || '____'", (above,)
    ).fetchone()[0]
    value = 1 + (int(last[-_STEP:], 36) if last else 0)
    letters = ""
    for _ in range(_STEP):
        value, digit = divmod(value, 36)
        letters = _DIGITS[digit] + letters
    return above + letters
