"""A product that can't be sent, or was refused: log line, failure, penalty, verdict, report.

A product has one penalty at Omnitron, its own; ours stands under the type of what it lacks (a
price, a stock), by whose settings it is counted (flows section 11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from hbdash.domain.failures import FailureKind, kind_of, penalty_type
from hbdash.flows.products.records.model import PRICE, PRODUCT, STOCK, Cause
from hbdash.omnitron.models.batch import FailedReason
from hbdash.runs import penalties
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.runs.penalties import PenaltyView
from hbdash.texts.causes import log_text
from hbdash.transport.recorder import Exchange


@dataclass(frozen=True)
class Fault:
    """A product that failed, with every cause that it met."""

    key: str
    product_pk: int | None
    causes: tuple[Cause, ...]

    @property
    def reason(self) -> FailedReason:
        """Who refused it: the Mapper if it did, else this program (O§5.5)."""
        mapping = any(cause.reason is FailedReason.MAPPING for cause in self.causes)
        return FailedReason.MAPPING if mapping else FailedReason.CHANNEL_APP


def note_faults(
    ctx: RunContext,
    connection: Connection,
    faults: Sequence[Fault],
    *,
    exchange: Exchange | None = None,
) -> None:
    """Penalties, log lines and failures of these products, inside the caller's transaction."""
    views = _penalise(ctx, connection, faults)
    listed: set[tuple[str, str]] = set()
    for fault in faults:
        for cause in fault.causes:
            params = {"key": fault.key, **cause.params}
            content_type = penalty_type(cause.code)
            transient = kind_of(cause.code, params) is FailureKind.TRANSIENT
            line = ctx.journal.add(
                "warning" if transient else "error",
                "failed",
                log_text(cause.code, params),
                kind=PRODUCT,
                key=fault.key,
                code=cause.code,
                params=params,
                exchange=exchange,
            )
            met = Met(
                PRODUCT,
                fault.key,
                cause.code,
                params,
                content_type=content_type or PRODUCT,
                object_pk=fault.product_pk,
                remote_text=cause.text,
                line=line,
                penalty=views.get((content_type or PRODUCT, fault.key)),
            )
            if (fault.key, met.fingerprint) not in listed:
                # Two products of one key have one failure, which names both.
                listed.add((fault.key, met.fingerprint))
                ctx.failures.met(met)
    ctx.progress.failed += len(faults)


def note_passed(ctx: RunContext, connection: Connection, keys: Sequence[str]) -> None:
    """These products went through: nothing stands against them.

    What stands against a price or a stock of its own is theirs; what it lacked as part of the
    product is the product's.
    """
    penalties.forgive(connection, ctx.channel_id, PRODUCT, keys)
    for content_type in (PRICE, STOCK):
        standing = penalties.load(connection, ctx.channel_id, content_type, keys)
        own = [key for key, row in standing.items() if row["object_type"] == PRODUCT]
        carried = ctx.spec.id == "product_create"
        penalties.forgive(connection, ctx.channel_id, content_type, keys if carried else own)
    for key in keys:
        ctx.failures.passed(PRODUCT, key)


def _penalise(
    ctx: RunContext, connection: Connection, faults: Sequence[Fault]
) -> dict[tuple[str, str], PenaltyView]:
    """One try per product and content type, however many causes it met."""
    offenders: dict[str, dict[str, penalties.Offender]] = {}
    for fault in faults:
        types = {penalty_type(cause.code) for cause in fault.causes}
        for content_type in types or {PRODUCT}:
            # Omnitron punishes the product, also for what we would let pass with no penalty.
            offenders.setdefault(content_type or PRODUCT, {})[fault.key] = penalties.Offender(
                fault.key, fault.product_pk, fault.reason.value, object_type=PRODUCT
            )
    views: dict[tuple[str, str], PenaltyView] = {}
    for content_type, found in sorted(offenders.items()):
        written = penalties.penalise(
            connection,
            ctx.channel_id,
            content_type,
            list(found.values()),
            ctx.settings.retry.rule_for(content_type),
            ctx.now(),
            owner="omnitron",
        )
        views |= {(content_type, key): view for key, view in written.items()}
    return views
