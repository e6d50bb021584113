"""The channel's settings: the 36 of the setup guide as schema, and the demo's own conf (R2).

Addresses of the sandbox are stored with a placeholder, since the port may be another one after a
restart; they are put in when the conf is read and taken out when it is written.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hbdash.sandbox.world import World

HERE = "{sandbox}"

BUFFER_STOCK = 3

FLAGS = (
    "get_orders", "get_cancel_orders", "get_refund_orders", "send_update_orders", "split_packages",
    "delete_product", "product_update", "product_create", "get_updated_orders", "approve_refund",
    "price", "stock", "Reject_refund", "unpacked_orders",
)  # fmt: skip

# key, label, required, data_type (R2.6-R2.36; the first five are fields of the channel itself)
SETTINGS: tuple[tuple[str, str, bool, str], ...] = (
    ("channel_name", "Channel Name", True, "text"),
    ("catalog_name", "Catalog Name", True, "text"),
    ("channel_type", "Channel Type", True, "text"),
    ("status", "Status", True, "bool"),
    ("schema_type", "Schema Type", True, "json"),
    ("base_url", "Base Url", True, "text"),
    ("oms_url", "OMS Url", True, "text"),
    ("listing_url", "Listing Url", True, "text"),
    ("username", "Username", True, "text"),
    ("password", "Password", True, "text"),
    ("merchant_id", "Merchant Id", True, "text"),
    ("user_agent", "User Agent", True, "text"),
    ("category_ids", "Category Ids", True, "list"),
    ("feature_flags", "Feature Flags", True, "json"),
    ("use_neighborhood", "Use Neighborhood", False, "bool"),
    ("use_hb_tracking_number", "Use Hb Tracking Number", False, "bool"),
    ("refund_reason_mapping", "Refund Reason Mapping", False, "json"),
    ("default_reason_id", "Default Reason Id", True, "integer"),
    ("refund_start_date", "Refund Start Date", False, "text"),
    ("orders_refundable_days", "Orders Refundable Days", False, "integer"),
    ("failed_integration", "Failed Integration", True, "json"),
    ("erp_code", "Erp Code", False, "text"),
    ("send_shipping_info", "Send Shipping Info", False, "bool"),
    ("order_number_format", "Order Number Format", False, "text"),
    ("cancellation_reason_id", "Cancellation Reason Id", True, "integer"),
    ("attribute_set_strategy", "Attribute Set Strategy", True, "text"),
    ("use_channel_id_in_address_mapping", "Use Channel Id In Address Mapping", False, "bool"),
    ("buffer_stock", "Buffer Stock", False, "integer"),
    ("shipping_provider", "Shipping Provider", False, "json"),
    ("cargo_company_mapping", "Cargo Company Mapping", True, "json"),
    ("cancellation_reason_mapping", "Cancellation Reason Mapping", False, "json"),
    ("automatic_packing", "Automatic Packing", False, "bool"),
    ("check_hepsijet_format_type", "Check Hepsijet Format Type", False, "text"),
    ("billing_address_same_as_shipping", "Billing Address Same As Shipping", False, "bool"),
    ("store_account_cargo_company", "Mağaza Hesabı Kargo Firması", False, "text"),
    ("use_cargo_label", "Use Cargo Label", False, "bool"),
)

_BLOCK = {"RETRY_INTERVAL": 28800, "EXPIRATION_DATE": 57601, "MAX_RETRY_COUNT": 2}
FAILED_INTEGRATION = {
    "order": {**_BLOCK, "MAX_RETRY_COUNT": 3},
    "DEFAULT": dict(_BLOCK),
    "product": dict(_BLOCK),
    "productprice": dict(_BLOCK),
    "productstock": dict(_BLOCK),
    "sent_to_remote": {"EXPIRATION_HOUR": 6},
}
"""R3.1."""

REFUND_REASONS = (
    (5, "Diğer", None),
    (7, "Kalitesiz buldum", "PoorQuality"),
    (8, "Bozuk / hasarlı geldi", "ProductIsBrokenOrDamaged"),
    (9, "Yanlış ürün geldi", "WrongProduct"),
    (11, "Bedeni / boyutu büyük", "SizeTooLarge"),
    (12, "Bedeni / boyutu küçük", "SizeTooSmall"),
    (13, "Siparişimde eksik ürün var", "MissingProduct"),
    (14, "Vazgeçtim / beğenmedim", "ChangedMindOrUnlikedIt"),
)
"""(reason id, subject, Hepsiburada's reason that is mapped to it)."""
CANCEL_REASONS = ((3, "Diğer", "Other"), (4, "Müşteri vazgeçti", None), (6, "Stokta yok", None))


def schema() -> dict[str, dict[str, Any]]:
    """The form definition of the channel (R2.37)."""
    return {
        key: {"key": key, "label": label, "required": required, "data_type": kind}
        for key, label, required, kind in SETTINGS
    }


def default_conf(world: World, main_categories: list[int]) -> dict[str, Any]:
    """The demo's settings, complete; addresses with the placeholder."""
    return {
        "channel_name": "Hepsiburada",
        "catalog_name": "Hepsiburada",
        "channel_type": "sales_channel",
        "base_url": f"{HERE}/mpop",
        "oms_url": f"{HERE}/oms",
        "listing_url": f"{HERE}/listing",
        "username": world.merchant_id,
        "password": world.service_key,
        "merchant_id": world.merchant_id,
        "user_agent": world.user_agent,
        "category_ids": main_categories,
        # Splitting needs a web hook, which a person makes first (`hbdash webhook create`).
        "feature_flags": {flag: flag != "split_packages" for flag in FLAGS},
        "use_neighborhood": True,
        "use_hb_tracking_number": True,
        "refund_reason_mapping": {
            remote: str(pk) for pk, _, remote in REFUND_REASONS if remote is not None
        },
        "default_reason_id": 5,
        "refund_start_date": "",
        "orders_refundable_days": 15,
        "failed_integration": FAILED_INTEGRATION,
        "erp_code": "HB",
        "send_shipping_info": False,
        "order_number_format": "HB-{orderNumber}-{id}",
        "cancellation_reason_id": 4,
        "attribute_set_strategy": "CategoryNode",
        "use_channel_id_in_address_mapping": True,
        "buffer_stock": BUFFER_STOCK,
        "shipping_provider": {
            "aras": {
                "tracking_url": "https://kargotakip.araskargo.com.tr/?code={tracking_number}",
                "tracking_url_by_tracking_number": "",
            },
            "hbexpress": {
                "tracking_url": "https://www.hepsijet.com/gonderi-takibi/{tracking_number}",
                "tracking_url_by_tracking_number": "",
            },
        },
        "cargo_company_mapping": {
            "hepsijet": 3, "Aras Kargo": 2, "Yurtiçi Kargo": 1, "MNG Kargo": 4, "default": 1,
        },
        "cancellation_reason_mapping": {"Other": 3},
        "automatic_packing": False,
        "check_hepsijet_format_type": "png",
        "billing_address_same_as_shipping": False,
        "store_account_cargo_company": "",
        "use_cargo_label": False,
    }  # fmt: skip


def stored_conf(db: sqlite3.Connection) -> dict[str, Any]:
    """The conf as it lies in the database, with placeholders."""
    row = db.execute("SELECT conf FROM om_channel LIMIT 1").fetchone()
    conf = json.loads(row["conf"])
    return conf if isinstance(conf, dict) else {}


def shown(text: str, base_url: str) -> str:
    """Stored JSON text with this run's addresses."""
    return text.replace(HERE, base_url)


def stored(value: Any, base_url: str) -> str:
    """JSON text of a written value with the addresses taken out again."""
    return json.dumps(value, ensure_ascii=False).replace(base_url, HERE)


def write_conf(db: sqlite3.Connection, now: int, conf: dict[str, Any], base_url: str) -> None:
    """Replace the conf of the channel."""
    db.execute("UPDATE om_channel SET conf = ?, modified = ?", (stored(conf, base_url), now))
