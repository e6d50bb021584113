"""What a package is, whichever of the two shapes told it: the package list or the order's lines.

A package is kept as it was read (``MarketPackage.payload``), so that a retry needs no feed; this
module reads it back into one form (flows section 6, the table).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from hbdash.hepsiburada.models.orders import Order, OrderLine
from hbdash.hepsiburada.models.packages import Package, PackageItem
from hbdash.hepsiburada.models.parts import Address, Invoice, zero_if_none

PACKAGE_SHAPE, LINE_SHAPE = "package", "lines"
#: Hepsiburada's words for a unit that nobody will pack (H§17.3).
_CANCELLED = "cancelled"


@dataclass(frozen=True)
class Destination:
    """An address as Hepsiburada gives it; names of places as they are spelt there."""

    name: str
    country: str
    city: str
    town: str
    district: str
    text: str
    postcode: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Buyer:
    """Whom to bill; ``tax_no`` is filled for a firm only (H§11.1)."""

    company: str
    tax_office: str
    tax_no: str
    identity_no: str


@dataclass(frozen=True)
class ParcelLine:
    """A line, or a part of it, in a package; amounts are of all its units in lira."""

    line_id: str
    merchant_sku: str
    hb_sku: str
    name: str
    quantity: int
    currency: str
    total: Decimal
    vat_rate: Decimal
    vat: Decimal
    hb_share: Decimal
    merchant_share: Decimal
    billed_to_hb: Decimal
    unit_commission: Decimal


@dataclass(frozen=True)
class Parcel:
    """One package, ready to become one order of Omnitron."""

    number: str
    order_number: str
    status: str
    placed_at: datetime
    due_at: datetime | None
    barcode: str
    cargo: str
    cargo_short: str
    customer_id: str
    customer_name: str
    shipping: Destination
    billing: Destination
    buyer: Buyer
    currency: str
    total: Decimal
    shipping_total: Decimal
    delivery_type: str
    note: str
    is_micro_export: bool
    lines: tuple[ParcelLine, ...]


def package_payload(package: Package) -> dict[str, Any]:
    """What is kept of a row of the package list."""
    return {"shape": PACKAGE_SHAPE, "package": plain(package.model_dump(mode="json"))}


def line_payload(order: Order, package_number: str) -> dict[str, Any]:
    """What is kept of a package that was found by its order's number."""
    lines = [line for line in order.items if line.package_number == package_number]
    return {
        "shape": LINE_SHAPE,
        "order": plain(order.model_copy(update={"items": tuple(lines)}).model_dump(mode="json")),
    }


def parcel_of(payload: Mapping[str, Any]) -> Parcel:
    """The kept reading in one form. ``ValueError`` for a payload that holds none."""
    if payload.get("shape") == PACKAGE_SHAPE:
        return _from_package(Package.model_validate(payload["package"]))
    if payload.get("shape") == LINE_SHAPE:
        return _from_lines(Order.model_validate(payload["order"]))
    raise ValueError("nothing of this package was kept")


def packages_of(order: Order) -> dict[str, list[OrderLine]]:
    """Package number → its lines, of the packages that the order's lines name."""
    found: dict[str, list[OrderLine]] = {}
    for line in order.items:
        if line.package_number:
            found.setdefault(line.package_number, []).append(line)
    return found


def is_cancelled(line: OrderLine) -> bool:
    """CancelledByMerchant, -Customer, -Sap: no unit of this row will be packed."""
    return line.status.strip().lower().startswith(_CANCELLED)


def plain(value: Any) -> Any:
    """Without NUL and half surrogates, which a text column can't hold; all else as it is."""
    if isinstance(value, str):
        clean = value.replace("\x00", "")
        return clean.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {plain(name): plain(one) for name, one in value.items()}
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    return value


def _from_package(row: Package) -> Parcel:
    first = row.items[0] if row.items else None
    return Parcel(
        number=row.package_number,
        order_number=first.order_number if first else "",
        status=row.status,
        placed_at=row.order_date,
        due_at=row.due_date,
        barcode=row.barcode,
        cargo=row.cargo_company.strip(),
        cargo_short="",
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        shipping=Destination(
            row.recipient_name or row.customer_name,
            row.shipping_country_code,
            row.shipping_city,
            row.shipping_town,
            row.shipping_district,
            row.shipping_address_detail,
            phone=row.phone_number,
        ),
        billing=Destination(
            row.customer_name or row.recipient_name,
            row.billing_country_code,
            row.billing_city,
            row.billing_town,
            row.billing_district,
            row.billing_address,
            row.billing_postal_code,
            row.phone_number,
        ),
        buyer=Buyer(
            row.company_name.strip(),
            row.tax_office.strip(),
            row.tax_number.strip(),
            row.identity_no.strip(),
        ),
        currency=row.total_price.currency,
        total=row.total_price.amount,
        shipping_total=zero_if_none(row.shipping_total_price),
        delivery_type=first.delivery_type if first else "",
        note="",
        is_micro_export=any(item.is_micro_export for item in row.items),
        lines=tuple(_package_line(item) for item in row.items),
    )


def _package_line(item: PackageItem) -> ParcelLine:
    quantity = item.quantity
    return ParcelLine(
        line_id=item.line_item_id,
        merchant_sku=item.merchant_sku.strip(),
        hb_sku=item.hb_sku.strip(),
        name=item.product_name,
        quantity=quantity,
        currency=item.total_price.currency,
        total=item.total_price.amount,
        vat_rate=item.vat_rate or Decimal(0),
        vat=item.vat or Decimal(0),
        hb_share=_share(item.total_hb_discount, item.unit_hb_discount, quantity),
        merchant_share=_share(item.total_merchant_discount, item.unit_merchant_discount, quantity),
        billed_to_hb=item.discount_to_be_billed_to_hb or Decimal(0),
        unit_commission=zero_if_none(item.commission),
    )


def _from_lines(order: Order) -> Parcel:
    first = order.items[0]
    shipping = _filled(first.shipping_address, order.delivery_address)
    invoice = first.invoice if first.invoice.address.city else order.invoice
    customer = order.customer
    name = first.customer_name or (customer.name if customer else "")
    lines = tuple(_order_line(line) for line in order.items)
    return Parcel(
        number=str(first.package_number),
        order_number=order.order_number,
        status=_package_status(first.status),
        placed_at=order.order_date or first.order_date,
        due_at=first.due_date,
        barcode=first.barcode,
        cargo=(first.cargo_company or first.cargo_company_model.name).strip(),
        cargo_short=first.cargo_company_model.short_name.strip(),
        customer_id=first.customer_id or (customer.customer_id if customer else ""),
        customer_name=name,
        shipping=_destination(shipping, name),
        billing=_destination(_filled(invoice.address, shipping), name),
        buyer=_buyer(invoice),
        currency=first.total_price.currency,
        total=sum((line.total for line in lines), Decimal(0)),
        shipping_total=Decimal(0),
        delivery_type=first.delivery_type,
        note=first.delivery_note or order.order_note,
        is_micro_export=any(line.is_micro_export for line in order.items),
        lines=lines,
    )


def _package_status(line_status: str) -> str:
    """The package's word for what a line says: a packed one lies in an open package."""
    return "Open" if line_status.strip().lower() in ("packaged", "open", "") else line_status


def _filled(address: Address, otherwise: Address) -> Address:
    return address if address.city or address.address else otherwise


def _destination(address: Address, name: str) -> Destination:
    return Destination(
        address.name or name,
        address.country_code,
        address.city,
        address.town,
        address.district,
        address.address,
        address.postal_code,
        address.phone_number or address.alternate_phone_number,
    )


def _buyer(invoice: Invoice) -> Buyer:
    return Buyer(
        invoice.address.name.strip(),
        invoice.tax_office.strip(),
        invoice.tax_number.strip(),
        invoice.turkish_identity_number.strip(),
    )


def _order_line(line: OrderLine) -> ParcelLine:
    hb, own = line.hb_discount, line.merchant_discount
    return ParcelLine(
        line_id=line.id,
        merchant_sku=line.merchant_sku.strip(),
        hb_sku=line.sku.strip(),
        name=line.name,
        quantity=line.quantity,
        currency=line.total_price.currency,
        total=line.total_price.amount,
        vat_rate=line.vat_rate or Decimal(0),
        vat=line.vat or Decimal(0),
        hb_share=_share(hb and hb.total_price, hb and hb.unit_price, line.quantity),
        merchant_share=_share(own and own.total_price, own and own.unit_price, line.quantity),
        billed_to_hb=line.discount_to_be_billed_to_hb or Decimal(0),
        unit_commission=zero_if_none(line.commission),
    )


def _share(total: Any, unit: Any, quantity: int) -> Decimal:
    """A discount over the line: the total that was named, else so many times the unit's."""
    if total is not None:
        return Decimal(total.amount)
    return zero_if_none(unit) * quantity
