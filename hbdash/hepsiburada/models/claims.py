"""Claims: what customers want to give back (H§13)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from hbdash.transport.wire import (
    Key,
    NullIsEmpty,
    OptionalAmount,
    OptionalKey,
    OptionalMoment,
    Text,
    Texts,
    Whole,
    WireModel,
)


class ClaimStatus(StrEnum):
    """The states, spelt as the path wants them (H§17.8)."""

    NEW_REQUEST = "NewRequest"
    ACCEPTED = "Accepted"
    AWAITING_ACTION = "AwaitingAction"
    IN_DISPUTE = "InDispute"
    REJECTED = "Rejected"
    REFUNDED = "Refunded"
    CANCELLED = "Cancelled"
    AWAITING_PRE_APPROVAL = "AwaitingPreApproval"


class ClaimPhoto(WireModel):
    """A picture the customer or the merchant sent."""

    image_url: Text
    reported_by: Text = ""


class ClaimDelivery(WireModel):
    """A parcel of a claim, to the merchant or back."""

    delivery_code: Text = ""
    status: Text = ""
    direction: Text = ""
    created_date: OptionalMoment = None
    package_number: OptionalKey = None
    tracking_number: Text = ""


class Claim(WireModel):
    """One claim: one line item, `quantity` units (H§13.1).

    awaiting_action_expire_date: when Hepsiburada closes it in the customer's favour (48 h).
    merchant_rejection_statement: ours, so that it tells whether a rejection arrived.
    """

    number: Key
    id: Text = ""
    status: Text
    claim_type: Text
    claim_date: OptionalMoment
    order_date: OptionalMoment = None
    quantity: Whole
    explanation: Text = ""
    reason: Text
    sku: Text = ""
    merchant_sku: Text = ""
    order_number: Key
    line_item_id: Key
    customer_name: Text = ""
    price_amount: OptionalAmount = None
    price_currency: Text = ""
    total_price_amount: OptionalAmount = None
    refund_amount: OptionalAmount = None
    refund_currency: Text = ""
    refund_date: OptionalMoment = None
    merchant_rejection_statement: OptionalKey = None
    awaiting_action_expire_date: OptionalMoment = None
    reports: Annotated[tuple[ClaimPhoto, ...], NullIsEmpty] = ()
    finalized_with: OptionalKey = None
    tags: Texts = ()
    awaiting_pre_approval_expire_date: OptionalMoment = None
    deliveries: Annotated[tuple[ClaimDelivery, ...], NullIsEmpty] = ()
