"""The channel's tree and attributes as Omnitron has them, kept in the process for some minutes.

Every product of a category asks for the same attribute set; a change in the Mapper's set-up counts
within ``KEPT_FOR_S``, and at once for a product whose failure is watched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from hbdash.omnitron.client import OmnitronClient
from hbdash.omnitron.models.catalogue import AttributeConfig
from hbdash.runs.context import RunContext
from hbdash.runs.gate import RunRefused

KEPT_FOR_S = 300.0

T = TypeVar("T")
_Kept = dict[tuple[str, int], tuple[float, Any]]
#: Per client, since what one Omnitron says is nothing to another; gone with its client.
_KEPT: WeakKeyDictionary[OmnitronClient, _Kept] = WeakKeyDictionary()


@dataclass(frozen=True)
class Values:
    """The values of an attribute that takes only those: labels are what Hepsiburada wants."""

    labels: frozenset[str]
    by_value: Mapping[str, str]

    def label_of(self, label: str, value: str) -> str | None:
        """The label to send for what the Mapper chose; ``None`` if it is none of the values."""
        if label in self.labels:
            return label
        return self.by_value.get(value) or (value if value in self.labels else None)


class Catalogue:
    """Answers from memory where it can; every method may raise a ``RemoteError``."""

    def __init__(self, ctx: RunContext) -> None:
        self._omnitron = ctx.omnitron
        self._tree = ctx.settings.category_tree_id
        self._clock = ctx.clock
        self._kept = _KEPT.setdefault(ctx.omnitron, {})

    def forget(self) -> None:
        """Read all anew: something may have been mended a moment ago."""
        self._kept.clear()

    def root_path(self) -> str:
        """Path of the root of the channel's tree; all its nodes' paths begin with it (O§3.6).

        Raises :class:`RunRefused` for a channel without a tree: no product can have a category.
        """
        return self._once(("root", 0), self._read_root)

    def node_remote_ids(self, nodes: Iterable[int]) -> dict[int, str | None]:
        """Hepsiburada's category id of each node; ``None`` for a node that has none."""
        wanted = sorted(set(nodes))
        missing = [pk for pk in wanted if self._standing(("node", pk)) is None]
        if missing:
            actions = self._omnitron.integration_actions("categorynode", object_ids=missing)
            found = {action.object_id: action.remote_id for action in actions}
            for pk in missing:
                # A node that has no id yet may get one any minute.
                if found.get(pk) is not None:
                    self._keep(("node", pk), found[pk])
            return {pk: found.get(pk) or self._standing(("node", pk)) for pk in wanted}
        return {pk: self._standing(("node", pk)) for pk in wanted}

    def configs(self, attribute_set: int) -> tuple[AttributeConfig, ...]:
        """What a category asks for, attribute by attribute."""
        return self._once(
            ("set", attribute_set), lambda: self._omnitron.attribute_configs(attribute_set)
        )

    def values(self, attribute: int) -> Values:
        """The values that an attribute takes."""
        return self._once(("values", attribute), lambda: self._read_values(attribute))

    def _read_root(self) -> str:
        tree = self._tree
        root = None if tree is None else self._omnitron.category_tree(tree).category_root
        if root is None or not root.path:
            raise RunRefused("setting.missing", {"key": "category_ids"})
        return root.path

    def _read_values(self, attribute: int) -> Values:
        rows = self._omnitron.attribute_values(attribute)
        return Values(
            frozenset(row.label for row in rows),
            {row.value: row.label for row in rows if row.value},
        )

    def _once(self, name: tuple[str, int], read: Callable[[], T]) -> T:
        known: T | None = self._standing(name)
        return self._keep(name, read()) if known is None else known

    def _standing(self, name: tuple[str, int]) -> Any:
        at, value = self._kept.get(name, (0.0, None))
        return value if 0 <= self._clock.monotonic() - at < KEPT_FOR_S else None

    def _keep(self, name: tuple[str, int], value: T) -> T:
        self._kept[name] = (self._clock.monotonic(), value)
        return value
