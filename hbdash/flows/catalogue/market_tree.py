"""Hepsiburada's category tree, as far as it is configured (H§6.1, R2.13)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from hbdash.hepsiburada.models.products import Category

LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class MarketNode:
    """A category. path: names from the root to itself; is_listed: false for one that only the
    paths of others tell of."""

    id: str
    name: str
    parent: str | None
    path: tuple[str, ...]
    takes_products: bool = False
    is_listed: bool = True


@dataclass
class MarketTree:
    """The categories below the configured ones, and which of those is above each."""

    nodes: dict[str, MarketNode] = field(default_factory=dict)
    main_of: dict[str, str] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)

    def in_depth(self) -> Iterator[MarketNode]:
        """Parents before children."""
        waiting = [n for n in sorted(self.nodes, reverse=True) if self.main_of[n] == n]
        while waiting:
            node = self.nodes[waiting.pop()]
            yield node
            waiting += sorted(self.children.get(node.id, ()), reverse=True)

    def names(self, category_id: str) -> list[str]:
        """Names from the main category to this one."""
        found: list[str] = []
        at: str | None = category_id
        while at is not None and at in self.nodes:
            found.append(self.nodes[at].name)
            at = None if self.main_of[at] == at else self.nodes[at].parent
        return found[::-1]


def market_node(row: Category) -> MarketNode:
    """A row of the list, slim: there are 28,000."""
    name = " ".join(row.name.split())[:LONGEST_NAME] or row.category_id
    return MarketNode(
        row.category_id, name, row.parent_category_id, tuple(row.paths), row.takes_products
    )


def grow(rows: Iterable[MarketNode], mains: Sequence[str]) -> MarketTree:
    """The tree below ``mains``. Parents that the list leaves out are filled from the paths."""
    nodes = {node.id: node for node in rows}
    _fill_parents(nodes)
    tree = MarketTree()
    wanted = set(mains)
    above = _climber(nodes, wanted)
    for node_id, node in nodes.items():
        main = above(node_id)
        if main is not None:
            tree.nodes[node_id] = node
            tree.main_of[node_id] = main
            if main != node_id and node.parent is not None:
                tree.children.setdefault(node.parent, []).append(node_id)
    return tree


def subtree(tree: MarketTree, roots: Iterable[str]) -> set[str]:
    """Ids of these categories and of all below them."""
    found: set[str] = set()
    waiting = [root for root in roots if root in tree.nodes]
    while waiting:
        node_id = waiting.pop()
        if node_id not in found:
            found.add(node_id)
            waiting += tree.children.get(node_id, ())
    return found


def _fill_parents(nodes: dict[str, MarketNode]) -> None:
    by_path = {node.path: node.id for node in nodes.values() if node.path}
    waiting = list(nodes.values())
    while waiting:
        node = waiting.pop()
        parent = node.parent
        if parent is None and len(node.path) > 1:
            parent = by_path.get(node.path[:-1])
            if parent is not None:
                nodes[node.id] = replace(node, parent=parent)
        if parent is None or parent in nodes:
            continue
        path = node.path[:-1]
        name = " ".join(path[-1].split())[:LONGEST_NAME] if path else ""
        filled = MarketNode(parent, name or parent, None, path, is_listed=False)
        nodes[parent] = filled
        by_path.setdefault(path, parent)
        waiting.append(filled)


def _climber(nodes: dict[str, MarketNode], mains: set[str]) -> Callable[[str], str | None]:
    """Tells the topmost configured category above a category, itself included."""
    known: dict[str, str | None] = {}

    def main_of(start: str) -> str | None:
        chain: list[str] = []
        at: str | None = start
        found: str | None = None
        while at is not None and at in nodes and at not in known:
            if at in chain:
                break  # a tree that goes in a circle has no top
            chain.append(at)
            at = nodes[at].parent
        if at is not None and at in known:
            found = known[at]
        for node_id in reversed(chain):
            if found is None and node_id in mains:
                found = node_id
            known[node_id] = found
        return known[start]

    return main_of
