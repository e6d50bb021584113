"""Order lines: how they are kept, what they amount to, how the wire shows them (H§10.1)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

import orjson

from hbdash.sandbox.hepsiburada import cargo
from hbdash.sandbox.hepsiburada.wire import date_text, money, round_kurus
from hbdash.sandbox.world import World

RELAY_ADDRESS = "tedarikciiletisim@hepsiburada.com"
SELECT = """
SELECT l.*, o.order_id, o.placed, o.paid, o.date_form, o.customer_id, o.customer_name, o.delivery,
       o.invoice, o.note, o.cargo, o.delivery_type, o.micro_export, o.address_change,
       p.name, p.barcode AS ean, p.image, p.colour, p.size, p.listing_id, p.dispatch_time
FROM hb_line l JOIN hb_order o USING (order_number) JOIN hb_listing p ON p.n = l.listing
"""
_PACKAGE_STATUS = {"Open": "Packaged", "InTransit": "InTransit", "Delivered": "Delivered"}
_DELIVERY_OPTIONS = {"StandardDelivery": 1, "BT": 5, "YT": 6}


def vat(total: int, rate: int) -> Any:
    """Tax inside a total of 10⁻⁵ lira, rounded to two decimals (H§3.4)."""
    return round_kurus(round(total * rate / (100 + rate)))


def commission(line: sqlite3.Row) -> int:
    """Commission of one unit in 10⁻⁵ lira: its rate of the merchant's price, to the kuruş."""
    merchant_price = line["unit_price"] + line["hb_discount"]
    return int(round_kurus(merchant_price * line["commission_rate"] // 100) * 100_000)


def properties(line: sqlite3.Row) -> list[dict[str, str]]:
    return [
        {"name": "renk", "value": line["colour"], "displayName": "Renk"},
        {"name": "ebatlar", "value": line["size"], "displayName": "Ebatlar"},
    ]


def image_format(world: World, line: sqlite3.Row) -> str:
    """The picture's address with ``{size}`` left to fill in."""
    image = line["image"]
    if not image:
        return ""
    return (world.file_url(image) if image.startswith("/") else image) + "?size={size}"


def _address(kept: dict[str, Any]) -> dict[str, Any]:
    return {
        "addressId": kept["id"],
        "address": kept["line"],
        "name": kept["name"],
        "email": RELAY_ADDRESS,
        "countryCode": "TR",
        "phoneNumber": kept["phone"],
        "alternatePhoneNumber": "",
        "district": kept["district"],
        "town": kept["town"],
        "city": kept["city"],
        "postalCode": kept["postcode"],
        "directions": None,
    }


def shipping_address(line: sqlite3.Row) -> dict[str, Any]:
    return _address(orjson.loads(line["delivery"]))


def invoice(line: sqlite3.Row) -> dict[str, Any]:
    """``invoice`` of a line or an order: whom to bill."""
    kept = orjson.loads(line["invoice"])
    return {
        "turkishIdentityNumber": kept["identity_no"],
        "taxNumber": kept["tax_no"],
        "taxOffice": kept["tax_office"],
        "address": _address(kept | {"name": kept["company"] or kept["name"]}),
    }


def open_status(line: sqlite3.Row) -> str:
    return "Unpacked" if line["unpacked"] else "Open"


def whole_status(db: sqlite3.Connection, line: sqlite3.Row) -> tuple[str, str, str]:
    """Status, package number and barcode of a line in the answer for its order number."""
    if line["open_quantity"]:
        return open_status(line), "", ""
    package = live_package(db, line["line_id"])
    if package is None:
        return f"CancelledBy{line['cancelled_by'] or 'Merchant'}", "", ""
    claimed = db.execute(
        "SELECT 1 FROM hb_claim WHERE line_id = ? AND status != 'Cancelled'", (line["line_id"],)
    ).fetchone()
    status = _PACKAGE_STATUS.get(package["status"], package["status"])
    if claimed:
        status = "ClaimCreated"
    return status, package["package_number"], package["barcode"]


def live_package(db: sqlite3.Connection, line_id: str) -> sqlite3.Row | None:
    """The newest package that holds units of the line and was not broken up."""
    row: sqlite3.Row | None = db.execute(
        "SELECT p.* FROM hb_package_line JOIN hb_package p USING (package_number)"
        " WHERE line_id = ? AND p.status != 'Unpacked' ORDER BY p.seq DESC LIMIT 1",
        (line_id,),
    ).fetchone()
    return row


def wire(
    world: World,
    line: sqlite3.Row,
    quantity: int,
    status: str,
    package: str = "",
    barcode: str = "",
) -> dict[str, Any]:
    """A line over ``quantity`` of its units in the exact form of H§10.1, misspelt names kept."""
    form = line["date_form"]
    total = line["unit_price"] * quantity
    discount = line["hb_discount"]
    merchant_discount = line["merchant_discount"]
    return {
        "id": line["line_id"],
        "orderId": line["order_id"],
        "orderNumber": line["order_number"],
        "orderDate": date_text(line["placed"], form),
        "dueDate": date_text(line["due"], form),
        "lastStatusUpdateDate": date_text(line["updated"], form),
        "status": status,
        "sku": line["hb_sku"],
        "merchantSKU": line["merchant_sku"],
        "name": line["name"],
        "productBarcode": line["ean"],
        "productImageUrlFormat": image_format(world, line),
        "barcode": barcode,
        "packageNumber": package,
        "quantity": quantity,
        "merchantId": world.merchant_id,
        "customerId": line["customer_id"],
        "customerName": line["customer_name"],
        "unitPrice": money(line["unit_price"]),
        "totalPrice": money(total),
        "vat": vat(total, line["vat_rate"]),
        "vatRate": line["vat_rate"],
        "commission": money(commission(line)),
        "commissionRate": line["commission_rate"],
        "commissionType": 1,
        "purchasePrice": None,
        "unitLaborCost": None,
        "bnplCommissionAmount": None,
        "hbDiscount": {"unitPrice": money(discount), "totalPrice": money(discount * quantity)},
        "merchantDiscount": {
            "unitPrice": money(merchant_discount),
            "totalPrice": money(merchant_discount * quantity),
        }
        if merchant_discount
        else None,
        "deptorDifferenceAmount": 0,
        "discountToBeBilledToHB": round_kurus(discount * quantity),
        "discountInfo": [_campaign(line, quantity)] if discount else [],
        "properties": properties(line),
        "shippingAddress": shipping_address(line),
        "invoice": invoice(line),
        "cargoCompany": line["cargo"],
        "cargoCompanyModel": cargo.model(line["cargo"]),
        "deliveryType": line["delivery_type"],
        "deliveryOptionId": _DELIVERY_OPTIONS[line["delivery_type"]],
        "slot": None,
        "pickUpTime": None,
        "dispatchTime": line["dispatch_time"],
        "paymentTermInDays": 28,
        "canCreatePackage": True,
        "isCancellable": status in ("Open", "Unpacked"),
        "isCancellableByHbAdmin": True,
        "isCargoChangable": True,
        "isCustomized": False,
        **{f"customizedText0{i}": "" for i in range(1, 5)},
        "customizedTextX": "",
        "isJetDelivery": False,
        "isSundayDelivery": False,
        "isMicroExport": bool(line["micro_export"]),
        "warehouse": warehouse(line),
        "deliveryNote": {"value": line["note"], "tags": []},
        "creationReason": "OrderCreated",
        "sapNumber": "",
        "parentItemIndex": 0,
        "releatedLineIndexesWithCampaign": None,
        "creditCardHolderName": "",
    }


def warehouse(line: sqlite3.Row) -> dict[str, str]:
    return {"shippingAddressLabel": line["warehouse"], "shippingModel": ""}


def _campaign(line: sqlite3.Row, quantity: int) -> dict[str, Any]:
    return {
        "campaignId": 48151,
        "campaignName": "Sepette indirim",
        "campaignType": 2,
        "campaignDiscountRate": 0,
        "conditionOrAward": 1,
        "correlationId": line["order_id"],
        "discountTotal": round_kurus(line["hb_discount"] * quantity),
        "isProtectedCampaign": False,
        "quantity": quantity,
    }


def of_ids(db: sqlite3.Connection, ids: Iterable[str]) -> dict[str, sqlite3.Row]:
    """Lines by id, ids in any case."""
    wanted = [line_id.lower() for line_id in ids]
    rows = db.execute(f"{SELECT} WHERE l.line_id IN ({','.join('?' * len(wanted))})", wanted)
    return {row["line_id"]: row for row in rows}
