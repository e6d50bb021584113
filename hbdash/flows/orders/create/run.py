"""order_create (R5.9): what customers ordered and Hepsiburada packed becomes orders of Omnitron.

A run settles what is in doubt, packs what is open if that is wanted (R6.18), reads and keeps, then
writes what is kept and not written: fresh packages first, retries after them. Reading and writing
are apart, so a faulty package holds up neither another one nor the cursor, and a run that dies is
taken up by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hbdash.flows.orders.create import closing, packing
from hbdash.flows.orders.create.by_hand import write_keys
from hbdash.flows.orders.create.doubt import recover
from hbdash.flows.orders.create.due import due, load
from hbdash.flows.orders.feeds import reading
from hbdash.flows.orders.feeds.gap import note_gap, read_feeds
from hbdash.flows.orders.feeds.reconcile import reconcile
from hbdash.flows.orders.packages.faults import CONTENT_TYPE
from hbdash.flows.orders.writing import labels
from hbdash.flows.orders.writing.writer import Writer
from hbdash.hepsiburada.client import SIDE as HEPSIBURADA
from hbdash.runs import batches
from hbdash.runs.context import RunContext
from hbdash.runs.stop import RunStopped
from hbdash.transport.errors import RemoteError


def run(ctx: RunContext) -> None:
    """Read, keep, write (flows section 6)."""
    writer = Writer.of(ctx)
    with _batches_closed(ctx, writer):
        doubtful: set[str] = set()
        if not ctx.dry_run:
            batches.abandon_stale(ctx, CONTENT_TYPE)
            doubtful = recover(ctx, writer)
        if ctx.request.keys:
            if ctx.settings.automatic_packing:
                packing.pack_orders(ctx, ctx.request.keys)
            write_keys(ctx, writer, ctx.request.keys, doubtful)
        else:
            _read_and_write(ctx, writer, doubtful)


def _read_and_write(ctx: RunContext, writer: Writer, doubtful: set[str]) -> None:
    if ctx.request.window is not None:
        begin, end = ctx.request.window
        for numbers in reading.read_window(ctx, begin, end, reading.Ordered(), move_cursor=False):
            _write_rows(ctx, writer, numbers, doubtful)
        return
    try:
        _read(ctx, writer, doubtful)
    except RemoteError as error:
        if error.side == HEPSIBURADA:
            # What was kept needs Hepsiburada no more: it goes all the same.
            _write_due(ctx, writer, "seen", doubtful)
            _write_due(ctx, writer, "seen", doubtful, troubled=True)
        raise
    _write_due(ctx, writer, "seen", doubtful)
    _write_due(ctx, writer, "failed", doubtful)
    if not ctx.dry_run:
        labels.fetch_wanted(ctx)
    _write_due(ctx, writer, "seen", doubtful, troubled=True)


def _read(ctx: RunContext, writer: Writer, doubtful: set[str]) -> None:
    """All there is to read, slice by slice; what a slice brought is written before the next."""
    ordered = reading.Ordered()
    reading.read_lines(ctx, ordered)
    for line_id, units in packing.pack_open(ctx, ordered.lines).items():
        ordered.packed(line_id, units)
    begin, end, cursor = reading.regular_window(ctx)
    if not ctx.dry_run:
        note_gap(ctx, cursor)
    for _ in reading.read_window(ctx, begin, end, ordered, move_cursor=not ctx.dry_run):
        _write_due(ctx, writer, "seen", doubtful)
    if not ctx.dry_run:
        read_feeds(ctx, writer.units, begin)
        reconcile(ctx, ordered, writer.units)


def _write_due(
    ctx: RunContext, writer: Writer, state: str, doubtful: set[str], *, troubled: bool = False
) -> None:
    """Write all packages of a state, in the order in which they came."""
    after = 0
    while rows := due(ctx, state, after, troubled=troubled):
        after = rows[-1][0]
        ready = [row for _, row in rows if row.number not in doubtful | writer.tried]
        ctx.progress.total = (ctx.progress.total or 0) + len(ready)
        writer.prepare(ready)
        for row in ready:
            writer.write(row)
            ctx.go_on()
        if not ctx.dry_run and closing.count_open(ctx) >= closing.IN_A_BATCH:
            closing.close_orders(ctx, writer.versions)


def _write_rows(ctx: RunContext, writer: Writer, numbers: list[str], doubtful: set[str]) -> None:
    rows = [
        row
        for row in load(ctx, numbers)
        if row.state in ("seen", "failed", "unknown") and row.number not in doubtful
    ]
    ctx.progress.total = (ctx.progress.total or 0) + len(rows)
    writer.prepare(rows)
    for row in rows:
        writer.write(row)
        ctx.go_on()


@contextmanager
def _batches_closed(ctx: RunContext, writer: Writer) -> Iterator[None]:
    """Whatever ends the work, orders that are written get into a batch if that is possible."""
    try:
        yield
    except RunStopped as stopped:
        if stopped.why == "budget" and not ctx.dry_run:
            closing.close_orders(ctx, writer.versions)
        raise
    if not ctx.dry_run:
        closing.close_orders(ctx, writer.versions)
