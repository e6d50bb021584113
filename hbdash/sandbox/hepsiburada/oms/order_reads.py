"""Reading orders (H§10.1, H§10.2)."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request

from hbdash.sandbox.hepsiburada import cargo
from hbdash.sandbox.hepsiburada.oms import lines as order_lines
from hbdash.sandbox.hepsiburada.oms.answers import Refused, page, refuse_dates, window
from hbdash.sandbox.hepsiburada.wire import DAY, Json, date_text, micros
from hbdash.sandbox.world import World

MONTH = 30 * DAY


class OrderReads:
    """The four order feeds and what belongs to a line."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.db = world.db

    def open_lines(self, request: Request) -> Json:
        """``GET /orders/merchantid/{m}``: paid lines that are in no package."""
        asked = page(request, self.world.limits.orders_page)
        span = window(request, clamp=True)
        where, arguments = "l.open_quantity > 0 AND o.paid IS NOT NULL", []
        if span is not None:
            where += " AND o.paid >= ? AND o.paid < ?"
            arguments = [span.begin, span.end]
        total = self.db.execute(
            f"SELECT count(*) FROM hb_line l JOIN hb_order o USING (order_number) WHERE {where}",
            arguments,
        ).fetchone()[0]
        rows = self.db.execute(
            f"{order_lines.SELECT} WHERE {where} ORDER BY l.seq LIMIT ? OFFSET ?",
            (*arguments, asked.limit, asked.offset),
        )
        items = [
            order_lines.wire(self.world, row, row["open_quantity"], order_lines.open_status(row))
            for row in rows
        ]
        return Json(asked.envelope(total, items))

    def by_number(self, request: Request) -> Json:
        """``GET /orders/…/ordernumber/{no}``: the whole order, also after packing."""
        number = request.path_params["number"]
        rows = self.db.execute(
            f"{order_lines.SELECT} WHERE l.order_number = ? ORDER BY l.seq", (number,)
        ).fetchall()
        if not rows:
            raise Refused(404, f"Order not found with order number {number}")
        first = rows[0]
        if first["paid"] is None:
            raise Refused(400, "Order payment has not been received yet")
        items: list[dict[str, Any]] = []
        for row in rows:
            status, package, barcode = order_lines.whole_status(self.db, row)
            items.append(
                order_lines.wire(self.world, row, row["quantity"], status, package, barcode)
            )
        form = first["date_form"]
        return Json(
            {
                "orderId": first["order_id"],
                "orderNumber": number,
                "orderDate": date_text(first["placed"], form),
                "createdDate": date_text(first["paid"], form),
                "paymentStatus": "Received",
                "customer": {
                    "customerId": first["customer_id"],
                    "name": first["customer_name"],
                },
                "deliveryAddress": order_lines.shipping_address(first),
                "invoice": order_lines.invoice(first),
                "orderNote": {"value": first["note"], "tags": []},
                "items": items,
            }
        )

    def payment_awaiting(self, request: Request) -> Json:
        """``…/paymentawaiting``: PascalCase, no price, no customer."""
        asked = page(request, self.world.limits.feeds_page, required=False)
        span = window(request, clamp=True)
        where, arguments = "o.paid IS NULL AND l.open_quantity > 0", []
        if span is not None:
            where += " AND o.placed >= ? AND o.placed < ?"
            arguments = [span.begin, span.end]
        total = self.db.execute(
            f"SELECT count(*) FROM hb_line l JOIN hb_order o USING (order_number) WHERE {where}",
            arguments,
        ).fetchone()[0]
        rows = self.db.execute(
            f"{order_lines.SELECT} WHERE {where} ORDER BY l.seq LIMIT ? OFFSET ?",
            (*arguments, asked.limit, asked.offset),
        )
        items = [
            {
                "Id": row["line_id"],
                "OrderNumber": row["order_number"],
                "OrderDate": date_text(row["placed"], row["date_form"]),
                "MerchantId": self.world.merchant_id,
                "MerchantSku": row["merchant_sku"],
                "Sku": row["hb_sku"],
                "Name": row["name"],
                "Quantity": row["open_quantity"],
                "Properties": [
                    {"name": found["name"], "value": found["value"]}
                    for found in order_lines.properties(row)
                ],
            }
            for row in rows
        ]
        return Json(asked.envelope(total, items))

    def cancelled(self, request: Request) -> Json:
        """``…/cancelled``: one month, a row per cancellation of a line; refuses dates."""
        asked = page(request, self.world.limits.feeds_page, required=False)
        refuse_dates(request)
        since = micros(self.world.clock.now()) - MONTH
        total = self.db.execute(
            "SELECT count(*) FROM hb_cancellation WHERE cancelled >= ?", (since,)
        ).fetchone()[0]
        rows = self.db.execute(
            "SELECT c.*, l.hb_sku, l.merchant_sku FROM hb_cancellation c JOIN hb_line l"
            " USING (line_id) WHERE c.cancelled >= ? ORDER BY c.cancelled, c.seq LIMIT ? OFFSET ?",
            (since, asked.limit, asked.offset),
        )
        items = [
            {
                "lineItemId": row["line_id"],
                "orderNumber": row["order_number"],
                "cancelDate": date_text(row["cancelled"]),
                "cancelReasonCode": row["reason_code"],
                "cancelledBy": row["cancelled_by"],
                "merchantId": self.world.merchant_id,
                "merchantSku": row["merchant_sku"],
                "sku": row["hb_sku"],
                "quantity": row["quantity"],
            }
            for row in rows
        ]
        return Json(asked.envelope(total, items))

    def packageable_with(self, request: Request) -> Json:
        """The other open lines that may lie in one package with this one."""
        line_id = request.path_params["line"]
        line = order_lines.of_ids(self.db, [line_id]).get(line_id)
        if line is None:
            raise Refused(404, f"Line item not found with id {line_id}")
        if not line["open_quantity"]:
            raise Refused(409, "Line item is not open")
        delivery = orjson.loads(line["delivery"])
        others = [
            row
            for row in self.db.execute(
                f"{order_lines.SELECT} WHERE l.open_quantity > 0 AND o.customer_id = ?"
                " AND o.cargo = ? AND l.line_id != ? AND o.paid IS NOT NULL ORDER BY l.seq",
                (line["customer_id"], line["cargo"], line_id),
            )
            if orjson.loads(row["delivery"])["id"] == delivery["id"]
        ]
        if not others:
            raise Refused(404, "There is no packageable line item")
        return Json(
            {
                "lineItems": [
                    {
                        "orderNumber": row["order_number"],
                        "lineItemId": row["line_id"],
                        "quantity": row["open_quantity"],
                    }
                    for row in others
                ]
            }
        )

    def changeable_carriers(self, request: Request) -> Json:
        """``/delivery/changeablecargocompanies/…``."""
        line_id = request.path_params["line"]
        line = order_lines.of_ids(self.db, [line_id]).get(line_id)
        if line is None:
            raise Refused(400, f"Line item not found with id {line_id}")
        return Json(cargo.changeable(line["cargo"]))
