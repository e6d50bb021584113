"""Failed integrations: the penalty an object gets when it fails, and its way out (O§5.6, R3).

The block of the channel's `failed_integration` that is in force when a penalty is *written* gives
its numbers, so that a change of the settings acts from the next failure on (R3.6).
"""

from __future__ import annotations

import sqlite3
from typing import Any

from hbdash.sandbox.omnitron import contenttypes
from hbdash.sandbox.omnitron.conf import stored_conf
from hbdash.sandbox.omnitron.due import refresh
from hbdash.sandbox.omnitron.fields import Field, boolean, choice, clean, integer, natural, time
from hbdash.sandbox.omnitron.listing import Source, flag, keys, lookups, number, page, times
from hbdash.sandbox.omnitron.web import Call, Reply
from hbdash.sandbox.omnitron.wire import SECOND, iso, not_found
from hbdash.sandbox.world import World

REASONS = ("mapping", "remote", "channel_app")


def rules(conf: dict[str, Any], content_type: int) -> dict[str, Any]:
    """The block for a content type: its own, else DEFAULT, else none (R3.11)."""
    blocks = conf.get("failed_integration")
    blocks = blocks if isinstance(blocks, dict) else {}
    block = blocks.get(contenttypes.MODELS[content_type][1], blocks.get("DEFAULT"))
    return block if isinstance(block, dict) else {}


def penalise(
    db: sqlite3.Connection, now: int, content_type: int, object_id: int, reason: str,
    version: int, action: int | None,
) -> None:  # fmt: skip
    """Write the penalty of a failure: a new row, or one more try on the row that is there."""
    block = rules(stored_conf(db), content_type)
    interval, most = int(block.get("RETRY_INTERVAL", 0)), int(block.get("MAX_RETRY_COUNT", 1))
    lasts = block.get("EXPIRATION_DATE")
    row = db.execute(
        "SELECT * FROM om_penalty WHERE content_type = ? AND object_id = ?",
        (content_type, object_id),
    ).fetchone()
    first = now if row is None else row["first_failure"]
    expiration = None if lasts is None else first + int(lasts) * SECOND
    if row is None:
        db.execute(
            "INSERT INTO om_penalty (content_type, object_id, version_date, reason_type, is_active,"
            " expiration, retry_count, max_retry_count, retry_interval, integration_action,"
            " first_failure, last_failure, created, modified)"
            " VALUES (?, ?, ?, ?, 1, ?, 1, ?, ?, ?, ?, ?, ?, ?)",
            (content_type, object_id, version, reason, expiration, most, interval, action,
             now, now, now, now),
        )  # fmt: skip
        return
    db.execute(
        "UPDATE om_penalty SET version_date = ?, reason_type = ?, is_active = 1, expiration = ?,"
        " retry_count = retry_count + 1, max_retry_count = ?, retry_interval = ?,"
        " integration_action = ?, last_failure = ?, modified = ? WHERE pk = ?",
        (version, reason, expiration, most, interval, action, now, now, row["pk"]),
    )


def forgive(db: sqlite3.Connection, content_type: int, object_id: int) -> None:
    """Delete the penalty of an object that succeeded."""
    db.execute(
        "DELETE FROM om_penalty WHERE content_type = ? AND object_id = ?",
        (content_type, object_id),
    )


def lift(world: World, model: str, object_id: int) -> dict[str, Any]:
    """What a person does in Omnitron's own panel: delete an object's penalty (R7.5.2)."""
    content_type = contenttypes.NUMBERS[model]
    found = world.db.execute(
        "DELETE FROM om_penalty WHERE content_type = ? AND object_id = ? RETURNING pk",
        (content_type, object_id),
    ).fetchall()
    if not found:
        raise LookupError(f"Omnitron has no penalty of {model} {object_id}")
    refresh(world.db, content_type, [object_id])
    return {"model": model, "object": object_id}


def _wire(call: Call, rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": row["pk"],
            "id": row["pk"],
            "channel": call.world.channel_id,
            "version_date": iso(row["version_date"]),
            "reason_type": row["reason_type"],
            "is_active": bool(row["is_active"]),
            "content_type": row["content_type"],
            "object_id": row["object_id"],
            "expiration_date": iso(row["expiration"]),
            "retry_count": row["retry_count"],
            "max_retry_count": row["max_retry_count"],
            "retry_interval": row["retry_interval"],
            "integration_action": row["integration_action"],
            "log_id": row["log_id"],
            "created_date": iso(row["created"]),
            "modified_date": iso(row["modified"]),
        }
        for row in rows
    ]


_SOURCE = Source(
    "om_penalty t",
    _wire,
    keys()
    | lookups("content_type", "t.content_type", number)
    | lookups("object_id", "t.object_id", number)
    | lookups("is_active", "t.is_active", flag)
    | lookups("reason_type", "t.reason_type")
    | lookups("retry_count", "t.retry_count", number)
    | times("created_date", "modified_date"),
    sorts={"object_id": "t.object_id", "expiration_date": "t.expiration"},
)


def index(call: Call) -> Any:
    """GET failed_integrations/"""
    return page(call, _SOURCE)


def _row(call: Call) -> sqlite3.Row:
    found = call.db.execute("SELECT * FROM om_penalty WHERE pk = ?", (call.number("pk"),))
    row: sqlite3.Row | None = found.fetchone()
    if row is None:
        raise not_found()
    return row


def show(call: Call) -> Any:
    """GET failed_integrations/{pk}/"""
    return _wire(call, [_row(call)])[0]


def replace(call: Call) -> Any:
    """PUT failed_integrations/{pk}/: the required fields must all be there."""
    row = _row(call)
    values = clean(
        call.document,
        {
            "channel": Field(integer, required=True),
            "version_date": Field(time, required=True),
            "reason_type": Field(choice(*REASONS), required=True),
            "content_type": Field(contenttypes.parse_number, required=True),
            "object_id": Field(integer, required=True),
            "is_active": Field(boolean, default=True),
            "expiration_date": Field(time, null=True, default=row["expiration"]),
            "retry_count": Field(natural, default=row["retry_count"]),
            "max_retry_count": Field(natural, default=row["max_retry_count"]),
            "retry_interval": Field(natural, default=row["retry_interval"]),
        },
    )
    call.db.execute(
        "UPDATE om_penalty SET version_date = ?, reason_type = ?, is_active = ?, expiration = ?,"
        " retry_count = ?, max_retry_count = ?, retry_interval = ?, modified = ? WHERE pk = ?",
        (values["version_date"], values["reason_type"], values["is_active"],
         values["expiration_date"], values["retry_count"], values["max_retry_count"],
         values["retry_interval"], call.now, row["pk"]),
    )  # fmt: skip
    refresh(call.db, row["content_type"], [row["object_id"]])
    return show(call)


def remove(call: Call) -> Reply:
    """DELETE failed_integrations/{pk}/ lifts the penalty; the object is offered again at once."""
    row = _row(call)
    call.db.execute("DELETE FROM om_penalty WHERE pk = ?", (row["pk"],))
    refresh(call.db, row["content_type"], [row["object_id"]])
    return Reply(204)
