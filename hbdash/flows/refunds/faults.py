"""A claim for which something can't be done: log line, failure, penalty of our own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from hbdash.domain.claims import AWAITING_ACTION
from hbdash.runs import penalties
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.store.types import to_lira5
from hbdash.texts.causes import log_text

CONTENT_TYPE = "cancellationrequest"


def claim_failed(
    ctx: RunContext,
    claim: RowMapping,
    code: str,
    params: dict[str, Any] | None = None,
    *,
    text: str = "",
    punish: bool = True,
    level: str = "error",
    counts: bool = True,
) -> None:
    """Write what it means, in a commit of its own. text: the other side's words.

    punish: it is tried again by R3's rules only (claims take the DEFAULT block); False where
    nothing but a person's act brings another try. counts: False where the run did all it could.
    """
    number = claim["number"]
    known = {"claim": number, "type": claim["claim_type"], "text": text, **(params or {})}
    with ctx.commit(durable=True) as connection:
        view = None
        if punish:
            views = penalties.penalise(
                connection,
                ctx.channel_id,
                CONTENT_TYPE,
                [penalties.Offender(number)],
                ctx.settings.retry.rule_for(CONTENT_TYPE),
                ctx.now(),
                owner="hbdash",
            )
            view = views.get(number)
        line = ctx.journal.add(
            level,
            "failed",
            log_text(code, known),
            kind="claim",
            key=number,
            code=code,
            params=known,
            exchange=ctx.wire.exchange if text else None,
        )
        open_until = claim["deadline"] if claim["status"] == AWAITING_ACTION else None
        ctx.failures.met(
            Met(
                "claim",
                number,
                code,
                known,
                content_type=CONTENT_TYPE,
                remote_text=text,
                line=line,
                penalty=view,
                deadline=open_until,
                amount=to_lira5(claim["amount"]),
            )
        )
    if counts:
        ctx.progress.failed += 1
