"""Reading packages (H§11.1–11.3)."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

import orjson
from starlette.requests import Request

from hbdash.sandbox.hepsiburada import cargo, labels
from hbdash.sandbox.hepsiburada.oms import lines as order_lines
from hbdash.sandbox.hepsiburada.oms import packing
from hbdash.sandbox.hepsiburada.oms.answers import Refused, Window, page, refuse_dates, window
from hbdash.sandbox.hepsiburada.oms.order_reads import MONTH
from hbdash.sandbox.hepsiburada.wire import (
    DAY,
    HOUR,
    Json,
    date_text,
    micros,
    money,
    optional_date,
    round_kurus,
)
from hbdash.sandbox.world import World

_LISTED = "status IN ('Open', 'Unpacked')"


class PackageReads:
    """The package list, the status feeds, one package and its label."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.db = world.db

    def ready(self, request: Request) -> Json:
        """``GET /packages/merchantid/{m}``: a bare array of open and unpacked packages.

        Dates mean "package added" (A19).
        """
        asked = page(request, self.world.limits.packages_page, offset_name="Offset")
        span = self._span(request)
        rows = self.db.execute(
            f"SELECT * FROM hb_package WHERE {_LISTED} AND added >= ? AND added < ?"
            " ORDER BY added, seq LIMIT ? OFFSET ?",
            (span.begin, span.end, asked.limit, asked.offset),
        )
        return Json([self._wire(row) for row in rows])

    def _span(self, request: Request) -> Window:
        span = window(request, clamp=True)
        if span is not None:
            return span
        text = request.query_params.get("timespan", "24")
        if not text.isdecimal() or int(text) < 1:
            raise Refused(400, "InvalidTimespan")
        now = micros(self.world.clock.now())
        return Window(now - int(text) * HOUR, now + 1)

    def _wire(self, row: sqlite3.Row) -> dict[str, Any]:
        parts = packing.contents(self.db, row["package_number"])
        line = parts[0][0]
        form = line["date_form"]
        delivery, billing = orjson.loads(line["delivery"]), orjson.loads(line["invoice"])
        return {
            "id": row["id"],
            "status": row["status"],
            "customerId": line["customer_id"],
            "customerName": line["customer_name"],
            "orderDate": date_text(line["placed"], form),
            "dueDate": date_text(row["due"], form),
            "unpackedDate": optional_date(row["unpacked"], form),
            "barcode": row["barcode"],
            "packageNumber": row["package_number"],
            "cargoCompany": row["cargo"],
            "shippingAddressDetail": delivery["full"],
            "recipientName": delivery["name"],
            "shippingCountryCode": "TR",
            "shippingDistrict": delivery["district"],
            "shippingTown": delivery["town"],
            "shippingCity": delivery["city"],
            "email": order_lines.RELAY_ADDRESS,
            "phoneNumber": delivery["phone"],
            "companyName": billing["company"] or billing["name"],
            "billingAddress": billing["full"],
            "billingCity": billing["city"],
            "billingTown": billing["town"],
            "billingDistrict": billing["district"],
            "billingPostalCode": billing["postcode"],
            "billingCountryCode": "TR",
            "taxOffice": billing["tax_office"],
            "taxNumber": billing["tax_no"],
            "identityNo": billing["identity_no"],
            "shippingTotalPrice": None,
            "customsTotalPrice": None,
            "totalPrice": money(sum(part["unit_price"] * units for part, units in parts)),
            "isCargoChangable": True,
            "estimatedArrivalDate": date_text(row["arrival"], 1),
            "totalDeci": row["deci"],
            "items": [self._item(part, units) for part, units in parts],
        }

    def _item(self, line: sqlite3.Row, quantity: int) -> dict[str, Any]:
        total = line["unit_price"] * quantity
        discount, own = line["hb_discount"], line["merchant_discount"]
        merchant_price = line["unit_price"] + discount
        return {
            "lineItemId": line["line_id"],
            "listingId": line["listing_id"],
            "merchantId": self.world.merchant_id,
            "hbSku": line["hb_sku"],
            "merchantSku": line["merchant_sku"],
            "quantity": quantity,
            "price": money(line["unit_price"]),
            "vat": order_lines.vat(total, line["vat_rate"]),
            "vatRate": line["vat_rate"],
            "totalPrice": money(total),
            "commission": money(order_lines.commission(line)),
            "commissionRate": line["commission_rate"],
            "unitHBDiscount": money(discount),
            "totalHBDiscount": money(discount * quantity),
            "unitMerchantDiscount": money(own),
            "totalMerchantDiscount": money(own * quantity),
            "merchantUnitPrice": money(merchant_price),
            "merchantTotalPrice": money(merchant_price * quantity),
            "unitLaborCost": None,
            "cargoPaymentInfo": "Seller",
            **{f"customizedText0{i}": "" for i in range(1, 5)},
            "properties": order_lines.properties(line),
            "productName": line["name"],
            "productBarcode": line["ean"],
            "productImageUrlFormat": order_lines.image_format(self.world, line),
            "orderNumber": line["order_number"],
            "orderDate": date_text(line["placed"], line["date_form"]),
            "deliveryType": line["delivery_type"],
            "customerDelivery": None,
            "pickupTime": None,
            "gtip": "",
            "weight": 0,
            "deci": 1,
            "warehouse": order_lines.warehouse(line),
            "deptorDifferenceAmount": 0,
            "purchasePrice": None,
            "discountToBeBilledToHB": round_kurus(discount * quantity),
            "bnplCommissionAmount": None,
            "creationReason": "OrderCreated",
            "isMicroExport": bool(line["micro_export"]),
            "releatedLineIndexesWithCampaign": None,
            "parentItemIndex": 0,
        }

    def shipped(self, request: Request) -> Json:
        """``…/shipped``; still listed after delivery, for a month."""
        return self._feed(request, "shipped", "ShippedDate", lambda row: {"Deci": row["deci"]})

    def delivered(self, request: Request) -> Json:
        return self._feed(request, "delivered", "DeliveredDate", lambda row: {"Deci": row["deci"]})

    def undelivered(self, request: Request) -> Json:
        return self._feed(
            request,
            "undelivered",
            "UndeliveredDate",
            lambda row: {"UndeliveredReason": row["undelivered_reason"]},
        )

    def _feed(self, request: Request, column: str, date_name: str, more: Any) -> Json:
        asked = page(request, self.world.limits.feeds_page, required=False)
        refuse_dates(request)
        since = micros(self.world.clock.now()) - MONTH
        total = self.db.execute(
            f"SELECT count(*) FROM hb_package WHERE {column} >= ?", (since,)
        ).fetchone()[0]
        rows = self.db.execute(
            f"SELECT * FROM hb_package WHERE {column} >= ? ORDER BY {column}, seq LIMIT ? OFFSET ?",
            (since, asked.limit, asked.offset),
        )
        items = [
            {
                "Id": row["id"],
                "Barcode": row["barcode"],
                "PackageNumber": row["package_number"],
                "OrderNumber": row["order_number"],
                "OrderNumbers": self._order_numbers(row["package_number"]),
                "MerchantId": self.world.merchant_id,
                date_name: date_text(row[column]),
                **more(row),
            }
            for row in rows
        ]
        return Json(asked.envelope(total, items))

    def _order_numbers(self, package_number: str) -> list[str]:
        rows = self.db.execute(
            "SELECT DISTINCT order_number FROM hb_package_line JOIN hb_line USING (line_id)"
            " WHERE package_number = ?",
            (package_number,),
        )
        return [row[0] for row in rows]

    def missing_invoice(self, request: Request) -> Json:
        """``…/missing-invoice``: shipped packages without an invoice link."""
        asked = page(request, self.world.limits.feeds_page, required=False)
        where = "shipped IS NOT NULL AND invoice IS NULL"
        total = self.db.execute(f"SELECT count(*) FROM hb_package WHERE {where}").fetchone()[0]
        rows = self.db.execute(
            f"SELECT * FROM hb_package WHERE {where} ORDER BY shipped, seq LIMIT ? OFFSET ?",
            (asked.limit, asked.offset),
        )
        items = [
            {
                "packageNumber": row["package_number"],
                "orderNumbers": self._order_numbers(row["package_number"]),
                "status": row["status"],
            }
            for row in rows
        ]
        return Json(asked.envelope(total, items))

    def unpacked(self, request: Request) -> Json:
        """``…/status/unpacked``: no lines, dates by unpacking."""
        asked = page(request, self.world.limits.packages_page, offset_name="Offset")
        span = self._unpacked_span(request)
        arguments = (span.begin, span.end)
        where = "unpacked IS NOT NULL AND unpacked >= ? AND unpacked < ?"
        total = self.db.execute(
            f"SELECT count(*) FROM hb_package WHERE {where}", arguments
        ).fetchone()[0]
        rows = self.db.execute(
            f"SELECT * FROM hb_package WHERE {where} ORDER BY unpacked, seq LIMIT ? OFFSET ?",
            (*arguments, asked.limit, asked.offset),
        )
        items = [
            {
                "barcode": row["barcode"],
                "packageNumber": row["package_number"],
                "unpackedDate": date_text(row["unpacked"]),
            }
            for row in rows
        ]
        return Json(asked.envelope(total, items))

    def _unpacked_span(self, request: Request) -> Window:
        names = request.query_params
        if not {"begindate", "enddate", "timespan"} & set(names):
            now = micros(self.world.clock.now())
            return Window(now - DAY, now + 1)
        return self._span(request)

    def one(self, request: Request) -> Json:
        """``…/packagenumber/{p}``: tracking of one package."""
        row = self.known(request)
        return Json(
            {
                "packageNumber": row["package_number"],
                "barcode": row["barcode"],
                "status": row["status"],
                "cargoCompany": row["cargo"],
                "trackingInfoCode": row["tracking_code"],
                "trackingInfoUrl": row["tracking_url"],
                "deci": row["deci"],
                "estimatedArrivalDate": date_text(row["arrival"], 1),
            }
        )

    def known(self, request: Request) -> sqlite3.Row:
        """The package named in the path, or the 404 of the legacy page (H§5.1)."""
        number = request.path_params["package"]
        row = packing.find(self.db, number)
        if row is None:
            raise Refused(
                404,
                {
                    "statusCode": 404,
                    "code": "1004",
                    "defaultMessage": None,
                    "correlationId": str(uuid.uuid4()),
                    "message": f"cannot find package with package number {number}",
                },
            )
        return row

    def labels(self, request: Request) -> Json:
        """``…/labels?format=``: one entry per parcel."""
        row = self.known(request)
        form = request.query_params.get("format", "png").lower()
        if form not in labels.FORMATS:
            raise Refused(400, f"Unsupported label format {form}")
        if not cargo.BY_NAME[row["cargo"]].labels:
            raise Refused(400, f"Label can not be created for cargo company {row['cargo']}")
        data = [labels.label(row, form, parcel) for parcel in range(1, row["parcels"] + 1)]
        return Json({"data": data, "format": form, "hasMerchantMutualBarcode": True})

    def carriers(self, request: Request) -> Json:
        """``…/changablecargocompanies`` (sic)."""
        return Json(cargo.changeable(self.known(request)["cargo"]))
