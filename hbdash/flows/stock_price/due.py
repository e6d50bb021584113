"""Step 1: what Omnitron says is due becomes wanted values (flows section 2, steps 1 to 5).

Every row that is read is committed and gets a verdict, so that a faulty one never stands at the
head of the next read; good rows hand their object to the upload that will carry them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import RowMapping, select

from hbdash.domain.states import OfferState
from hbdash.flows.mirror.products import keep_values, product_pks
from hbdash.flows.products.intake.keyed import products_of
from hbdash.flows.stock_price.faults import Fault, settle_faults, write_faults
from hbdash.flows.stock_price.kinds import Answer, Kind, ListingFacts
from hbdash.flows.stock_price.products import listings_of, sku_keys_of
from hbdash.omnitron.models.batch import FailedReason
from hbdash.omnitron.models.catalogue import Price, Stock
from hbdash.omnitron.models.row import Remains, remains_of
from hbdash.runs import batches, offers, penalties
from hbdash.runs.context import RunContext
from hbdash.runs.failures import Met
from hbdash.runs.fair import RetryTime
from hbdash.runs.gate import RunRefused
from hbdash.runs.held import held_units
from hbdash.runs.offers import RETRY
from hbdash.runs.points import point
from hbdash.store.bulk import table_of
from hbdash.store.tables import Failure
from hbdash.texts.offers import would_not_send, would_send
from hbdash.transport.errors import BadShape

Row = Stock | Price


def read_due(ctx: RunContext, kind: Kind) -> None:
    """Read until both queues are empty or the budget ends; updates before inserts."""
    for which in ("updates", "inserts"):
        # A dry run commits nothing, so Omnitron would offer the first page again and again.
        while _read_page(ctx, kind, which) and not ctx.dry_run:
            ctx.go_on()


def read_keys(ctx: RunContext, kind: Kind, keys: Sequence[str], *, free: bool = False) -> None:
    """Rows of given SKUs, whether due or not: committed in a batch of their own.

    free: only those that no other batch holds; else a held one refuses the run.
    """
    rows = kind.of_products(ctx, [product.pk for product in products_of(ctx, keys)])
    take = _take_again if free else _take_rows
    for start in range(0, len(rows), _batch(ctx)):
        take(ctx, kind, rows[start : start + _batch(ctx)])


def read_retries(ctx: RunContext, kind: Kind) -> None:
    """Records whose next try is due and that Omnitron did not offer by itself (R3.12).

    They come after everything else that was due, and have a fifth of the run's time.
    """
    left = RetryTime(ctx)
    tried: set[int] = set()
    while left.is_left:
        with ctx.db.read() as connection:
            due = penalties.due_again(
                connection, ctx.channel_id, kind.content_type, ctx.now(), len(tried) + _batch(ctx)
            )
            fresh = [row for row in due if row["id"] not in tried][: _batch(ctx)]
            standing = offers.load(
                connection, ctx.channel_id, kind.name, [row["key"] for row in fresh]
            )
            pks = product_pks(connection, ctx.channel_id, [row["key"] for row in fresh])
        if not fresh:
            return
        tried |= {row["id"] for row in fresh}
        idle = [row for row in fresh if not _under_way(standing.get(row["key"]))]
        wanted = {row["object_pk"] for row in idle}
        products = sorted({pks[row["key"]] for row in idle if row["key"] in pks})
        rows = [one for one in kind.of_products(ctx, products) if one.pk in wanted]
        _take_again(ctx, kind, rows)
        ctx.go_on()


def _under_way(offer: RowMapping | None) -> bool:
    return (
        offer is not None
        and offer["batch_id"] is not None
        and offer["state"] in (OfferState.WAITING, OfferState.SENT)
    )


def _take_again(ctx: RunContext, kind: Kind, rows: Sequence[Row]) -> None:
    """Take rows that another batch may hold: one that is held must not keep the others."""
    if not rows:
        return
    try:
        _take_rows(ctx, kind, rows)
    except RunRefused:
        half = len(rows) // 2
        if half:
            _take_again(ctx, kind, rows[:half])
            _take_again(ctx, kind, rows[half:])


def _batch(ctx: RunContext) -> int:
    return ctx.config.engine.read_batch


def _read_page(ctx: RunContext, kind: Kind, which: str) -> bool:
    page = kind.due(ctx, which, _batch(ctx))
    moved = bool(page.rows)
    if page.faulty:
        moved = _unreadable(ctx, kind, page.faulty) or moved
    if page.rows:
        _take_rows(ctx, kind, page.rows)
    return moved


def _unreadable(ctx: RunContext, kind: Kind, faulty: Sequence[BadShape]) -> bool:
    """Fail rows that can't be read, so that they leave the head of the queue; whether any does."""
    exchange = ctx.wire.exchange
    known: list[tuple[Remains, BadShape]] = []
    for fault in faulty:
        remains = None if ctx.dry_run else remains_of(fault)
        if remains is not None:
            known.append((remains, fault))
            continue
        line = ctx.journal.add(
            "error", "failed", str(fault), kind=kind.content_type, code="remote.shape",
            params=fault.params, exchange=exchange,
        )  # fmt: skip
        ctx.failures.met(
            Met(
                kind.content_type, "", "remote.shape", fault.params, remote_text=str(fault),
                line=line,
            )
        )  # fmt: skip
        ctx.progress.failed += 1
    if not known:
        return False
    keys = sku_keys_of(ctx, [row.product for row, _ in known if row.product is not None])
    named = [(row, keys.get(row.product or 0, ""), fault) for row, fault in known]
    batch = batches.commit_batch(
        ctx,
        kind.content_type,
        [batches.Held(kind.content_type, row.pk, key, row.modified_date) for row, key, _ in named],
    )
    faults = [
        Fault(key, row.pk, batch.id, "remote.shape", fault.params, str(fault), exchange)
        for row, key, fault in named
    ]
    settle_faults(ctx, kind, faults, reason=FailedReason.CHANNEL_APP)
    batches.close_complete(ctx, kind.content_type)
    return True


def _take_rows(ctx: RunContext, kind: Kind, rows: Sequence[Row]) -> None:
    keys = sku_keys_of(ctx, [row.product for row in rows])
    listings = listings_of(ctx, keys.values())
    with ctx.db.read() as connection:
        held = held_units(connection, ctx.channel_id, keys.values()) if kind.name == "stock" else {}
        retries = _with_open_failures(ctx, kind, keys.values())
    shared = _shared(rows, keys)
    answers = [
        (
            row,
            keys.get(row.product, ""),
            # Two products whose SKUs fall together: sending one of the values would be a guess.
            Answer(code="product.sku_collision", params={"sku": keys[row.product]})
            if keys.get(row.product) in shared
            else _answer(ctx, kind, row, keys, listings, held),
        )
        for row in rows
    ]
    if ctx.dry_run:
        _say(ctx, kind, answers)
        return
    batch = batches.commit_batch(
        ctx,
        kind.content_type,
        [
            batches.Held(kind.content_type, row.pk, key, row.modified_date)
            for row, key, _ in answers
        ],
    )
    faults = [Fault(key, row.pk, batch.id, a.code, a.params or {}) for row, key, a in answers
              if a.code is not None and not a.code.startswith("skip.")]  # fmt: skip
    skipped = [row.pk for row, _, a in answers if a.code is not None and a.code.startswith("skip.")]
    wanted = [
        offers.Wanted(
            sku_key=key,
            value=a.value,
            cap=a.cap,
            changed_at=row.modified_date,
            # What would oversell goes at once, however often it failed.
            urgency=RETRY if key in retries and a.urgency > kind.urgent_upto else a.urgency,
            batch_id=batch.id,
            object_pk=row.pk,
        )
        for row, key, a in answers
        if a.value is not None
    ]
    with ctx.commit() as connection:
        write_faults(ctx, connection, kind, faults, reason=FailedReason.CHANNEL_APP)
        keep_values(connection, ctx.channel_id, rows, ctx.now())
        offers.want(connection, ctx.channel_id, kind.name, wanted)
        batches.give_verdicts(connection, [batches.ObjectVerdict(batch.id, pk) for pk in skipped])
    ctx.progress.failed += len(faults)
    ctx.progress.skipped += len(skipped)
    point("batch_wanted")
    if wanted:
        batches.hand_over(ctx, batch, f"hbdash-{ctx.channel_id}-{batch.id}")
    else:
        batches.close_complete(ctx, kind.content_type)


def _shared(rows: Sequence[Row], keys: dict[int, str]) -> set[str]:
    """SKU keys under which more than one product stands in this page."""
    products = Counter(keys[pk] for pk in {row.product for row in rows} if pk in keys)
    return {key for key, n in products.items() if n > 1}


def _answer(
    ctx: RunContext,
    kind: Kind,
    row: Row,
    keys: dict[int, str],
    listings: dict[str, ListingFacts],
    held: dict[str, int],
) -> Answer:
    key = keys.get(row.product, "")
    listing = listings.get(key)
    if listing is None:
        return Answer(code="offer.no_listing")
    return kind.answer(ctx, row, listing, held.get(key, 0), stopped=False)


def _with_open_failures(ctx: RunContext, kind: Kind, keys: Iterable[str]) -> set[str]:
    """SKUs with an open failure of this kind: their values go after the fresh ones (rule 3)."""
    table = table_of(Failure)
    with ctx.db.read() as connection:
        rows = connection.execute(
            select(table.c.key).where(
                table.c.channel_id == ctx.channel_id,
                table.c.kind == kind.content_type,
                table.c.key.in_(list(keys)),
                table.c.state.in_(("open", "retrying", "ended")),
            )
        )
        return {row.key for row in rows}


def _say(ctx: RunContext, kind: Kind, answers: Sequence[tuple[Row, str, Answer]]) -> None:
    for _row, key, answer in answers:
        if answer.value is not None:
            message = would_send(kind.name, answer.value)
            ctx.progress.ok += 1
        else:
            message = would_not_send(kind.name, answer.code or "", answer.params or {})
            ctx.progress.skipped += 1
        ctx.journal.add("info", "skipped", message, kind=kind.content_type, key=key)
