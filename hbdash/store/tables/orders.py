"""Marketplace orders, packages and lines; Omnitron orders and items; who holds which unit."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from hbdash.store.types import (
    big_field,
    id_field,
    json_field,
    key_field,
    lira_field,
    moment_field,
)

_LIVE = text("state = 'live'")
_HINDERED = text("packing <> ''")
_NOT_LOOKED_AT = text("looked_at IS NULL")


class MarketOrder(SQLModel, table=True):
    """An order at Hepsiburada, as far as its packages and lines told."""

    __tablename__ = "market_order"
    __table_args__ = (
        UniqueConstraint("channel_id", "order_number"),
        Index("market_order_by_customer", "channel_id", "customer_id"),
    )

    id: int | None = id_field()
    channel_id: int
    order_number: str = key_field()
    customer_id: str = key_field("")
    customer_name: str = ""
    placed_at: datetime | None = moment_field(None)
    first_seen: datetime = moment_field()


class MarketPackage(SQLModel, table=True):
    """A package at Hepsiburada; one Omnitron order per package (design rule 2)."""

    __tablename__ = "market_package"
    __table_args__ = (
        UniqueConstraint("channel_id", "package_number"),
        Index("package_by_order", "channel_id", "order_number"),
        Index("package_by_state", "channel_id", "state", "due_at"),
    )

    id: int | None = id_field()
    channel_id: int
    package_number: str = key_field()
    order_number: str = key_field()
    status: str = key_field()
    """Hepsiburada's word: Open, Unpacked, InTransit, Delivered …"""
    state: str = key_field("seen")
    """Ours: ``seen``, ``failed``, ``written``, ``linked`` (units held by another order),
    ``left`` (not ours to write) or ``unknown`` (asked again)."""
    due_at: datetime | None = moment_field(None)
    added_at: datetime | None = moment_field(None)
    cargo: str = ""
    barcode: str = key_field("")
    total: Decimal = lira_field(Decimal(0))
    city: str = ""
    town: str = ""
    tracking_number: str = key_field("")
    """The carrier's code, known once it was shipped (H§11.3)."""
    tracking_url: str = ""
    invoice_link: str = ""
    """The link that Hepsiburada has from us, or ``-`` for one that it had before."""
    label: str = key_field("")
    """Cargo label (R2.36): empty (not wanted, or not looked at), ``wanted``, ``written`` or
    ``none`` (Hepsiburada makes none)."""
    label_at: datetime | None = moment_field(None)
    """When a wanted label is asked for again."""
    omnitron_order_id: int | None = big_field(None)
    first_seen: datetime = moment_field()
    seen_at: datetime = moment_field()
    payload: dict[str, Any] = json_field()
    """What was read, so that a retry does not need the feed; personal data leave with retention."""


class MarketLine(SQLModel, table=True):
    """A line item (H§10): the unit of work is (line item, n), n from 1 to quantity."""

    __tablename__ = "market_line"
    __table_args__ = (
        UniqueConstraint("channel_id", "line_item_id"),
        Index("line_by_order", "channel_id", "order_number"),
        Index("line_by_sku", "channel_id", "sku_key"),
        Index("line_not_packed", "channel_id", sqlite_where=_HINDERED, postgresql_where=_HINDERED),
    )

    id: int | None = id_field()
    channel_id: int
    line_item_id: str = key_field()
    order_number: str = key_field()
    sku_key: str = key_field()
    hb_sku: str = key_field("")
    name: str = ""
    quantity: int
    cancelled: int = 0
    packing: str = key_field("")
    """Failure id that keeps it from being packed by us (R2.32); empty when nothing does."""


class MarketCancellation(SQLModel, table=True):
    """That units of a line were cancelled at Hepsiburada (H§10.2); kept beyond its month.

    A row names a line and a quantity, not a package or a unit. Hepsiburada gives it no id: ``mark``
    is made of its own values, and counts rows that are equal in all of them.
    """

    __tablename__ = "market_cancellation"
    __table_args__ = (
        UniqueConstraint("channel_id", "line_item_id", "mark"),
        Index("cancellation_by_order", "channel_id", "order_number"),
        Index("cancellation_open", "channel_id", "order_number",
              sqlite_where=_NOT_LOOKED_AT, postgresql_where=_NOT_LOOKED_AT),
    )  # fmt: skip

    id: int | None = id_field()
    channel_id: int
    line_item_id: str = key_field()
    mark: str = key_field()
    order_number: str = key_field()
    quantity: int
    cancelled_at: datetime | None = moment_field(None)
    reason_code: str = key_field("")
    """``cancelReasonCode``, mapped by R2.31."""
    cancelled_by: str = ""
    """Customer, Merchant …"""
    first_seen: datetime = moment_field()
    looked_at: datetime | None = moment_field(None)
    """When order_cancel had done what it asks for; None while that is open."""


class PackageLine(SQLModel, table=True):
    """How many of a line lie in a package, and until when; a line may lie in several."""

    __tablename__ = "package_line"
    __table_args__ = (UniqueConstraint("channel_id", "package_number", "line_item_id", "element"),)

    id: int | None = id_field()
    channel_id: int = Field()
    package_number: str = key_field()
    line_item_id: str = key_field()
    element: int = 0
    quantity: int
    until: datetime | None = moment_field(None)


class OmnitronOrder(SQLModel, table=True):
    """An order we wrote, or found, in Omnitron."""

    __tablename__ = "omnitron_order"
    __table_args__ = (UniqueConstraint("channel_id", "number"),)

    id: int | None = id_field()
    channel_id: int
    number: str = key_field()
    remote_pk: int = big_field(index=True)
    package_number: str = key_field()
    amount: Decimal = lira_field()
    written_at: datetime = moment_field()
    batch_closed: bool = False
    """Committed into its batch, which is what gives the order its remote id."""


class OmnitronItem(SQLModel, table=True):
    """One unit of a line in Omnitron; a live item holds its unit."""

    __tablename__ = "omnitron_item"
    __table_args__ = (
        Index("item_unit_once", "channel_id", "line_item_id", "n", unique=True,
              sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("item_by_order", "channel_id", "order_pk"),
    )  # fmt: skip

    id: int | None = id_field()
    channel_id: int
    line_item_id: str = key_field()
    n: int
    item_pk: int = big_field(index=True)
    order_pk: int = big_field()
    package_number: str = key_field("")
    """The package that a split put this very unit into; empty where nobody chose units."""
    state: str = key_field("live")
    """``live`` or ``cancelled``."""
    status: str = key_field("400")
    """Omnitron's status code (O§6.1)."""
