"""Step 3: results of imports and tickets, row by row as they come (H§7.2, H§8, flows section 4).

A row that is still being processed keeps only its own import open, for the hours that the settings
allow (R3.5, R3.7). Nobody waits for a result: the next run at the time of the next poll asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from hbdash.domain.clock import has_come
from hbdash.flows.products.imports import fields
from hbdash.flows.products.imports.carriers import IMPORT, Answer, Carrier
from hbdash.flows.products.imports.recovery import VISIBLE_WITHIN
from hbdash.flows.products.records import rows as book
from hbdash.flows.products.records.faults import Fault, note_faults, note_passed
from hbdash.flows.products.records.model import PRODUCT, Cause
from hbdash.flows.products.records.reports import Said, report
from hbdash.flows.products.status import known, market
from hbdash.flows.products.status.verdicts import Verdict, ticket_verdict
from hbdash.hepsiburada.errors import NotVisibleYet
from hbdash.hepsiburada.models.tickets import TicketRow
from hbdash.omnitron.models.batch import BatchStatus, FailedReason
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.store.bulk import table_of
from hbdash.store.tables import BatchRequest, UploadRow
from hbdash.texts.causes import log_text
from hbdash.texts.products import change_in_review, change_taken, matched, taken_in
from hbdash.transport.errors import NotFound

_NO_RESULT = Verdict(causes=(Cause("product.no_result"),))
#: How soon a change that is still looked at is asked for again (flows section 4).
LOOK_AGAIN = timedelta(days=1)
#: A change in review is done for Omnitron some minutes before its hours are over: its own sweep
#: would count it as failed, and the same ticket would go again. So are products whose import lacks
#: the result of others.
BEFORE_OMNITRON = timedelta(minutes=15)


def collect(ctx: RunContext, carriers: Sequence[Carrier] = (IMPORT,)) -> None:
    """Settle what has a result by now."""
    longest = max(ctx.config.engine.import_polls_s)
    for carrier in carriers:
        for upload in book.unsettled(ctx, book.SENT, carrier.kind):
            if has_come(upload["poll_at"], ctx.now(), longest):
                _ask(ctx, carrier, upload)
                ctx.go_on()


def next_poll(ctx: RunContext, carriers: Sequence[Carrier] = (IMPORT,)) -> datetime | None:
    """When the next result is to be asked for; ``None`` when nothing is on its way."""
    polls = [
        upload["poll_at"]
        for carrier in carriers
        for upload in book.unsettled(ctx, book.SENT, carrier.kind)
        if upload["poll_at"] is not None
    ]
    return min(polls, default=None)


def _ask(ctx: RunContext, carrier: Carrier, upload: RowMapping) -> None:
    answer = _read(ctx, carrier, upload)
    waiting = book.waiting_rows(ctx, upload)
    others_wait = carrier.kind == book.TICKET or len(waiting) < upload["rows"]
    ahead = BEFORE_OMNITRON if others_wait else timedelta(0)
    overdue = ctx.settings.retry.result_overdue(upload["sent_at"], ctx.now() + ahead)
    verdicts: dict[str, Verdict] = {}
    for row in waiting:
        key = row["sku_key"]
        verdict = None if answer is None else _verdict(carrier, answer, key)
        if verdict is None and (overdue or answer is None):
            verdict = _late(answer, key)
        if verdict is not None:
            verdicts[key] = verdict
    verdicts |= _adopted(ctx, verdicts)
    _settle(ctx, upload, [row for row in waiting if row["sku_key"] in verdicts], verdicts)
    if len(verdicts) < len(waiting):
        _ask_later(ctx, upload)
    else:
        _close(ctx, upload, verdicts)


def _read(ctx: RunContext, carrier: Carrier, upload: RowMapping) -> Answer | None:
    """The answer as far as it goes; ``None`` when it is unknown there for good."""
    try:
        return carrier.read(ctx, upload)
    except (NotVisibleYet, NotFound):
        if ctx.now() - upload["sent_at"] >= VISIBLE_WITHIN:
            return None
        return Answer({}, complete=False)


def _verdict(carrier: Carrier, answer: Answer, key: str) -> Verdict | None:
    row = answer.rows.get(key)
    if row is not None:
        return carrier.verdict(row)
    return _NO_RESULT if answer.complete else None


def _late(answer: Answer | None, key: str) -> Verdict:
    """Its hours are over: no result, or a change that the entry team still looks at."""
    row = None if answer is None else answer.rows.get(key)
    if isinstance(row, TicketRow):
        return ticket_verdict(row, late=True) or _NO_RESULT
    return _NO_RESULT


def _adopted(ctx: RunContext, verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """Products that an import could not change since they are there: as good as created."""
    known_there = [key for key, verdict in verdicts.items() if verdict.there_already]
    found = known.statuses(ctx, known_there) if known_there else {}
    return {key: Verdict(found[key]) for key in known_there if found.get(key) in known.ADOPTED}


def _settle(
    ctx: RunContext,
    upload: RowMapping,
    rows: Sequence[RowMapping],
    verdicts: Mapping[str, Verdict],
) -> None:
    if not rows:
        return
    exchange = ctx.wire.exchange
    faults = [
        Fault(row["sku_key"], row["object_pk"], verdicts[row["sku_key"]].causes)
        for row in rows
        if verdicts[row["sku_key"]].causes
    ]
    good = [row for row in rows if not verdicts[row["sku_key"]].causes]
    with ctx.commit(durable=True) as connection:
        note_faults(ctx, connection, faults, exchange=exchange)
        note_passed(ctx, connection, [row["sku_key"] for row in good])
        for row in good:
            _say(ctx, row, verdicts[row["sku_key"]])
        _keep(ctx, connection, rows, verdicts)
        for row in rows:
            if row["batch_id"] is not None:
                failed = FailedReason.CHANNEL_APP if verdicts[row["sku_key"]].causes else None
                book.give_verdict(connection, row["batch_id"], row["sku_key"], failed)
        table = table_of(UploadRow)
        connection.execute(
            update(table)
            .where(table.c.upload_id == upload["id"], table.c.element == bindparam("b_element"))
            .values(
                state=bindparam("b_state"),
                code=bindparam("b_code"),
                remote_text=bindparam("b_text"),
            ),
            [_row_values(row, verdicts[row["sku_key"]]) for row in rows],
        )
    # What this run sent itself was counted when it was sent.
    if upload["run_id"] == ctx.run_id:
        ctx.progress.ok -= len(faults)
    else:
        ctx.progress.ok += len(good)
    batches.close_complete(ctx, PRODUCT)
    _report(ctx, rows, verdicts)


def _keep(
    ctx: RunContext,
    connection: Connection,
    rows: Sequence[RowMapping],
    verdicts: Mapping[str, Verdict],
) -> None:
    """Its state there, to be followed; what was refused goes again the next time."""
    now = ctx.now()
    seen = []
    refused: dict[str, list[str] | None] = {}
    standing = market.load(connection, ctx.channel_id, [row["sku_key"] for row in rows])
    for row in rows:
        key, verdict = row["sku_key"], verdicts[row["sku_key"]]
        if verdict.row is not None and verdict.status:
            seen.append(market.Seen.of(key, verdict.row, row["object_pk"]))
        elif verdict.status:
            seen.append(market.Seen(key, verdict.status, row["object_pk"]))
        if not verdict.causes or key not in standing:
            continue
        known_fields = standing[key]["fields"]
        named = [
            name
            for field, ids in verdict.refused_fields
            for name in fields.members_of(field, ids, known_fields)
        ]
        refused[key] = named if verdict.is_ticket and named else None
    market.note(connection, ctx.channel_id, seen, now)
    market.forget_fields(connection, ctx.channel_id, refused)


def _row_values(row: RowMapping, verdict: Verdict) -> dict[str, object]:
    cause = next(iter(verdict.causes), None)
    return {
        "b_element": row["element"],
        "b_state": verdict.row_state,
        "b_code": cause.code if cause else None,
        "b_text": (cause.text if cause else verdict.status)[:10_000],
    }


def _say(ctx: RunContext, row: RowMapping, verdict: Verdict) -> None:
    """The line of a product that went through, and the note for a person if it needs one."""
    key = row["sku_key"]
    if verdict.is_ticket:
        text = change_in_review() if verdict.is_looked_at else change_taken()
        code = "product.in_review" if verdict.is_looked_at else "product.changed"
        ctx.journal.add("info", "ok", text, kind=PRODUCT, key=key, code=code)
        return
    if verdict.note is None:
        ctx.journal.add(
            "info", "ok", taken_in(verdict.status), kind=PRODUCT, key=key, code="product.created",
            params={"status": verdict.status},
        )  # fmt: skip
        return
    params = {"key": key, **verdict.note.params}
    line = ctx.journal.add(
        "warning", "ok", matched(params["hb_sku"], params["name"]), kind=PRODUCT, key=key,
        code=verdict.note.code, params=params,
    )  # fmt: skip
    ctx.failures.met(
        Met(
            PRODUCT, key, verdict.note.code, params, content_type=PRODUCT,
            object_pk=row["object_pk"], line=line,
        )
    )  # fmt: skip


def _report(ctx: RunContext, rows: Sequence[RowMapping], verdicts: Mapping[str, Verdict]) -> None:
    """Failures into Omnitron's own log; that a product was sent stands there already."""
    said: dict[int, list[Said]] = {}
    for row in rows:
        for cause in verdicts[row["sku_key"]].causes:
            if row["batch_id"] is not None and row["object_pk"] is not None:
                text = log_text(cause.code, cause.params)
                line = Said(row["object_pk"], text, FailedReason.CHANNEL_APP.value)
                said.setdefault(row["batch_id"], []).append(line)
    for batch_id, lines in said.items():
        report(ctx, batch_id, lines)


def _ask_later(ctx: RunContext, upload: RowMapping) -> None:
    plan = ctx.config.engine.import_polls_s
    polls = upload["polls"] + 1
    seconds = plan[min(polls, len(plan) - 1)]
    _tell_ongoing(ctx, upload)
    with ctx.commit() as connection:
        book.change(
            connection, upload["id"], polls=polls, poll_at=ctx.now() + timedelta(seconds=seconds)
        )


def _tell_ongoing(ctx: RunContext, upload: RowMapping) -> None:
    """Omnitron hears once that the result was asked for and is not there (O§5.3)."""
    table = table_of(BatchRequest)
    with ctx.db.read() as connection:
        handed_over = connection.execute(
            select(table.c.id, table.c.remote_pk).where(
                table.c.id.in_(upload["note"].get("batches", ())),
                table.c.status == BatchStatus.SENT,
            )
        ).all()
    for batch_id, remote_pk in handed_over:
        batches.tell_ongoing(ctx, batch_id, remote_pk)


def _close(ctx: RunContext, upload: RowMapping, verdicts: Mapping[str, Verdict]) -> None:
    """The last row is settled; changes that are still looked at are asked for daily."""
    without = bool(verdicts) and all(verdict is _NO_RESULT for verdict in verdicts.values())
    rows, now = table_of(UploadRow), ctx.now()
    with ctx.commit(durable=True) as connection:
        looked_at = (
            upload["kind"] == book.TICKET
            and connection.execute(
                select(rows.c.element).where(
                    rows.c.upload_id == upload["id"], rows.c.state == book.IN_REVIEW
                )
            ).first()
        )
        state = book.IN_REVIEW if looked_at else "no_result" if without else "done"
        book.change(
            connection,
            upload["id"],
            state=state,
            polls=upload["polls"] + 1,
            poll_at=now + LOOK_AGAIN if looked_at else upload["poll_at"],
            settled_at=now,
        )
