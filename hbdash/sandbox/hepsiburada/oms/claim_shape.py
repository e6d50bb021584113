"""A claim as the list shows it, mixed casing kept (H§13.1)."""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson

from hbdash.sandbox.hepsiburada.wire import amount, date_text, optional_date, round_kurus
from hbdash.sandbox.world import World

SELECT = """
SELECT c.*, l.hb_sku, l.merchant_sku, o.customer_name, o.placed
FROM hb_claim c JOIN hb_line l ON l.line_id = c.line_id
JOIN hb_order o ON o.order_number = c.order_number
"""


def wire(world: World, row: sqlite3.Row) -> dict[str, Any]:
    """One claim; ``AwaitingActionExpireDate`` has whole seconds, as recorded."""
    answer = {
        "id": row["id"],
        "number": row["number"],
        "status": row["status"],
        "claimType": row["claim_type"],
        "claimDate": date_text(row["claimed"], 2),
        "orderDate": date_text(row["placed"], 0),
        "quantity": row["quantity"],
        "explanation": row["explanation"],
        "Reason": row["reason"],
        "sku": row["hb_sku"],
        "MerchantSku": row["merchant_sku"],
        "orderNumber": row["order_number"],
        "lineItemId": row["line_id"],
        "customerName": " ".join(row["customer_name"].split()),
        "priceAmount": amount(row["price"]),
        "priceCurrency": "TRY",
        "totalPriceAmount": amount(row["price"] * row["quantity"]),
        "refundAmount": round_kurus(row["refund"]) if row["refund"] else 0,
        "refundCurrency": "TRY",
        "refundDate": optional_date(row["refunded"], 1),
        "merchantRejectionStatement": row["statement"],
        "AwaitingActionExpireDate": optional_date(row["deadline"], 1),
        "RequestedProduct": None,
        "Reports": [
            {
                "ImageUrl": world.file_url(f"/files/claims/{row['number']}/{i}.jpg"),
                "ReportedBy": "Customer",
            }
            for i in range(1, row["photos"] + 1)
        ]
        or None,
        "finalizedWith": row["finalized_with"],
        "IsRenewProductTransferAccepted": False,
        "tags": [],
        "awaitingPreApprovalExpireDate": optional_date(row["pre_approval_deadline"], 1),
        "markedAwaitingPreApprovalDate": optional_date(
            row["claimed"] if row["pre_approval_deadline"] else None, 1
        ),
        "preApprovalReason": row["pre_approval_reason"],
        "preApprovalConfirmedBy": "Merchant" if row["pre_approved"] else None,
        "preApprovalConfirmedDate": optional_date(row["pre_approved"], 1),
    }
    if row["delivery"]:
        answer["Deliveries"] = [orjson.loads(row["delivery"])]
    return answer
