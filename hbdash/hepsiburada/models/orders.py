"""Line items and the orders they belong to (H§10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from hbdash.hepsiburada.models.parts import (
    Address,
    CargoCompany,
    Invoice,
    Money,
    Note,
    OptionalDiscount,
    OptionalMoney,
    SomeAddress,
    SomeCargoCompany,
    SomeInvoice,
    SomeWarehouse,
    Warehouse,
)
from hbdash.transport.wire import (
    Flag,
    Key,
    Moment,
    NullIsEmpty,
    ObjectOrNone,
    OptionalAmount,
    OptionalKey,
    OptionalMoment,
    Text,
    Whole,
    WireModel,
)


class OrderLine(WireModel):
    """A line item ("kalem"): one SKU of one order, quantity units (H§10.1).

    vat is in the line's total; commission is per unit (H§3.4). package_number: once it is packed.
    """

    id: Key
    order_number: Key
    order_date: Moment
    status: Text
    sku: Text
    merchant_sku: Text
    name: Text = ""
    quantity: Whole
    unit_price: Money
    total_price: Money
    order_id: Text = ""
    due_date: OptionalMoment = None
    last_status_update_date: OptionalMoment = None
    product_barcode: Text = ""
    customer_id: Text = ""
    customer_name: Text = ""
    vat: OptionalAmount = None
    vat_rate: OptionalAmount = None
    commission: OptionalMoney = None
    commission_rate: OptionalAmount = None
    hb_discount: OptionalDiscount = None
    merchant_discount: OptionalDiscount = None
    discount_to_be_billed_to_hb: OptionalAmount = None
    # By order number these two stand on the order instead.
    shipping_address: SomeAddress = Address()
    invoice: SomeInvoice = Invoice()
    cargo_company: Text = ""
    cargo_company_model: SomeCargoCompany = CargoCompany()
    delivery_type: Text = ""
    can_create_package: Flag = False
    is_cancellable: Flag = False
    is_micro_export: Flag = False
    creation_reason: Text = ""
    delivery_note: Note = ""
    barcode: Text = ""
    package_number: OptionalKey = None
    warehouse: SomeWarehouse = Warehouse()

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "id": ("lineitemid",),
        "sku": ("hbsku", "hepsiburadasku"),
    }


class OrderCustomer(WireModel):
    """Who ordered. customer_id is the only identity of a customer (design rule 2)."""

    customer_id: Text = ""
    name: Text = ""


class Order(WireModel):
    """An order with all its lines, also packed ones (H§10.2)."""

    order_number: Key
    order_id: Text = ""
    order_date: OptionalMoment = None
    created_date: OptionalMoment = None
    payment_status: Text = ""
    customer: Annotated[OrderCustomer | None, ObjectOrNone] = None
    delivery_address: SomeAddress = Address()
    invoice: SomeInvoice = Invoice()
    order_note: Note = ""
    items: Annotated[tuple[OrderLine, ...], NullIsEmpty]


class CancelledLine(WireModel):
    """That units of a line were cancelled (H§10.2): a line may have several such rows."""

    line_item_id: Key
    order_number: Key
    cancel_date: OptionalMoment = None
    cancel_reason_code: Text = ""
    cancelled_by: Text = ""
    merchant_sku: Text = ""
    sku: Text = ""
    quantity: Whole

    other_names: ClassVar[Mapping[str, tuple[str, ...]]] = {"line_item_id": ("id",)}


class AwaitingPayment(WireModel):
    """A line that is not paid yet (H§10.2): it holds stock, and has neither price nor customer."""

    id: Key
    order_number: Key
    order_date: OptionalMoment = None
    merchant_sku: Text = ""
    sku: Text = ""
    name: Text = ""
    quantity: Whole
