"""Orders, their items and requests to cancel or refund them (O§6)."""

from __future__ import annotations

from typing import Annotated

from hbdash.omnitron.models.row import Row
from hbdash.transport.wire import (
    Bag,
    Flag,
    NullIsEmpty,
    OptionalAmount,
    OptionalKey,
    OptionalPk,
    OptionalUtcMoment,
    OptionalWhole,
    Pk,
    Text,
    UtcMoment,
)


class Order(Row):
    """An order as stored. status: a code of O§6.1, as a number or as a name."""

    number: Text
    status: Text = ""
    amount: OptionalAmount = None
    currency: Text = ""
    customer: OptionalPk = None
    cargo_company: OptionalPk = None
    tracking_number: Text = ""
    e_archive_url: Text = ""
    invoice_number: Text = ""
    invoice_date: OptionalUtcMoment = None
    defined_tracking_url: Text = ""
    date_placed: OptionalUtcMoment = None
    extra_field: Bag = {}
    modified_date: UtcMoment

    @property
    def remote_id(self) -> str:
        """`extra_field.id`: the package number (O§6.2); "" if the order is none of ours."""
        return str(self.extra_field.get("id") or "")


class OrderItem(Row):
    """One unit of an order (flows §6: one item per unit)."""

    order: OptionalPk = None
    product: OptionalPk = None
    status: Text = ""
    price: OptionalAmount = None
    retail_price: OptionalAmount = None
    tracking_number: Text = ""
    invoice_number: Text = ""
    shipping_company: OptionalPk = None
    delivered_date: OptionalUtcMoment = None
    estimated_delivery_date: OptionalUtcMoment = None
    extra_field: Bag = {}
    modified_date: OptionalUtcMoment = None

    @property
    def remote_id(self) -> str:
        """`extra_field.id`: `{lineItemId}-{n}`, or the bare line id of an older order."""
        return str(self.extra_field.get("id") or "")


class EasyReturn(Row):
    """The parcel of a return."""

    shipping_company: Text = ""
    code: Text = ""
    status: Text = ""
    tracking_number: Text = ""
    tracking_url: Text = ""


class CancellationRequest(Row):
    """A request to cancel or refund one unit (O§6.8). status: compared without regard to case."""

    order_item: Pk
    reason: OptionalPk = None
    description: Text = ""
    cancellation_type: Text = ""
    status: Text
    remote_id: OptionalKey = None
    quantity: OptionalWhole = None
    uuid: Text = ""
    created_date: OptionalUtcMoment = None
    modified_date: OptionalUtcMoment = None

    def has_status(self, *words: str) -> bool:
        """Whether the status is one of the words, in whatever case it is spelt."""
        return self.status.strip().lower() in words


class ShippingInfo(Row):
    """That an order's shipping was told to Omnitron (O§6.10)."""

    order: OptionalPk = None
    is_send: Flag = False


class OrderWithItems(Order):
    """The answer to a creation, where it lists the items."""

    order_item: Annotated[tuple[OrderItem, ...], NullIsEmpty] = ()
