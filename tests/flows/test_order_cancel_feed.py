"""The feed of cancellations: rows without ids, a feed that moves, a feed that is long (R5.11)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hbdash.flows.orders.cancel import feed
from hbdash.flows.orders.cancel.feed import counted
from hbdash.hepsiburada.models.orders import CancelledLine
from hbdash.hepsiburada.paging import FeedPage
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.store.tables import MarketCancellation
from tests.support.flows import FlowBench
from tests.support.orders import place

pytestmark = pytest.mark.requirement("R5.11", "R6.2")

FLOW = "order_cancel"


def row(line: str, quantity: int = 1, reason: str = "Other") -> CancelledLine:
    return CancelledLine(
        line_item_id=line, order_number="1", cancel_reason_code=reason, quantity=quantity
    )


def page(rows: Sequence[CancelledLine], total: int | None) -> FeedPage[CancelledLine]:
    return FeedPage(tuple(rows), (), total=total)


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([page([row("a"), row("a")], 2)], 2),
        ([page([row("a")], 2), page([row("a")], 2)], 2),
        ([page([row("a")], 1), page([row("a")], 2)], 1),
        ([page([row("a"), row("a")], 2), page([row("a"), row("b")], 3)], 3),
        ([page([row("a"), row("a", 2), row("a", reason="Fraud")], 3)], 3),
        ([page([row("a"), row("a")], None)], 2),
        ([page([], 0)], 0),
    ],
)
def test_equal_rows_count_if_the_feed_stood_still(
    pages: list[FeedPage[CancelledLine]], expected: int
) -> None:
    """Two equal rows are two cancellations, unless one row came twice as the feed moved."""
    found = counted(pages)
    assert len(found) == len({(one.row.line_item_id, one.mark) for one in found}) == expected


def test_a_long_feed_is_read_whole_once_an_hour(
    bench: FlowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first and last pages in every run: the newest rows are there."""
    monkeypatch.setattr(feed, "LONG", 8)
    monkeypatch.setattr(feed, "FEED_PAGE", 1)
    sku = bench.healthy().sku
    bench.call(marketplace.drift_stock, sku, 500)
    bench.call(lambda world: world.limits.change({"feeds_page": 1}))

    def cancel(count: int) -> None:
        for _ in range(count):
            number = place(bench, sku, packed=False)
            bench.call(marketplace.cancel_line, order_number=number)

    def pages_read() -> int:
        bench.call(lambda world: world.books.forget_requests())
        bench.run(FLOW)
        rows = bench.call(lambda world: world.books.requests())
        return int(sum(one["count"] for one in rows if one["route"].endswith("/cancelled")))

    cancel(10)
    assert pages_read() == 10
    cancel(2)
    assert pages_read() == 6
    assert len(bench.rows(MarketCancellation)) == 12
    bench.move(3700)
    assert pages_read() == 12
