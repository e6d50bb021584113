"""What stands behind each thing on the dashboard: enter opens it."""

from __future__ import annotations

from typing import Any

from hbdash.store.queries.causes import Cause
from hbdash.store.queries.deadlines import Deadline
from hbdash.store.queries.flows import FlowState
from hbdash.store.queries.overview import FiringAlarm
from screens.dashboard.figures import Cell

_REPORTS = {
    "sku_total": ("not-on-sale", ""), "sku_on_sale": ("not-on-sale", ""),
    "sku_not_on_sale": ("not-on-sale", "saleable"), "stock_total": ("not-on-sale", ""),
    "stock_on_sale": ("not-on-sale", ""), "stock_not_on_sale": ("not-on-sale", ""),
    "price_differs": ("price", ""), "stock_differs": ("stock", ""),
}  # fmt: skip
"""Figure → report, and the condition it counts: the third counts what Omnitron deems saleable."""


def target_of(item: object) -> tuple[str, dict[str, Any]]:
    """Page and target behind ``item``."""
    match item:
        case Deadline(kind="claim"):
            return ("refunds", {"key": item.key})
        case Deadline():
            return ("monitoring", {"part": "log", "key": item.key})
        case FlowState():
            return ("monitoring", {"part": "log", "flow": item.id})
        case Cause():
            return ("monitoring", {"part": "failures", "cause": item.key})
        case FiringAlarm():
            return ("alarms", {"alarm": item.id})
        case Cell(name="stock_lag"):
            return ("monitoring", {"part": "log", "flow": "stock"})
        case Cell(name="price_lag"):
            return ("monitoring", {"part": "log", "flow": "price"})
        case Cell(name="open_failures" | "penalties"):
            return ("monitoring", {"part": "failures"})
        case Cell():
            report, condition = _REPORTS[item.name]
            return ("monitoring", {"part": "reports", "report": report, "condition": condition})
        case _:
            raise TypeError(f"nothing stands behind {item!r}")
