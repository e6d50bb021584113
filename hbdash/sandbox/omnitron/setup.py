"""What stands before any flow: login, channel, catalog, content types and lists (O§1.2, O§2)."""

from __future__ import annotations

import json
import secrets
import sqlite3
from typing import Any

from hbdash.sandbox.omnitron import contenttypes
from hbdash.sandbox.omnitron.conf import shown, stored
from hbdash.sandbox.omnitron.fields import Field, boolean, clean, mapping, reference, text
from hbdash.sandbox.omnitron.listing import Source, envelope, keys, page
from hbdash.sandbox.omnitron.web import Call, Reply, throttled
from hbdash.sandbox.omnitron.wire import Refused, iso, not_found

OMS_CHANNEL_ID = 7
"""The channel's number in OMS, which is not Omnitron's (O§9.1)."""


def login(call: Call) -> Any:
    """POST auth/login/ {username, password} → {key}; 400 when wrong, 429 after many wrong ones."""
    if throttled(call.state, call.now):
        raise Refused(429, {"detail": "Request was throttled.", "code": "throttled"})
    name = Field(text(), required=True)
    values = clean(call.document, {"username": name, "password": name})
    world = call.world
    right = (world.omnitron_username, world.omnitron_password)
    if (values["username"], values["password"]) != right:
        call.state.failed_logins.append(call.now)
        message = "Unable to log in with provided credentials."
        raise Refused(400, {"non_field_errors": [message], "code": "authorization"})
    key = secrets.token_hex(20)
    call.db.execute(
        "INSERT INTO om_token VALUES (?, ?, ?)", (key, world.omnitron_username, call.now)
    )
    return {"key": key}


def active_user(call: Call) -> Any:
    """GET active_user/"""
    return {"pk": 1, "id": 1, "username": call.world.omnitron_username, "is_active": True}


def _channel_row(call: Call) -> sqlite3.Row:
    found = call.db.execute("SELECT * FROM om_channel WHERE pk = ?", (call.number("pk"),))
    row: sqlite3.Row | None = found.fetchone()
    if row is None:
        raise not_found()
    return row


def channel(call: Call) -> Any:
    """GET channels/{id}/ with this run's addresses in its conf."""
    row = _channel_row(call)
    return {
        "pk": row["pk"],
        "id": row["pk"],
        "name": row["name"],
        "catalog": row["catalog"],
        "channel_type": row["channel_type"],
        "conf": json.loads(shown(row["conf"], call.world.base_url)),
        "schema": json.loads(row["schema"]),
        "category_tree": row["category_tree"],
        "is_active": bool(row["is_active"]),
        "created_date": iso(row["created"]),
        "modified_date": iso(row["modified"]),
    }


def change_channel(call: Call) -> Any:
    """PATCH channels/{id}/: each given field is replaced whole."""
    row = _channel_row(call)
    values = clean(
        call.document,
        {
            "conf": Field(mapping),
            "schema": Field(mapping),
            "category_tree": Field(reference(call.db, "om_category_tree"), null=True),
            "is_active": Field(boolean),
            "name": Field(text(64, blank=False)),
        },
        partial=True,
    )
    if "conf" in values:
        values["conf"] = stored(values["conf"], call.world.base_url)
    if "schema" in values:
        values["schema"] = json.dumps(values["schema"], ensure_ascii=False)
    values["modified"] = call.now
    call.db.execute(
        f"UPDATE om_channel SET {', '.join(f'{name} = ?' for name in values)} WHERE pk = ?",
        (*values.values(), row["pk"]),
    )
    return channel(call)


def catalog(call: Call) -> Any:
    """GET catalogs/{id}/"""
    row = call.db.execute("SELECT * FROM om_catalog WHERE pk = ?", (call.number("pk"),)).fetchone()
    if row is None:
        raise not_found()
    return {**dict(row), "id": row["pk"], "extra_price_lists": [], "extra_stock_lists": []}


def content_types(call: Call) -> Any:
    """GET content_types/?model="""
    wanted = call.request.query_params.get("model")
    found = [
        contenttypes.wire(number)
        for number, (_, model) in contenttypes.MODELS.items()
        if not wanted or model == wanted.lower()
    ]
    return envelope(call, len(found), 1, 1, found)


def content_type(call: Call) -> Any:
    """GET content_types/{id}/"""
    if call.number("pk") not in contenttypes.MODELS:
        raise not_found()
    return contenttypes.wire(call.number("pk"))


_PRICE_LISTS = Source(
    "om_price_list t",
    lambda _, rows: [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "name": row["name"],
            "code": row["code"],
            "currency": row["currency"],
            "is_auto_sync": False,
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ],
    keys(),
)
_STOCK_LISTS = Source(
    "om_stock_list t",
    lambda _, rows: [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "name": row["name"],
            "code": row["code"],
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ],
    keys(),
)


def price_lists(call: Call) -> Any:
    """GET price_lists/"""
    return page(call, _PRICE_LISTS)


def stock_lists(call: Call) -> Any:
    """GET stock_lists/"""
    return page(call, _STOCK_LISTS)


def oms_channels(call: Call) -> Reply:
    """GET /oms/channels/: the row whose omnitron_id is the channel's gives the OMS id (O§9.1)."""
    row = call.db.execute("SELECT * FROM om_channel LIMIT 1").fetchone()
    entry = {
        "id": OMS_CHANNEL_ID,
        "pk": OMS_CHANNEL_ID,
        "channel_type": "hepsiburada",
        "omnitron_id": row["pk"],
        "name": row["name"],
        "configuration": {},
        "is_active": bool(row["is_active"]),
        "created_date": iso(row["created"]),
        "modified_date": iso(row["modified"]),
    }
    return Reply(200, envelope(call, 1, 1, 1, [entry]))
