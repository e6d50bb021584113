"""Calls about products, prices and stocks (O§3), one page at a time or whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from hbdash.omnitron.calls import PAGE, Calls, M, Page, joined, slices, stamp
from hbdash.omnitron.errors import MappingRefused
from hbdash.omnitron.models.catalogue import (
    AttributeConfig,
    AttributeValue,
    CategoryTree,
    MappedProduct,
    Price,
    Product,
    ProductCategory,
    Stock,
)
from hbdash.transport.errors import Refused, retyped

READ_BATCH = 50
# `product_type` of what is sold; others are parents and bundles.
SIMPLE = 0


class CatalogueCalls(Calls):
    """`*_inserts`, `*_updates`: what is due, first page only (O§5.4, flows §2)."""

    def product_inserts(self, limit: int = READ_BATCH) -> Page[Product]:
        """New products that may be sent. `total` is the length of the queue."""
        return self._due_products("inserts", limit)

    def product_updates(self, limit: int = READ_BATCH) -> Page[Product]:
        """Products sent before and changed since."""
        return self._due_products("updates", limit)

    def price_inserts(self, limit: int = READ_BATCH) -> Page[Price]:
        """Prices: never sent, of products that were."""
        return self._page(self._path("product_prices", "inserts"), Price, {"limit": limit})

    def price_updates(self, limit: int = READ_BATCH) -> Page[Price]:
        """Prices: sent before and changed since."""
        return self._page(self._path("product_prices", "updates"), Price, {"limit": limit})

    def stock_inserts(self, limit: int = READ_BATCH) -> Page[Stock]:
        """Stocks: never sent, of products that were."""
        return self._page(self._path("product_stocks", "inserts"), Stock, {"limit": limit})

    def stock_updates(self, limit: int = READ_BATCH) -> Page[Stock]:
        """Stocks: sent before and changed since."""
        return self._page(self._path("product_stocks", "updates"), Stock, {"limit": limit})

    def products(self, pks: Sequence[int]) -> tuple[Product, ...]:
        """Products by number, in no promised order; unknown numbers are left out."""
        return self._by_keys("products", Product, "pk__in", pks)

    def products_by_sku(self, skus: Sequence[str]) -> tuple[Product, ...]:
        """Products by SKU, spelt exactly as Omnitron has it."""
        return self._by_keys("products", Product, "sku__in", skus)

    def prices_of(self, product_pks: Sequence[int], price_list: int | None) -> tuple[Price, ...]:
        """The prices of these products on one list; None: on all lists."""
        return self._by_keys(
            "product_prices", Price, "product__pk__in", product_pks, price_list=price_list
        )

    def stocks_of(self, product_pks: Sequence[int], stock_list: int | None) -> tuple[Stock, ...]:
        """The stocks of these products on one list; None: on all lists."""
        return self._by_keys(
            "product_stocks", Stock, "product__pk__in", product_pks, stock_list=stock_list
        )

    def product_pages(
        self, *, after_pk: int = 0, limit: int = PAGE, modified_since: datetime | None = None
    ) -> Iterator[Page[Product]]:
        """All simple products in number order, by key and not by page number: rows that come or
        go meanwhile shift nothing. Goes on from `after_pk`."""
        while True:
            page = self._page(
                self._path("products"),
                Product,
                {
                    "product_type": SIMPLE,
                    "sort": "id",
                    "pk__gt": after_pk,
                    "limit": limit,
                    "modified_date__gte": stamp(modified_since),
                },
            )
            yield page
            last = max((row.pk for row in page.rows), default=after_pk)
            if last <= after_pk or not (page.has_next or page.seen >= limit):
                return
            after_pk = last

    def price_pages(
        self,
        price_list: int,
        *,
        limit: int = PAGE,
        modified_since: datetime | None = None,
        first_page: int = 1,
    ) -> Iterator[Page[Price]]:
        """All prices of a list, page by page in number order."""
        params = {
            "price_list": price_list,
            "sort": "id",
            "modified_date__gte": stamp(modified_since),
        }
        path = self._path("product_prices")
        return self._pages(path, Price, params, limit=limit, first_page=first_page)

    def stock_pages(
        self,
        stock_list: int,
        *,
        limit: int = PAGE,
        modified_since: datetime | None = None,
        first_page: int = 1,
    ) -> Iterator[Page[Stock]]:
        """All stocks of a list, page by page in number order."""
        params = {
            "stock_list": stock_list,
            "sort": "id",
            "modified_date__gte": stamp(modified_since),
        }
        path = self._path("product_stocks")
        return self._pages(path, Stock, params, limit=limit, first_page=first_page)

    def product_category_pages(self, *, limit: int = PAGE) -> Iterator[Page[ProductCategory]]:
        """All memberships of products in categories (O§3.6)."""
        path = self._path("product_categories", "detailed")
        return self._pages(path, ProductCategory, {"sort": "id"}, limit=limit)

    def product_categories(self, product_pk: int) -> tuple[ProductCategory, ...]:
        """The categories of one product, of all trees: keep those below the channel's root."""
        path = self._path("product_categories", "detailed")
        return self._all(path, ProductCategory, {"product": product_pk})

    def category_tree(self, pk: int) -> CategoryTree:
        """The channel's tree; its root's path is the beginning of all its nodes' paths."""
        return self._one(self._path("category_trees", pk), CategoryTree)

    def mapped_product(self, product_pk: int) -> MappedProduct:
        """The product in Hepsiburada's terms. `MappingRefused` with the Mapper's words (O§3.7)."""
        try:
            return self._one(self._path("mapped_products", product_pk), MappedProduct)
        except Refused as error:
            if error.status == 406:
                raise retyped(MappingRefused, error) from None
            raise

    def attribute_configs(self, attribute_set: int) -> tuple[AttributeConfig, ...]:
        """What a category's attribute set asks for (O§7.5)."""
        path = self._path("attribute_configs", "detailed")
        return self._all(path, AttributeConfig, {"attribute_set": attribute_set})

    def attribute_values(self, attribute: int) -> tuple[AttributeValue, ...]:
        """The values an attribute may take."""
        return self._all(self._path("attribute_values"), AttributeValue, {"attribute": attribute})

    def _due_products(self, queue: str, limit: int) -> Page[Product]:
        params = {"product_type": SIMPLE, "limit": limit}
        return self._page(self._path("products", queue), Product, params)

    def _by_keys(
        self,
        resource: str,
        model: type[M],
        name: str,
        keys: Sequence[object],
        **more: object,
    ) -> tuple[M, ...]:
        found: list[M] = []
        for portion in slices(keys):
            params = {name: joined(portion), "sort": "id", **more}
            found.extend(self._all(self._path(resource), model, params))
        return tuple(found)
