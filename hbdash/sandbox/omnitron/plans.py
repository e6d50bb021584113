"""Cancellation plans: what a cancel executed in money and goods (O§6.9)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hbdash.sandbox.omnitron.listing import Source, keys, lookups, number, page, times
from hbdash.sandbox.omnitron.web import Call
from hbdash.sandbox.omnitron.wire import iso, money, not_found

CANCEL = "cancel"
#: An immediate cancel leaves nothing to do. [I]
COMPLETED = "completed"


def made(
    db: sqlite3.Connection,
    now: int,
    order: sqlite3.Row,
    items: Sequence[sqlite3.Row],
    reasons: dict[str, Any],
) -> int:
    """Note the plan of one cancel call; its number."""
    prices = [json.loads(item["payload"]).get("price") or 0 for item in items]
    content = {
        "order_items": [item["pk"] for item in items],
        "reasons": {str(item["pk"]): reasons[str(item["pk"])] for item in items},
        "refund_amount": money(sum(Decimal(str(price)) for price in prices)),
    }
    return int(
        db.execute(
            "INSERT INTO om_cancellation_plan (order_pk, order_number, plan_type, status, payload,"
            " created, modified) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (order["pk"], order["number"], CANCEL, COMPLETED, json.dumps(content), now, now),
        ).lastrowid
        or 0
    )


def _plans(_: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            **json.loads(row["payload"]),
            "pk": row["pk"],
            "id": row["pk"],
            "order": row["order_pk"],
            "plan_type": row["plan_type"],
            "cancellation_plan_status": row["status"],
            "created_date": iso(row["created"]),
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


PLANS = Source(
    "om_cancellation_plan t",
    _plans,
    keys()
    | lookups("order_id", "t.order_pk", number)
    | lookups("order_number", "t.order_number")
    | lookups("plan_type", "t.plan_type")
    | lookups("cancellation_plan_status", "t.status")
    | times("created_date", "modified_date"),
)


def index(call: Call) -> Any:
    """GET cancellation_plans/?plan_type=&order_id="""
    return page(call, PLANS)


def show(call: Call) -> Any:
    """GET cancellation_plans/{pk}/"""
    row = call.db.execute(
        "SELECT * FROM om_cancellation_plan WHERE pk = ?", (call.number("pk"),)
    ).fetchone()
    if row is None:
        raise not_found()
    return _plans(call, [row])[0]
