"""Product Delete, step 2: stock 0 goes to what left the catalogue (flows section 4).

Uploads of their own kind, so that neither the stock flow nor its flag has a part in it; what keeps
two from sending one SKU side by side is the offer's one unsettled upload.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, bindparam, insert, select, update

from hbdash.domain.clock import has_come
from hbdash.domain.states import OfferState
from hbdash.flows.products.delete import removals
from hbdash.flows.products.delete.faults import fail
from hbdash.flows.products.records import rows as book
from hbdash.flows.stock_price.room import room_there, wait_for_gap
from hbdash.hepsiburada.errors import TooManyUploads, UploadQuotaUsed
from hbdash.hepsiburada.models.listing import Listing as RemoteListing
from hbdash.hepsiburada.models.listing import StockRow, UploadKind
from hbdash.runs import offer_queue, offers
from hbdash.runs.context import RunContext
from hbdash.runs.points import point
from hbdash.store.bulk import table_of
from hbdash.store.tables import Offer, Removal, Upload, UploadRow
from hbdash.texts.removals import zero_sent
from hbdash.transport.errors import NotFound, RemoteError

KIND = "removal"


def recover(ctx: RunContext, *, older_than: timedelta = timedelta(0)) -> None:
    """Uploads that a dead run prepared: sent or not, the 0 goes again.

    older_than: for callers beside which a run may be about to send.
    """
    for upload in book.unsettled(ctx, book.PREPARING, KIND):
        if not older_than or upload["created_at"] <= ctx.now() - older_than:
            _lose(ctx, upload["id"], "lost")


def send_zeros(ctx: RunContext, listings: Sequence[tuple[str, RemoteListing]]) -> None:
    """One upload of 0 for these SKU keys; those with an upload under way wait for its end.

    What the marketplace has no room for waits for the next run; a 0 may use the whole quota.
    """
    room = room_there(ctx)
    if not listings or room.total <= 0 or not wait_for_gap(ctx):
        return
    upload_id, mine = _prepare(ctx, listings[: room.total])
    if not mine:
        return
    point("upload_prepared")
    ctx.before_write()
    try:
        tracking_id = ctx.hepsiburada.upload_stock(
            [StockRow(one.hepsiburada_sku, one.merchant_sku or None, 0) for _, one in mine]
        )
    except (TooManyUploads, UploadQuotaUsed) as refusal:
        ctx.progress.note["waits"] = refusal.failure_id
        _lose(ctx, upload_id, "failed")
        return
    except RemoteError as error:
        _lose(ctx, upload_id, "lost" if error.unknown_outcome else "failed")
        raise
    point("upload_sent")
    now = ctx.now()
    keys = [key for key, _ in mine]
    ctx.journal.add(
        "info", "sent", zero_sent(len(mine), tracking_id), kind="removal",
        key=keys[0] if len(keys) == 1 else "", code="removal.zero_sent",
        params={"rows": len(mine), "tracking_id": tracking_id}, exchange=ctx.wire.exchange,
    )  # fmt: skip
    first = timedelta(seconds=ctx.config.engine.upload_polls_s[0])
    with ctx.commit(durable=True) as connection:
        book.change(
            connection, upload_id, state=book.SENT, tracking_id=tracking_id, sent_at=now,
            poll_at=now + first,
        )  # fmt: skip
        removals.change(
            connection, ctx.channel_id, keys, state=removals.ZERO_SENT, changed_at=now,
            uploads=table_of(Removal).c.uploads + 1,
        )  # fmt: skip


def _prepare(
    ctx: RunContext, listings: Sequence[tuple[str, RemoteListing]]
) -> tuple[int, list[tuple[str, RemoteListing]]]:
    uploads, table = table_of(Upload), table_of(Offer)
    now = ctx.now()
    with ctx.commit(durable=True) as connection:
        standing = offers.load(
            connection, ctx.channel_id, "stock", [key for key, _ in listings], lock=True
        )
        mine = [
            (key, one)
            for key, one in listings
            if key in standing and standing[key]["upload_id"] is None
        ]
        if not mine:
            return 0, []
        upload_id = int(
            connection.execute(
                insert(uploads)
                .values(
                    channel_id=ctx.channel_id, run_id=ctx.run_id, flow=ctx.spec.id, kind=KIND,
                    reference=f"{ctx.channel_id}-{ctx.run_id}-0-{now.timestamp():.6f}",
                    state=book.PREPARING, rows=len(mine), created_at=now, polls=0, note={},
                )
                .returning(uploads.c.id)
            ).scalar_one()
        )  # fmt: skip
        connection.execute(
            insert(table_of(UploadRow)),
            [
                {
                    "upload_id": upload_id, "element": n, "channel_id": ctx.channel_id,
                    "sku_key": key, "kind": "stock", "value": 0,
                    "version": standing[key]["wanted_version"], "state": "sent",
                    "remote_text": "",
                }
                for n, (key, _) in enumerate(mine, start=1)
            ],
        )  # fmt: skip
        connection.execute(
            update(table)
            .where(
                table.c.channel_id == ctx.channel_id,
                table.c.kind == "stock",
                table.c.sku_key == bindparam("b_key"),
            )
            .values(
                upload_id=upload_id, state=OfferState.SENT, sent=0,
                sent_version=table.c.wanted_version, sent_at=now,
            ),
            [{"b_key": key} for key, _ in mine],
        )  # fmt: skip
    return upload_id, mine


def _lose(ctx: RunContext, upload_id: int, state: str) -> None:
    with ctx.commit() as connection:
        offer_queue.release(connection, ctx.channel_id, upload_id)
        book.change(connection, upload_id, state=state, settled_at=ctx.now())


def collect(ctx: RunContext) -> int:
    """Results of these uploads, as far as they are due; how many were asked for.

    What counts in the end is the listing read back.
    """
    longest, asked = max(ctx.config.engine.upload_polls_s), 0
    for upload in book.unsettled(ctx, book.SENT, KIND):
        if has_come(upload["poll_at"], ctx.now(), longest):
            _ask(ctx, upload)
            asked += 1
            ctx.go_on()
    return asked


def next_poll(ctx: RunContext) -> datetime | None:
    """When the next result is to be asked for."""
    polls = [one["poll_at"] for one in book.unsettled(ctx, book.SENT, KIND)]
    return min((at for at in polls if at is not None), default=None)


def _ask(ctx: RunContext, upload: RowMapping) -> None:
    refused: dict[int, str] = {}
    try:
        status = ctx.hepsiburada.upload_status(UploadKind.STOCK, upload["tracking_id"])
        overdue = ctx.settings.retry.result_overdue(upload["sent_at"], ctx.now())
        if status.is_pending and not overdue:
            plan = ctx.config.engine.upload_polls_s
            polls = upload["polls"] + 1
            wait = timedelta(seconds=plan[min(polls, len(plan) - 1)])
            with ctx.commit() as connection:
                book.change(connection, upload["id"], polls=polls, poll_at=ctx.now() + wait)
            return
        if status.is_pending or status.is_failed:
            # The listing is read all the same, and the 0 goes again if it is not there.
            _lose(ctx, upload["id"], "failed" if status.is_failed else "no_result")
            return
        refused = {one.element_no: (one.errors or ("?",))[0] for one in status.errors}
    except NotFound:
        _lose(ctx, upload["id"], "no_result")
        return
    _settle(ctx, upload, refused)


def _settle(ctx: RunContext, upload: RowMapping, refused: dict[int, str]) -> None:
    table = table_of(UploadRow)
    with ctx.db.read() as connection:
        rows = list(
            connection.execute(select(table).where(table.c.upload_id == upload["id"])).mappings()
        )
    with ctx.commit(durable=True) as connection:
        offers.settle(
            connection, ctx.channel_id, "stock", upload["id"],
            [
                offers.Verdict(
                    row["sku_key"], row["version"],
                    "upload.row" if row["element"] in refused else None,
                )
                for row in rows
            ],
        )  # fmt: skip
        connection.execute(
            update(table)
            .where(table.c.upload_id == upload["id"], table.c.element == bindparam("b_element"))
            .values(state=bindparam("b_state"), code=bindparam("b_code")),
            [
                {
                    "b_element": row["element"],
                    "b_state": "failed" if row["element"] in refused else "accepted",
                    "b_code": "upload.row" if row["element"] in refused else None,
                }
                for row in rows
            ],
        )
        faulty = {row["sku_key"]: refused[row["element"]] for row in rows
                  if row["element"] in refused}  # fmt: skip
        fail(ctx, connection, {key: ("upload.row", {"name": n}) for key, n in faulty.items()})
        book.change(connection, upload["id"], state="done", settled_at=ctx.now())
