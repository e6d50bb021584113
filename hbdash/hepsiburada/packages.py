"""Calls about packages (H§11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from hbdash.domain.clock import turkey_minute
from hbdash.hepsiburada.calls import segment
from hbdash.hepsiburada.envelopes import bare_rows, oms_rows
from hbdash.hepsiburada.models.packages import (
    Package,
    PackageEvent,
    PackageState,
    UnpackedPackage,
)
from hbdash.hepsiburada.orders import FEED_PAGE, OrderCalls
from hbdash.hepsiburada.paging import FeedPage, feed_page
from hbdash.transport.wire import parse_one

# Larger is not given (H§3.2).
PACKAGES_PAGE = 10
# How often page 0 is asked again for packages that came while the list was read.
_LAST_LOOKS = 5


class PackageCalls(OrderCalls):
    """Package reads."""

    def package_page(self, begin: datetime, end: datetime, offset: int) -> FeedPage[Package]:
        """Ten packages that were added between the two; at most 24 h, longer is cut in silence."""
        params = {
            "begindate": turkey_minute(begin, up=False),
            "enddate": turkey_minute(end, up=True),
            "limit": PACKAGES_PAGE,
            "Offset": offset,
        }
        reply = self.oms_remote.request("GET", self._packages_path(), params=params)
        return feed_page(reply, bare_rows, Package, offset)

    def packages(self, begin: datetime, end: datetime) -> Iterator[FeedPage[Package]]:
        """All packages added in the window (≤ 24 h), each once, in pages.

        The list has no total and moves while it is read: it is read up to an empty page, then
        page 0 again until it brings nothing new.
        """
        seen: set[str] = set()
        offset = 0
        while True:
            page = self.package_page(begin, end, offset)
            yield _unseen(page, seen)
            if page.seen == 0:
                break
            offset += min(page.seen, PACKAGES_PAGE)
        for _ in range(_LAST_LOOKS if offset else 0):
            again = _unseen(self.package_page(begin, end, 0), seen)
            if not again.rows:
                return
            yield again

    def package(self, number: str) -> PackageState:
        """Where one package is; an object or an array of one (H§11.3). `NotFound` if unknown."""
        path = self._packages_path("packagenumber", segment(number))
        reply = self.oms_remote.request("GET", path)
        body = reply.json()
        if isinstance(body, list) and len(body) == 1:
            body = body[0]
        return parse_one(PackageState, body, reply)

    def shipped(self) -> Iterator[FeedPage[PackageEvent]]:
        """Packages shipped within the last month; the feed refuses dates (H§10.2)."""
        return self._feed(self._packages_path("shipped"), PackageEvent, FEED_PAGE)

    def delivered(self) -> Iterator[FeedPage[PackageEvent]]:
        """Packages delivered within the last month."""
        return self._feed(self._packages_path("delivered"), PackageEvent, FEED_PAGE)

    def undelivered(self) -> Iterator[FeedPage[PackageEvent]]:
        """Packages that could not be delivered, of the last month."""
        return self._feed(self._packages_path("undelivered"), PackageEvent, FEED_PAGE)

    def unpacked(self, begin: datetime, end: datetime) -> Iterator[FeedPage[UnpackedPackage]]:
        """Packages broken up in the window (≤ 24 h)."""
        params = {
            "begindate": turkey_minute(begin, up=False),
            "enddate": turkey_minute(end, up=True),
            "limit": PACKAGES_PAGE,
        }
        return self._unpacked(params)

    def unpacked_last(self, hours: int) -> Iterator[FeedPage[UnpackedPackage]]:
        """Packages broken up in the last hours, for the day on which the feed refuses dates."""
        return self._unpacked({"timespan": hours, "limit": PACKAGES_PAGE})

    def _unpacked(self, params: Mapping[str, object]) -> Iterator[FeedPage[UnpackedPackage]]:
        path = self._packages_path("status", "unpacked")
        offset = 0
        while True:
            reply = self.oms_remote.request("GET", path, params={**params, "Offset": offset})
            page = feed_page(reply, oms_rows, UnpackedPackage, offset)
            yield page
            offset += min(page.seen, PACKAGES_PAGE)
            if page.seen == 0 or (page.total is not None and offset >= page.total):
                return

    def _packages_path(self, *parts: str) -> str:
        return "/".join(("/packages/merchantid", segment(self.merchant_id), *parts))


def _unseen(page: FeedPage[Package], seen: set[str]) -> FeedPage[Package]:
    """The page without packages that came before, on it or on another."""
    fresh: list[Package] = []
    for row in page.rows:
        if row.package_number not in seen:
            seen.add(row.package_number)
            fresh.append(row)
    return FeedPage(tuple(fresh), page.faulty, total=page.total, offset=page.offset)
