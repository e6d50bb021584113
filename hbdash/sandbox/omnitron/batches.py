"""Batch requests over HTTP (O§5.2); what they do to their objects is in machine.py."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

from hbdash.sandbox.omnitron import contenttypes
from hbdash.sandbox.omnitron.fields import Field, choice, clean, integer, listing, text
from hbdash.sandbox.omnitron.listing import Source, keys, lookups, page, times
from hbdash.sandbox.omnitron.machine import FOLLOWS, Machine, check_step, clean_objects
from hbdash.sandbox.omnitron.web import Call, Reply
from hbdash.sandbox.omnitron.wire import invalid, iso, not_found, refused


def _objects(call: Call, batch: int) -> list[dict[str, Any]] | None:
    rows = call.db.execute("SELECT * FROM om_batch_object WHERE batch = ?", (batch,)).fetchall()
    found = [
        {
            "pk": row["object_id"],
            "failed_reason_type": row["reason"],
            "remote_id": row["remote_id"],
            "version_date": iso(row["version_date"]),
            "content_type": contenttypes.MODELS[row["content_type"]][1],
        }
        for row in rows
    ]
    return found or None


def _wire(call: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "channel": call.world.channel_id,
            "local_batch_id": row["local_batch_id"],
            "remote_batch_id": row["remote_batch_id"],
            "content_type": (
                None if row["content_type"] is None else contenttypes.MODELS[row["content_type"]][1]
            ),
            "status": row["status"],
            "objects": _objects(call, row["pk"]),
            "created_date": iso(row["created"]),
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


def _model(value: str) -> int:
    return contenttypes.NUMBERS.get(value.lower(), 0)


_SOURCE = Source(
    "om_batch t",
    _wire,
    keys()
    | lookups("status", "t.status")
    | lookups("content_type", "t.content_type", _model)
    | lookups("local_batch_id", "t.local_batch_id")
    | lookups("remote_batch_id", "t.remote_batch_id")
    | times("created_date", "modified_date"),
    sorts={"created_date": "t.created", "modified_date": "t.modified"},
)


def index(call: Call) -> Any:
    """GET batch_requests/ with `status` repeatable."""
    return page(call, _SOURCE)


def _row(call: Call, pk: int) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM om_batch WHERE pk = ?", (pk,)
    ).fetchone()
    if row is None:
        raise not_found()
    return row


def show(call: Call) -> Any:
    """GET batch_requests/{pk}/"""
    return _wire(call, [_row(call, call.number("pk"))])[0]


def _check_channel(call: Call, values: dict[str, Any]) -> None:
    if values.get("channel", call.world.channel_id) != call.world.channel_id:
        message = f'Invalid pk "{values["channel"]}" - object does not exist.'
        raise invalid("channel", message, "does_not_exist")


def create(call: Call) -> Reply:
    """POST batch_requests/ {channel}: a batch in `initialized`, its local id made here."""
    values = clean(call.document, {"channel": Field(integer, required=True)})
    _check_channel(call, values)
    local = str(uuid.uuid4())
    pk = call.db.execute(
        "INSERT INTO om_batch (local_batch_id, status, created, modified)"
        " VALUES (?, 'initialized', ?, ?)",
        (local, call.now, call.now),
    ).lastrowid
    return Reply(201, _wire(call, [_row(call, int(pk or 0))])[0])


_FIELDS = {
    "channel": Field(integer),
    "status": Field(choice(*FOLLOWS)),
    "content_type": Field(contenttypes.parse_model, null=True),
    "remote_batch_id": Field(text(255), null=True),
    "objects": Field(listing, null=True),
    "log_file": Field(text(), null=True),
}


def change(call: Call) -> Any:
    """PATCH (or PUT) batch_requests/{pk}/: moves the batch and its objects."""
    batch = _row(call, call.number("pk"))
    values = clean(call.document, _FIELDS, partial=True)
    _check_channel(call, values)
    raw = values.get("objects") or []
    status = values.get("status")
    if status is None:
        if FOLLOWS[batch["status"]] == ():
            raise refused("Cannot be updated")
        status = batch["status"]
    else:
        check_step(batch["status"], status, raw)
    content_type = values.get("content_type") or batch["content_type"]
    if status == "commit" and content_type is None:
        raise invalid("content_type", "This field is required.", "required")
    if batch["content_type"] not in (None, content_type):
        raise refused("The content type of a batch request can not be changed.")
    machine = Machine(call.db, call.now, batch)
    if "status" in values and status == "commit":
        machine.check_alone(content_type)
        machine.commit(clean_objects(raw, content_type))
    elif "status" in values and status in ("done", "fail"):
        machine.close(status, clean_objects(raw, content_type))
    _store(call, batch, values | {"status": status, "content_type": content_type})
    return show(call)


def _store(call: Call, batch: sqlite3.Row, values: dict[str, Any]) -> None:
    sent = batch["sent"]
    if values["status"] == "sent_to_remote" and sent is None:
        sent = call.now
    call.db.execute(
        "UPDATE om_batch SET status = ?, content_type = ?, remote_batch_id = ?, log_file = ?,"
        " sent = ?, modified = ? WHERE pk = ?",
        (values["status"], values["content_type"],
         values.get("remote_batch_id", batch["remote_batch_id"]),
         values.get("log_file", batch["log_file"]), sent, call.now, batch["pk"]),
    )  # fmt: skip


def remove(call: Call) -> Reply:
    """DELETE batch_requests/{pk}/: only one that has committed nothing."""
    batch = _row(call, call.number("pk"))
    if batch["status"] != "initialized":
        raise refused("Cannot be updated")
    call.db.execute("DELETE FROM om_batch WHERE pk = ?", (batch["pk"],))
    return Reply(204)
