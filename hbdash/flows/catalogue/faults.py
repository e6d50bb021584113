"""Categories and attributes that fail: log line and failure, no penalty (flows §11)."""

from __future__ import annotations

from collections.abc import Mapping

from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.texts.causes import log_text


def note_category_fault(
    ctx: RunContext,
    key: str,
    code: str,
    params: Mapping[str, str],
    *,
    kind: str = "category",
    exchange: bool = False,
    counts: bool = True,
) -> None:
    """One category (or attribute) that could not be brought into step; written with the next
    commit. counts: it is a failed record of the run, and not only something to know."""
    line = ctx.journal.add(
        "error" if counts else "warning",
        "failed" if counts else "ok",
        log_text(code, params),
        kind=kind,
        key=key,
        code=code,
        params=dict(params),
        exchange=ctx.wire.exchange if exchange else None,
    )
    ctx.failures.met(
        Met(kind, key, code, dict(params), remote_text=params.get("text", ""), line=line)
    )
    if counts:
        ctx.progress.failed += 1


def note_unknown(ctx: RunContext, category_id: str) -> None:
    """An id that Hepsiburada's tree does not have."""
    note_category_fault(ctx, category_id, "category.unknown", {"category": category_id})
