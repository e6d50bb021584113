"""What differs between stock and price; all else of the two flows is shared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from hbdash.domain.offers import wanted_price, wanted_stock
from hbdash.hepsiburada.models.listing import Listing as RemoteListing
from hbdash.hepsiburada.models.listing import PriceRow, StockRow, UploadKind
from hbdash.omnitron.calls import Page
from hbdash.omnitron.models.catalogue import Price, Stock
from hbdash.runs.context import RunContext
from hbdash.runs.offer_queue import Waiting
from hbdash.runs.offers import FALLING, RISING, URGENT, price_units, unit_price


@dataclass(frozen=True)
class ListingFacts:
    """What the mirror knows of a SKU's listing, as far as sending needs it."""

    hb_sku: str
    merchant_sku: str
    stock: int
    price: Decimal
    by_hepsiburada: bool
    price_increase_disabled: bool
    price_decrease_disabled: bool
    stock_decrease_disabled: bool
    price_min: Decimal | None
    price_max: Decimal | None


@dataclass(frozen=True)
class Answer:
    """The wanted value of a row, or why there is none.

    ``code`` is a failure id, or ``skip.…`` for a value that is left out without being wrong.
    """

    value: int | None = None
    cap: int | None = None
    urgency: int = RISING
    code: str | None = None
    params: dict[str, str] | None = None


class Kind(Protocol):
    """Stock or price."""

    name: str
    """Also the id of its flow, and of its flag (R6.11, R6.12)."""
    content_type: str
    upload_kind: UploadKind
    urgent_upto: int
    """The last urgency for which the end of the daily quota is kept: what oversells."""

    def due(self, ctx: RunContext, which: str, limit: int) -> Page[Stock] | Page[Price]: ...

    def of_products(
        self, ctx: RunContext, pks: list[int]
    ) -> tuple[Stock, ...] | tuple[Price, ...]: ...

    def answer(
        self, ctx: RunContext, row: Stock | Price, listing: ListingFacts, held: int, stopped: bool
    ) -> Answer: ...

    def send(self, ctx: RunContext, rows: list[Waiting]) -> str: ...

    def reading(self, listing: RemoteListing) -> int: ...


class StockKind:
    """R5.7, R6.12: buffer and held units off, an optional cap."""

    name = "stock"
    content_type = "productstock"
    upload_kind = UploadKind.STOCK
    urgent_upto = FALLING

    def due(self, ctx: RunContext, which: str, limit: int) -> Page[Stock]:
        if which == "updates":
            return ctx.omnitron.stock_updates(limit)
        return ctx.omnitron.stock_inserts(limit)

    def of_products(self, ctx: RunContext, pks: list[int]) -> tuple[Stock, ...]:
        return ctx.omnitron.stocks_of(pks, ctx.channel.stock_list)

    def answer(
        self, ctx: RunContext, row: Stock | Price, listing: ListingFacts, held: int, stopped: bool
    ) -> Answer:
        assert isinstance(row, Stock)
        if listing.by_hepsiburada:
            return Answer(code="skip.by_hepsiburada")
        value = wanted_stock(
            row.stock, row.adjusted_stock, ctx.settings.buffer_stock, held, stopped
        )
        if listing.stock_decrease_disabled and value < listing.stock:
            return Answer(code="offer.held", params={"guard": "stock_decrease_disabled"})
        urgency = URGENT if value == 0 else FALLING if value < listing.stock else RISING
        return Answer(value=value, cap=row.max_quantity, urgency=urgency)

    def send(self, ctx: RunContext, rows: list[Waiting]) -> str:
        return ctx.hepsiburada.upload_stock(
            [StockRow(r.hb_sku, r.merchant_sku or None, r.value, r.cap) for r in rows]
        )

    def reading(self, listing: RemoteListing) -> int:
        return listing.available_stock


class PriceKind:
    """R5.8: adjusted price if there is one, two decimals, never zero or less."""

    name = "price"
    content_type = "productprice"
    upload_kind = UploadKind.PRICE
    urgent_upto = URGENT

    def due(self, ctx: RunContext, which: str, limit: int) -> Page[Price]:
        if which == "updates":
            return ctx.omnitron.price_updates(limit)
        return ctx.omnitron.price_inserts(limit)

    def of_products(self, ctx: RunContext, pks: list[int]) -> tuple[Price, ...]:
        return ctx.omnitron.prices_of(pks, ctx.channel.price_list)

    def answer(
        self, ctx: RunContext, row: Stock | Price, listing: ListingFacts, held: int, stopped: bool
    ) -> Answer:
        assert isinstance(row, Price)
        if row.currency_type and row.currency_type.lower() not in ("try", "tr"):
            return Answer(code="price.currency", params={"currency": row.currency_type})
        price = None if row.price is None else wanted_price(row.price, row.adjusted_price)
        if price is None or price <= 0:
            return Answer(code="price.missing")
        if listing.price_increase_disabled and price > listing.price:
            return Answer(code="offer.held", params={"guard": "price_increase_disabled"})
        if listing.price_decrease_disabled and price < listing.price:
            return Answer(code="offer.held", params={"guard": "price_decrease_disabled"})
        if listing.price_min is not None and price < listing.price_min:
            return Answer(code="price.locked", params=price_bounds("Min", listing))
        if listing.price_max is not None and price > listing.price_max:
            return Answer(code="price.locked", params=price_bounds("Max", listing))
        return Answer(
            value=price_units(price), urgency=FALLING if price < listing.price else RISING
        )

    def send(self, ctx: RunContext, rows: list[Waiting]) -> str:
        return ctx.hepsiburada.upload_price(
            [PriceRow(r.hb_sku, r.merchant_sku or None, unit_price(r.value)) for r in rows]
        )

    def reading(self, listing: RemoteListing) -> int:
        return price_units(listing.price)


def price_bounds(bound: str, listing: ListingFacts) -> dict[str, str]:
    """Parameters of ``price.locked``: which bound, and both limits if they are known."""
    return {
        "bound": bound,
        "min": str(listing.price_min or ""),
        "max": str(listing.price_max or ""),
    }


STOCK, PRICE = StockKind(), PriceKind()
