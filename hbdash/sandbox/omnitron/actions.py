"""Integration actions: which object exists on the channel, as what, in which version (O§5.1)."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from hbdash.sandbox.omnitron import contenttypes
from hbdash.sandbox.omnitron.due import refresh
from hbdash.sandbox.omnitron.fields import Field, choice, clean, integer, mapping, text, time
from hbdash.sandbox.omnitron.listing import (
    Filter,
    Source,
    keys,
    lookups,
    number,
    page,
    times,
)
from hbdash.sandbox.omnitron.web import Call, Reply
from hbdash.sandbox.omnitron.wire import invalid, iso, not_found, parse_time, refused

STATUSES = ("processing", "success", "error")


def _wire(call: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "channel": call.world.channel_id,
            "content_type": contenttypes.wire(row["content_type"]),
            "object_id": row["object_id"],
            "remote_id": row["remote_id"],
            "version_date": iso(row["version_date"]),
            "state": json.loads(row["state"] or "{}"),
            "local_batch_id": row["local_batch_id"],
            "status": row["status"],
            "created_date": iso(row["created"]),
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


def _model(value: str) -> int:
    return contenttypes.NUMBERS.get(value.lower(), 0)


_FILTERS: dict[str, Filter] = (
    keys()
    | lookups("content_type_name", "t.content_type", _model)
    | lookups("content_type_id", "t.content_type", number)
    | lookups("content_type", "t.content_type", number)
    | lookups("object_id", "t.object_id", number)
    | lookups("remote_id", "t.remote_id")
    | lookups("local_batch_id", "t.local_batch_id")
    | lookups("status", "t.status")
    | lookups("version_date", "t.version_date", parse_time)
    | times("created_date", "modified_date")
)
_SORTS = {"version_date": "t.version_date", "object_id": "t.object_id", "status": "t.status"}
_SOURCE = Source("om_action t", _wire, _FILTERS, sorts=_SORTS)
_DELETED = Source(
    "om_product p CROSS JOIN om_action t ON t.content_type = 1 AND t.object_id = p.pk",
    _wire,
    _FILTERS,
    condition="p.in_catalog = 0",
    sorts=_SORTS,
)


def _other_channel(call: Call) -> bool:
    query = call.request.query_params
    asked = [query[name] for name in ("channel_id", "channel") if query.get(name)]
    return any(value != str(call.world.channel_id) for value in asked)


def index(call: Call) -> Any:
    """GET integration_actions/"""
    return page(call, _SOURCE, "0" if _other_channel(call) else "1")


def deleted(call: Call) -> Any:
    """GET integration_actions/deleted/?model=product: products that left the catalog."""
    model = call.request.query_params.get("model")
    if not model:
        raise invalid("model", "This field is required.", "required")
    gone = model.lower() == "product" and not _other_channel(call)
    return page(call, _DELETED, "1" if gone else "0")


def _row(call: Call) -> sqlite3.Row:
    found = call.db.execute("SELECT * FROM om_action WHERE pk = ?", (call.number("pk"),))
    row: sqlite3.Row | None = found.fetchone()
    if row is None:
        raise not_found()
    return row


def show(call: Call) -> Any:
    """GET integration_actions/{pk}/"""
    return _wire(call, [_row(call)])[0]


def exists(db: sqlite3.Connection, content_type: int, pk: int) -> bool:
    """Whether an object of this type has this number; types without a table always do."""
    table = contenttypes.TABLES.get(content_type)
    if table is None:
        return True
    return db.execute(f"SELECT 1 FROM {table} WHERE pk = ?", (pk,)).fetchone() is not None


def create(call: Call) -> Reply:
    """POST integration_actions/: says that an object exists on the channel; status success."""
    body = call.document
    content_type = contenttypes.from_body(body)
    values = clean(
        body,
        {
            "channel_id": Field(integer, default=call.world.channel_id),
            "object_id": Field(integer, required=True),
            "remote_id": Field(text(255), null=True, default=None),
            "version_date": Field(time, null=True, default=None),
            "state": Field(mapping, default={}),
            "status": Field(choice(*STATUSES), null=True, default="success"),
        },
    )
    if values["channel_id"] != call.world.channel_id:
        raise invalid("channel_id", "object does not exist.", "does_not_exist")
    if not exists(call.db, content_type, values["object_id"]):
        message = f'Invalid pk "{values["object_id"]}" - object does not exist.'
        raise invalid("object_id", message, "does_not_exist")
    twin = call.db.execute(
        "SELECT 1 FROM om_action WHERE content_type = ? AND object_id = ? AND remote_id IS ?",
        (content_type, values["object_id"], values["remote_id"]),
    ).fetchone()
    if twin is not None:
        raise refused("The fields content_type, object_id, remote_id must make a unique set.")
    now = call.now
    pk = call.db.execute(
        "INSERT INTO om_action (content_type, object_id, remote_id, version_date, state, status,"
        " once_succeeded, created, modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (content_type, values["object_id"], values["remote_id"], values["version_date"],
         json.dumps(values["state"]), values["status"], int(values["status"] == "success"),
         now, now),
    ).lastrowid  # fmt: skip
    refresh(call.db, content_type, [values["object_id"]])
    found = call.db.execute("SELECT * FROM om_action WHERE pk = ?", (pk,)).fetchall()
    return Reply(201, _wire(call, found)[0])


def change(call: Call) -> Any:
    """PATCH integration_actions/{pk}/: remote_id, version_date, state, status."""
    row = _row(call)
    values = clean(
        call.document,
        {
            "remote_id": Field(text(255), null=True),
            "version_date": Field(time, null=True),
            "state": Field(mapping),
            "status": Field(choice(*STATUSES), null=True),
        },
        partial=True,
    )
    if "state" in values:
        values["state"] = json.dumps(values["state"])
    if values.get("status") == "success":
        values["once_succeeded"] = 1
    values["modified"] = call.now
    call.db.execute(
        f"UPDATE om_action SET {', '.join(f'{name} = ?' for name in values)} WHERE pk = ?",
        (*values.values(), row["pk"]),
    )
    refresh(call.db, row["content_type"], [row["object_id"]])
    return show(call)


def remove(call: Call) -> Reply:
    """DELETE integration_actions/{pk}/: the object is new to the channel again."""
    row = _row(call)
    call.db.execute("DELETE FROM om_action WHERE pk = ?", (row["pk"],))
    refresh(call.db, row["content_type"], [row["object_id"]])
    return Reply(204)
