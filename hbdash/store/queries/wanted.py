"""What ought to be at the marketplace, as SQL over the mirror (flows sections 5 and 8)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, func, literal, select, type_coerce
from sqlalchemy.sql.selectable import Subquery

from hbdash.store.bulk import table_of
from hbdash.store.tables import (
    CatalogueItem,
    Listing,
    MarketLine,
    Offer,
    OmnitronItem,
)
from hbdash.store.types import LIRA_SCALE

items, listings, offers = table_of(CatalogueItem), table_of(Listing), table_of(Offer)

#: C of flows section 8: simple, active, in the channel's catalogue.
IN_CATALOGUE: ColumnElement[bool] = items.c.is_simple & items.c.is_active & items.c.is_listed

#: V: on sale at Hepsiburada.
ON_SALE: ColumnElement[bool] = func.coalesce(listings.c.is_salable, False)

#: Conditions of R7.1.3, beside being in the catalogue.
SALEABLE: ColumnElement[bool] = (
    (func.coalesce(type_coerce(items.c.price, BigInteger), 0) > 0)
    & (func.coalesce(items.c.stock, 0) > 0)
    & (items.c.categories >= 1)
    & items.c.has_image
)


def joined() -> Any:
    """Catalogue items with their listing, if there is one that is not gone."""
    return items.outerjoin(
        listings,
        (listings.c.channel_id == items.c.channel_id)
        & (listings.c.sku_key == items.c.sku_key)
        & listings.c.gone.is_(False),
    )


def held_by_line(channel_id: int) -> Subquery:
    """Line id and SKU key → units that no live Omnitron item holds; may be 0 or less.

    ``quantity − cancelled`` are the units alive at the marketplace: unpaid, waiting to be packed,
    or in a package, also one that is shipped. Units of a package that another order holds have
    their items in our ledger; those of a broken one are in a feed again, or cancelled.
    """
    lines, written = table_of(MarketLine), table_of(OmnitronItem)
    in_omnitron = (
        select(func.count())
        .where(
            written.c.channel_id == lines.c.channel_id,
            written.c.line_item_id == lines.c.line_item_id,
            written.c.state == "live",
        )
        .scalar_subquery()
    )
    return (
        select(
            lines.c.line_item_id,
            lines.c.sku_key,
            (lines.c.quantity - lines.c.cancelled - in_omnitron).label("units"),
        )
        .where(lines.c.channel_id == channel_id, lines.c.quantity > lines.c.cancelled)
        .subquery()
    )


def held_by_sku(channel_id: int) -> Subquery:
    """SKU key → units ordered at the marketplace and not yet an item in Omnitron."""
    per_line = held_by_line(channel_id)
    return (
        select(per_line.c.sku_key, func.sum(per_line.c.units).label("units"))
        .where(per_line.c.units > 0)
        .group_by(per_line.c.sku_key)
        .subquery("held")
    )


def wanted_stock_sql(buffer_stock: int, held: Subquery) -> ColumnElement[Any]:
    """Raw stock less buffer less held units, at least 0."""
    value = items.c.stock - literal(buffer_stock) - func.coalesce(held.c.units, 0)
    return case((value > 0, value), else_=0)


def price_in_kurus(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A price as whole kuruş, rounded half up."""
    step = LIRA_SCALE // 100
    return (type_coerce(column, BigInteger) + step // 2) // step


def on_its_way(kind: str) -> ColumnElement[bool]:
    """A value of the SKU waits or is in an upload: that is lag, another figure."""
    return (
        select(literal(1))
        .where(
            offers.c.channel_id == items.c.channel_id,
            offers.c.sku_key == items.c.sku_key,
            offers.c.kind == kind,
            offers.c.state.in_(("waiting", "sent")),
        )
        .exists()
    )
