"""Both sides' offers as last read, and what is wanted and sent."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from hbdash.store.types import (
    big_field,
    id_field,
    json_field,
    key_field,
    lira_field,
    moment_field,
)

_WAITING = text("state = 'waiting'")
_UNSETTLED = text("upload_id IS NOT NULL")


class CatalogueItem(SQLModel, table=True):
    """A SKU of the channel's catalogue in Omnitron (flows section 8, column group OM)."""

    __tablename__ = "catalogue_item"
    __table_args__ = (
        Index("catalogue_by_product", "channel_id", "product_pk"),
        {"sqlite_with_rowid": False},
    )

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sku_key: str = key_field(primary_key=True)
    product_pk: int = big_field()
    sku: str = key_field()
    name: str = ""
    name_folded: str = key_field("")
    base_code: str = key_field("")
    is_simple: bool = True
    is_active: bool = True
    is_listed: bool = True
    """A row of the channel's products; false once two whole sweeps missed it."""
    categories: int = 0
    has_image: bool = False
    price: Decimal | None = lira_field(None)
    """adjusted_price if not null, else price, of the catalog's price list."""
    price_pk: int | None = big_field(None)
    stock: int | None = None
    """Raw stock: adjusted_stock if not null, else stock."""
    stock_pk: int | None = big_field(None)
    max_quantity: int | None = None
    changed_at: datetime = moment_field()
    """Newest modified_date among product, price and stock."""
    read_at: datetime = moment_field()
    sweep: int = 0


class Listing(SQLModel, table=True):
    """A listing at Hepsiburada (H§9.1; flows section 8, column group HB)."""

    __table_args__ = (
        Index("listing_by_hb_sku", "channel_id", "hb_sku"),
        {"sqlite_with_rowid": False},
    )

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sku_key: str = key_field(primary_key=True)
    hb_sku: str = key_field()
    merchant_sku: str = key_field()
    """As spelt there: uploads must use this spelling."""
    listing_id: str = key_field("")
    price: Decimal = lira_field()
    stock: int
    max_quantity: int = 0
    is_salable: bool
    is_locked: bool = False
    is_suspended: bool = False
    is_frozen: bool = False
    by_hepsiburada: bool = False
    price_increase_disabled: bool = False
    price_decrease_disabled: bool = False
    stock_decrease_disabled: bool = False
    reasons: list[str] = json_field(list)
    """Lock, freeze and deactivation reasons in one list."""
    price_min: Decimal | None = lira_field(None)
    price_max: Decimal | None = lira_field(None)
    """Bounds learnt from a price validation (H§9.3)."""
    read_at: datetime = moment_field()
    sweep: int = 0
    gone: bool = False


class Offer(SQLModel, table=True):
    """What is wanted, sent and confirmed for one SKU and kind of value. No history in it."""

    __table_args__ = (
        Index("offer_waiting", "channel_id", "kind", "urgency", "wanted_at",
              sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("offer_unsettled", "channel_id", "kind", "upload_id",
              sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
        {"sqlite_with_rowid": False},
    )  # fmt: skip

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sku_key: str = key_field(primary_key=True)
    kind: str = key_field(primary_key=True)
    """``stock`` or ``price``."""
    wanted: int | None = big_field(None)
    """Pieces, or 10⁻⁵ lira."""
    wanted_cap: int | None = None
    wanted_version: int = 0
    """Grows with each change; a late result for an older version settles nothing."""
    wanted_at: datetime | None = moment_field(None)
    """When the value changed in Omnitron: the start of its lag."""
    urgency: int = 2
    """0 stop of sale and zeros, 1 falling, 2 rising, 3 retry."""
    sent: int | None = big_field(None)
    sent_version: int | None = None
    sent_at: datetime | None = moment_field(None)
    upload_id: int | None = big_field(None)
    """The one upload that is not settled; a second may not carry this SKU and kind."""
    confirmed: int | None = big_field(None)
    confirmed_version: int | None = None
    confirmed_at: datetime | None = moment_field(None)
    lag_ms: int | None = big_field(None)
    """Time from the change in Omnitron to its confirmation, of the last confirmed value."""
    state: str = key_field("waiting")
    """A value of ``hbdash.domain.offers.OfferState``."""
    code: str | None = key_field(None)
    batch_id: int | None = big_field(None)
    object_pk: int | None = big_field(None)
    is_correction: bool = False
    overwritten: int = 0
    """How often a second writer undid a correction."""


class Sweep(SQLModel, table=True):
    """One whole reading of a side; rows of an unfinished one never count as gone."""

    id: int | None = id_field()
    channel_id: int = Field(index=True)
    side: str = key_field()
    """``omnitron`` or ``hepsiburada``."""
    number: int
    started_at: datetime = moment_field()
    ended_at: datetime | None = moment_field(None)
    rows: int = 0
    whole: bool = False
    position: dict[str, Any] = json_field()


class Difference(SQLModel, table=True):
    """A price or stock that differed after both sides were asked again (flows section 8)."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    channel_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sku_key: str = key_field(primary_key=True)
    kind: str = key_field(primary_key=True)
    """``stock`` or ``price``."""
    ours: int = big_field()
    theirs: int = big_field()
    """Pieces, or 10⁻⁵ lira."""
    found_at: datetime = moment_field()
    asked_at: datetime = moment_field()
    """When both sides were read again and still differed."""
    corrected_at: datetime | None = moment_field(None)


class Figure(SQLModel, table=True):
    """A figure at a moment: the eight of R7.1, and those of our own (lag, open failures)."""

    __table_args__ = (Index("figure_by_name", "channel_id", "name", "at"),)

    id: int | None = id_field()
    channel_id: int
    name: str = key_field()
    at: datetime = moment_field()
    value: int = big_field()
    note: dict[str, Any] = json_field()
