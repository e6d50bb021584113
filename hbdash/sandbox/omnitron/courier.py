"""The sender of web hooks: real HTTP, with the retries of Akinon's engine (O§9.3, O§9.4).

Delays are of the sandbox's clock, so that a moved clock brings the next try; the ten seconds in
which an answer must come are real ones.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import json
import logging
import random
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hbdash.sandbox.omnitron.webhooks import AUTOMATIC_RETRIES
from hbdash.sandbox.omnitron.wire import SECOND, micros
from hbdash.sandbox.world import World

_LOG = logging.getLogger("hbdash.sandbox")
TIMEOUT_S = 10.0
LOOK_S = 0.1
_KEPT = 2000


@dataclass(frozen=True)
class _Parcel:
    """One request as it leaves."""

    pk: int
    due: int
    """The try that this is; asked for once more meanwhile, another one follows."""
    url: str
    headers: dict[str, str]
    body: bytes


class Courier:
    """Sends what is due until it is cancelled; one try per event at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._under_way: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Look for due events; nothing of the world is touched beside the server's loop."""
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                try:
                    self._send_due()
                except sqlite3.Error:
                    _LOG.exception("web hooks: a look failed")
        finally:
            for task in self._under_way.values():
                task.cancel()

    def _send_due(self) -> None:
        rows = self._world.db.execute(
            "SELECT e.*, h.target_url, h.secret_key, h.headers, h.config FROM om_hook_event e"
            " JOIN om_hook h ON h.pk = e.hook WHERE e.next_try <= ? ORDER BY e.pk LIMIT 50",
            (micros(self._world.clock.now()),),
        ).fetchall()
        for row in rows:
            if row["pk"] not in self._under_way:
                task = asyncio.create_task(self._deliver(_parcel(row)))
                self._under_way[row["pk"]] = task

    async def _deliver(self, parcel: _Parcel) -> None:
        try:
            status, answer = await asyncio.to_thread(_send, parcel)
            self._note(parcel, status, answer)
        finally:
            self._under_way.pop(parcel.pk, None)

    def _note(self, parcel: _Parcel, status: int, answer: str) -> None:
        world = self._world
        now = micros(world.clock.now())
        row = world.db.execute(
            "SELECT e.*, h.retry, h.is_active FROM om_hook_event e JOIN om_hook h ON h.pk = e.hook"
            " WHERE e.pk = ?", (parcel.pk,),
        ).fetchone()  # fmt: skip
        through = 200 <= status < 300
        tries = row["retry_count"]
        following: int | None = None
        if not through and tries < AUTOMATIC_RETRIES and row["is_active"]:
            following = now + int(_delay(json.loads(row["retry"]), tries) * SECOND)
        world.db.execute(
            "UPDATE om_hook_event SET status = ?, response = ?, delivered = delivered OR ?,"
            " attempts = attempts + 1, retry_count = ?, modified = ?,"
            " next_try = CASE WHEN next_try = ? THEN ? ELSE next_try END WHERE pk = ?",
            (
                status,
                answer,
                through,
                tries if through else tries + 1,
                now,
                parcel.due,
                following,
                parcel.pk,
            ),
        )
        world.books.effect("hook_delivery", row["uuid"], {"status": status, "delivered": through})
        world.commit()


def _parcel(row: sqlite3.Row) -> _Parcel:
    body = str(row["payload"]).encode()
    headers = {"Content-Type": "application/json", "X-Whisperer-Event": row["event_type"]}
    if row["secret_key"]:
        digest = hmac.new(row["secret_key"].encode(), body, hashlib.sha256).hexdigest()
        headers["X-Whisperer-Signature"] = f"sha256={digest}"
    # Merged last, so that they win.
    headers |= {str(k): str(v) for k, v in json.loads(row["headers"]).items()}
    return _Parcel(row["pk"], row["next_try"], row["target_url"], headers, body)


def _send(parcel: _Parcel) -> tuple[int, str]:
    """Status and answer; a fault of the network counts as a 500."""
    parts = urlsplit(parcel.url)
    maker: Any = http.client.HTTPConnection
    if parts.scheme == "https":
        maker = http.client.HTTPSConnection
    connection = maker(parts.hostname, parts.port, timeout=TIMEOUT_S)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target or "/", body=parcel.body, headers=parcel.headers)
        response = connection.getresponse()
        return int(response.status), response.read(_KEPT).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return 500, f"{type(error).__name__}: {error}"
    finally:
        connection.close()


def _delay(config: dict[str, Any], n: int) -> float:
    """Seconds until retry n, which starts at 0 (O§9.3)."""
    kwargs = config["kwargs"]
    match config["choice"]:
        case "fixed":
            return float(kwargs["seconds"])
        case "linear":
            delay = kwargs["base"] * n
        case "exponential":
            delay = kwargs["base"] ** n * kwargs.get("factor", 1)
        case _:
            return random.uniform(kwargs["min_value"], kwargs["max_value"])
    limit = kwargs.get("limit")
    return float(delay if limit is None else min(delay, limit))
