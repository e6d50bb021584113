"""Step 3: results of imports, row by row as they come (H§7.2, flows section 4).

A row that is still being processed keeps only its own import open, for the hours that the settings
allow (R3.5, R3.7).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import RowMapping, bindparam, select, update

from hbdash.domain.clock import has_come
from hbdash.domain.turkish import sku_key
from hbdash.flows.products import known
from hbdash.flows.products import rows as book
from hbdash.flows.products.faults import Fault, note_faults, note_passed
from hbdash.flows.products.model import PRODUCT, Cause
from hbdash.flows.products.recovery import VISIBLE_WITHIN
from hbdash.flows.products.reports import Said, report
from hbdash.flows.products.verdicts import Verdict, verdict_of
from hbdash.hepsiburada.errors import NotVisibleYet
from hbdash.hepsiburada.models.products import ProductRow
from hbdash.omnitron.models.batch import BatchStatus, FailedReason
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.store.bulk import table_of
from hbdash.store.tables import BatchRequest, UploadRow
from hbdash.texts.causes import log_text
from hbdash.texts.products import matched, taken_in
from hbdash.transport.errors import NotFound

_NO_RESULT = Verdict(causes=(Cause("product.no_result"),))


@dataclass(frozen=True)
class _Answer:
    """What is known of an import: rows by SKU key, and whether no further row can come."""

    rows: Mapping[str, ProductRow]
    complete: bool


def collect(ctx: RunContext, *, patience: timedelta = timedelta(0)) -> None:
    """Settle what has a result; wait up to ``patience`` for imports that were just sent."""
    until, longest = ctx.now() + patience, max(ctx.config.engine.import_polls_s)
    while True:
        for upload in book.unsettled(ctx, book.SENT):
            if has_come(upload["poll_at"], ctx.now(), longest):
                _ask(ctx, upload)
        polls = [upload["poll_at"] for upload in book.unsettled(ctx, book.SENT)]
        if not polls:
            return
        wait = max((min(polls) - ctx.now()).total_seconds(), 0.05)
        if ctx.now() + timedelta(seconds=wait) > until or time.monotonic() + wait > ctx.until:
            return
        if ctx.stop.wait(wait):
            return


def _ask(ctx: RunContext, upload: RowMapping) -> None:
    answer = _read(ctx, upload)
    overdue = ctx.settings.retry.result_overdue(upload["sent_at"], ctx.now())
    waiting = book.waiting_rows(ctx, upload)
    verdicts: dict[str, Verdict] = {}
    for row in waiting:
        verdict = None if answer is None else _verdict(answer, row["sku_key"])
        if verdict is None and (overdue or answer is None):
            verdict = _NO_RESULT
        if verdict is not None:
            verdicts[row["sku_key"]] = verdict
    verdicts |= _adopted(ctx, verdicts)
    _settle(ctx, upload, [row for row in waiting if row["sku_key"] in verdicts], verdicts)
    if len(verdicts) < len(waiting):
        _ask_later(ctx, upload)
    else:
        _close(ctx, upload, verdicts)


def _read(ctx: RunContext, upload: RowMapping) -> _Answer | None:
    """The answer as far as it goes; ``None`` when the import is unknown there for good."""
    rows: dict[str, ProductRow] = {}
    complete = True
    try:
        for page in ctx.hepsiburada.import_status(upload["tracking_id"]):
            rows |= {sku_key(row.merchant_sku): row for row in page.rows}
            # A row that can't be read may be any of ours.
            complete = complete and not page.faulty
    except (NotVisibleYet, NotFound):
        if ctx.now() - upload["sent_at"] >= VISIBLE_WITHIN:
            return None
        return _Answer({}, complete=False)
    complete = complete and bool(rows) and not any(row.is_processing for row in rows.values())
    return _Answer(rows, complete)


def _verdict(answer: _Answer, key: str) -> Verdict | None:
    row = answer.rows.get(key)
    if row is not None:
        return verdict_of(row)
    return _NO_RESULT if answer.complete else None


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
    """The last row is settled."""
    without = bool(verdicts) and all(verdict is _NO_RESULT for verdict in verdicts.values())
    with ctx.commit(durable=True) as connection:
        book.change(
            connection,
            upload["id"],
            state="no_result" if without else "done",
            polls=upload["polls"] + 1,
            settled_at=ctx.now(),
        )
