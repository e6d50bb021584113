"""A line in Omnitron's own log for each product that was sent or failed (O§5.8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from hbdash.omnitron.models.batch import ErrorReport
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import BatchRequest
from hbdash.transport.errors import RemoteError

_COMMANDS = {"product_update": "ProductUpdate", "product_delete": "ProductDelete"}


@dataclass(frozen=True)
class Said:
    """One line. failed: the reason type of a failure, ``""`` for a success."""

    product_pk: int
    text: str
    failed: str = ""


def report(ctx: RunContext, batch_id: int, lines: Sequence[Said]) -> None:
    """Write the lines. One that is lost is not worth a run: the first refusal ends the reports."""
    if not lines or ctx.progress.note.get("unreported"):
        return
    batches = table_of(BatchRequest)
    with ctx.db.read() as connection:
        local = connection.execute(
            select(batches.c.local_batch_id).where(batches.c.id == batch_id)
        ).scalar()
    command = _COMMANDS.get(ctx.spec.id, "ProductCreate")
    try:
        product = ctx.omnitron.content_type("product").pk
        for line in lines:
            ctx.omnitron.error_report(
                ErrorReport(
                    action_content_type=product,
                    action_object_id=line.product_pk,
                    error_code=f"{local or ctx.run_id}-Channel-{command}",
                    error_desc=line.text[:1000],
                    is_ok=not line.failed,
                    raw_response=f"{line.failed}-{line.text}"[:4000] if line.failed else "",
                )
            )
    except RemoteError as error:
        ctx.progress.note["unreported"] = str(error)[:200]
