"""Category nodes with their children, attribute sets and all that hangs on them (O§7)."""

from __future__ import annotations

from typing import Annotated

from hbdash.omnitron.models.catalogue import CategoryNode
from hbdash.omnitron.models.row import Row
from hbdash.transport.wire import NullIsEmpty, OptionalKey, OptionalPk, OptionalUtcMoment, Pk, Text


class TreeNode(CategoryNode):
    """A node with the moment of its last change: a PATCH moves it (O§7.4 step 10)."""

    modified_date: OptionalUtcMoment = None


class ChildNode(Row):
    """A child as its parent's `detailed/` lists it."""

    name: Text = ""


class DetailedNode(TreeNode):
    """A node and its children (O§7.2)."""

    children: Annotated[tuple[ChildNode, ...], NullIsEmpty] = ()


class AttributeSet(Row):
    """What one category, or the whole channel, asks for. remote_id: the category's id."""

    name: Text = ""
    remote_id: OptionalKey = None


class SetConfig(Row):
    """Which node a set belongs to; none: the whole channel (O§7.6)."""

    attribute_set: Pk
    object_id: OptionalPk = None


class Attribute(Row):
    """An attribute of the channel; its name is unique there (O§7.4 step 5)."""

    name: Text


class AttributeSchema(Row):
    """The Mapper's rules of an attribute, which users fill (O§7.4 step 6)."""

    name: Text = ""


class ValueConfig(Row):
    """That a set takes a value (O§7.4 step 9)."""

    attribute_set: Pk
    attribute_value: Pk
