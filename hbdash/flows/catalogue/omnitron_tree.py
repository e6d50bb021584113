"""Omnitron's side of the tree: which nodes there are, and writing those that differ (O§7.1–7.3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from hbdash.flows.catalogue.market_tree import MarketNode
from hbdash.omnitron.attributes import CATEGORY_NODE
from hbdash.omnitron.models.catalogue import CategoryTree
from hbdash.runs.context import RunContext
from hbdash.transport.errors import Refused

_STEP = 4
"""Letters of a path per level (O§7.2)."""


class NameTaken(Exception):
    """A sibling of that name stands for another category that Hepsiburada still has."""


@dataclass
class OmnitronTree:
    """The nodes below the channel's root, by their number and by the category they stand for."""

    root: int
    name: dict[int, str] = field(default_factory=dict)
    parent: dict[int, int] = field(default_factory=dict)
    node_of: dict[str, int] = field(default_factory=dict)
    """Category id → node."""
    remote_of: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Node → its integration action and the category id there."""


def load_tree(ctx: RunContext) -> OmnitronTree:
    """The channel's tree; a channel that has none gets one, unless the run is dry."""
    tree = _channel_tree(ctx)
    if tree is None or tree.category_root is None:
        return OmnitronTree(0)
    root = tree.category_root
    found = OmnitronTree(root.pk)
    by_path: dict[str, int] = {root.path: root.pk}
    paths: dict[int, str] = {}
    for page in ctx.omnitron.node_pages():
        if page.faulty:
            raise page.faulty[0]
        for node in page.rows:
            if node.path.startswith(root.path) and node.pk != root.pk:
                found.name[node.pk] = node.name
                by_path[node.path] = node.pk
                paths[node.pk] = node.path
        ctx.go_on()
    for pk, path in paths.items():
        found.parent[pk] = by_path.get(path[:-_STEP], 0)
    _load_remote_ids(ctx, found)
    return found


def _load_remote_ids(ctx: RunContext, tree: OmnitronTree) -> None:
    for page in ctx.omnitron.action_pages(CATEGORY_NODE):
        if page.faulty:
            raise page.faulty[0]
        for action in page.rows:
            if action.remote_id and action.object_id in tree.name:
                tree.node_of.setdefault(action.remote_id, action.object_id)
                tree.remote_of.setdefault(action.object_id, (action.pk, action.remote_id))
        ctx.go_on()


def _channel_tree(ctx: RunContext) -> CategoryTree | None:
    number = ctx.settings.category_tree_id
    if number is not None:
        return ctx.omnitron.category_tree(number)
    if ctx.dry_run:
        return None
    # The name is the channel's own, so a tree whose making was not answered is found again.
    seed = f"{ctx.omnitron.remote.base_url}/{ctx.channel.remote_id}"
    name = f"Sales Channel Tree {uuid5(NAMESPACE_URL, seed)}"
    found = ctx.omnitron.trees_named(name)
    ctx.before_write()
    tree = found[0] if found else ctx.omnitron.create_tree(name)
    ctx.omnitron.patch_channel(category_tree=tree.pk)
    return tree


class TreeWriter:
    """Puts one category after the other into its place, writing only what differs."""

    def __init__(self, ctx: RunContext, tree: OmnitronTree, at_market: set[str]) -> None:
        self._ctx = ctx
        self._tree = tree
        self._at_market = at_market
        self.written: Counter[str] = Counter()

    def differs(self, node: MarketNode, parent: int | None) -> bool:
        """Whether anything would be written; ``parent`` is its parent's node."""
        pk = self._tree.node_of.get(node.id)
        return (
            pk is None or self._tree.name[pk] != node.name or self._tree.parent[pk] != parent
        )  # fmt: skip

    def place(self, node: MarketNode, parent: int) -> int:
        """The node's number. Raises `Refused` in Omnitron's words, or :class:`NameTaken`."""
        tree = self._tree
        pk = tree.node_of.get(node.id)
        if pk is None:
            return self._make(node, parent)
        if tree.parent[pk] != parent:
            self._ctx.before_write()
            self._ctx.omnitron.move_node(pk, parent)
            tree.parent[pk] = parent
            self.written["moved"] += 1
        if tree.name[pk] != node.name:
            self._ctx.before_write()
            self._ctx.omnitron.patch_node(pk, node.name)
            tree.name[pk] = node.name
            self.written["renamed"] += 1
        return pk

    def _make(self, node: MarketNode, parent: int) -> int:
        omnitron = self._ctx.omnitron
        self._ctx.before_write()
        try:
            made = omnitron.create_node(parent, node.name)
            pk, modified = made.pk, made.modified_date
            self.written["created"] += 1
        except Refused as error:
            children = omnitron.node_with_children(parent).children
            twin = next((child.pk for child in children if child.name == node.name), None)
            if twin is None:
                raise error from None
            pk, modified = twin, omnitron.node_with_children(twin).modified_date
            self.written["adopted"] += 1
        self._name_remote(node, pk, modified)
        self._tree.name[pk], self._tree.parent[pk] = node.name, parent
        self._tree.node_of[node.id] = pk
        return pk

    def _name_remote(self, node: MarketNode, pk: int, modified: datetime | None) -> None:
        """Say that the node is this category; one whose category is gone goes to the new one."""
        omnitron = self._ctx.omnitron
        standing = self._tree.remote_of.get(pk)
        self._ctx.before_write()
        if standing is not None:
            action, remote_id = standing
            if remote_id in self._at_market:
                self.written["adopted"] -= 1
                raise NameTaken(remote_id)
            omnitron.patch_action(action, remote_id=node.id)
            self._tree.node_of.pop(remote_id, None)
            self._tree.remote_of[pk] = (action, node.id)
            return
        content_type = omnitron.content_type(CATEGORY_NODE).pk
        made = omnitron.create_action(content_type, pk, node.id, modified)
        self._tree.remote_of[pk] = (made.pk, node.id)
