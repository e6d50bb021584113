"""``hbdash status``: is everything in step? Read-only, without ORM and settings library."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timezone

from hbdash.cli.common import (
    DONE,
    FAILED,
    UNAVAILABLE,
    UNREADABLE,
    WRONG_USE,
    CommandFailed,
    harmless_json,
    plain_text,
)
from hbdash.cli.quick_config import database_url
from hbdash.store.quick import Unreadable, read_status

TYPE_CHECKING = False  # importing it from typing would cost as much as everything else here
if TYPE_CHECKING:
    from typing import Any

    from hbdash.store.quick import ChannelStatus

_EIGHT = (
    ("sku_total", "SKUs in catalogue"),
    ("sku_on_sale", "SKUs on sale"),
    ("sku_not_on_sale", "Not on sale"),
    ("price_differs", "Price differs"),
    ("stock_total", "Stock in catalogue"),
    ("stock_on_sale", "Stock on sale"),
    ("stock_not_on_sale", "Stock not on sale"),
    ("stock_differs", "Stock differs"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--channel", metavar="KEY", help="one channel only")


def run(args: argparse.Namespace) -> int:
    """Print it; exit code 0 in step, 1 something fails or rings, 4 nothing can be read."""
    url = database_url(args.config)
    try:
        status = read_status(url, details=args.json)
    except Unreadable as error:
        raise CommandFailed(f"database {_shown(url)}: {error}", UNAVAILABLE) from error
    if status.schema != "current":
        raise CommandFailed(f"{_shown(url)}: {UNREADABLE[status.schema]}", UNAVAILABLE)
    channels = [c for c in status.channels if args.channel in (None, c.channel["key"])]
    if not channels:
        known = ", ".join(c.channel["key"] for c in status.channels) or "none yet"
        raise CommandFailed(f"no such channel in the database; there is {known}", WRONG_USE)
    documents = [document(channel) for channel in channels]
    if args.json:
        import json

        text = json.dumps({"channels": documents}, indent=2, ensure_ascii=False, sort_keys=True)
        sys.stdout.write(harmless_json(text) + "\n")
    else:
        for one in documents:
            sys.stdout.write(_text(one))
    return DONE if all(one["in_step"] for one in documents) else FAILED


def document(status: ChannelStatus) -> dict[str, Any]:
    """The keys fixed in docs/cli-json.md; moments are ISO 8601 UTC, durations seconds."""
    failing = sorted(flow for flow, row in status.runs.items() if _fails(flow, row, status))
    engine = _engine(status.lease)
    failures = sum(int(row["count"]) for row in status.causes)
    runs = engine is not None and status.channel["is_active"] is not False
    return {
        "channel": status.channel["key"],
        "name": status.channel["name"],
        "environment": status.channel["environment"],
        "active": status.channel["is_active"],
        "in_step": runs and not failing and not status.alarms and not failures,
        "engine": engine,
        "figures": {
            name: {"value": row["value"], "at": _iso(row["at"]), "note": row["note"]}
            for name, row in status.figures.items()
        },
        "flows": {
            flow: {
                "state": row["state"],
                "started_at": _iso(row["started_at"]),
                "ended_at": _iso(row["ended_at"]),
                "ok": row["ok"],
                "failed": row["failed"],
                "skipped": row["skipped"],
                "reason": row["reason_id"],
                "next_due": _iso(status.schedule.get(flow, {}).get("next_due")),
                "last_success": _iso(status.schedule.get(flow, {}).get("last_success")),
                "lag": _lag(flow, status),
            }
            for flow, row in status.runs.items()
        },
        "failing_flows": failing,
        "pauses": [
            {**row, "until": _iso(row["until"])} for row in status.pauses if row["until"] > _now()
        ],
        "open_failures": failures,
        "causes": [
            {
                "flow": row["flow"],
                "code": row["code"],
                "fingerprint": row["fingerprint"],
                "count": row["count"],
                "need_person": row["need_person"],
                "first_at": _iso(row["first_at"]),
                "last_at": _iso(row["last_at"]),
                "next_at": _iso(row["next_at"]),
            }
            for row in status.causes
        ],
        "alarms": [{**row, "fired_at": _iso(row["fired_at"])} for row in status.alarms],
        "deadlines": [
            {**row, "at": _iso(row["at"]), "amount": _lira(row["amount"])}
            for row in status.deadlines
        ],
        "claims_to_decide": status.to_decide,
        "connections": status.channel["connection"],
    }


def _fails(flow: str, run: dict[str, Any], status: ChannelStatus) -> bool:
    """As the dashboard has it: the last run failed or was lost; a new attempt hides nothing."""
    if run["state"] == "running":
        return bool(status.schedule.get(flow, {}).get("failures_in_row"))
    return run["state"] in ("failed", "lost")


def _lag(flow: str, status: ChannelStatus) -> int | None:
    """Seconds: of stock and price the age of the oldest change not confirmed, else the time since
    the last run that went through."""
    since = status.schedule.get(flow, {}).get("last_success")
    if flow in ("stock", "price"):
        if flow not in status.lags:
            return 0
        since = status.lags[flow]["first_at"]
    return None if since is None else max(0, int((_now() - since).total_seconds()))


def _engine(lease: dict[str, Any] | None) -> dict[str, Any] | None:
    """Who runs the flows; None when nobody's lease stands."""
    if lease is None or lease["expires_at"] <= _now():
        return None
    return {
        "host": lease["host"],
        "user": lease["username"],
        "face": lease["face"],
        "pid": lease["pid"],
        "since": _iso(lease["taken_at"]),
        "renewed_at": _iso(lease["renewed_at"]),
    }


def _now() -> datetime:
    return datetime.now(timezone.utc)  # noqa: UP017


def _iso(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _lira(amount: int) -> str:
    """10⁻⁵ lira, as the database has it, as decimal text."""
    return f"{amount // 100_000}.{amount % 100_000:05d}".rstrip("0").rstrip(".")


def _shown(url: str) -> str:
    """The address without its password."""
    head, at, host = url.rpartition("@")
    if not at:
        return url
    scheme, _, access = head.partition("://")
    return f"{scheme}://{access.partition(':')[0]}:***@{host}"


def _text(one: dict[str, Any]) -> str:
    lines = [f"{one['name']}  {str(one['environment']).upper()}"]
    engine = one["engine"]
    who = f"{engine['face']} on {engine['host']} ({engine['user']})" if engine else "none"
    lines.append(f"  engine  {who}")
    if one["active"] is False:
        lines.append("  × the channel is inactive in Omnitron: nothing runs")
    lines.append(_verdict(one))
    lines.extend(_paused(row, one["flows"]) for row in one["pauses"])
    figures = one["figures"]
    for name, label in _EIGHT:
        found = figures.get(name)
        value = "?" if found is None else f"{found['value']:,}"
        lines.append(f"  {label:<20}{value:>12}")
    lines.extend(
        f"  × {row['count']:>4} {row['code']:<24} {row['flow']}" for row in one["causes"][:8]
    )
    lines.extend(f"  ▲ {row['rule']}  since {row['fired_at']}" for row in one["alarms"][:5])
    lines.extend(f"  ○ {row['kind']} {row['key']} by {row['at']}" for row in one["deadlines"][:3])
    return "".join(plain_text(line) + "\n" for line in lines)


def _paused(pause: dict[str, Any], flows: dict[str, Any]) -> str:
    """Who paused what until when, and how far it lags behind by now."""
    until = pause["until"][:16].replace("T", " ")
    text = f"  ‖ {pause['name'] or pause['scope']} paused until {until} UTC by {pause['by']}"
    lag = flows.get(pause["name"], {}).get("lag")
    behind = f"; {lag // 60} min behind" if lag else ""
    return f"{text}: {pause['why']}{behind}"


def _verdict(one: dict[str, Any]) -> str:
    if one["in_step"]:
        return "  ✓ everything is in step"
    parts = []
    if one["engine"] is None:
        parts.append("no engine runs the flows")
    if one["failing_flows"]:
        parts.append(f"failing: {', '.join(one['failing_flows'])}")
    if one["open_failures"]:
        parts.append(f"{one['open_failures']:,} open failures")
    if one["alarms"]:
        parts.append(f"{len(one['alarms'])} alarms firing")
    return "  × " + "; ".join(parts or ["the channel is inactive"])
