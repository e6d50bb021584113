"""Packages and the feeds of what became of them (H§11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar

from hbdash.hepsiburada.models.parts import Money, OptionalMoney, SomeWarehouse, Warehouse
from hbdash.transport.wire import (
    Flag,
    Key,
    Moment,
    NullIsEmpty,
    OptionalAmount,
    OptionalKey,
    OptionalMoment,
    Text,
    Texts,
    Whole,
    WireModel,
)


class PackageItem(WireModel):
    """A line, or a part of it, in a package. price is what the customer paid for a unit; vat is
    inside total_price, for all units; commission is per unit (H§3.4)."""

    line_item_id: Key
    order_number: Key
    order_date: OptionalMoment = None
    hb_sku: Text
    merchant_sku: Text
    quantity: Whole
    price: Money
    total_price: Money
    vat: OptionalAmount = None
    vat_rate: OptionalAmount = None
    commission: OptionalMoney = None
    commission_rate: OptionalAmount = None
    unit_hb_discount: OptionalMoney = None
    total_hb_discount: OptionalMoney = None
    unit_merchant_discount: OptionalMoney = None
    total_merchant_discount: OptionalMoney = None
    merchant_unit_price: OptionalMoney = None
    merchant_total_price: OptionalMoney = None
    discount_to_be_billed_to_hb: OptionalAmount = None
    listing_id: Text = ""
    product_name: Text = ""
    product_barcode: Text = ""
    delivery_type: Text = ""
    cargo_payment_info: Text = ""
    creation_reason: Text = ""
    is_micro_export: Flag = False
    warehouse: SomeWarehouse = Warehouse()

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {"hb_sku": ("sku", "hepsiburadasku")}


class Package(WireModel):
    """A package ready to ship (H§11.1). status Open or Unpacked. Texts are as the customer typed
    them; e-mail is Hepsiburada's relay, the same for everybody."""

    id: Text = ""
    package_number: Key
    status: Text
    customer_id: Text
    customer_name: Text = ""
    order_date: Moment
    due_date: OptionalMoment = None
    unpacked_date: OptionalMoment = None
    barcode: Text = ""
    cargo_company: Text = ""
    shipping_address_detail: Text = ""
    recipient_name: Text = ""
    shipping_country_code: Text = ""
    shipping_district: Text = ""
    shipping_town: Text = ""
    shipping_city: Text = ""
    email: Text = ""
    phone_number: Text = ""
    company_name: Text = ""
    billing_address: Text = ""
    billing_city: Text = ""
    billing_town: Text = ""
    billing_district: Text = ""
    billing_postal_code: Text = ""
    billing_country_code: Text = ""
    tax_office: Text = ""
    tax_number: Text = ""
    identity_no: Text = ""
    shipping_total_price: OptionalMoney = None
    customs_total_price: OptionalMoney = None
    total_price: Money
    is_cargo_changable: Flag = False
    estimated_arrival_date: OptionalMoment = None
    total_deci: OptionalAmount = None
    items: Annotated[tuple[PackageItem, ...], NullIsEmpty]

    @property
    def is_unpacked(self) -> bool:
        return self.status.strip().lower() == "unpacked"


class PackageState(WireModel):
    """Where one package is (H§11.3). status e.g. InTransit, Delivered."""

    package_number: Key
    barcode: Text = ""
    status: Text
    cargo_company: Text = ""
    tracking_info_code: Text = ""
    tracking_info_url: Text = ""
    deci: OptionalAmount = None
    estimated_arrival_date: OptionalMoment = None


class PackageEvent(WireModel):
    """A row of the feeds shipped, delivered, undelivered (H§11.2); it names no lines."""

    package_number: Key
    id: Text = ""
    barcode: Text = ""
    order_number: OptionalKey = None
    order_numbers: Texts = ()
    shipped_date: OptionalMoment = None
    delivered_date: OptionalMoment = None
    undelivered_date: OptionalMoment = None
    undelivered_reason: Text = ""
    deci: OptionalAmount = None

    @property
    def happened_at(self) -> datetime | None:
        """The feed's own date."""
        return self.undelivered_date or self.delivered_date or self.shipped_date

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders in it, each once."""
        single = (self.order_number,) if self.order_number else ()
        return tuple(dict.fromkeys((*single, *filter(None, self.order_numbers))))


class UnpackedPackage(WireModel):
    """A package that was broken up (H§11.2)."""

    package_number: Key
    barcode: Text = ""
    unpacked_date: OptionalMoment = None


class PackageableLine(WireModel):
    """A line that may lie in one package with another (H§10.3)."""

    order_number: Key
    line_item_id: Key
    quantity: Whole


class NewPackageNumber(WireModel):
    """A package that was just made (H§11.4)."""

    package_number: Key
    barcode: Text = ""


class PackageLabels(WireModel):
    """Cargo labels of a package, one per parcel: ZPL as text, all else in base64 (H§11.5)."""

    data: Texts = ()
    format: Text = ""
    has_merchant_mutual_barcode: Flag = False
