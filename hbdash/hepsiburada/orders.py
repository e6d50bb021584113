"""Calls about orders and line items (H§10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hbdash.hepsiburada.calls import Calls, segment
from hbdash.hepsiburada.envelopes import oms_rows
from hbdash.hepsiburada.models.orders import AwaitingPayment, CancelledLine, Order, OrderLine
from hbdash.hepsiburada.paging import FeedPage, M, all_pages, feed_page
from hbdash.transport.wire import parse_one

ORDERS_PAGE = 100
FEED_PAGE = 50


class OrderCalls(Calls):
    """Order reads. Iterators bring whole pages, so that an unreadable row is seen and not lost."""

    def paid_orders(self) -> Iterator[FeedPage[OrderLine]]:
        """All paid lines not packed yet (status Open or Unpacked), asked without dates."""
        return self._feed(self._orders_path(), OrderLine, ORDERS_PAGE)

    def awaiting_payment(self) -> Iterator[FeedPage[AwaitingPayment]]:
        """Lines ordered and not paid: they hold stock."""
        return self._feed(self._orders_path("paymentawaiting"), AwaitingPayment, FEED_PAGE)

    def cancelled(self) -> Iterator[FeedPage[CancelledLine]]:
        """Cancellations of the last month, without dates, which this feed refuses (H§10.2)."""
        return self._feed(self._orders_path("cancelled"), CancelledLine, FEED_PAGE)

    def cancelled_page(self, offset: int) -> FeedPage[CancelledLine]:
        """Fifty cancellations from `offset`; the page tells how many there are."""
        return self._reader(self._orders_path("cancelled"), CancelledLine, FEED_PAGE)(offset)

    def order(self, order_number: str) -> Order:
        """The order with all its lines, also packed ones. `NotFound` for an unknown number."""
        path = self._orders_path("ordernumber", segment(order_number))
        reply = self.oms_remote.request("GET", path)
        return parse_one(Order, reply.json(), reply)

    def _feed(self, path: str, model: type[M], limit: int) -> Iterator[FeedPage[M]]:
        return all_pages(self._reader(path, model, limit), limit)

    def _reader(self, path: str, model: type[M], limit: int) -> Callable[[int], FeedPage[M]]:
        def read(offset: int) -> FeedPage[M]:
            params = {"offset": offset, "limit": limit}
            reply = self.oms_remote.request("GET", path, params=params)
            return feed_page(reply, oms_rows, model, offset)

        return read

    def _orders_path(self, *parts: str) -> str:
        return "/".join(("/orders/merchantid", segment(self.merchant_id), *parts))
