"""Reading products and their reviews, and the merchant's word on matches (H§7.2, H§7.3)."""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from hbdash.sandbox.hepsiburada.mpop import attributes, imports
from hbdash.sandbox.hepsiburada.mpop.answers import Internal, Page, Told, page, single
from hbdash.sandbox.hepsiburada.wire import date_text, micros, sku_key
from hbdash.sandbox.world import World

LABELS = {
    "WAITING": "İncelenecek",
    "MISSING_INFO": "Ürün bilgileri eksik",
    "PRE_MATCHED": "Eşleşen",
    "MATCHED": "Satışa Hazır",
    "MATCHED_WITH_STAGED": "Ön Katalog Eşleşen",
    "CREATED": "Yaratıldı",
    "REJECTED": "Reddedilen Eşleşme",
    "BLOCKED": "Reddedilen Ürün",
    "IN_EXTERNAL_PROGRESS": "Katalog Sürecinde",
}
_LISTED = "hb_listing WHERE 1"
_UNLISTED = "hb_product WHERE hb_sku IS NULL"
_FILTERS = {"barcode": "barcode", "merchantSku": "sku_key", "hbSku": "hb_sku"}


class Products:
    """Handlers; JSON bodies are in ``request.state.body``."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.db = world.db

    def import_status(self, request: Request) -> Response:
        """``products/status/{trackingId}``; 4000 also while the id is not visible yet."""
        imports.advance(self.world)
        asked = page(request, self.world.limits.products_page)
        tracking = request.path_params["tracking"]
        known = self.db.execute(
            "SELECT * FROM hb_import WHERE tracking_id = ? AND visible <= ?",
            (tracking, micros(self.world.clock.now())),
        ).fetchone()
        if known is None:
            raise Told(4000, f"Tracking id not found: {tracking}")
        total = self.db.execute(
            "SELECT count(*) FROM hb_import_row WHERE tracking_id = ?", (tracking,)
        ).fetchone()[0]
        rows = self.db.execute(
            "SELECT r.*, p.status, p.hb_sku, p.validation, p.rejections, p.matched"
            " FROM hb_import_row r LEFT JOIN hb_product p USING (sku_key)"
            " WHERE tracking_id = ? ORDER BY ordinal LIMIT ? OFFSET ?",
            (tracking, asked.size, asked.offset),
        )
        return asked.answer(total, [self._import_row(row) for row in rows])

    def _import_row(self, row: sqlite3.Row) -> dict[str, Any]:
        content = orjson.loads(row["content"])
        given = content["attributes"]
        taken = row["outcome"] == "SUCCESS" and row["status"] is not None
        return {
            "itemOrderID": row["ordinal"],
            "merchant": self.world.merchant_id,
            "merchantSku": row["sku_key"],
            "hbSku": row["hb_sku"] if taken else None,
            "barcode": str(given.get("Barcode") or ""),
            "productName": str(given.get("UrunAdi") or ""),
            "variantGroupId": str(given.get("VaryantGroupID") or ""),
            "categoryId": content.get("categoryId"),
            "productStatus": LABELS[row["status"]] if taken else None,
            "importStatus": row["outcome"],
            "importMessages": orjson.loads(row["messages"]),
            "validationResults": orjson.loads(row["validation"]) if taken else [],
            "taskDetails": [],
            "rejectReasonsMessages": orjson.loads(row["rejections"]) if taken else [],
            "matchedHbProductInfo": orjson.loads(row["matched"]) if taken else [],
            "videoStatus": "",
            "qualityScore": None,
            "qualityStatus": None,
            "ccValidationResults": None,
        }

    def history(self, request: Request) -> Response:
        """``products/trackingId-history``, newest first."""
        asked = page(request, self.world.limits.products_page)
        total = self.db.execute("SELECT count(*) FROM hb_import").fetchone()[0]
        rows = self.db.execute(
            "SELECT tracking_id, created FROM hb_import ORDER BY seq DESC LIMIT ? OFFSET ?",
            (asked.size, asked.offset),
        )
        return asked.answer(
            total,
            [{"trackingId": row[0], "createdDate": date_text(row[1], 5)} for row in rows],
        )

    def check_status(self, request: Request) -> Response:
        """``products/check-product-status``; the body is an array, unknown SKUs are left out."""
        imports.advance(self.world)
        answer = []
        for merchant, skus in self._merchant_skus(request):
            found = [(sku, self._status(sku)) for sku in skus]
            answer.append(
                {
                    "merchant": merchant,
                    "skuStatusList": [
                        {"merchantSku": sku, "status": status} for sku, status in found if status
                    ],
                }
            )
        return single(answer)

    def _merchant_skus(self, request: Request) -> list[tuple[str, list[str]]]:
        try:
            body = orjson.loads(request.state.body)
        except orjson.JSONDecodeError as problem:
            raise Internal("body") from problem
        if not isinstance(body, list):
            raise Internal("body")
        found = []
        for part in body:
            skus = part.get("merchantSkuList") if isinstance(part, dict) else None
            if not isinstance(skus, list):
                raise Internal("merchantSkuList")
            if part.get("merchant") != self.world.merchant_id:
                raise imports.WrongMerchant
            found.append((self.world.merchant_id, [str(sku) for sku in skus]))
        return found

    def _status(self, sku: str) -> str | None:
        key = sku_key(sku)
        for table in ("hb_product", "hb_listing"):
            query = f"SELECT status FROM {table} WHERE sku_key = ?"
            row = self.db.execute(query, (key,)).fetchone()
            if row is not None:
                return str(row[0])
        return None

    def by_status(self, request: Request) -> Response:
        """``products/products-by-merchant-and-status``; 4008 for an empty bucket."""
        imports.advance(self.world)
        query = request.query_params
        status = query.get("productStatus")
        if "merchantId" not in query or status not in LABELS:
            raise Internal("productStatus")
        if query["merchantId"] != self.world.merchant_id:
            raise imports.WrongMerchant
        task = query.get("taskStatus", "false").lower()
        asked = page(request, self.world.limits.products_page)
        # no product of ours ever has an open task
        condition = "status = ? AND 0" if task == "true" else "status = ?"
        total, rows = self._union(asked, condition, [status])
        if not rows:
            raise Told(
                4008,
                f"Product is not found with merchant id: {self.world.merchant_id},"
                f" status: {status}, taskStatus: {task}",
            )
        return asked.answer(total, [_bucket_row(self.db, row) for row in rows])

    def all(self, request: Request) -> Response:
        """``products/all-products-of-merchant/{merchantId}``; 4014 when a filter finds nothing."""
        imports.advance(self.world)
        query = request.query_params
        asked = page(request, self.world.limits.products_page)
        parts, values = [], []
        for name, column in _FILTERS.items():
            if name in query:
                parts.append(f"{column} = ?")
                values.append(sku_key(query[name]) if column == "sku_key" else query[name])
        total, rows = self._union(asked, " AND ".join(parts) or "1", values)
        if not rows:
            raise Told(4014, f"Merchant products not found by merchantId {self.world.merchant_id}")
        return asked.answer(total, [_product_row(self.db, row) for row in rows])

    def _union(
        self, asked: Page, condition: str, values: list[str]
    ) -> tuple[int, list[sqlite3.Row]]:
        """Listings first, then products that have none; each listing is a matched product."""
        listed, unlisted = (
            self.db.execute(f"SELECT count(*) FROM {table} AND {condition}", values).fetchone()[0]
            for table in (_LISTED, _UNLISTED)
        )
        rows = self.db.execute(
            f"SELECT * FROM {_LISTED} AND {condition} ORDER BY n LIMIT ? OFFSET ?",
            (*values, asked.size, asked.offset),
        ).fetchall()
        if len(rows) < asked.size:
            rows += self.db.execute(
                f"SELECT * FROM {_UNLISTED} AND {condition} ORDER BY seq LIMIT ? OFFSET ?",
                (*values, asked.size - len(rows), max(0, asked.offset - listed)),
            ).fetchall()
        return listed + unlisted, rows

    def approve(self, request: Request) -> Response:
        """``products/approve-prematch``: E2 with nothing in it, whatever became of the rows."""
        return self._prematch(request, "MATCHED")

    def reject(self, request: Request) -> Response:
        return self._prematch(request, "REJECTED")

    def _prematch(self, request: Request, status: str) -> Response:
        imports.advance(self.world)
        for _, skus in self._merchant_skus(request):
            for sku in skus:
                product = self.db.execute(
                    "SELECT * FROM hb_product WHERE sku_key = ? AND status = 'PRE_MATCHED'",
                    (sku_key(sku),),
                ).fetchone()
                if product is not None:
                    reason = "" if status == "MATCHED" else "Satıcı eşleşmeyi reddetti"
                    imports.settle(self.world, product, status, reason)
                    self.world.books.effect(
                        "hepsiburada.prematch", product["merchant_sku"], {"status": status}
                    )
        return single(None)


def _known(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    """What a listing and a product have in common."""
    if "attributes" in row.keys():  # noqa: SIM118 — a Row is no mapping
        given = orjson.loads(row["attributes"])
        return {
            "name": given.get("UrunAdi", ""),
            "brand": given.get("Marka", ""),
            "group": given.get("VaryantGroupID", ""),
            "tax": str(given.get("tax_vat_rate", "0")),
            "category_name": "",
            "images": [given[f"Image{i}"] for i in range(1, 11) if given.get(f"Image{i}")],
            "variants": [
                {"name": found.name, "value": str(given.get(found.id, "")), "mandatory": True}
                for found in attributes.variant(db, row["category_id"])
            ],
            "validation": orjson.loads(row["validation"]),
            "rejections": orjson.loads(row["rejections"]),
            "matched": orjson.loads(row["matched"]),
        }
    return {
        "name": row["name"],
        "brand": row["brand"],
        "group": row["base_code"],
        "tax": str(row["tax_rate"]),
        "category_name": row["category_name"],
        "images": [],
        "variants": [
            {"name": "Renk", "value": row["colour"], "mandatory": True},
            {"name": "Ebat", "value": row["size"], "mandatory": True},
        ],
        "validation": [],
        "rejections": [],
        "matched": [],
    }


def _bucket_row(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    known = _known(db, row)
    return {
        "merchantSku": row["merchant_sku"],
        "barcode": row["barcode"],
        "hbSku": row["hb_sku"],
        "variantGroupId": known["group"],
        "productName": known["name"],
        "productStatus": LABELS[row["status"]],
        "taskDetails": [],
        "validationResults": known["validation"],
        "matchedHbProductInfo": known["matched"],
        "rejectReasonsMessages": known["rejections"],
        "videoStatus": "",
        "qualityScore": None,
        "qualityStatus": None,
        "ccValidationResults": None,
    }


def _product_row(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    known = _known(db, row)
    return {
        "merchantSku": row["merchant_sku"],
        "barcode": row["barcode"],
        "hbSku": row["hb_sku"],
        "variantGroupId": known["group"],
        "productName": known["name"],
        "brand": known["brand"],
        "images": known["images"],
        "categoryId": row["category_id"],
        "categoryName": known["category_name"],
        "tax": f"{known['tax']}.0" if "." not in known["tax"] else known["tax"],
        "price": "",
        "description": "",
        "status": row["status"],
        "baseAttributes": [
            {"name": "Marka", "value": known["brand"], "mandatory": True},
            {"name": "Barkod", "value": row["barcode"], "mandatory": True},
        ],
        "variantTypeAttributes": known["variants"],
        "productAttributes": [],
        "validationResults": known["validation"],
        "rejectReasons": known["rejections"],
        "qualityScore": None,
        "qualityStatus": None,
        "ccValidationResults": None,
    }
