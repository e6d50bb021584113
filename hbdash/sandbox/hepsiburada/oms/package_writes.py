"""Writes on packages and lines: pack, split, unpack, deliver, invoice (H§10.3, H§11.4–11.5)."""

from __future__ import annotations

import sqlite3
from collections import Counter
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from hbdash.sandbox.hepsiburada import cargo
from hbdash.sandbox.hepsiburada.oms import cancelling, packing
from hbdash.sandbox.hepsiburada.oms import lines as order_lines
from hbdash.sandbox.hepsiburada.oms.answers import Refused, body
from hbdash.sandbox.hepsiburada.oms.package_reads import PackageReads
from hbdash.sandbox.hepsiburada.wire import DAY, Json, empty, iso_time, micros
from hbdash.sandbox.world import World

CANNOT_BE_SUPPLIED = 83
ADDRESS_CHANGE = "Order has an ongoing change address demand"
NOT_YOURS_TO_MOVE = "DeliveryManipulationForbiddenError"
OLDEST = 7 * DAY
_SHIPPING_FIELDS = (
    "shippedDate", "estimatedArrivalDate", "trackingNumber", "trackingPhoneNumber", "trackingUrl",
    "cost", "tax", "deci",
)  # fmt: skip


class PackageWrites:
    """Handlers of ``request`` whose body was read into ``request.state.body``."""

    def __init__(self, world: World, reads: PackageReads) -> None:
        self.world = world
        self.db = world.db
        self.reads = reads

    def create(self, request: Request) -> Response:
        """``POST /packages/merchantid/{m}`` → 201 ``{packageNumber, barcode}``."""
        asked = body(request.state.body)
        wanted = _units(asked.get("lineItemRequests"), "id")
        contents = self._open_units(wanted)
        number, barcode = packing.pack(self.world, contents, _parcel(asked))
        return Json({"packageNumber": number, "barcode": barcode}, 201)

    def _open_units(self, wanted: dict[str, int]) -> list[tuple[sqlite3.Row, int]]:
        rows = order_lines.of_ids(self.db, wanted)
        contents: list[tuple[sqlite3.Row, int]] = []
        for line_id, quantity in wanted.items():
            line = rows.get(line_id)
            if line is None or line["paid"] is None:
                raise Refused(404, f"Line item not found with id {line_id}")
            if not line["open_quantity"]:
                raise Refused(409, f"Line item {line_id} is not open")
            if quantity > line["open_quantity"]:
                raise Refused(400, f"Line item {line_id} has only {line['open_quantity']} units")
            contents.append((line, quantity))
        self._fit_together([line for line, _ in contents])
        return contents

    def _fit_together(self, lines: list[sqlite3.Row]) -> None:
        if any(line["address_change"] for line in lines):
            raise Refused(400, ADDRESS_CHANGE)
        kinds = {
            (line["customer_id"], orjson.loads(line["delivery"])["id"], line["cargo"])
            for line in lines
        }
        if len(kinds) > 1:
            raise Refused(400, "Line items are not packageable with each other")

    def split(self, request: Request) -> Response:
        """``…/split``: break the package, pack the groups, cancel the rest that is named.

        Units in no group are packed together by Hepsiburada itself.
        """
        package = self._in_status(request, "Open")
        asked = body(request.state.body)
        details = asked.get("packageDetails")
        if not isinstance(details, list) or not details:
            raise Refused(400, "packageDetails cannot be empty")
        groups = [(_units(part.get("lines"), "orderLineId"), _parcel(part)) for part in details]
        cancelled = asked.get("cancelledItems") or []
        gone = _units(cancelled, "orderLineId") if cancelled else {}
        left = Counter(
            {
                line["line_id"]: units
                for line, units in packing.contents(self.db, package["package_number"])
            }
        )
        for wanted in (*(group for group, _ in groups), gone):
            for line_id, quantity in wanted.items():
                if quantity > left[line_id]:
                    raise Refused(400, f"Package does not hold {quantity} of line {line_id}")
                left[line_id] -= quantity
        packing.unpack(self.world, package["package_number"])
        rest = +left
        packages = [*groups, (dict(rest), packing.Parcel())] if rest else groups
        for wanted, parcel in packages:
            rows = order_lines.of_ids(self.db, wanted)
            packing.pack(self.world, [(rows[key], wanted[key]) for key in wanted], parcel)
        for key, quantity in gone.items():
            line = order_lines.of_ids(self.db, [key])[key]
            cancelling.cancel(self.world, line, quantity, cancelling.MERCHANT)
        self.world.books.effect(
            "hepsiburada.split", package["package_number"], {"groups": [g for g, _ in groups]}
        )
        return Json("Package is splitted successfully")

    def unpack(self, request: Request) -> Response:
        package = self._in_status(request, "Open")
        packing.unpack(self.world, package["package_number"])
        return Json("Package is unpacked successfully")

    def in_transit(self, request: Request) -> Response:
        package = self._own(request, "Open")
        asked = body(request.state.body)
        missing = [name for name in _SHIPPING_FIELDS if asked.get(name) in (None, "")]
        if missing:
            raise Refused(400, f"{missing[0]} is required")
        if asked["cost"] != 0 or asked["tax"] != 0:
            raise Refused(400, "cost and tax must be 0")
        at = self._step_date(asked, "shippedDate", package)
        _date(asked, "estimatedArrivalDate")
        packing.ship(self.world, package, at, str(asked["trackingNumber"]), asked["trackingUrl"])
        return Json("OK")

    def deliver(self, request: Request) -> Response:
        package = self._own(request, "InTransit")
        asked = body(request.state.body)
        if not asked.get("receivedBy"):
            raise Refused(400, "receivedBy is required")
        at = self._step_date(asked, "receivedDate", package)
        packing.deliver(self.world, package, at, str(asked["receivedBy"]))
        return Json("OK")

    def undeliver(self, request: Request) -> Response:
        package = self._own(request, "InTransit")
        asked = body(request.state.body)
        if not asked.get("undeliveredReason"):
            raise Refused(400, "undeliveredReason is required")
        at = self._step_date(asked, "undeliveredDate", package)
        packing.undeliver(self.world, package, at, str(asked["undeliveredReason"]))
        return Json("OK")

    def invoice(self, request: Request) -> Response:
        """``PUT …/invoice`` → 204; 409 when the package has one."""
        package = self.reads.known(request)
        asked = body(request.state.body)
        link = asked.get("invoiceLink")
        if not isinstance(link, str) or not link.startswith(("http://", "https://")):
            raise Refused(400, "invoiceLink is not valid")
        for name in ("serialNumber", "rowNumber"):
            if not isinstance(asked.get(name), str):
                raise Refused(400, f"{name} is required")
        _date(asked, "arrangementDate")
        if package["invoice"] is not None:
            raise Refused(409, "Package already has an invoice")
        self.db.execute(
            "UPDATE hb_package SET invoice = ? WHERE seq = ?",
            (orjson.dumps(asked).decode(), package["seq"]),
        )
        self.world.books.effect("hepsiburada.invoice", package["package_number"], {"link": link})
        return empty(204)

    def warehouse(self, request: Request) -> Response:
        package = self._in_status(request, "Open")
        label = body(request.state.body).get("shippingAddressLabel")
        if not isinstance(label, str) or not label:
            raise Refused(400, "shippingAddressLabel is required")
        self.db.execute(
            "UPDATE hb_package SET warehouse = ? WHERE seq = ?", (label, package["seq"])
        )
        return empty(204)

    def package_carrier(self, request: Request) -> Response:
        """``PUT …/changecargocompany`` → 204."""
        package = self._in_status(request, "Open")
        self.db.execute(
            "UPDATE hb_package SET cargo = ? WHERE seq = ?",
            (_short_name(body(request.state.body)), package["seq"]),
        )
        return empty(204)

    def line_carrier(self, request: Request) -> Response:
        """``PUT /lineitems/…/cargocompany`` → 204."""
        line = self._line(request)
        self.db.execute(
            "UPDATE hb_order SET cargo = ? WHERE order_number = ?",
            (_short_name(body(request.state.body)), line["order_number"]),
        )
        return empty(204)

    def labor_cost(self, request: Request) -> Response:
        """``PUT /lineitems/…/laborcost``: for gold only, which this shop does not sell."""
        self._line(request)
        raise Refused(400, "Labor cost can be updated for gold products only")

    def cancel(self, request: Request) -> Response:
        """``cancelbymerchant``: only unpacked lines, only reason 83."""
        line = self._line(request)
        if body(request.state.body).get("reasonId") != CANNOT_BE_SUPPLIED:
            raise Refused(400, "Cancel reason is not valid")
        if not line["open_quantity"]:
            raise Refused(400, "Line item can not be cancelled")
        cancelling.cancel(self.world, line, line["open_quantity"], cancelling.MERCHANT)
        return Json("Line item is cancelled successfully")

    def _line(self, request: Request) -> sqlite3.Row:
        line_id = request.path_params["line"]
        line = order_lines.of_ids(self.db, [line_id]).get(line_id)
        if line is None:
            raise Refused(404, f"Line item not found with id {line_id}")
        return line

    def _in_status(self, request: Request, status: str) -> sqlite3.Row:
        package = self.reads.known(request)
        if package["status"] != status:
            raise Refused(400, f"Package status is {package['status']}, it must be {status}")
        return package

    def _own(self, request: Request, status: str) -> sqlite3.Row:
        """A package that the merchant ships on its own account, in that status."""
        package = self.reads.known(request)
        if package["cargo"] != cargo.BY_SHORT_NAME[cargo.MERCHANT_ACCOUNT].name:
            raise Refused(403, NOT_YOURS_TO_MOVE)
        return self._in_status(request, status)

    def _step_date(self, asked: dict[str, Any], name: str, package: sqlite3.Row) -> int:
        at = _date(asked, name)
        now = micros(self.world.clock.now())
        before = package["shipped"] or package["added"]
        # the wire may carry whole seconds, so a step within the same second is not "before"
        if at // 1_000_000 < before // 1_000_000:
            raise Refused(400, f"{name} can not be before the previous step of the package")
        if at < now - OLDEST:
            raise Refused(400, f"{name} can not be older than 7 days")
        return at


def _date(asked: dict[str, Any], name: str) -> int:
    text = asked.get(name)
    try:
        return iso_time(text) if isinstance(text, str) else iso_time("")
    except ValueError as problem:
        raise Refused(400, f"{name} is not valid") from problem


def _units(rows: Any, key: str) -> dict[str, int]:
    """Quantity by line id of ``[{key, quantity}]``."""
    if not isinstance(rows, list) or not rows:
        raise Refused(400, "Line items cannot be empty")
    found: Counter[str] = Counter()
    for row in rows:
        line_id = row.get(key) if isinstance(row, dict) else None
        quantity = row.get("quantity") if isinstance(row, dict) else None
        if not isinstance(line_id, str) or not line_id:
            raise Refused(400, f"{key} is required")
        if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
            raise Refused(400, "Quantity must be greater than 0")
        found[line_id.lower()] += quantity
    return dict(found)


def _parcel(asked: dict[str, Any]) -> packing.Parcel:
    """The package's own data; the merchant's own contract needs ``MP`` and a carrier (H§11.4)."""
    short, carrier = asked.get("cargoCompany") or "", asked.get("carrier") or ""
    parcels, deci = asked.get("parcelQuantity", 1), asked.get("deci", 1)
    if isinstance(parcels, bool) or not isinstance(parcels, int) or parcels < 1:
        raise Refused(400, "parcelQuantity must be greater than 0")
    if isinstance(deci, bool) or not isinstance(deci, int | float) or deci < 0:
        raise Refused(400, "deci is not valid")
    if (short == cargo.MERCHANT_ACCOUNT) != bool(carrier):
        raise Refused(400, "cargoCompany MP and carrier are mandatory together")
    known = {*cargo.BY_SHORT_NAME, cargo.HAND_DELIVERY}
    if (short and short not in cargo.BY_SHORT_NAME) or (carrier and carrier not in known):
        raise Refused(400, "Cargo company is not valid")
    warehouse = asked.get("warehouse") or {}
    return packing.Parcel(
        cargo=cargo.BY_SHORT_NAME[short].name if short else "",
        carrier=carrier or None,
        barcode=str(asked.get("barcode") or ""),
        deci=deci,
        parcels=parcels,
        warehouse=str(warehouse.get("shippingAddressLabel") or ""),
    )


def _short_name(asked: dict[str, Any]) -> str:
    carrier = cargo.BY_SHORT_NAME.get(str(asked.get("CargoCompanyShortName")))
    if carrier is None:
        raise Refused(400, "Cargo company is not valid")
    return carrier.name
