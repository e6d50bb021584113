"""Calls to the catalogue host (H§6, H§7): categories, imports, what became of products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import orjson

from hbdash.hepsiburada.calls import Calls, segment
from hbdash.hepsiburada.envelopes import Wrapped, catalogue_rows, catalogue_value
from hbdash.hepsiburada.errors import NotVisibleYet
from hbdash.hepsiburada.models.products import (
    Category,
    ImportRow,
    ProductRow,
    SkuStatuses,
    Tracking,
)
from hbdash.hepsiburada.paging import FeedPage, M
from hbdash.transport.errors import Refused, retyped
from hbdash.transport.reply import Reply
from hbdash.transport.wire import member, parse_all, parse_rows

MOST_IMPORT_ROWS = 100
PRODUCTS_PAGE = 100
CATEGORIES_PAGE = 1000
_API = "/product/api"
_NOT_VISIBLE = "4000"


class CatalogueCalls(Calls):
    """Catalogue host: pages count from 0, and 200 may say no (H§5.3)."""

    def import_products(self, rows: Sequence[ImportRow]) -> str:
        """Send products (at most 100); the tracking id. Taken in only: ask `import_status`.

        After `unknown_outcome` look into `tracking_history` before sending again (flows §10).
        """
        if not 0 < len(rows) <= MOST_IMPORT_ROWS:
            raise ValueError(f"an import has 1 to {MOST_IMPORT_ROWS} rows, not {len(rows)}")
        content = orjson.dumps(
            [
                {
                    "categoryId": row.category_id,
                    "merchant": self.merchant_id,
                    "attributes": dict(row.attributes),
                }
                for row in rows
            ]
        )
        reply = self.catalogue_remote.request(
            "POST",
            f"{_API}/products/import",
            params={"version": 1},
            files={"file": ("integrator.json", content, "application/json")},
        )
        tracking_id = member(catalogue_value(reply), "trackingId")
        if not isinstance(tracking_id, str) or not tracking_id.strip():
            raise reply.bad_shape("data.trackingId", "the tracking id is missing")
        return tracking_id

    def import_status(self, tracking_id: str) -> Iterator[FeedPage[ProductRow]]:
        """The rows of an import, all pages. `NotVisibleYet` while the id is unknown (4000)."""
        path = f"{_API}/products/status/{segment(tracking_id)}"
        try:
            yield from self._pages(path, ProductRow, {"version": 1}, PRODUCTS_PAGE)
        except Refused as error:
            if error.code == _NOT_VISIBLE and not isinstance(error, NotVisibleYet):
                raise retyped(NotVisibleYet, error) from None
            raise

    def tracking_history(self, pages: int = 1) -> tuple[Tracking, ...]:
        """The latest imports, up to `pages` pages of 100."""
        found: list[Tracking] = []
        history = self._pages(
            f"{_API}/products/trackingId-history", Tracking, {"version": 2}, PRODUCTS_PAGE
        )
        for n, page in enumerate(history, 1):
            found.extend(page.rows)
            if n >= pages:
                break
        return tuple(found)

    def check_product_status(self, skus: Sequence[str]) -> dict[str, str]:
        """What the catalogue knows of these SKUs: SKU as answered → status code (H§17.1).

        A SKU that it does not know is missing or has status "".
        """
        body = [{"merchant": self.merchant_id, "merchantSkuList": list(skus)}]
        reply = self.catalogue_remote.request(
            "POST",
            f"{_API}/products/check-product-status",
            params={"version": 1},
            json=body,
            repeatable=True,
        )
        data = catalogue_value(reply)
        groups = parse_all(SkuStatuses, [data] if isinstance(data, dict) else data, reply, "data")
        return {
            one.merchant_sku: one.status_code for group in groups for one in group.sku_status_list
        }

    def products_by_status(
        self, status: str, *, task_status: bool | None = None
    ) -> Iterator[FeedPage[ProductRow]]:
        """All products in a status code of H§17.1; an unknown code is answered with a 500."""
        params = {
            "merchantId": self.merchant_id,
            "productStatus": status,
            "taskStatus": task_status,
            "version": 1,
        }
        path = f"{_API}/products/products-by-merchant-and-status"
        return self._pages(path, ProductRow, params, PRODUCTS_PAGE)

    def products_of_merchant(self, merchant_sku: str) -> tuple[ProductRow, ...]:
        """What came of one SKU that was imported: state, hbSku, reasons. Empty: not known there."""
        params = {"merchantSku": merchant_sku}
        path = f"{_API}/products/all-products-of-merchant/{segment(self.merchant_id)}"
        pages = self._pages(path, ProductRow, params, PRODUCTS_PAGE)
        return tuple(row for page in pages for row in page.rows)

    def approve_prematch(self, skus: Sequence[str]) -> None:
        """Say that the proposed product is ours. Says nothing per SKU: read the state again.

        Never sent again by itself: a match can't be taken back.
        """
        self._decide_prematch("approve-prematch", skus)

    def reject_prematch(self, skus: Sequence[str]) -> None:
        """Say that the proposed product is another one; as :meth:`approve_prematch`."""
        self._decide_prematch("reject-prematch", skus)

    def _decide_prematch(self, verb: str, skus: Sequence[str]) -> None:
        body = [{"merchant": self.merchant_id, "merchantSkuList": list(skus)}]
        reply = self.catalogue_remote.request(
            "POST", f"{_API}/products/{verb}", params={"version": 1}, json=body
        )
        catalogue_value(reply)

    def categories(self, *, leaf: bool = True) -> Iterator[FeedPage[Category]]:
        """Active, available categories of the marketplace (not of Market), all pages."""
        params = {
            "leaf": leaf,
            "status": "ACTIVE",
            "available": True,
            "type": "HB",
            "version": 1,
        }
        path = f"{_API}/categories/get-all-categories"
        return self._pages(path, Category, params, CATEGORIES_PAGE)

    def _pages(
        self, path: str, model: type[M], params: Mapping[str, object], size: int
    ) -> Iterator[FeedPage[M]]:
        number = 0
        offset = 0
        while True:
            asked = {**params, "page": number, "size": size}
            reply = self.catalogue_remote.request("GET", path, params=asked)
            wrapped = catalogue_rows(reply)
            page = _page(reply, wrapped, model, offset)
            yield page
            number += 1
            offset += page.seen
            if page.seen == 0 or _is_last(wrapped, number, offset):
                return


def _page(reply: Reply, wrapped: Wrapped, model: type[M], offset: int) -> FeedPage[M]:
    found = parse_rows(model, wrapped.items, reply, "data")
    return FeedPage(found.rows, found.faulty, total=wrapped.total, offset=offset)


def _is_last(wrapped: Wrapped, pages_read: int, rows_read: int) -> bool:
    if wrapped.pages is not None:
        return pages_read >= wrapped.pages
    return wrapped.total is not None and rows_read >= wrapped.total
