"""What a category asks of its products (H§6.2, H§6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from hbdash.transport.wire import Flag, Key, NullIsEmpty, OptionalKey, Text, WireModel


class MarketAttribute(WireModel):
    """One attribute. type: string, integer, enum, media or video, in any case."""

    id: Key
    name: Key
    mandatory: Flag = False
    type: Text = "string"
    multi_value: Flag = False

    @property
    def is_enum(self) -> bool:
        """Takes only the values of its list."""
        return self.type.lower() == "enum"

    @property
    def is_image(self) -> bool:
        return self.type.lower() == "media"


Attributes = Annotated[tuple[MarketAttribute, ...], NullIsEmpty]


class CategoryAttributes(WireModel):
    """base: the same fields in every category; variant: the axes of a variant group."""

    base: Attributes = ()
    own: Attributes = ()
    variant: Attributes = ()

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "base": ("baseattributes",),
        "own": ("attributes",),
        "variant": ("variantattributes",),
    }


class MarketValue(WireModel):
    """One value of an enum: the text is what imports send; its id may be missing."""

    id: OptionalKey = None
    value: Text = ""
