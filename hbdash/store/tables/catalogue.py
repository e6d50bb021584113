"""Hepsiburada's categories, what they ask for, and what is known of it in Omnitron (flows §3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hbdash.store.types import big_field, id_field, json_field, key_field, moment_field

#: Under this id stand the base attributes, which every category has (Default Attributes, R5.3).
EVERY_CATEGORY = ""


class Category(SQLModel, table=True):
    """A category of Hepsiburada under one of the configured main ones (R2.13). Never deleted."""

    __table_args__ = (
        Index("category_by_node", "channel_id", "node_pk"),
        Index("category_by_parent", "channel_id", "parent_id"),
        {"sqlite_with_rowid": False},
    )

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    category_id: str = key_field(primary_key=True)
    name: str
    name_folded: str = key_field("")
    parent_id: str | None = key_field(None)
    main_id: str = key_field("")
    """The configured category it stands under."""
    path: list[str] = json_field(list)
    """Names from the main category to itself."""
    state: str = key_field()
    """``leaf`` (takes products), ``branch``, ``closed``, ``gone`` or ``outside`` (not configured
    any more)."""
    node_pk: int | None = big_field(None)
    """Its node in Omnitron's tree; ``None`` until it was written."""
    set_pk: int | None = big_field(None)
    """Its attribute set there."""
    state_since: datetime = moment_field()
    attributes_at: datetime | None = moment_field(None)
    """When its attributes and values were last read whole."""


class CategoryAttribute(SQLModel, table=True):
    """What a category asks for, as last read (H§6.2). One that is gone stays, marked."""

    __tablename__ = "category_attribute"
    __table_args__ = ({"sqlite_with_rowid": False},)

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    category_id: str = key_field(primary_key=True)
    """Empty for the base attributes."""
    attribute_id: str = key_field(primary_key=True)
    name: str
    kind: str = key_field()
    """Hepsiburada's type in lower case: ``string``, ``integer``, ``enum``, ``media``, ``video``."""
    is_mandatory: bool
    is_variant: bool = False
    attribute_pk: int | None = big_field(None)
    """The channel's attribute of that name in Omnitron; set once all of it is written."""
    value_count: int | None = None
    value_hash: str = key_field("")
    """Of the values in any order: another one means that the list changed."""
    same_name_as: str | None = key_field(None)
    """Id of the attribute of the same name that Omnitron keeps in place of this one."""
    gone_at: datetime | None = moment_field(None)


class CategoryValue(SQLModel, table=True):
    """A value of an enum in one category (H§6.3). One that is gone stays, marked."""

    __tablename__ = "category_value"
    __table_args__ = ({"sqlite_with_rowid": False},)

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    category_id: str = key_field(primary_key=True)
    attribute_id: str = key_field(primary_key=True)
    digest: str = key_field(primary_key=True)
    """Of the text, which may be longer than an index takes."""
    label: str
    run_id: int = big_field()
    """The run that read it last while the list was being compared."""
    is_configured: bool = False
    """Named in the set's own list of values in Omnitron (O§7.4 step 9)."""
    gone_at: datetime | None = moment_field(None)


class OmnitronValue(SQLModel, table=True):
    """A value of an attribute in Omnitron, of all categories together (O§7.5)."""

    __tablename__ = "omnitron_value"
    __table_args__ = (
        Index("omnitron_value_by_pk", "channel_id", "value_pk"),
        {"sqlite_with_rowid": False},
    )

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    attribute_pk: int = big_field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    digest: str = key_field(primary_key=True)
    value_pk: int = big_field()
    run_id: int = big_field()
    """The run that saw it last."""
    has_action: bool = False
    """Its integration action was seen or written."""


class CategoryMember(SQLModel, table=True):
    """That a product stands in a node of the channel's tree, as last read (O§3.6)."""

    __tablename__ = "category_member"
    __table_args__ = (
        Index("category_member_by_node", "channel_id", "node_pk"),
        {"sqlite_with_rowid": False},
    )

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    product_pk: int = big_field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    node_pk: int = big_field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    run_id: int = big_field()


class CategoryChange(SQLModel, table=True):
    """Something that Hepsiburada changed in a category (R5.18); history, never rewritten."""

    __tablename__ = "category_change"
    __table_args__ = (Index("category_change_by_category", "channel_id", "category_id", "at"),)

    id: int | None = id_field()
    channel_id: int
    category_id: str = key_field()
    attribute_id: str = key_field("")
    """Empty when the category itself changed."""
    kind: str = key_field()
    """``new``, ``renamed``, ``moved``, ``closed``, ``gone``, ``opened``; of an attribute
    ``added``, ``removed``, ``mandatory``, ``optional``, ``variant``, ``type``, ``values_added``,
    ``values_lost``."""
    at: datetime = moment_field()
    run_id: int = big_field()
    detail: dict[str, Any] = json_field()
    """``name``; of values ``count`` and some ``examples``."""
