"""The batch machine: which states follow each other, and what each does to its objects (O§5.3-5.4).

    initialized -> commit -> (commit again) -> sent_to_remote -> ongoing
    each of them -> done or fail

- *commit* locks its objects: their actions go to `processing` and name the batch. An object that
  another open batch holds, or a second batch of one content type in commit, is refused.
- An object given with a failed_reason_type fails at once and gets its penalty.
- *done* settles what it lists. What it does not list is free again as it was; orders and
  cancellation requests settle as committed, since the library closes them so (O§5.9).
- *fail* settles what it lists and frees the rest.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from hbdash.sandbox.omnitron import contenttypes
from hbdash.sandbox.omnitron.actions import exists
from hbdash.sandbox.omnitron.conf import stored_conf
from hbdash.sandbox.omnitron.due import refresh_mixed
from hbdash.sandbox.omnitron.fields import Field, choice, clean, integer, text, time
from hbdash.sandbox.omnitron.penalties import REASONS, forgive, penalise
from hbdash.sandbox.omnitron.wire import SECOND, invalid, refused

FOLLOWS = {
    "initialized": ("commit", "done", "fail"),
    "commit": ("commit", "sent_to_remote", "done", "fail"),
    "sent_to_remote": ("ongoing", "done", "fail"),
    "ongoing": ("done", "fail"),
    "done": (),
    "fail": (),
}
OPEN = ("initialized", "commit", "sent_to_remote", "ongoing")
_SETTLED_BY_COMMIT = (contenttypes.ORDER, contenttypes.ORDER_ITEM, contenttypes.REQUEST)
_FIELDS = {
    "pk": Field(integer, required=True),
    "failed_reason_type": Field(choice(*REASONS), null=True, default=None),
    "remote_id": Field(text(255), null=True, default=None),
    "version_date": Field(time, null=True, default=None),
    "content_type": Field(contenttypes.parse_model, null=True, default=None),
}


def check_step(before: str, after: str, objects: list[Any]) -> None:
    """406 `batch_request_status_100_1` unless the state may follow (O§1.7)."""
    empty_only = before == "initialized" and after == "done" and objects
    if after not in FOLLOWS[before] or empty_only:
        raise refused(
            f"Batch request status can not be changed from {before} to {after}.",
            "batch_request_status_100_1",
        )


def clean_objects(raw: list[Any], content_type: int | None) -> list[dict[str, Any]]:
    """The objects of a body; those without a content type take the batch's."""
    objects = []
    for entry in raw:
        if not isinstance(entry, dict):
            raise invalid("objects", "Invalid data. Expected a dictionary.")
        values = clean(entry, _FIELDS)
        values["content_type"] = values["content_type"] or content_type
        if values["content_type"] is None:
            raise invalid("content_type", "This field is required.", "required")
        objects.append(values)
    return objects


class Machine:
    """Moves one batch; `db` and `now` (microseconds) are those of the request or tick."""

    def __init__(self, db: sqlite3.Connection, now: int, batch: sqlite3.Row) -> None:
        self._db = db
        self._now = now
        self._batch = batch
        self._touched: list[tuple[int, int]] = []

    def check_alone(self, content_type: int) -> None:
        """Refuse when another batch of this content type is in commit (O§5.3 rule 1)."""
        other = self._db.execute(
            "SELECT local_batch_id FROM om_batch WHERE status = 'commit' AND content_type = ?"
            " AND pk <> ?",
            (content_type, self._batch["pk"]),
        ).fetchone()
        if other is not None:
            model = contenttypes.MODELS[content_type][1]
            raise refused(
                f"The batch request with {other['local_batch_id']} is already in commit status"
                f" for content type {model}."
            )

    def commit(self, objects: list[dict[str, Any]]) -> None:
        """Lock the objects; the ones with a reason fail at once."""
        found = [(entry, self._action(entry)) for entry in objects]
        for entry, action in found:
            self._check(entry, action)
        for entry, action in found:
            pk = self._lock(entry, action)
            self._enter(entry, pk)
            if entry["failed_reason_type"] is not None:
                self._settle(entry)
        self._finish()

    def close(self, status: str, objects: list[dict[str, Any]]) -> None:
        """Settle what is listed, then the rest as the state says."""
        for entry in objects:
            if self._entered(entry) is None:
                message = f'Object "{entry["pk"]}" was not committed in this batch request.'
                raise invalid("objects", message, "does_not_exist")
        for entry in objects:
            self._settle(entry)
        rest = self._db.execute(
            "SELECT * FROM om_batch_object WHERE batch = ? AND settled = 0", (self._batch["pk"],)
        ).fetchall()
        for row in rest:
            if status == "done" and row["content_type"] in _SETTLED_BY_COMMIT:
                self._settle(_as_entry(row))
            else:
                self._release(row)
        self._finish()

    def expire(self) -> None:
        """Fail everything without a verdict: the channel's result never came (R3.5)."""
        rows = self._db.execute(
            "SELECT * FROM om_batch_object WHERE batch = ? AND settled = 0", (self._batch["pk"],)
        ).fetchall()
        for row in rows:
            self._settle({**_as_entry(row), "failed_reason_type": "remote"})
        self._finish()

    def _action(self, entry: dict[str, Any]) -> sqlite3.Row | None:
        """The action an object is known by: that of the remote id, else its first one."""
        rows = self._db.execute(
            "SELECT * FROM om_action WHERE content_type = ? AND object_id = ? ORDER BY pk",
            (entry["content_type"], entry["pk"]),
        ).fetchall()
        same = [row for row in rows if row["remote_id"] == entry["remote_id"]]
        found: sqlite3.Row | None = (same or rows or [None])[0]
        return found

    def _check(self, entry: dict[str, Any], action: sqlite3.Row | None) -> None:
        if not exists(self._db, entry["content_type"], entry["pk"]):
            message = f'Invalid pk "{entry["pk"]}" - object does not exist.'
            raise invalid("objects", message, "does_not_exist")
        held = None if action is None else action["local_batch_id"]
        if held is not None and held != self._batch["local_batch_id"]:
            model = contenttypes.MODELS[entry["content_type"]][1]
            raise refused(f"The batch request with {held} holds {model} {entry['pk']} already.")

    def _lock(self, entry: dict[str, Any], action: sqlite3.Row | None) -> int | None:
        local = self._batch["local_batch_id"]
        if entry["content_type"] == contenttypes.ACTION:
            return None
        if action is None:
            return self._db.execute(
                "INSERT INTO om_action (content_type, object_id, remote_id, local_batch_id, status,"
                " created, modified) VALUES (?, ?, ?, ?, 'processing', ?, ?)",
                (entry["content_type"], entry["pk"], entry["remote_id"], local, self._now,
                 self._now),
            ).lastrowid  # fmt: skip
        if action["local_batch_id"] == local:
            self._db.execute(
                "UPDATE om_action SET remote_id = coalesce(?, remote_id) WHERE pk = ?",
                (entry["remote_id"], action["pk"]),
            )
        else:
            self._db.execute(
                "UPDATE om_action SET earlier_status = status, status = 'processing',"
                " local_batch_id = ?, remote_id = coalesce(?, remote_id), modified = ?"
                " WHERE pk = ?",
                (local, entry["remote_id"], self._now, action["pk"]),
            )
        return int(action["pk"])

    def _enter(self, entry: dict[str, Any], action: int | None) -> None:
        self._touched.append((entry["content_type"], entry["pk"]))
        self._db.execute(
            "INSERT INTO om_batch_object VALUES (?, ?, ?, ?, ?, NULL, ?, 0)"
            " ON CONFLICT (batch, content_type, object_id) DO UPDATE SET"
            " remote_id = coalesce(excluded.remote_id, remote_id),"
            " version_date = coalesce(excluded.version_date, version_date),"
            " action = excluded.action, settled = 0, reason = NULL",
            (self._batch["pk"], entry["content_type"], entry["pk"], entry["remote_id"],
             entry["version_date"], action),
        )  # fmt: skip

    def _entered(self, entry: dict[str, Any]) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(
            "SELECT * FROM om_batch_object WHERE batch = ? AND content_type = ? AND object_id = ?",
            (self._batch["pk"], entry["content_type"], entry["pk"]),
        ).fetchone()
        return row

    def _settle(self, entry: dict[str, Any]) -> None:
        row = self._entered(entry)
        if row is None:
            return
        reason = entry["failed_reason_type"]
        if row["settled"] and row["reason"] == reason:
            return
        content_type, pk = entry["content_type"], entry["pk"]
        version = entry["version_date"] or row["version_date"] or self._modified(entry)
        if reason is None:
            self._succeed(row["action"], entry["remote_id"] or row["remote_id"], version)
            forgive(self._db, content_type, pk)
        elif row["action"] is not None:
            self._db.execute(
                "UPDATE om_action SET status = 'error', local_batch_id = NULL, modified = ?"
                " WHERE pk = ?",
                (self._now, row["action"]),
            )
            penalise(self._db, self._now, content_type, pk, reason, version, row["action"])
        self._db.execute(
            "UPDATE om_batch_object SET settled = 1, reason = ?, version_date = ?,"
            " remote_id = coalesce(?, remote_id)"
            " WHERE batch = ? AND content_type = ? AND object_id = ?",
            (reason, version, entry["remote_id"], self._batch["pk"], content_type, pk),
        )
        self._touched.append((content_type, pk))

    def _succeed(self, action: int | None, remote_id: str | None, version: int) -> None:
        self._db.execute(
            "UPDATE om_action SET status = 'success', once_succeeded = 1, local_batch_id = NULL,"
            " remote_id = coalesce(?, remote_id), version_date = ?, modified = ? WHERE pk = ?",
            (remote_id, version, self._now, action),
        )

    def _release(self, row: sqlite3.Row) -> None:
        self._db.execute(
            "UPDATE om_action SET status = earlier_status, local_batch_id = NULL, modified = ?"
            " WHERE pk = ?",
            (self._now, row["action"]),
        )
        self._touched.append((row["content_type"], row["object_id"]))

    def _modified(self, entry: dict[str, Any]) -> int:
        table = contenttypes.TABLES.get(entry["content_type"])
        found = (
            table
            and self._db.execute(
                f"SELECT modified FROM {table} WHERE pk = ?", (entry["pk"],)
            ).fetchone()
        )
        return int(found["modified"]) if found else self._now

    def _finish(self) -> None:
        refresh_mixed(self._db, dict.fromkeys(self._touched))
        self._touched.clear()


def _as_entry(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "pk": row["object_id"],
        "content_type": row["content_type"],
        "remote_id": row["remote_id"],
        "version_date": row["version_date"],
        "failed_reason_type": None,
    }


def sweep(db: sqlite3.Connection, now: int) -> int:
    """Close the batches whose result did not come within EXPIRATION_HOUR; how many there were."""
    block = stored_conf(db).get("failed_integration")
    remote = block.get("sent_to_remote") if isinstance(block, dict) else None
    hours = remote.get("EXPIRATION_HOUR") if isinstance(remote, dict) else None
    if hours is None:
        return 0
    late = db.execute(
        "SELECT * FROM om_batch WHERE status NOT IN ('done', 'fail')"
        " AND status IN ('sent_to_remote', 'ongoing') AND sent <= ?",
        (now - int(float(hours) * 3600 * SECOND),),
    ).fetchall()
    for batch in late:
        Machine(db, now, batch).expire()
        db.execute(
            "UPDATE om_batch SET status = 'fail', modified = ? WHERE pk = ?", (now, batch["pk"])
        )
    return len(late)
