"""Rules that a channel begins with. Who deletes one is not given it again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from hbdash.domain.alarms import RuleDraft, Severity
from hbdash.store.bulk import table_of
from hbdash.store.tables import AlarmRule, Audit

INSTALLED = "alarm.install"
"""Action in the audit trail by which a rule that was once installed is known."""
_BY = "hbdash"

_CRITICAL, _WARNING, _NOTICE = Severity.CRITICAL, Severity.WARNING, Severity.NOTICE


def _no_success(flow: str, minutes: int, severity: Severity) -> RuleDraft:
    return RuleDraft("no_success", minutes, flow, severity=severity, name=f"{flow}.no_success")


def _in_row(flow: str, runs: int) -> RuleDraft:
    return RuleDraft("failures_in_row", runs, flow, severity=_WARNING, name=f"{flow}.failures")


def _errors(flow: str, percent: int) -> RuleDraft:
    return RuleDraft(
        "error_rate", percent, flow, window_min=60, severity=_WARNING, name=f"{flow}.errors"
    )


def _plain(metric: str, limit: int, severity: Severity) -> RuleDraft:
    return RuleDraft(metric, limit, severity=severity, name=metric)


#: In the order of the screen: what costs money first.
DEFAULTS: tuple[RuleDraft, ...] = (
    # What must be decided in time (facts of the trade 1 and 3).
    _plain("claim_deadline", 4, _CRITICAL),
    _plain("order_deadline", 3, _WARNING),
    # A few missed runs of each flow: its period is 1 min for stock and 5 min for the others.
    _no_success("stock", 10, _CRITICAL),
    _no_success("price", 15, _CRITICAL),
    _no_success("order_create", 20, _CRITICAL),
    _no_success("order_refund", 30, _WARNING),
    _no_success("product_create", 60, _WARNING),
    _no_success("mirror", 60, _WARNING),
    _in_row("stock", 3),
    _in_row("price", 3),
    _in_row("order_create", 3),
    _in_row("order_refund", 3),
    _in_row("product_create", 3),
    # Products of a new catalogue are often incomplete; orders and prices should not be.
    _errors("stock", 10),
    _errors("price", 10),
    _errors("order_create", 20),
    _plain("stock_lag", 10, _WARNING),
    _plain("auth_refused", 1, _CRITICAL),
    # From half on the mirror does not believe a reading and keeps what it knew.
    _plain("empty_answer", 50, _CRITICAL),
    _plain("ended_penalties", 10, _NOTICE),
)


def install_defaults(connection: Connection, channel_id: int, now: datetime) -> int:
    """Add the default rules that the channel was never given; how many.

    The audit trail remembers each, so that a deleted one stays deleted and a later version's new
    ones are added.
    """
    audit, rules = table_of(Audit), table_of(AlarmRule)
    given = set(
        connection.scalars(
            select(audit.c.target).where(
                audit.c.channel_id == channel_id, audit.c.action == INSTALLED
            )
        )
    )
    names = set(
        connection.scalars(select(rules.c.name).where(rules.c.channel_id == channel_id))
    )  # fmt: skip
    missing = [draft for draft in DEFAULTS if draft.name not in given | names]
    for draft in missing:
        connection.execute(
            insert(rules).values(
                channel_id=channel_id,
                name=draft.name,
                metric=draft.metric,
                flow=draft.flow,
                limit=draft.limit,
                window_min=draft.window_min,
                severity=draft.severity,
                is_active=True,
                is_default=True,
                created_by=_BY,
                created_at=now,
            )
        )
        connection.execute(
            insert(audit).values(
                channel_id=channel_id,
                at=now,
                who=_BY,
                role="system",
                via="engine",
                action=INSTALLED,
                target=draft.name,
                detail={},
                outcome="accepted",
            )
        )
    return len(missing)
