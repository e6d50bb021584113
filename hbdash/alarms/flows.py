"""What alarms must know of a flow: its direction, for pauses that name one (design rule 10).

The registry of flows is in a room that alarms do not import; a test keeps the two in agreement.
"""

from __future__ import annotations

from collections.abc import Collection

DIRECTIONS: dict[str, frozenset[str]] = {
    "inbound": frozenset(
        {
            "category_node",
            "category_attributes",
            "default_attributes",
            "compare_attributes",
            "order_create",
            "order_cancel",
            "order_refund",
            "updated_orders",
            "unpacked_orders",
            "mirror",
        }
    ),
    "outbound": frozenset(
        {
            "product_create",
            "product_update",
            "product_delete",
            "stock",
            "price",
            "order_update",
            "split_packages",
            "approve_refunds",
            "reject_refund",
            "stock_correction",
            "price_correction",
        }
    ),
    "internal": frozenset({"cause_watch"}),
}
"""Direction → its flows."""


def direction_of(flow: str) -> str:
    """``inbound``, ``outbound`` or ``internal``."""
    return next((name for name, flows in DIRECTIONS.items() if flow in flows), "internal")


def known_flows() -> Collection[str]:
    """Flows that a rule may name."""
    return DIRECTIONS["inbound"] | DIRECTIONS["outbound"]
