"""A faulty record never delays a healthy one (design rule 3): what retries may take of a run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from hbdash.runs.context import RunContext

T = TypeVar("T")

#: Part of a run that is kept for retries, and that they may not exceed while fresh records wait.
RETRY_SHARE = 0.2


class RetryTime:
    """The time retries may take of one run; fresh records have had theirs when it begins."""

    def __init__(self, ctx: RunContext) -> None:
        budget = ctx.spec.time_budget.total_seconds() * RETRY_SHARE
        self._until = min(time.monotonic() + budget, ctx.until)

    @property
    def is_left(self) -> bool:
        """Whether one more portion may be begun."""
        return time.monotonic() < self._until


def shared(fresh: Sequence[T], retries: Sequence[T], room: int) -> list[T]:
    """At most ``room`` records, fresh ones first, with a fifth of the room kept for retries.

    What one side does not need, the other has.
    """
    kept = min(len(retries), int(room * RETRY_SHARE))
    first = fresh[: max(0, room - kept)]
    return [*first, *retries[: max(0, room - len(first))]]
