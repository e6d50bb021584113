"""Web hooks of Akinon's order system: subscriptions and the history of their deliveries (O§9).

The rows are sent by `courier.py`. A hook is never deleted, only made inactive; a second one of the
same user, address and event is refused with 406.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any
from urllib.parse import urlsplit

from starlette.routing import Route

from hbdash.sandbox.omnitron import setup
from hbdash.sandbox.omnitron.fields import Field, boolean, clean, mapping, text
from hbdash.sandbox.omnitron.listing import (
    Source,
    envelope,
    flag,
    keys,
    lookups,
    number,
    page,
    times,
)
from hbdash.sandbox.omnitron.web import Call, Reply, State, route
from hbdash.sandbox.omnitron.wire import Refused, iso, not_found, refused
from hbdash.sandbox.world import World

TABLES = (
    """CREATE TABLE IF NOT EXISTS om_hook (
    pk INTEGER PRIMARY KEY, event_type TEXT NOT NULL, target_url TEXT NOT NULL,
    is_active INTEGER NOT NULL, secret_key TEXT, callback TEXT, retry TEXT NOT NULL,
    headers TEXT NOT NULL, config TEXT NOT NULL, created INTEGER NOT NULL,
    modified INTEGER NOT NULL, UNIQUE (target_url, event_type))""",
    """CREATE TABLE IF NOT EXISTS om_hook_event (
    pk INTEGER PRIMARY KEY, hook INTEGER NOT NULL, uuid TEXT NOT NULL, event_type TEXT NOT NULL,
    object_id INTEGER NOT NULL, payload TEXT NOT NULL, status INTEGER, response TEXT,
    delivered INTEGER NOT NULL DEFAULT 0, retry_count INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0, next_try INTEGER, created INTEGER NOT NULL,
    modified INTEGER NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS om_hook_event_due ON om_hook_event (next_try)"
    " WHERE next_try IS NOT NULL",
)
AUTOMATIC_RETRIES = 10
_CHOICES: dict[str, dict[str, tuple[float, bool]]] = {
    "fixed": {"seconds": (0, True)},
    "linear": {"base": (0, True), "limit": (0, False)},
    "exponential": {"base": (0, True), "factor": (1, False), "limit": (0, False)},
    "random": {"min_value": (0, True), "max_value": (0, True)},
}
"""choice → kwarg → (least value, required) (O§9.3)."""


def routes(world: World, state: State) -> list[Route]:
    """Everything under /whisperer/, and the order system's own way to its channels."""
    for statement in TABLES:
        world.db.execute(statement)
    return [
        route(world, state, "/api/v1/oms/channels/", {"GET": setup.oms_channels}),
        route(world, state, "/whisperer/hooks/", {"GET": index, "POST": create}),
        route(world, state, "/whisperer/hooks/registry/", {"GET": registry}),
        route(
            world, state, "/whisperer/hooks/{pk:int}/",
            {"GET": show, "PATCH": change, "PUT": replace, "DELETE": remove},
        ),
        route(world, state, "/whisperer/hook_events/", {"GET": events}),
        route(world, state, "/whisperer/hook_events/{pk:int}/", {"GET": event}),
        route(world, state, "/whisperer/hook_events/{pk:int}/retry/", {"POST": retry}),
        route(world, state, "/whisperer/event_queues/", {"GET": queue}),
    ]  # fmt: skip


def registered() -> tuple[str, ...]:
    """Names of the events that may be subscribed to."""
    packages = ("created", "status.transitioned", "status.packed", "status.cancelled",
                "status.shipped", "status.packed_for_refund", "shipment.awb_number")  # fmt: skip
    return (
        *(f"package.{name}" for name in packages),
        "shipment.created", "shipment.status.updated", "shipment.cancelled",
        "transfer.status.created", split_event(),
    )  # fmt: skip


def split_event() -> str:
    """Its number is the channel's in OMS, not in Omnitron (R9.3)."""
    return f"order.split_package_{setup.OMS_CHANNEL_ID}"


def _event_type(value: Any) -> str:
    name: str = text(124, blank=False)(value)
    if name not in registered():
        raise ValueError(f'"{name}" is not a registered event.')
    return name


def _url(value: Any) -> str:
    address: str = text(255, blank=False)(value)
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("Enter a valid URL.")
    return address


def _retry_config(value: Any) -> dict[str, Any]:
    document = mapping(value)
    kwargs = document.get("kwargs")
    allowed = _CHOICES.get(str(document.get("choice")))
    if allowed is None or not isinstance(kwargs, dict):
        raise ValueError("Give choice (fixed, linear, exponential, random) and kwargs.")
    for name, (least, needed) in allowed.items():
        given = kwargs.get(name)
        if given is None and not needed:
            continue
        if isinstance(given, bool) or not isinstance(given, int | float) or given < least:
            raise ValueError(f"kwargs.{name} must be a number from {least:g} on.")
    if set(kwargs) - set(allowed):
        raise ValueError(f"unknown kwargs {sorted(set(kwargs) - set(allowed))}")
    if document["choice"] == "random" and kwargs["min_value"] >= kwargs["max_value"]:
        raise ValueError("min_value must be less than max_value.")
    return document


FIELDS: dict[str, Field] = {
    "event_type": Field(_event_type, required=True),
    "target_url": Field(_url, required=True),
    "is_active": Field(boolean, default=True),
    "secret_key": Field(text(124), null=True, default=None),
    "callback": Field(text(64), null=True, default=None),
    "retry_countdown_config": Field(_retry_config, required=True),
    "additional_headers": Field(mapping, default={}),
    "config": Field(mapping, default={}),
}
_COLUMNS = {"retry_countdown_config": "retry", "additional_headers": "headers"}


def _wire(call: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"], "id": row["pk"], "event_type": row["event_type"],
            "target_url": row["target_url"], "is_active": bool(row["is_active"]),
            "secret_key": row["secret_key"], "callback": row["callback"],
            "retry_countdown_config": json.loads(row["retry"]),
            "additional_headers": json.loads(row["headers"]),
            "config": json.loads(row["config"]), "user": 1,
            "created_date": iso(row["created"]), "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]  # fmt: skip


HOOKS = Source(
    "om_hook t",
    _wire,
    keys()
    | lookups("event_type", "t.event_type")
    | lookups("target_url", "t.target_url")
    | lookups("is_active", "t.is_active", flag),
)


def index(call: Call) -> Any:
    """GET hooks/"""
    return page(call, HOOKS)


def _row(call: Call, table: str) -> sqlite3.Row:
    found = call.db.execute(f"SELECT * FROM {table} WHERE pk = ?", (call.number("pk"),)).fetchone()
    if found is None:
        raise not_found()
    row: sqlite3.Row = found
    return row


def show(call: Call) -> Any:
    """GET hooks/{id}/"""
    return _wire(call, [_row(call, "om_hook")])[0]


def create(call: Call) -> Reply:
    """POST hooks/"""
    values = _stored(clean(call.document, FIELDS)) | {"created": call.now, "modified": call.now}
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    try:
        cursor = call.db.execute(
            f"INSERT INTO om_hook ({names}) VALUES ({marks})", tuple(values.values())
        )
    except sqlite3.IntegrityError as error:
        raise _twice() from error
    rows = call.db.execute("SELECT * FROM om_hook WHERE pk = ?", (cursor.lastrowid,)).fetchall()
    return Reply(201, _wire(call, rows)[0])


def change(call: Call) -> Any:
    """PATCH hooks/{id}/: the given fields."""
    return _changed(call, clean(call.document, FIELDS, partial=True))


def replace(call: Call) -> Any:
    """PUT hooks/{id}/: all fields."""
    return _changed(call, clean(call.document, FIELDS))


def _changed(call: Call, given: dict[str, Any]) -> Any:
    pk = _row(call, "om_hook")["pk"]
    values = _stored(given) | {"modified": call.now}
    parts = ", ".join(f"{name} = ?" for name in values)
    try:
        call.db.execute(f"UPDATE om_hook SET {parts} WHERE pk = ?", (*values.values(), pk))
    except sqlite3.IntegrityError as error:
        raise _twice() from error
    return show(call)


def remove(call: Call) -> Reply:
    """DELETE hooks/{id}/ only makes it inactive."""
    pk = _row(call, "om_hook")["pk"]
    call.db.execute("UPDATE om_hook SET is_active = 0, modified = ? WHERE pk = ?", (call.now, pk))
    return Reply(204)


def registry(call: Call) -> Any:
    """GET hooks/registry/: the events by name."""
    return list(registered())


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    return {
        _COLUMNS.get(name, name): json.dumps(value) if isinstance(value, dict) else value
        for name, value in values.items()
    }


def _twice() -> Refused:
    return refused("The fields user, target_url, event_type must make a unique set.",
                   "webhook_100_2")  # fmt: skip


def _event_wire(call: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"], "id": row["pk"], "uuid": row["uuid"], "webhook": row["hook"],
            "event_type": row["event_type"], "object_id": row["object_id"],
            "request_payload": json.loads(row["payload"]),
            "response_http_status": row["status"], "response": row["response"],
            "delivered": bool(row["delivered"]), "retry_count": row["retry_count"],
            "created_date": iso(row["created"]), "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]  # fmt: skip


EVENTS = Source(
    "om_hook_event t",
    _event_wire,
    keys()
    | lookups("uuid", "t.uuid")
    | lookups("event_type", "t.event_type")
    | lookups("webhook", "t.hook", number)
    | lookups("object_id", "t.object_id", number)
    | lookups("response_http_status", "t.status", number)
    | lookups("delivered", "t.delivered", flag)
    | times("created_date"),
)


def events(call: Call) -> Any:
    """GET hook_events/: what was sent and what came back; read-only."""
    return page(call, EVENTS)


def event(call: Call) -> Any:
    """GET hook_events/{id}/"""
    return _event_wire(call, [_row(call, "om_hook_event")])[0]


def retry(call: Call) -> Any:
    """POST hook_events/{id}/retry/ {force}: sent once more, unless it is through or still tried."""
    row = _row(call, "om_hook_event")
    force = clean(call.document, {"force": Field(boolean, default=False)})["force"]
    if row["delivered"] and not force:
        raise refused("The event is delivered already.", "event_100_3")
    if row["retry_count"] <= AUTOMATIC_RETRIES and row["next_try"] is not None and not force:
        raise refused("The event is still being retried.", "event_100_6")
    call.db.execute(
        "UPDATE om_hook_event SET next_try = ?, modified = ? WHERE pk = ?",
        (call.now, call.now, row["pk"]),
    )
    return event(call)


def queue(call: Call) -> Any:
    """GET event_queues/: what waits to be sent."""
    rows = call.db.execute(
        "SELECT * FROM om_hook_event WHERE next_try IS NOT NULL ORDER BY next_try, pk LIMIT 1000"
    ).fetchall()
    found = [{"pk": row["pk"], "id": row["pk"], "webhook_event": row["pk"],
              "next_try": iso(row["next_try"])} for row in rows]  # fmt: skip
    return envelope(call, len(found), 1, 1, found)
