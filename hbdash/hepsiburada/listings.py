"""Calls to the listing host (H§9): offers, uploads of stock and price, on and off sale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from hbdash.hepsiburada.calls import Calls, segment
from hbdash.hepsiburada.envelopes import listing_rows
from hbdash.hepsiburada.errors import upload_refusal
from hbdash.hepsiburada.models.listing import (
    Listing,
    ListingPage,
    PriceRow,
    StockRow,
    UploadKind,
    UploadStatus,
)
from hbdash.transport.errors import RemoteError, retyped
from hbdash.transport.reply import Reply
from hbdash.transport.verdict import complaint
from hbdash.transport.wire import member, parse_one, parse_rows

MOST_UPLOAD_ROWS = 4000
MOST_FILTERED_SKUS = 50


class ListingCalls(Calls):
    """Listing host. Paths are lower case, or they are refused (H§2)."""

    def listings(
        self,
        *,
        offset: int = 0,
        limit: int = 1000,
        merchant_skus: Sequence[str] | None = None,
        hb_skus: Sequence[str] | None = None,
        update_start: datetime | None = None,
        update_end: datetime | None = None,
        salable: bool | None = None,
    ) -> ListingPage:
        """One page of offers. merchant_skus, hb_skus: at most 50. salable None: both kinds."""
        for skus in (merchant_skus, hb_skus):
            if skus is not None and len(skus) > MOST_FILTERED_SKUS:
                raise ValueError(f"at most {MOST_FILTERED_SKUS} SKUs a call, not {len(skus)}")
        reply = self.listing_remote.request(
            "GET",
            self._listing_path(),
            params={
                "offset": offset,
                "limit": limit,
                "merchantSkuList": None if merchant_skus is None else ",".join(merchant_skus),
                "hbSkuList": None if hb_skus is None else ",".join(hb_skus),
                "updateStartDate": _iso(update_start),
                "updateEndDate": _iso(update_end),
                "salable-listings": True if salable else None,
                "notsalable-listings": True if salable is False else None,
            },
        )
        page = listing_rows(reply)
        found = parse_rows(Listing, page.items, reply, "listings")
        return ListingPage(
            rows=found.rows,
            faulty=found.faulty,
            total=page.total,
            limit=page.limit or limit,
            offset=offset,
        )

    def listing_pages(
        self,
        *,
        limit: int = 1000,
        offset: int = 0,
        update_start: datetime | None = None,
        update_end: datetime | None = None,
        salable: bool | None = None,
    ) -> Iterator[ListingPage]:
        """All offers, page by page, whatever page size the service really gives.

        The set moves while it is read: take distinct listing ids, and count them against `total`.
        """
        while True:
            page = self.listings(
                offset=offset,
                limit=limit,
                update_start=update_start,
                update_end=update_end,
                salable=salable,
            )
            yield page
            offset += min(page.seen, page.limit)
            if page.seen == 0 or (page.total is not None and offset >= page.total):
                return

    def upload_stock(self, rows: Sequence[StockRow]) -> str:
        """Send stocks (at most 4,000 rows); the upload's id. The verdict comes later.

        Raises `TooManyUploads`, `UploadQuotaUsed` or any `RemoteError`.
        """
        bodies = [
            # Most rows; written out, as 4,000 of them are built while nothing is on the wire.
            {"hepsiburadaSku": hb_sku, "merchantSku": merchant_sku, "availableStock": stock}
            if hb_sku and merchant_sku and cap is None
            else _stock_body(hb_sku, merchant_sku, stock, cap)
            for hb_sku, merchant_sku, stock, cap in rows
        ]
        return self._upload(UploadKind.STOCK, bodies)

    def upload_price(self, rows: Sequence[PriceRow]) -> str:
        """Send prices (at most 4,000 rows); the upload's id. Errors as `upload_stock`."""
        bodies = [
            # A JSON number with a dot (H§3.4); two decimals survive a float.
            {"hepsiburadaSku": hb_sku, "merchantSku": merchant_sku, "price": float(price)}
            if hb_sku and merchant_sku
            else {**_identity(hb_sku, merchant_sku), "price": float(price)}
            for hb_sku, merchant_sku, price in rows
        ]
        return self._upload(UploadKind.PRICE, bodies)

    def upload_status(self, kind: UploadKind, upload_id: str) -> UploadStatus:
        """How far an upload is. `NotFound` for an id the service does not (or no longer) know."""
        path = self._listing_path(kind.value, "id", segment(upload_id))
        reply = self.listing_remote.request("GET", path)
        return parse_one(UploadStatus, reply.json(), reply)

    def activate(self, hb_sku: str) -> None:
        """Put a listing on sale; it needs a price and a stock above 0."""
        self._switch(hb_sku, "activate")

    def deactivate(self, hb_sku: str) -> None:
        """Take a listing off sale."""
        self._switch(hb_sku, "deactivate")

    def bulk_unlock(self, hb_skus: Sequence[str]) -> None:
        """Unlock listings locked for their price or a cancelled order (H§17.5)."""
        self.listing_remote.request(
            "POST", self._listing_path("bulk-unlock"), json={"hbSkuList": list(hb_skus)}
        )

    def _switch(self, hb_sku: str, word: str) -> None:
        # On or off twice is the same as once, so a lost answer may be asked for again.
        path = self._listing_path("sku", segment(hb_sku), word)
        self.listing_remote.request("POST", path, repeatable=True)

    def _upload(self, kind: UploadKind, rows: Sequence[Mapping[str, object]]) -> str:
        if not 0 < len(rows) <= MOST_UPLOAD_ROWS:
            raise ValueError(f"an upload has 1 to {MOST_UPLOAD_ROWS} rows, not {len(rows)}")
        try:
            reply = self.listing_remote.request("POST", self._listing_path(kind.value), json=rows)
        except RemoteError as error:
            raise _upload_error(error) or error from None
        upload_id = member(reply.json(), "id")
        if isinstance(upload_id, str) and upload_id.strip():
            return upload_id
        raise _refused_with_200(reply)

    def _listing_path(self, *parts: str) -> str:
        return "/".join(("/listings/merchantid", segment(self.merchant_id), *parts))


def _stock_body(
    hb_sku: str | None, merchant_sku: str | None, stock: int, cap: int | None
) -> dict[str, object]:
    body = _identity(hb_sku, merchant_sku)
    body["availableStock"] = stock
    if cap is not None:
        body["maximumPurchasableQuantity"] = cap
    return body


def _identity(hb_sku: str | None, merchant_sku: str | None) -> dict[str, object]:
    """One SKU form or both; both must agree, so one that is not known is left out."""
    body: dict[str, object] = {}
    if hb_sku:
        body["hepsiburadaSku"] = hb_sku
    if merchant_sku:
        body["merchantSku"] = merchant_sku
    if not body:
        raise ValueError("a row needs hb_sku or merchant_sku")
    return body


def _upload_error(error: RemoteError) -> RemoteError | None:
    kind = upload_refusal(f"{error.message} {error.response_text}")
    return None if kind is None else retyped(kind, error)


def _refused_with_200(reply: Reply) -> RemoteError:
    """No id in a 200: a refusal in words, or an answer nobody can read."""
    code, text = complaint(reply.status, reply.headers, reply.content)
    shape = reply.bad_shape("id", "the upload's id is missing")
    kind = upload_refusal(text)
    if kind is None:
        return shape
    shape.message, shape.code, shape.unknown_outcome = text, code, False
    return retyped(kind, shape)


def _iso(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
