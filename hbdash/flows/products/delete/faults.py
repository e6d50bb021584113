"""A removal that can't go on: line, failure, and a wait of its own (R3.11: the DEFAULT block)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from hbdash.flows.products.records.model import PRODUCT
from hbdash.runs import penalties
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.texts.causes import log_text

#: What Omnitron calls the object of these batches; its products are gone, so the wait is ours.
ACTION = "integrationaction"
#: SKU key → failure id and parameters.
Faults = Mapping[str, tuple[str, dict[str, str]]]


def fail(ctx: RunContext, connection: Connection, faults: Faults) -> None:
    """Each waits by the settings in force and is tried again; the caller commits."""
    if not faults:
        return
    views = penalties.penalise(
        connection,
        ctx.channel_id,
        ACTION,
        [penalties.Offender(key) for key in faults],
        ctx.settings.retry.rule_for(ACTION),
        ctx.now(),
        owner="hbdash",
    )
    for key, (code, params) in sorted(faults.items()):
        given = {"key": key, **params}
        line = ctx.journal.add(
            "error", "failed", log_text(code, given), kind=PRODUCT, key=key, code=code,
            params=given, exchange=ctx.wire.exchange,
        )  # fmt: skip
        ctx.failures.met(
            Met(PRODUCT, key, code, given, content_type=ACTION, line=line, penalty=views.get(key))
        )
    ctx.progress.failed += len(faults)


def passed(ctx: RunContext, connection: Connection, keys: Iterable[str]) -> None:
    """Nothing stands against these any more."""
    gone = sorted(set(keys))
    penalties.forgive(connection, ctx.channel_id, ACTION, gone)
    for key in gone:
        ctx.failures.passed(PRODUCT, key)


def waiting(ctx: RunContext, keys: Iterable[str]) -> set[str]:
    """Those that failed and whose next try is not due yet."""
    with ctx.db.read() as connection:
        return penalties.blocked(connection, ctx.channel_id, ACTION, keys, ctx.now())
