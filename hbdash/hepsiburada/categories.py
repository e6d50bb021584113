"""Reading what a category asks for, and the values of it (H§6.2, H§6.3)."""

from __future__ import annotations

from collections.abc import Iterator

from hbdash.hepsiburada.calls import Calls, segment
from hbdash.hepsiburada.envelopes import catalogue_rows, catalogue_value
from hbdash.hepsiburada.models.categories import CategoryAttributes, MarketValue
from hbdash.hepsiburada.paging import FeedPage
from hbdash.transport.errors import Refused, retyped
from hbdash.transport.wire import parse_one, parse_rows

VALUES_PAGE = 1000
_API = "/product/api/categories"
#: Not a leaf, not active, neither; not known, no relation, none (H§5.2).
_CLOSED = frozenset({"1001", "1002", "1003", "1004", "1005", "1006"})
_UNKNOWN = frozenset({"1004", "1006"})


class CategoryClosed(Refused):
    """No product can be opened in the category: it is no leaf, not active, or gone."""

    failure_id = "product.category_closed"

    @property
    def is_gone(self) -> bool:
        """Hepsiburada does not know its id any more."""
        return self.code in _UNKNOWN


class CategoryCalls(Calls):
    """Catalogue host; the list of categories itself is among the calls about products."""

    def category_attributes(self, category_id: str) -> CategoryAttributes:
        """All attributes of a leaf. `CategoryClosed` for a category that takes no products."""
        path = f"{_API}/{segment(category_id)}/attributes"
        reply = self.catalogue_remote.request("GET", path, params={"version": 2})
        try:
            data = catalogue_value(reply)
        except Refused as error:
            raise _closed(error) from None
        return parse_one(CategoryAttributes, data if data is not None else {}, reply, "data")

    def attribute_values(
        self, category_id: str, attribute_id: str
    ) -> Iterator[FeedPage[MarketValue]]:
        """The values of an enum in a category, until a page is empty or brings nothing new.

        The size asked for is not kept to, so a short page is no end.
        """
        path = f"{_API}/{segment(category_id)}/attribute/{segment(attribute_id)}/values"
        number = offset = 0
        before: frozenset[str] = frozenset()
        while True:
            params = {"version": 5, "page": number, "size": VALUES_PAGE}
            reply = self.catalogue_remote.request("GET", path, params=params)
            try:
                wrapped = catalogue_rows(reply)
            except Refused as error:
                raise _closed(error) from None
            rows = parse_rows(MarketValue, wrapped.items, reply, "data")
            texts = frozenset(row.value for row in rows.rows)
            if rows.seen == 0 or (texts and texts == before):
                return
            yield FeedPage(rows.rows, rows.faulty, total=wrapped.total, offset=offset)
            before = texts
            number += 1
            offset += rows.seen


def _closed(error: Refused) -> Refused:
    return retyped(CategoryClosed, error) if error.code in _CLOSED else error
