"""Our table of categories: who is new, who changed, who is gone (flows §3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from hbdash.domain.turkish import fold
from hbdash.flows.catalogue.market_tree import MarketNode, MarketTree
from hbdash.store.bulk import sliced, table_of, upsert
from hbdash.store.tables import Category, CategoryChange

#: States in which a category is part of the tree.
IN_TREE = ("leaf", "branch")
_SLICE = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A category as last kept."""

    name: str
    parent: str | None
    main: str
    state: str
    node_pk: int | None
    path: tuple[str, ...]


def known_categories(connection: Connection, channel_id: int) -> dict[str, Known]:
    """All categories of the channel, slim."""
    t = table_of(Category)
    rows = connection.execute(
        select(
            t.c.category_id, t.c.name, t.c.parent_id, t.c.main_id, t.c.state, t.c.node_pk, t.c.path
        ).where(t.c.channel_id == channel_id)
    )
    return {row.category_id: Known(*row[1:6], tuple(row.path)) for row in rows}


def state_of(node: MarketNode) -> str:
    """Only leaves that are active and available take products."""
    return "leaf" if node.takes_products else "branch"


def keep_nodes(
    connection: Connection,
    channel_id: int,
    run_id: int,
    tree: MarketTree,
    placed: Sequence[tuple[MarketNode, int]],
    known: Mapping[str, Known],
    now: datetime,
    *,
    is_first: bool,
) -> list[str]:
    """Write these nodes and what changed in them; returns categories that opened again."""
    rows = []
    changes: list[dict[str, Any]] = []
    opened = []
    for node, pk in placed:
        before, state = known.get(node.id), state_of(node)
        rows.append(
            {
                "channel_id": channel_id,
                "category_id": node.id,
                "name": node.name,
                "name_folded": fold(node.name),
                "parent_id": None if tree.main_of[node.id] == node.id else node.parent,
                "main_id": tree.main_of[node.id],
                "path": tree.names(node.id),
                "state": state,
                "node_pk": pk,
                "state_since": now,
            }
        )
        for kind, detail in _changes(node, state, before, is_first=is_first):
            changes.append(change(channel_id, run_id, node.id, kind, now, detail))
            if kind == "opened":
                opened.append(node.id)
    told = [row for row in rows if _state_stays(row, known) and _differs(row, known)]
    fresh = [row for row in rows if not _state_stays(row, known)]
    columns = ("name", "name_folded", "parent_id", "main_id", "node_pk", "path")
    key = ("channel_id", "category_id")
    upsert(connection, Category, told, key=key, update=columns)
    upsert(connection, Category, fresh, key=key, update=(*columns, "state", "state_since"))
    note_changes(connection, changes)
    return opened


def _state_stays(row: Mapping[str, Any], known: Mapping[str, Known]) -> bool:
    before = known.get(row["category_id"])
    return before is not None and before.state == row["state"]


def _differs(row: Mapping[str, Any], known: Mapping[str, Known]) -> bool:
    before = known[row["category_id"]]
    return (before.name, before.parent, before.main, before.node_pk, list(before.path)) != (
        row["name"], row["parent_id"], row["main_id"], row["node_pk"], row["path"],
    )  # fmt: skip


def _changes(
    node: MarketNode, state: str, before: Known | None, *, is_first: bool
) -> Iterable[tuple[str, dict[str, Any]]]:
    if before is None:
        if not is_first:
            yield "new", {"name": node.name}
        return
    if before.name != node.name:
        yield "renamed", {"name": node.name, "before": before.name}
    if before.parent is not None and before.parent != node.parent:
        yield "moved", {"name": node.name}
    if before.state not in IN_TREE and state == "leaf":
        yield "opened", {"name": node.name}


def set_state(
    connection: Connection,
    channel_id: int,
    category_ids: Iterable[str],
    state: str,
    now: datetime,
) -> None:
    """Mark categories; nothing is ever deleted."""
    t = table_of(Category)
    for part in sliced(sorted(category_ids), _SLICE):
        connection.execute(
            update(t)
            .where(t.c.channel_id == channel_id, t.c.category_id.in_(part), t.c.state != state)
            .values(state=state, state_since=now)
        )


def change(
    channel_id: int,
    run_id: int,
    category_id: str,
    kind: str,
    now: datetime,
    detail: Mapping[str, Any],
    attribute_id: str = "",
) -> dict[str, Any]:
    """A row of what Hepsiburada changed."""
    return {
        "channel_id": channel_id,
        "category_id": category_id,
        "attribute_id": attribute_id,
        "kind": kind,
        "at": now,
        "run_id": run_id,
        "detail": dict(detail),
    }


def note_changes(connection: Connection, changes: Collection[Mapping[str, Any]]) -> None:
    """Write the history."""
    if changes:
        connection.execute(insert(table_of(CategoryChange)), list(changes))
