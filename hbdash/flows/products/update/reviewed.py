"""Changes that Hepsiburada's entry team looks at for longer than a result may take (flows §4).

For Omnitron they are done: a penalty would only send the same ticket again. Here they stay in
review, are asked for daily for 30 days, and a later rejection opens a failure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import RowMapping, update

from hbdash.domain.clock import has_come
from hbdash.flows.products.imports import fields
from hbdash.flows.products.imports.carriers import TICKET
from hbdash.flows.products.imports.results import LOOK_AGAIN
from hbdash.flows.products.records import rows as book
from hbdash.flows.products.records.model import PRODUCT
from hbdash.flows.products.status import market
from hbdash.flows.products.status.follow import open_review_failure
from hbdash.flows.products.status.verdicts import Verdict, ticket_verdict
from hbdash.hepsiburada.errors import NotVisibleYet
from hbdash.hepsiburada.models.tickets import TicketRow
from hbdash.runs.context import RunContext
from hbdash.store.bulk import table_of
from hbdash.store.tables import UploadRow
from hbdash.texts.causes import log_text
from hbdash.texts.products import change_given_up, change_taken
from hbdash.transport.errors import NotFound

FOLLOWED_FOR = timedelta(days=30)


def look_again(ctx: RunContext) -> None:
    """Ask for what is due to be asked."""
    for upload in book.unsettled(ctx, book.IN_REVIEW, book.TICKET):
        if has_come(upload["poll_at"], ctx.now(), LOOK_AGAIN.total_seconds()):
            _ask(ctx, upload)
        ctx.go_on()


def _ask(ctx: RunContext, upload: RowMapping) -> None:
    rows = book.waiting_rows(ctx, upload, book.IN_REVIEW)
    try:
        answer = TICKET.read(ctx, upload).rows
    except (NotVisibleYet, NotFound):
        answer = {}
    verdicts: dict[str, Verdict] = {}
    for row in rows:
        there = answer.get(row["sku_key"])
        verdict = ticket_verdict(there) if isinstance(there, TicketRow) else None
        if verdict is not None:
            verdicts[row["sku_key"]] = verdict
    given_up = ctx.now() - upload["sent_at"] >= FOLLOWED_FOR
    with ctx.commit() as connection:
        known = market.load(connection, ctx.channel_id, verdicts)
        refused: dict[str, list[str]] = {}
        table = table_of(UploadRow)
        for row in rows:
            key = row["sku_key"]
            verdict = verdicts.get(key)
            if verdict is None and not given_up:
                continue
            _tell(ctx, row, verdict)
            if verdict is not None and verdict.causes and key in known:
                refused[key] = _refused(verdict, known[key]["fields"])
            connection.execute(
                update(table)
                .where(table.c.upload_id == upload["id"], table.c.element == row["element"])
                .values(
                    state="accepted" if verdict is None else verdict.row_state,
                    code=verdict.causes[0].code if verdict and verdict.causes else None,
                )
            )
        market.forget_fields(connection, ctx.channel_id, refused)
        over = given_up or len(verdicts) == len(rows)
        book.change(
            connection,
            upload["id"],
            state="done" if over else book.IN_REVIEW,
            poll_at=ctx.now() + LOOK_AGAIN,
            polls=upload["polls"] + 1,
        )


def _tell(ctx: RunContext, row: RowMapping, verdict: Verdict | None) -> None:
    key = row["sku_key"]
    if verdict is None or not verdict.causes:
        text = change_given_up() if verdict is None else change_taken()
        ctx.journal.add("info", "ok", text, kind=PRODUCT, key=key, code="product.changed")
        return
    for cause in verdict.causes:
        text = log_text(cause.code, cause.params)
        open_review_failure(ctx, key, row["object_pk"], cause, text)


def _refused(verdict: Verdict, known: Sequence[str] | dict[str, str]) -> list[str]:
    return [
        name
        for field, ids in verdict.refused_fields
        for name in fields.members_of(field, ids, known)
    ]
