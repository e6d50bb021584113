"""Writes on packages: pack, split, ship, deliver, invoice; and what is asked right before (H§11).

None of them is repeated here: after ``unknown_outcome`` ask where the package is (flows §10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from hbdash.hepsiburada.calls import segment
from hbdash.hepsiburada.errors import AddressChanging, NotYoursToMove
from hbdash.hepsiburada.models.packages import NewPackageNumber, PackageableLine, PackageLabels
from hbdash.hepsiburada.packages import PackageCalls
from hbdash.transport.errors import AuthRefused, NotFound, Refused, retyped
from hbdash.transport.reply import Reply
from hbdash.transport.wire import member, parse_all, parse_one

#: What cargoCompany must be where the merchant ships on its own contract (H§11.4).
MERCHANT_ACCOUNT = "MP"
_ADDRESS_CHANGE = "ongoing change address demand"
_NOT_YOURS = "deliverymanipulationforbidden"


@dataclass(frozen=True)
class PackageWish:
    """A package to be made. lines: line id → units of it."""

    lines: Mapping[str, int]
    warehouse_label: str = ""
    shipping_model: str = ""
    carrier: str = ""
    """Short name of the merchant's own carrier (R2.35); empty: Hepsiburada's."""
    deci: Decimal | None = None
    parcels: int = 1

    def parcel(self) -> dict[str, object]:
        """What creating and splitting say alike."""
        body: dict[str, object] = {"parcelQuantity": self.parcels}
        if self.deci is not None:
            body["deci"] = float(self.deci)
        if self.carrier:
            # Both are mandatory together (H§11.4).
            body |= {"cargoCompany": MERCHANT_ACCOUNT, "carrier": self.carrier}
        if self.warehouse_label:
            body["warehouse"] = {
                "shippingAddressLabel": self.warehouse_label,
                "shippingModel": self.shipping_model,
            }
        return body


@dataclass(frozen=True)
class Shipment:
    """What intransit wants, all of it (H§11.5)."""

    shipped: datetime
    arrival: datetime
    tracking_number: str
    tracking_url: str
    phone: str
    deci: Decimal = field(default=Decimal(1))


class PackageWriteCalls(PackageCalls):
    """Writes on packages of this merchant."""

    def packageable_with(self, line_id: str) -> tuple[PackageableLine, ...]:
        """Open lines that may lie in one package with this one, itself not among them.

        `Conflict` when the line is open no more; nothing else to pack with it is an empty answer.
        """
        path = "/".join(
            ("/lineitems/merchantid", segment(self.merchant_id), "packageablewith/lineitemid",
             segment(line_id))
        )  # fmt: skip
        try:
            reply = self.oms_remote.request("GET", path)
        except NotFound:
            return ()
        return parse_all(PackageableLine, member(reply.json(), "lineItems") or [], reply)

    def create_package(self, wish: PackageWish) -> NewPackageNumber:
        """Pack units of open lines. `AddressChanging`, `Conflict` (open no more) or `Refused`."""
        body = {
            **wish.parcel(),
            "lineItemRequests": [
                {"id": line, "quantity": units, "serialNumbers": []}
                for line, units in wish.lines.items()
            ],
        }
        try:
            reply = self.oms_remote.request("POST", self._packages_path(), json=body)
        except Refused as error:
            if _ADDRESS_CHANGE in error.message.lower():
                raise retyped(AddressChanging, error) from None
            raise
        return parse_one(NewPackageNumber, reply.json(), reply)

    def split_package(self, number: str, groups: Sequence[PackageWish]) -> None:
        """Break a package and pack the groups; its answer does not name the new packages."""
        details = [
            {
                "lines": [
                    {"orderLineId": line, "quantity": units} for line, units in group.lines.items()
                ],
                **group.parcel(),
            }
            for group in groups
        ]
        body = {"packageDetails": details, "cancelledItems": []}
        self._step(number, "split", body)

    def ship_package(self, number: str, shipment: Shipment) -> None:
        """Open → InTransit; `NotYoursToMove` where Hepsiburada's carrier has it."""
        body = {
            "shippedDate": _stamp(shipment.shipped),
            "estimatedArrivalDate": _stamp(shipment.arrival),
            "trackingNumber": shipment.tracking_number,
            "trackingPhoneNumber": shipment.phone,
            "trackingUrl": shipment.tracking_url,
            "cost": 0,
            "tax": 0,
            "deci": float(shipment.deci),
        }
        self._step(number, "intransit", body)

    def deliver_package(self, number: str, at: datetime, received_by: str) -> None:
        """InTransit → Delivered."""
        body = {"receivedDate": _stamp(at), "receivedBy": received_by, "digitalCodes": []}
        self._step(number, "deliver", body)

    def undeliver_package(self, number: str, at: datetime, reason: str) -> None:
        """InTransit → Undelivered."""
        body = {"undeliveredDate": _stamp(at), "undeliveredReason": reason}
        self._step(number, "undeliver", body)

    def put_invoice(self, number: str, link: str, serial: str, row: str, at: datetime) -> None:
        """Give the package its invoice; `Conflict`: it has one, which can't be exchanged."""
        body = {
            "invoiceLink": link,
            "serialNumber": serial,
            "rowNumber": row,
            "arrangementDate": _stamp(at),
            "invoices": [],
        }
        path = self._packages_path("packagenumber", segment(number), "invoice")
        self.oms_remote.request("PUT", path, json=body, repeatable=False)

    def package_labels(self, number: str, form: str) -> PackageLabels:
        """The cargo labels, one per parcel; form: zpl, base64zpl, png, pdf or jpg (H§11.5)."""
        path = self._packages_path("packagenumber", segment(number), "labels")
        reply = self.oms_remote.request("GET", path, params={"format": form})
        return parse_one(PackageLabels, reply.json(), reply)

    def _step(self, number: str, step: str, body: Mapping[str, object]) -> Reply:
        path = self._packages_path("packagenumber", segment(number), step)
        try:
            return self.oms_remote.request("POST", path, json=dict(body))
        except AuthRefused as error:
            # A 403 about the package, not about us.
            if error.status == 403 and _NOT_YOURS in error.message.replace(" ", "").lower():
                raise retyped(NotYoursToMove, error) from None
            raise


def _stamp(moment: datetime) -> str:
    """UTC with its zone and no fraction: the one form that can't be taken for another (H§3.3)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
