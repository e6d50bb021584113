"""Listings (H§9): offers with price and stock, and the uploads that change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar, NamedTuple

from hbdash.transport.wire import (
    Amount,
    Flag,
    Key,
    NullIsEmpty,
    OptionalAmount,
    OptionalKey,
    OptionalMoment,
    OptionalWhole,
    Rows,
    Text,
    Texts,
    Whole,
    WireModel,
)


class Listing(WireModel):
    """One offer (H§9.1). maximum_purchasable_quantity: 0 means no cap."""

    listing_id: Key
    hepsiburada_sku: Key
    merchant_sku: Text
    price: Amount
    available_stock: Whole
    is_salable: Flag
    maximum_purchasable_quantity: OptionalWhole = None
    minimum_purchasable_quantity: OptionalWhole = None
    dispatch_time: OptionalWhole = None
    deactivation_reasons: Texts = ()
    is_suspended: Flag = False
    sku_after_suspension: OptionalKey = None
    is_locked: Flag = False
    lock_reasons: Texts = ()
    is_frozen: Flag = False
    freeze_reasons: Texts = ()
    is_fulfilled_by_hb: Flag = False
    price_increase_disabled: Flag = False
    price_decrease_disabled: Flag = False
    stock_decrease_disabled: Flag = False
    product_id: OptionalKey = None
    cargo_company1: Text = ""
    cargo_company2: Text = ""
    cargo_company3: Text = ""

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {"hepsiburada_sku": ("hbsku", "sku")}


@dataclass(frozen=True)
class ListingPage(Rows[Listing]):
    """A page of listings (E3). total: of the whole query. limit: what the service really gave.

    total None: the answer does not say; there may be more until a page is empty.
    """

    total: int | None = None
    limit: int = 0
    offset: int = 0


class StockRow(NamedTuple):
    """One row of a stock upload (H§9.2). max_quantity None leaves the key out: the cap stays."""

    hb_sku: str | None
    merchant_sku: str | None
    stock: int
    max_quantity: int | None = None


class PriceRow(NamedTuple):
    """One row of a price upload (H§9.2). price: lira, at most two decimals."""

    hb_sku: str | None
    merchant_sku: str | None
    price: Decimal


class UploadKind(StrEnum):
    """The path segment of an upload."""

    STOCK = "stock-uploads"
    PRICE = "price-uploads"


class RowErrors(WireModel):
    """What is wrong with one row of an upload. element_no counts from 1; errors: H§17.6."""

    element_no: Whole
    hepsiburada_sku: Text = ""
    merchant_sku: Text = ""
    errors: Texts = ()


class RegulativePrice(WireModel):
    """Bounds set by the state for a category."""

    min_amount: OptionalAmount = None
    max_amount: OptionalAmount = None
    category_name: Text = ""


class PriceValidation(WireModel):
    """A price that locked its listing off sale, although the upload is Done (H§9.3).

    type: MinLock or MaxLock. A price between min_price and max_price opens the listing again.
    """

    element_no: Whole
    hepsiburada_sku: Text = ""
    merchant_sku: Text = ""
    type: Text = ""
    min_price: OptionalAmount = None
    max_price: OptionalAmount = None
    regulative_price_detail: RegulativePrice | None = None
    description: Text = ""


class UploadStatus(WireModel):
    """How far an upload is (H§9.3). The word for pending is not documented: anything but
    Done and Failed. Done alone is no success: see `errors` and `price_validations`."""

    id: Key
    status: Text
    created_at: OptionalMoment = None
    total: OptionalWhole = None
    errors: Annotated[tuple[RowErrors, ...], NullIsEmpty] = ()
    price_validations: Annotated[tuple[PriceValidation, ...], NullIsEmpty] = ()

    @property
    def is_done(self) -> bool:
        return self.status.strip().lower() == "done"

    @property
    def is_failed(self) -> bool:
        return self.status.strip().lower() == "failed"

    @property
    def is_pending(self) -> bool:
        return not (self.is_done or self.is_failed)
