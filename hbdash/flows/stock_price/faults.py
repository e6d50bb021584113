"""A value that can't be sent, or was refused: log line, failure, penalty, verdict to Omnitron."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from hbdash.domain.failures import FailureKind, kind_of, penalty_type
from hbdash.flows.stock_price.kinds import Kind
from hbdash.omnitron.models.batch import FailedReason
from hbdash.runs import batches, penalties
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.texts.causes import log_text
from hbdash.transport.recorder import Exchange


@dataclass(frozen=True)
class Fault:
    """One faulty row. ``batch_id`` is ``None`` for a correction, which has no batch.

    exchange: the call that showed it, where its answer is needed to understand it.
    """

    key: str
    object_pk: int | None
    batch_id: int | None
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    remote_text: str = ""
    exchange: Exchange | None = None


def settle_faults(
    ctx: RunContext, kind: Kind, faults: Sequence[Fault], *, reason: FailedReason
) -> None:
    """Write all that a fault means, in a commit of its own."""
    if not faults:
        return
    with ctx.commit() as connection:
        write_faults(ctx, connection, kind, faults, reason=reason)
    ctx.progress.failed += len(faults)


def write_faults(
    ctx: RunContext,
    connection: Connection,
    kind: Kind,
    faults: Sequence[Fault],
    *,
    reason: FailedReason,
) -> None:
    """The same beside what else the caller commits: a verdict that is given is never half told.

    The caller counts them once its commit stands.
    """
    if not faults:
        return
    rule = ctx.settings.retry.rule_for(kind.content_type)
    punished = [f for f in faults if penalty_type(f.code, kind.content_type) == kind.content_type]
    views = penalties.penalise(
        connection,
        ctx.channel_id,
        kind.content_type,
        [penalties.Offender(f.key, f.object_pk, reason_type=reason.value) for f in punished],
        rule,
        ctx.now(),
        owner="omnitron",
    )
    for fault in faults:
        params = {"key": fault.key, **fault.params}
        line = ctx.journal.add(
            "warning" if kind_of(fault.code, params) is FailureKind.TRANSIENT else "error",
            "failed",
            log_text(fault.code, params),
            kind=kind.content_type,
            key=fault.key,
            code=fault.code,
            params=params,
            exchange=fault.exchange,
        )
        ctx.failures.met(
            Met(
                kind.content_type,
                fault.key,
                fault.code,
                params,
                content_type=kind.content_type,
                object_pk=fault.object_pk,
                remote_text=fault.remote_text,
                line=line,
                penalty=views.get(fault.key),
            )
        )
    batches.give_verdicts(
        connection,
        [
            batches.ObjectVerdict(f.batch_id, f.object_pk, reason)
            for f in faults
            if f.batch_id is not None and f.object_pk is not None
        ],
    )
