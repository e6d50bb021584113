"""Categories with the products in them, what one asks for, and what Hepsiburada changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from hbdash.domain.turkish import fold
from hbdash.store.bulk import table_of
from hbdash.store.tables import Category, CategoryAttribute, CategoryChange, CategoryMember

_category, _attribute = table_of(Category), table_of(CategoryAttribute)
_member, _change = table_of(CategoryMember), table_of(CategoryChange)


@dataclass(frozen=True)
class CategoryRow:
    """A category in the list. path: names from the main category to itself; products: in its node
    of Omnitron's tree; changes: how often Hepsiburada changed it, changed_at the last time."""

    category_id: str
    name: str
    path: tuple[str, ...]
    main_id: str
    state: str
    state_since: datetime
    is_written: bool
    products: int
    attributes_at: datetime | None
    changes: int
    changed_at: datetime | None


@dataclass(frozen=True)
class AttributeRow:
    """What a category asks for; gone_at: when it was found missing."""

    attribute_id: str
    name: str
    kind: str
    is_mandatory: bool
    is_variant: bool
    is_written: bool
    values: int | None
    same_name_as: str | None
    gone_at: datetime | None


@dataclass(frozen=True)
class ChangeRow:
    """Something that Hepsiburada changed."""

    category_id: str
    category: str
    attribute_id: str
    kind: str
    at: datetime
    detail: Mapping[str, Any]


def category_rows(
    connection: Connection,
    channel_id: int,
    *,
    text: str = "",
    states: tuple[str, ...] = (),
    used_only: bool = False,
    category_id: str | None = None,
) -> tuple[CategoryRow, ...]:
    """Categories as a tree reads: by main category and path. text: part of a name, any case."""
    products = (
        select(_member.c.node_pk, func.count().label("n"))
        .where(_member.c.channel_id == channel_id)
        .group_by(_member.c.node_pk)
        .subquery()
    )
    changes = (
        select(_change.c.category_id, func.count().label("n"), func.max(_change.c.at).label("at"))
        .where(_change.c.channel_id == channel_id)
        .group_by(_change.c.category_id)
        .subquery()
    )
    statement: Select[Any] = (
        select(_category, products.c.n, changes.c.n.label("changes"), changes.c.at)
        .select_from(
            _category.outerjoin(products, products.c.node_pk == _category.c.node_pk).outerjoin(
                changes, changes.c.category_id == _category.c.category_id
            )
        )
        .where(_category.c.channel_id == channel_id)
    )
    if text:
        statement = statement.where(_category.c.name_folded.contains(fold(text), autoescape=True))
    if states:
        statement = statement.where(_category.c.state.in_(states))
    if used_only:
        statement = statement.where(products.c.n > 0)
    if category_id is not None:
        statement = statement.where(_category.c.category_id == category_id)
    found = [
        CategoryRow(
            row["category_id"], row["name"], tuple(row["path"]), row["main_id"], row["state"],
            row["state_since"], row["node_pk"] is not None, row["n"] or 0, row["attributes_at"],
            row["changes"] or 0, row["at"],
        )
        for row in connection.execute(statement).mappings()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.main_id, [fold(p) for p in one.path])))


def attribute_rows(
    connection: Connection, channel_id: int, category_id: str
) -> tuple[AttributeRow, ...]:
    """What a category asks for, mandatory ones first, gone ones last."""
    t = _attribute
    rows = connection.execute(
        select(t)
        .where(t.c.channel_id == channel_id, t.c.category_id == category_id)
        .order_by(t.c.gone_at.is_not(None), t.c.is_mandatory.desc(), t.c.name)
    ).mappings()
    return tuple(
        AttributeRow(
            row["attribute_id"], row["name"], row["kind"], row["is_mandatory"],
            row["is_variant"], row["attribute_pk"] is not None, row["value_count"],
            row["same_name_as"], row["gone_at"],
        )
        for row in rows
    )  # fmt: skip


def change_rows(
    connection: Connection,
    channel_id: int,
    category_id: str | None = None,
    *,
    limit: int = 200,
) -> tuple[ChangeRow, ...]:
    """What Hepsiburada changed, newest first; None: in all categories."""
    statement = (
        select(_change, _category.c.name.label("category"))
        .select_from(
            _change.outerjoin(
                _category,
                (_category.c.channel_id == _change.c.channel_id)
                & (_category.c.category_id == _change.c.category_id),
            )
        )
        .where(_change.c.channel_id == channel_id)
        .order_by(_change.c.id.desc())
        .limit(limit)
    )
    if category_id is not None:
        statement = statement.where(_change.c.category_id == category_id)
    return tuple(
        ChangeRow(
            row["category_id"], row["category"] or "", row["attribute_id"], row["kind"],
            row["at"], row["detail"],
        )
        for row in connection.execute(statement).mappings()
    )  # fmt: skip
