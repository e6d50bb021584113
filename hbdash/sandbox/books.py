"""The books: what really happened in the sandbox, so that a test can prove it from outside.

An *effect* is one change to one object (an order written, a claim decided, a stock set). Effects
keep their order and survive a restart. Requests are only counted, per endpoint and status.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sb_effect (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
    detail TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS sb_effect_object ON sb_effect (kind, key);
"""


@dataclass(frozen=True)
class Effect:
    """One effect on one object; ``number`` grows with time over all kinds."""

    number: int
    at: str
    kind: str
    key: str
    detail: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "at": self.at,
            "kind": self.kind,
            "key": self.key,
            "detail": self.detail,
        }


class Books:
    """Effects in the table ``sb_effect``, requests in memory.

    Effects are written in one go before the next read or commit: an upload of 4,000 rows must
    not pay for 4,000 statements.
    """

    def __init__(self, db: sqlite3.Connection, now: Callable[[], datetime]) -> None:
        self._db = db
        self._now = now
        self._waiting: list[tuple[str, str, str, str]] = []
        self._requests: Counter[tuple[str, str, str, int]] = Counter()
        db.executescript(_SCHEMA)

    def effect(self, kind: str, key: str, detail: dict[str, Any] | None = None) -> None:
        """Enter one effect, e.g. ``effect("omnitron.order", "HB-0412345678")``."""
        text = json.dumps(detail or {}, ensure_ascii=False, default=str)
        self._waiting.append((self._now().isoformat(), kind, key, text))

    def count(self, kind: str, key: str) -> int:
        """How often ``kind`` happened to the object ``key``."""
        self.flush()
        row = self._db.execute(
            "SELECT count(*) FROM sb_effect WHERE kind = ? AND key = ?", (kind, key)
        ).fetchone()
        return int(row[0])

    def effects(
        self, kind: str | None = None, key: str | None = None, after: int = 0, limit: int = 1000
    ) -> list[Effect]:
        """Effects in the order they happened, optionally of one kind or object."""
        self.flush()
        where, arguments = self._filter(kind, key)
        rows = self._db.execute(
            f"SELECT id, at, kind, key, detail FROM sb_effect WHERE {where} AND id > ?"
            " ORDER BY id LIMIT ?",
            (*arguments, after, limit),
        )
        return [Effect(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in rows]

    def counts(self, kind: str | None = None, key: str | None = None) -> dict[str, dict[str, int]]:
        """Per kind: ``effects`` (how many), ``objects`` (on how many different keys) and
        ``most`` (the most on one object; 1 means nothing happened twice)."""
        self.flush()
        where, arguments = self._filter(kind, key)
        rows = self._db.execute(
            "SELECT kind, sum(n), count(*), max(n) FROM"
            f" (SELECT kind, key, count(*) AS n FROM sb_effect WHERE {where} GROUP BY kind, key)"
            " GROUP BY kind ORDER BY kind",
            arguments,
        )
        return {r[0]: {"effects": r[1], "objects": r[2], "most": r[3]} for r in rows}

    def request(self, service: str, method: str, route: str, status: int) -> None:
        """Count one request; ``status`` 0 means the connection was closed without an answer."""
        self._requests[(service, method, route, status)] += 1

    def requests(self) -> list[dict[str, Any]]:
        """Counts per service, method, route template and status."""
        return [
            {"service": s, "method": m, "route": r, "status": status, "count": count}
            for (s, m, r, status), count in sorted(self._requests.items())
        ]

    def forget_requests(self) -> None:
        self._requests.clear()

    def begin(self) -> None:
        """Start with empty books: what was before is nobody's effect."""
        self._waiting.clear()
        self._db.execute("DELETE FROM sb_effect")

    def flush(self) -> None:
        """Write the effects that wait; part of the transaction that is open."""
        if self._waiting:
            rows, self._waiting = self._waiting, []
            self._db.executemany(
                "INSERT INTO sb_effect (at, kind, key, detail) VALUES (?, ?, ?, ?)", rows
            )

    def drop_waiting(self) -> None:
        """Forget effects of a request that is rolled back."""
        self._waiting.clear()

    @staticmethod
    def _filter(kind: str | None, key: str | None) -> tuple[str, tuple[str, ...]]:
        parts = [("kind = ?", kind), ("key = ?", key)]
        given = [(text, value) for text, value in parts if value is not None]
        return " AND ".join(t for t, _ in given) or "1", tuple(v for _, v in given)
