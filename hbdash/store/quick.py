"""What ``hbdash status`` reads, with the database driver alone: no ORM, no migration, no write.

An empty Python starts in 20 ms and SQLAlchemy takes 180 more, so this module imports little and
knows the tables by name; ``tests/store/test_quick.py`` compares it with the tables themselves.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hbdash.store.migrations import HEAD
from hbdash.store.quick_readers import EPOCH, Postgresql, Reader, Sqlite

TYPE_CHECKING = False  # importing it from typing would cost as much as everything else here
if TYPE_CHECKING:
    from typing import Any

    Row = dict[str, Any]

_OPEN = "state IN ('open', 'retrying', 'ended')"


class Unreadable(Exception):
    """The database can't be read; the driver's words are in the message."""


class ChannelStatus:
    """One channel as the database last knew it; a row is a dict of columns by name.

    Moments are aware UTC, amounts are integers of 10⁻⁵ lira.
    """

    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)

    channel: Row
    """id, key, name, environment, timezone, is_active, connection."""
    lease: Row | None
    """holder, host, pid, username, face, taken_at, renewed_at, expires_at."""
    figures: dict[str, Row]
    """Newest value of each figure by name: value, at, note."""
    runs: dict[str, Row]
    """Newest run of each flow: id, state, started_by, started_at, heartbeat_at, ended_at,
    duration_ms, total, ok, failed, skipped, reason_id, reason_params."""
    schedule: dict[str, Row]
    """By flow: next_due, last_started, last_success, failures_in_row."""
    lags: dict[str, Row]
    """Stock and price values not confirmed, by flow: first_at, count; while the flow is paused also
    what changed in Omnitron meanwhile."""
    pauses: list[Row]
    """Not ended: scope, name, until, by, why."""
    causes: list[Row]
    """Open failures by flow and cause, the most first: flow, code, fingerprint, count,
    need_person, first_at, last_at, next_at."""
    alarms: list[Row]
    """Firing, the newest first: id, rule, metric, flow, limit, value, subject, severity, fired_at,
    acknowledged_by."""
    deadlines: list[Row]
    """Nearest claims to decide and orders not in Omnitron: kind, key, at, amount."""
    to_decide: int
    """Claims that wait for a decision, with or without a deadline."""


class QuickStatus:
    """The whole installation; ``channels`` is empty unless ``schema`` is ``current``."""

    def __init__(self, schema: str, channels: list[ChannelStatus]) -> None:
        self.schema = schema
        """``current``, ``old``, ``newer``, ``empty``, or ``absent`` when there is no such file."""
        self.channels = channels


def read_status(url: str, *, deadlines: int = 5, details: bool = True) -> QuickStatus:
    """Read the status from ``database.url``; raises :class:`Unreadable`.

    One snapshot: what it says about two tables belongs together. Without ``details`` the columns
    that hold JSON are empty: its parser takes as long to import as all the reading.
    """
    reader = Sqlite(url) if url.startswith("sqlite") else Postgresql(url)
    reader.details = details
    try:
        if not reader.open():
            return QuickStatus("absent", [])
        number = reader.schema_number()
        if number != HEAD:
            state = "empty" if number == 0 else "old" if number < HEAD else "newer"
            return QuickStatus(state, [])
        rows = reader.rows(
            "SELECT id, key, name, environment, timezone, is_active, connection"
            " FROM channel ORDER BY id"
        )
        return QuickStatus("current", [_channel(reader, row, deadlines) for row in rows])
    except reader.faults as fault:
        raise Unreadable(str(fault).strip()) from fault
    finally:
        reader.close()


def _channel(reader: Reader, channel: Row, deadlines: int) -> ChannelStatus:
    channel_id = channel["id"]
    leases = reader.rows(
        "SELECT holder, host, pid, username, face, taken_at, renewed_at, expires_at"
        " FROM lease WHERE channel_id = ?",
        channel_id,
    )
    undecided = (
        "channel_id = ? AND status = 'AwaitingAction' AND NOT settled AND NOT EXISTS (SELECT 1"
        " FROM claim_decision d WHERE d.channel_id = claim.channel_id"
        " AND d.claim_number = claim.number AND d.state <> 'refused')"
    )
    return ChannelStatus(
        channel=channel,
        lease=leases[0] if leases else None,
        figures=_newest(
            reader, channel_id, "figure", "name", "at", "value, at, note"
        ),
        runs=_newest(
            reader, channel_id, "flow_run", "flow", "id",
            "id, state, started_by, started_at, heartbeat_at, ended_at, duration_ms, total, ok,"
            " failed, skipped, reason_id, reason_params",
            "AND NOT dry_run",
        ),
        schedule={
            row.pop("flow"): row
            for row in reader.rows(
                "SELECT flow, next_due, last_started, last_success, failures_in_row"
                " FROM flow_schedule WHERE channel_id = ?",
                channel_id,
            )
        },
        lags=_lags(reader, channel_id),
        pauses=reader.rows(
            'SELECT scope, name, until, "by", why FROM pause'
            " WHERE channel_id = ? AND ended_at IS NULL ORDER BY id",
            channel_id,
        ),
        causes=reader.rows(
            "SELECT flow, code, fingerprint, count(*) AS count,"
            " sum(CASE WHEN needs_person OR state = 'ended' THEN 1 ELSE 0 END) AS need_person,"
            " min(first_at) AS first_at, max(last_at) AS last_at, min(next_at) AS next_at"
            f" FROM failure WHERE channel_id = ? AND {_OPEN}"
            " GROUP BY flow, code, fingerprint ORDER BY count(*) DESC, flow, fingerprint",
            channel_id,
        ),
        alarms=reader.rows(
            'SELECT a.id, r.name AS rule, r.metric, r.flow, r."limit", a.value, a.subject,'
            " a.severity, a.fired_at, a.acknowledged_by FROM alarm a"
            " JOIN alarm_rule r ON r.id = a.rule_id"
            " WHERE a.channel_id = ? AND a.ended_at IS NULL ORDER BY a.fired_at DESC, a.id DESC",
            channel_id,
        ),
        deadlines=reader.rows(
            "SELECT kind, key, at, amount FROM ("
            " SELECT 'claim' AS kind, number AS key, deadline AS at, amount FROM claim"
            f" WHERE {undecided} AND deadline IS NOT NULL"
            " UNION ALL SELECT 'order', order_number, due_at, total FROM market_package"
            " WHERE channel_id = ? AND state IN ('seen', 'failed', 'unknown')"
            " AND status IN ('Open', 'Unpacked') AND due_at IS NOT NULL"
            ") AS waiting ORDER BY at, kind, key LIMIT ?",
            channel_id, channel_id, deadlines,
        ),
        to_decide=reader.rows(f"SELECT count(*) AS n FROM claim WHERE {undecided}", channel_id)[0][
            "n"
        ],
    )  # fmt: skip


def _lags(reader: Reader, channel_id: int) -> dict[str, Row]:
    """As ``store.queries.lag`` has it: two looks into indexes, and the differences of a pause."""
    columns = "SELECT kind, min(wanted_at) AS first_at, count(*) AS count FROM offer"
    now = (datetime.now(timezone.utc) - EPOCH) // timedelta(microseconds=1)  # noqa: UP017
    parts = [
        *reader.rows(f"{columns} WHERE channel_id = ? AND state = 'waiting' GROUP BY kind",
                     channel_id),
        *reader.rows(f"{columns} WHERE channel_id = ? AND upload_id IS NOT NULL GROUP BY kind",
                     channel_id),
        *reader.rows(
            "SELECT d.kind, min(d.found_at) AS first_at, count(*) AS count FROM difference d"
            " WHERE d.channel_id = ? AND d.corrected_at IS NULL AND d.found_at >= ("
            " SELECT min(p.created_at) FROM pause p WHERE p.channel_id = d.channel_id"
            " AND p.ended_at IS NULL AND p.until > ? AND (p.scope = 'channel'"
            " OR (p.scope = 'direction' AND p.name = 'outbound')"
            " OR (p.scope = 'flow' AND p.name = d.kind))) GROUP BY d.kind",
            channel_id, now,
        ),
    ]  # fmt: skip
    found: dict[str, Row] = {}
    for part in parts:
        known = found.setdefault(part["kind"], {"first_at": part["first_at"], "count": 0})
        known["first_at"] = min(known["first_at"], part["first_at"])
        known["count"] += part["count"]
    return found


def _newest(
    reader: Reader,
    channel_id: int,
    table: str,
    name: str,
    order: str,
    columns: str,
    only: str = "",
) -> dict[str, Row]:
    """The newest row of each ``name``, jumping from name to name in the index."""
    names = reader.rows(
        f"WITH RECURSIVE names(n) AS (SELECT min({name}) FROM {table} WHERE channel_id = ?"
        f" UNION ALL SELECT (SELECT min({name}) FROM {table} WHERE channel_id = ? AND {name} > n)"
        " FROM names WHERE n IS NOT NULL) SELECT n FROM names WHERE n IS NOT NULL",
        channel_id,
        channel_id,
    )
    newest = (
        f"SELECT {columns} FROM {table} WHERE channel_id = ? AND {name} = ? {only}"
        f" ORDER BY {order} DESC LIMIT 1"
    )
    found = ((row["n"], reader.rows(newest, channel_id, row["n"])) for row in names)
    return {one: rows[0] for one, rows in found if rows}
