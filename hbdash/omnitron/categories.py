"""Calls about the channel's category tree (O§7.1, O§7.2)."""

from __future__ import annotations

from collections.abc import Iterator

from hbdash.omnitron.calls import PAGE, Calls, Page
from hbdash.omnitron.models.batch import IntegrationAction
from hbdash.omnitron.models.catalogue import CategoryTree
from hbdash.omnitron.models.categories import DetailedNode, TreeNode
from hbdash.transport.wire import parse_one

#: Where a moved node goes, by the word of the library that keeps such trees (our choice, O§7.2).
BELOW = "last-child"


class CategoryCalls(Calls):
    """A write whose answer was lost is recognised by the next reading: names are unique among
    siblings, so a node that is there already is adopted (flows §3)."""

    def trees_named(self, name: str) -> tuple[CategoryTree, ...]:
        """Trees of exactly that name."""
        found = self._all(self._path("category_trees"), CategoryTree, {"name": name})
        return tuple(tree for tree in found if tree.name == name)

    def create_tree(self, name: str) -> CategoryTree:
        """A tree with its root."""
        reply = self.remote.request("POST", self._path("category_trees"), json={"name": name})
        return parse_one(CategoryTree, reply.json(), reply)

    def node_pages(self, *, limit: int = PAGE) -> Iterator[Page[TreeNode]]:
        """All nodes of all trees; those of a tree begin with its root's path."""
        return self._pages(self._path("category_nodes"), TreeNode, {"sort": "id"}, limit=limit)

    def action_pages(
        self, content_type: str, *, limit: int = PAGE
    ) -> Iterator[Page[IntegrationAction]]:
        """All integration actions of a kind, page by page: a tree has 28,000."""
        params = {"content_type_name": content_type, "sort": "id"}
        path = self._path("integration_actions")
        return self._pages(path, IntegrationAction, params, limit=limit)

    def node_with_children(self, pk: int) -> DetailedNode:
        """A node and its children."""
        return self._one(self._path("category_nodes", pk, "detailed"), DetailedNode)

    def create_node(self, parent: int, name: str) -> TreeNode:
        """A node below `parent`. A `Refused` means that a sibling has that name (O§7.2)."""
        body = {"node": parent, "name": name}
        reply = self.remote.request("POST", self._path("category_nodes"), json=body)
        return parse_one(TreeNode, reply.json(), reply)

    def patch_node(self, pk: int, name: str) -> TreeNode:
        """Rename a node, or touch it with the name it has: its modified_date moves on."""
        reply = self.remote.request(
            "PATCH", self._path("category_nodes", pk), json={"name": name}, repeatable=True
        )
        return parse_one(TreeNode, reply.json(), reply)

    def move_node(self, pk: int, parent: int) -> None:
        """Put a node below another parent, with all that is below it. Harmless twice."""
        body = {"node": pk, "target": parent, "pos": BELOW}
        path = self._path("category_nodes", "move")
        self.remote.request("POST", path, json=body, repeatable=True)
