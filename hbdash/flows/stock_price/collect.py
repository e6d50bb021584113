"""Step 3: results of uploads, and the verdict of every row (H§9.3).

``Done`` with a price validation is not success: the SKU was locked off sale.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from hbdash.domain.clock import has_come
from hbdash.flows.stock_price.faults import Fault, write_faults
from hbdash.flows.stock_price.kinds import Kind
from hbdash.flows.stock_price.read_back import READ_BACK_AT_MOST, read_back
from hbdash.hepsiburada.models.listing import PriceValidation, UploadStatus
from hbdash.omnitron.models.batch import FailedReason
from hbdash.runs import batches, offer_queue, offers, penalties
from hbdash.runs.context import RunContext
from hbdash.runs.points import point
from hbdash.store.bulk import sliced, table_of
from hbdash.store.tables import Listing, Upload, UploadRow
from hbdash.texts.offers import chunk_settled
from hbdash.transport.errors import NotFound


@dataclass(frozen=True)
class _Refusal:
    code: str
    params: dict[str, str]
    text: str


class _SettledMeanwhile(Exception):
    """Another run has settled the upload."""


def collect(ctx: RunContext, kind: Kind, *, patience: timedelta = timedelta(0)) -> None:
    """Settle every upload whose result is there; wait up to ``patience`` for fresh ones."""
    until, longest = ctx.now() + patience, max(ctx.config.engine.upload_polls_s)
    while True:
        pending = _unsettled(ctx, kind)
        for row in [r for r in pending if has_come(r["poll_at"], ctx.now(), longest)]:
            with suppress(_SettledMeanwhile):
                _ask(ctx, kind, row)
        pending = _unsettled(ctx, kind)
        if not pending:
            return
        wait = min(r["poll_at"] for r in pending) - ctx.now()
        if ctx.now() + wait > until or ctx.stop.wait(max(wait.total_seconds(), 0.05)):
            return


def _unsettled(ctx: RunContext, kind: Kind) -> Sequence[RowMapping]:
    uploads = table_of(Upload)
    with ctx.db.read() as connection:
        return (
            connection.execute(
                select(uploads)
                .where(
                    uploads.c.channel_id == ctx.channel_id,
                    uploads.c.kind == kind.name,
                    uploads.c.state == "sent",
                )
                .order_by(uploads.c.id)
            )
            .mappings()
            .all()
        )


def _ask(ctx: RunContext, kind: Kind, upload: RowMapping) -> None:
    try:
        status = ctx.hepsiburada.upload_status(kind.upload_kind, upload["tracking_id"])
    except NotFound:
        # Their memory of uploads is short; the values are read back and sent again if they differ.
        _settle(ctx, kind, upload, [], "no_result", {}, code="upload.no_result")
        return
    if status.is_pending:
        if ctx.settings.retry.result_overdue(upload["sent_at"], ctx.now()):
            _settle(ctx, kind, upload, [], "no_result", {}, code="upload.no_result")
        else:
            _ask_later(ctx, upload)
        return
    refusals = _refusals(status)
    # What became of rows that a failed upload does not name, nobody promises (H§9.3).
    whole = "upload.failed" if status.is_failed else None
    _settle(
        ctx,
        kind,
        upload,
        status.price_validations,
        "failed" if status.is_failed else "done",
        refusals,
        code=whole,
    )


def _ask_later(ctx: RunContext, upload: RowMapping) -> None:
    uploads = table_of(Upload)
    polls = upload["polls"] + 1
    plan = ctx.config.engine.upload_polls_s
    seconds = plan[min(polls, len(plan) - 1)]
    with ctx.commit() as connection:
        connection.execute(
            update(uploads)
            .where(uploads.c.id == upload["id"])
            .values(polls=polls, poll_at=ctx.now() + timedelta(seconds=seconds))
        )


def _refusals(status: UploadStatus) -> dict[int, _Refusal]:
    """Element number (from 1) → why the row was refused; locks count although Done."""
    found: dict[int, _Refusal] = {}
    for error in status.errors:
        name = error.errors[0] if error.errors else "?"
        found[error.element_no] = _Refusal("upload.row", {"name": name}, ", ".join(error.errors))
    for lock in status.price_validations:
        found[lock.element_no] = _Refusal(
            "price.locked",
            {
                "bound": "Max" if "max" in lock.type.lower() else "Min",
                "min": str(lock.min_price or ""),
                "max": str(lock.max_price or ""),
            },
            f"{lock.type}: {lock.description}",
        )
    return found


def _settle(
    ctx: RunContext,
    kind: Kind,
    upload: RowMapping,
    locks: Sequence[PriceValidation],
    state: str,
    refusals: dict[int, _Refusal],
    *,
    code: str | None = None,
) -> None:
    """Give every row its verdict, each in short transactions; ``code`` fails all of them."""
    rows_table, uploads = table_of(UploadRow), table_of(Upload)
    with ctx.db.read() as connection:
        rows = (
            connection.execute(
                select(rows_table)
                .where(rows_table.c.upload_id == upload["id"])
                .order_by(rows_table.c.element)
            )
            .mappings()
            .all()
        )
        carried = offers.load(
            connection, ctx.channel_id, kind.name, [row["sku_key"] for row in rows]
        )
        # Failed as a whole: its values go once more, then every row fails (flows section 5).
        again = code == "upload.failed"
        failed_before = _failed_before(connection, ctx.channel_id, rows) if again else set()
    faults: list[Fault] = []
    accepted: list[str] = []
    repeated: list[str] = []
    verdicts: list[offers.Verdict] = []
    oks: list[batches.ObjectVerdict] = []
    states: list[dict[str, object]] = []
    for row in rows:
        offer = carried.get(row["sku_key"])
        mine = offer is not None and offer["upload_id"] == upload["id"]
        refusal = refusals.get(row["element"]) or (_Refusal(code, {}, "") if code else None)
        # A newer value waits behind this one, and its own upload speaks for it and its batch.
        newer = mine and offer is not None and offer["wanted_version"] != row["version"]
        named = row["element"] in refusals
        first = (row["sku_key"], row["version"]) not in failed_before
        if again and mine and not newer and not named and first:
            repeated.append(row["sku_key"])
        verdicts.append(
            offers.Verdict(row["sku_key"], row["version"], refusal.code if refusal else None)
        )
        states.append(
            {
                "b_element": row["element"],
                "b_state": "superseded" if newer else "failed" if refusal else "accepted",
                "b_code": refusal.code if refusal else None,
                "b_text": refusal.text if refusal else "",
            }
        )
        if offer is None or not mine or newer or row["sku_key"] in repeated:
            continue
        if refusal is not None:
            faults.append(
                Fault(
                    row["sku_key"], offer["object_pk"], offer["batch_id"], refusal.code,
                    refusal.params, refusal.text,
                )
            )  # fmt: skip
        else:
            accepted.append(row["sku_key"])
            if offer["batch_id"] is not None and offer["object_pk"] is not None:
                oks.append(batches.ObjectVerdict(offer["batch_id"], offer["object_pk"]))
    with ctx.commit(durable=True) as connection:
        # First of all, so that of two who ask at once (a flow, and who collects for it while it
        # may not run) only one gives verdicts.
        mine_to_settle = connection.execute(
            update(uploads)
            .where(uploads.c.id == upload["id"], uploads.c.state == "sent")
            .values(state=state, settled_at=ctx.now(), polls=upload["polls"] + 1)
        ).rowcount
        if not mine_to_settle:
            raise _SettledMeanwhile
        ctx.journal.add(
            "info" if not faults else "warning",
            "ok" if not faults else "failed",
            chunk_settled(kind.name, len(accepted), len(faults)),
            kind=kind.content_type,
            code="upload.settled",
            params={"tracking_id": upload["tracking_id"] or "", "rows": len(rows)},
            exchange=ctx.wire.exchange,
        )
        offer_queue.release(connection, ctx.channel_id, upload["id"], repeated)
        offers.settle(connection, ctx.channel_id, kind.name, upload["id"], verdicts)
        connection.execute(
            update(rows_table)
            .where(
                rows_table.c.upload_id == upload["id"],
                rows_table.c.element == bindparam("b_element"),
            )
            .values(
                state=bindparam("b_state"),
                code=bindparam("b_code"),
                remote_text=bindparam("b_text"),
            ),
            states,
        )
        batches.give_verdicts(connection, oks)
        write_faults(ctx, connection, kind, faults, reason=FailedReason.CHANNEL_APP)
        penalties.forgive(connection, ctx.channel_id, kind.content_type, accepted)
        for key in accepted:
            ctx.failures.passed(kind.content_type, key)
        _learn_bounds(connection, ctx.channel_id, locks, [r["sku_key"] for r in rows])
    point("upload_settled")
    ctx.progress.ok += len(accepted)
    ctx.progress.failed += len(faults)
    read_back(ctx, kind, accepted[:READ_BACK_AT_MOST])


def _failed_before(
    connection: Connection, channel_id: int, rows: Sequence[RowMapping]
) -> set[tuple[str, int]]:
    """SKU and version of those rows whose upload failed as a whole once already."""
    table = table_of(UploadRow)
    found: set[tuple[str, int]] = set()
    for part in sliced(rows, 500):
        earlier = connection.execute(
            select(table.c.sku_key, table.c.version).where(
                table.c.channel_id == channel_id,
                table.c.kind == part[0]["kind"],
                table.c.sku_key.in_([row["sku_key"] for row in part]),
                table.c.upload_id < part[0]["upload_id"],
                table.c.code == "upload.failed",
            )
        )
        found.update((row.sku_key, row.version) for row in earlier)
    return found


def _learn_bounds(
    connection: Connection, channel_id: int, locks: Sequence[PriceValidation], keys: Sequence[str]
) -> None:
    """Bounds named by a lock are kept, so that the next bad price is stopped here."""
    table = table_of(Listing)
    for lock in locks:
        if not 1 <= lock.element_no <= len(keys):
            continue
        connection.execute(
            update(table)
            .where(table.c.channel_id == channel_id, table.c.sku_key == keys[lock.element_no - 1])
            .values(
                is_locked=True,
                is_salable=False,
                price_min=_bound(lock.min_price),
                price_max=_bound(lock.max_price),
            )
        )


def _bound(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 5)
