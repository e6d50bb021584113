"""Cancellation reasons and requests: cancels and refunds that wait for a decision (O§6.7-6.8)."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

from hbdash.sandbox.omnitron import statuses
from hbdash.sandbox.omnitron.catalogue import queue
from hbdash.sandbox.omnitron.contenttypes import REQUEST
from hbdash.sandbox.omnitron.due import refresh
from hbdash.sandbox.omnitron.fields import Field, choice, clean, integer, reference, text
from hbdash.sandbox.omnitron.listing import Source, flag, keys, lookups, number, page, times
from hbdash.sandbox.omnitron.web import Call, Reply
from hbdash.sandbox.omnitron.wire import invalid, iso, not_found, refused

OPEN = "open"
STATUSES = ("open", "waiting_approval", "approved", "rejected", "completed")
RUNNING = ("open", "waiting_approval", "approved")
DECIDABLE = ("open", "waiting_approval")


def _reasons(_: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "cancellation_type": row["cancellation_type"],
            "subject": row["subject"],
            "is_active": bool(row["is_active"]),
            "order": row["position"],
            "extra_information_needed": False,
            "send_to_remote": True,
            "send_to_oms": False,
            "translations": {},
            "uuid": row["uuid"],
        }
        for row in rows
    ]


_REASONS = Source(
    "om_reason t",
    _reasons,
    keys()
    | lookups("cancellation_type", "t.cancellation_type")
    | lookups("is_active", "t.is_active", flag),
    sorts={"order": "t.position"},
)


def reasons(call: Call) -> Any:
    """GET cancellation_reasons/?cancellation_type=&is_active="""
    return page(call, _REASONS)


def _requests(_: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "order_item": row["order_item"],
            "reason": row["reason"],
            "description": row["description"],
            "cancellation_type": row["cancellation_type"],
            "status": row["status"],
            "iban": None,
            "holder_name": None,
            "easy_return": None,
            "quantity": 1,
            "fully_refund_as_loyalty_money": False,
            "uuid": row["uuid"],
            "created_date": iso(row["created"]),
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


_REQUESTS = Source(
    "om_request t",
    _requests,
    keys()
    | lookups("status", "t.status", str.lower)
    | lookups("cancellation_type", "t.cancellation_type")
    | lookups("order_item", "t.order_item", number)
    | lookups("reason", "t.reason", number)
    | times("created_date", "modified_date"),
    sorts={"created_date": "t.created", "modified_date": "t.modified"},
)
updates = queue(REQUEST, _REQUESTS, ("update",))


def index(call: Call) -> Any:
    """GET cancellation_requests/?status=&cancellation_type=&order_item="""
    return page(call, _REQUESTS)


def row_of(db: sqlite3.Connection, pk: int) -> sqlite3.Row:
    """The row of a request, or 404."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM om_request WHERE pk = ?", (pk,)).fetchone()
    if row is None:
        raise not_found()
    return row


def show(call: Call) -> Any:
    """GET cancellation_requests/{id}/"""
    return _requests(call, [row_of(call.db, call.number("pk"))])[0]


def create(call: Call) -> Reply:
    """POST cancellation_requests/: status open. An item can have one running request."""
    values = clean(
        call.document,
        {
            "order_item": Field(reference(call.db, "om_order_item"), required=True),
            "reason": Field(integer, required=True),
            "remote_id": Field(text(255, blank=False), required=True),
            "description": Field(text(), default=""),
            "cancellation_type": Field(choice("cancel", "refund"), required=True),
        },
    )
    known = call.db.execute(
        "SELECT 1 FROM om_reason WHERE pk = ? AND cancellation_type = ? AND is_active",
        (values["reason"], values["cancellation_type"]),
    ).fetchone()
    if known is None:
        message = f'Invalid pk "{values["reason"]}" - object does not exist.'
        raise invalid("reason", message, "does_not_exist")
    item = call.db.execute(
        "SELECT * FROM om_order_item WHERE pk = ?", (values["order_item"],)
    ).fetchone()
    if item["status"] == statuses.CANCELLED:
        raise refused(f"Order item {item['pk']} is cancelled.")
    running = call.db.execute(
        "SELECT pk FROM om_request WHERE order_item = ? AND status IN (?, ?, ?)",
        (item["pk"], *RUNNING),
    ).fetchone()
    if running is not None:
        raise refused(f"Order item {item['pk']} has cancellation request {running['pk']} already.")
    now = call.now
    pk = call.db.execute(
        "INSERT INTO om_request (order_item, reason, remote_id, description, cancellation_type,"
        " status, uuid, created, modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (values["order_item"], values["reason"], values["remote_id"], values["description"],
         values["cancellation_type"], OPEN, str(uuid.uuid4()), now, now),
    ).lastrowid  # fmt: skip
    call.world.books.effect(
        "omnitron.cancellation_request", values["remote_id"], {"pk": pk, "item": item["remote_id"]}
    )
    return Reply(201, _requests(call, [row_of(call.db, int(pk or 0))])[0])


def decide(db: sqlite3.Connection, now: int, pk: int, status: str) -> None:
    """Put a request into a status; it is then due in `updates/` once it was committed."""
    db.execute(
        "UPDATE om_request SET status = ?, modified = max(?, modified + 1) WHERE pk = ?",
        (status, now, pk),
    )
    refresh(db, REQUEST, [pk])


def reject(call: Call) -> Any:
    """POST cancellation_requests/{id}/reject/; one that is decided already is a 406."""
    row = row_of(call.db, call.number("pk"))
    if row["status"] not in DECIDABLE:
        raise refused(
            f"Cancellation request status can not be changed from {row['status']} to rejected.",
            "cancellation_request_100_1",
        )
    decide(call.db, call.now, row["pk"], "rejected")
    call.world.books.effect(
        "omnitron.request_rejected", str(row["pk"]), {"remote_id": row["remote_id"]}
    )
    return show(call)
