"""The 36 settings of a channel (R2.1 to R2.36), each declared once.

Validation, the settings form, the manual and the `settings` command all come from this table.
Labels are the names on Omnitron's own form and are not translated; descriptions are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from hbdash.domain.marking import N_
from hbdash.domain.retry import DEFAULT_FAILED_INTEGRATION
from hbdash.domain.settings.flags import FLAGS

SettingType = Literal["text", "integer", "bool", "json", "list", "choice"]
Group = Literal["channel", "connection", "products", "orders", "shipping", "refunds"]


@dataclass(frozen=True)
class Setting:
    """One setting.

    key: its name in the channel's conf, or on the channel itself when `place` is "channel".
    default: what counts when it is empty; None = nothing. required: must be filled (R).
    fixed: must not be changed (R!). secret: never shown. requirement: its R-number.
    aliases: other labels in use (M12, M13). choices: for type "choice".
    """

    key: str
    label: str
    type: SettingType
    default: Any
    required: bool
    fixed: bool
    secret: bool
    description: str
    requirement: str
    group: Group
    place: Literal["conf", "channel"] = "conf"
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


def _setting(
    number: int,
    key: str,
    label: str,
    type: SettingType,
    group: Group,
    description: str,
    default: Any = None,
    *,
    required: bool = False,
    fixed: bool = False,
    secret: bool = False,
    place: Literal["conf", "channel"] = "conf",
    aliases: tuple[str, ...] = (),
    choices: tuple[str, ...] = (),
) -> Setting:
    return Setting(
        key, label, type, default, required, fixed, secret, description, f"R2.{number}", group,
        place, aliases, choices,
    )  # fmt: skip


SETTINGS: tuple[Setting, ...] = (
    _setting(1, "name", "Channel Name", "text", "channel", N_("Name of the sales channel."),
             "Hepsiburada", required=True, fixed=True, place="channel"),
    _setting(2, "catalog_name", "Catalog Name", "text", "channel",
             N_("The catalogue made for Hepsiburada."),
             "Hepsiburada", required=True, place="channel"),
    _setting(3, "channel_type", "Channel Type", "choice", "channel",
             N_("What kind of channel it is; a marketplace is a sales channel."),
             "sales_channel", required=True, fixed=True, place="channel",
             choices=("sales_channel",)),
    _setting(4, "is_active", "Status", "bool", "channel",
             N_("Nothing runs until the channel is active; it overrides every flag."),
             False, required=True, place="channel"),
    _setting(5, "schema", "Schema Type", "json", "channel",
             N_("The form of these settings in Omnitron. Keys may be added, never changed."),
             required=True, place="channel"),
    _setting(6, "base_url", "Base Url", "text", "connection",
             N_("Address of Hepsiburada's catalogue service."),
             "https://mpop.hepsiburada.com", required=True),
    _setting(7, "oms_url", "OMS Url", "text", "connection",
             N_("Address of Hepsiburada's order service."),
             "https://oms-external.hepsiburada.com", required=True),
    _setting(8, "listing_url", "Listing Url", "text", "connection",
             N_("Address of Hepsiburada's listing service: stock and price."),
             "https://listing-external.hepsiburada.com", required=True),
    _setting(9, "username", "Username", "text", "connection",
             N_("User of Hepsiburada's API, given by Hepsiburada."), required=True, secret=True),
    _setting(10, "password", "Password", "text", "connection",
             N_("Password of Hepsiburada's API, given by Hepsiburada."),
             required=True, secret=True),
    _setting(11, "merchant_id", "Merchant Id", "text", "connection",
             N_("The id that Hepsiburada gave to the seller."), required=True),
    _setting(12, "user_agent", "User Agent", "text", "connection",
             N_("The name under which Hepsiburada lets the seller's calls in; agreed with it."),
             required=True),
    _setting(13, "category_ids", "Category Ids", "list", "products",
             N_("Main categories whose trees are read, one id per line."), (), required=True),
    _setting(14, "feature_flags", "Feature Flags", "json", "channel",
             N_("Which flows run. Every flag must be there, as false if it is not wanted."),
             {flag.name: False for flag in FLAGS}, required=True),
    _setting(15, "use_neighborhood", "Use Neighborhood", "bool", "orders",
             N_("Use the neighbourhood when an address is made in Omnitron."), False),
    _setting(16, "use_hb_tracking_number", "Use Hb Tracking Number", "bool", "orders",
             N_("The barcode of the package becomes the order's tracking number."), False),
    _setting(17, "refund_reason_mapping", "Refund Reason Mapping", "json", "refunds",
             N_("Hepsiburada's refund reason to the reason's id in Omnitron; "
                "what is not listed takes Default Reason Id."), {}),
    _setting(18, "default_reason_id", "Default Reason Id", "integer", "refunds",
             N_("Omnitron's refund reason for reasons that are not mapped."), required=True),
    _setting(19, "refund_start_date", "Refund Start Date", "text", "refunds",
             N_("Returns before this time are not taken over (2024-12-01T10:00:00Z).")),
    _setting(20, "orders_refundable_days", "Orders Refundable Days", "integer", "refunds",
             N_("Days after the order within which it can be returned."), 15),
    _setting(21, "failed_integration", "Failed Integration", "json", "channel",
             N_("When a failed record is tried again, how often, and for how long."),
             DEFAULT_FAILED_INTEGRATION, required=True,
             aliases=("Failed Integration Settings", "Fail Integration")),
    _setting(22, "erp_code", "Erp Code", "text", "orders",
             N_("The brand's own code for this channel."), ""),
    _setting(23, "send_shipping_info", "Send Shipping Info", "bool", "shipping",
             N_("On: the brand ships and sends tracking numbers. Off: Hepsiburada ships."),
             False, aliases=("Shipping Info",)),
    _setting(24, "order_number_format", "Order Number Format", "text", "orders",
             N_("Number of the order in Omnitron, made of {orderNumber} and {id}, "
                "the package number. It must contain {id}."), "{orderNumber}-{id}"),
    _setting(25, "cancellation_reason_id", "Cancellation Reason Id", "integer", "orders",
             N_("Omnitron's reason for orders that were cancelled at Hepsiburada."),
             required=True),
    _setting(26, "attribute_set_strategy", "Attribute Set Strategy", "text", "products",
             N_("How a product's attribute set is found."), "CategoryNode",
             required=True, fixed=True),
    _setting(27, "use_channel_id_in_address_mapping", "Use Channel Id In Address Mapping",
             "bool", "orders", N_("Addresses are mapped for this channel alone."), False),
    _setting(28, "buffer_stock", "Buffer Stock", "integer", "products",
             N_("Pieces kept back from each stock before it is sent to Hepsiburada. "
                "Empty sends the stock as it is."), 0),
    _setting(29, "shipping_provider", "Shipping Provider", "json", "shipping",
             N_("Per carrier the address at which a parcel is followed."), {}),
    _setting(30, "cargo_company_mapping", "Cargo Company Mapping", "json", "shipping",
             N_("Hepsiburada's carrier to the carrier's id in Omnitron; "
                "“default” is for all others."), {}, required=True),
    _setting(31, "cancellation_reason_mapping", "Cancellation Reason Mapping", "json", "orders",
             N_("Hepsiburada's cancel reason to the reason's id in Omnitron; "
                "what is not listed takes Cancellation Reason Id."), {},
             aliases=("Cancellation Mapping",)),
    _setting(32, "automatic_packing", "Automatic Packing", "bool", "shipping",
             N_("Orders that are not packed at Hepsiburada are packed before they are read."),
             False),
    _setting(33, "check_hepsijet_format_type", "Check Hepsijet Format Type", "text", "shipping",
             N_("Format of the cargo label."), "png"),
    _setting(34, "billing_address_same_as_shipping", "Billing Address Same As Shipping", "bool",
             "orders", N_("Micro-export orders: the invoice address is written like the "
                          "delivery address."), False),
    _setting(35, "store_account_cargo_company", "Mağaza Hesabı Kargo Firması", "text", "shipping",
             N_("Short name of the carrier that is sent with each package; "
                "needs Automatic Packing."), "", aliases=("Store Account Cargo Company",)),
    _setting(36, "use_cargo_label", "Use Cargo Label", "bool", "shipping",
             N_("Fetch the cargo label when an order is read."), False),
)  # fmt: skip

_BY_KEY = {one.key: one for one in SETTINGS}
_SCHEMA_TYPES = {"choice": "text"}


def setting(key: str) -> Setting:
    """The setting of that key. Raises KeyError if there is none."""
    return _BY_KEY[key]


def channel_schema() -> dict[str, dict[str, object]]:
    """The conf settings as Omnitron's Schema Type wants them (R2.37): name → entry."""
    return {
        one.key: {
            "key": one.key,
            "label": one.label,
            "required": one.required,
            "data_type": _SCHEMA_TYPES.get(one.type, one.type),
        }
        for one in SETTINGS
        if one.place == "conf"
    }
