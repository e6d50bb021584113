"""Order and item statuses: codes and names, both accepted, never backwards (O§6.1, R8.9)."""

from __future__ import annotations

from typing import Any

NAMES = {
    "50": "cancellation_waiting",
    "100": "canceled",
    "200": "waiting",
    "300": "payment_waiting",
    "350": "confirmation_waiting",
    "400": "approved",
    "450": "preparing",
    "500": "shipped",
    "510": "shipped_and_informed",
    "520": "ready_for_pickup",
    "540": "attempted_delivery",
    "544": "review_started",
    "545": "review_waiting",
    "550": "delivered",
    "600": "refunded",
}
CODES = {name: code for code, name in NAMES.items()}
CANCELLED = "100"
SHIPPED = 500


def parse(value: Any) -> str:
    """The code of a status given as code, number or name; ValueError for an unknown one."""
    text = str(value)
    if isinstance(value, bool) or (text not in NAMES and text.lower() not in CODES):
        raise ValueError(f'"{value}" is not a valid choice.')
    return text if text in NAMES else CODES[text.lower()]
