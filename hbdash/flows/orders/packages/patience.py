"""A record for which one call fails waits for the next run, and this one goes on (design rule 3).

What concerns every record ends the run: a refused login, the firewall, a limit, and the breaker,
which opens by itself when failures are the service's and not the record's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hbdash.flows.orders.packages.faults import KIND
from hbdash.runs.context import RunContext
from hbdash.texts.causes import log_text
from hbdash.transport.errors import AuthRefused, BreakerOpen, RateLimited, RemoteError, Walled

_OF_ALL = (AuthRefused, BreakerOpen, RateLimited, Walled)


@dataclass
class SetAside:
    """Whether the record was set aside."""

    happened: bool = False


@contextmanager
def set_aside(ctx: RunContext, order: str) -> Iterator[SetAside]:
    """Around the calls that only read for one order: one that fails leaves a line, not an end."""
    outcome = SetAside()
    try:
        yield outcome
    except _OF_ALL:
        raise
    except RemoteError as error:
        outcome.happened = True
        ctx.progress.skipped += 1
        with ctx.commit():
            ctx.journal.add(
                "warning", "waiting", log_text(error.failure_id, error.params), kind=KIND,
                key=order, code=error.failure_id, exchange=ctx.wire.exchange,
            )  # fmt: skip
