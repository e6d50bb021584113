"""What a category asks for, as Omnitron is to have it (table of flows §3, "Map")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hbdash.hepsiburada.models.categories import CategoryAttributes, MarketAttribute

#: Base attributes that hbdash fills by itself unless they are mapped; the rest is the Mapper's.
FILLED_BY_US = frozenset(
    {"merchantSku", "UrunAdi", "price", "stock", "tax_vat_rate"}
    | {f"Image{n}" for n in range(1, 11)}
)
_LONGEST_NAME = 255


@dataclass(frozen=True)
class Target:
    """One category, or the whole channel (``category_id`` empty).

    ask_id: the category whose lists are read; remote_id: of the attribute set in Omnitron.
    """

    category_id: str
    ask_id: str
    name: str
    remote_id: str
    node_pk: int | None = None
    set_pk: int | None = None
    is_first: bool = True
    """Never read whole before: then nothing counts as changed."""


@dataclass(frozen=True)
class Wanted:
    """An attribute as it is to be. same_name_as: id of the one of its name that is kept."""

    id: str
    name: str
    kind: str
    is_mandatory: bool
    is_variant: bool = False
    is_required: bool = False
    same_name_as: str | None = None

    @property
    def is_enum(self) -> bool:
        return self.kind == "enum"

    @property
    def flags(self) -> dict[str, bool]:
        """The switches of its config."""
        return {
            "is_required": self.is_required,
            "is_variant": self.is_variant,
            "is_custom": not self.is_enum,
            "is_image_attribute": self.kind == "media",
        }


def of_category(found: CategoryAttributes) -> dict[str, Wanted]:
    """The category's own attributes and its variant axes, by id."""
    variant = {one.id for one in found.variant}
    rows = {one.id: one for one in (*found.own, *found.variant)}
    return _named_once(
        _wanted(one, is_variant=one.id in variant, is_required=one.mandatory)
        for one in rows.values()
    )


def of_channel(found: CategoryAttributes) -> dict[str, Wanted]:
    """The base attributes, which every category has; what we fill is not asked of the Mapper."""
    return _named_once(
        _wanted(one, is_variant=False, is_required=one.mandatory and one.id not in FILLED_BY_US)
        for one in found.base
    )


def _wanted(one: MarketAttribute, *, is_variant: bool, is_required: bool) -> Wanted:
    name = " ".join(one.name.split())[:_LONGEST_NAME]
    return Wanted(one.id, name, one.type.lower(), one.mandatory, is_variant, is_required)


def _named_once(rows: Iterable[Wanted]) -> dict[str, Wanted]:
    """Two attributes of one name collapse in Omnitron: the mandatory one is kept."""
    found = {one.id: one for one in rows}
    keeper: dict[str, str] = {}
    for one in sorted(found.values(), key=lambda w: (not w.is_mandatory, not w.is_variant, w.id)):
        keeper.setdefault(one.name, one.id)
    return {
        one.id: one if keeper[one.name] == one.id else _collapsed(one, keeper[one.name])
        for one in found.values()
    }


def _collapsed(one: Wanted, kept: str) -> Wanted:
    return Wanted(
        one.id, one.name, one.kind, one.is_mandatory, one.is_variant, one.is_required, kept
    )


@dataclass(frozen=True)
class Before:
    """An attribute as last read."""

    name: str
    kind: str
    is_mandatory: bool
    is_variant: bool
    attribute_pk: int | None = None
    value_count: int | None = None
    value_hash: str = ""


@dataclass(frozen=True)
class AttributeChange:
    """One thing that Hepsiburada changed. kind: as in ``CategoryChange``."""

    kind: str
    attribute_id: str
    name: str
    detail: Mapping[str, object]


def changes(before: Mapping[str, Before], now: Mapping[str, Wanted]) -> list[AttributeChange]:
    """What was added, removed, became mandatory or free, and changed its type or its axis."""
    found = []
    for attribute_id, one in now.items():
        old = before.get(attribute_id)
        kinds = ["added"] if old is None else _kinds(old, one)
        detail = {"name": one.name, "mandatory": one.is_mandatory}
        found += [AttributeChange(kind, attribute_id, one.name, detail) for kind in kinds]
    for attribute_id in sorted(before.keys() - now.keys()):
        name = before[attribute_id].name
        found.append(AttributeChange("removed", attribute_id, name, {"name": name}))
    return found


def _kinds(old: Before, new: Wanted) -> list[str]:
    kinds = []
    if old.is_mandatory != new.is_mandatory:
        kinds.append("mandatory" if new.is_mandatory else "optional")
    if old.is_variant != new.is_variant:
        kinds.append("variant")
    if old.kind != new.kind:
        kinds.append("type")
    return kinds
