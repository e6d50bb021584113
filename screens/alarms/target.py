"""What stands behind a firing: enter opens it."""

from __future__ import annotations

from typing import Any

from hbdash.store.queries.ringing import FiringRow


def target_of(row: FiringRow) -> tuple[str, dict[str, Any]]:
    """Page and target: the failures of its cause, the claim, or the log of its flow."""
    alarm, cause = row.alarm, row.behind.cause
    if alarm.metric == "claim_deadline":
        return ("refunds", {"key": alarm.subject})
    if alarm.metric == "order_deadline":
        return ("monitoring", {"part": "log", "key": alarm.subject})
    if cause is not None:
        return ("monitoring", {"part": "failures", "cause": cause.key})
    flow = alarm.flow or _FLOW_BEHIND.get(alarm.metric)
    if flow is not None:
        return ("monitoring", {"part": "log", "flow": flow})
    return ("monitoring", {"part": "failures"})


_FLOW_BEHIND = {"stock_lag": "stock", "empty_answer": "mirror"}
