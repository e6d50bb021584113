"""A package as an order of Omnitron (flows section 6, the table; O§6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hbdash.domain.cargo import cargo_company
from hbdash.domain.orders import (
    OrderAmounts,
    OrderFormatRefused,
    UnitAmounts,
    amounts_agree,
    omnitron_currency,
    order_amounts,
    order_number,
    paid_amounts,
    unit_id,
)
from hbdash.domain.settings.channel import ChannelSettings
from hbdash.flows.orders.packages.faults import OrderFault
from hbdash.flows.orders.packages.parcel import Destination, Parcel, ParcelLine, plain
from hbdash.flows.orders.packages.units import LineUnits
from hbdash.runs.context import ChannelFacts

APPROVED = "400"
_LONGEST_NOTES = 320
_DELIVERY = {"bt": "same_day", "yt": "next_day"}


@dataclass(frozen=True)
class UnitDraft:
    """One item to be: which unit of which line, and what it costs."""

    line: ParcelLine
    n: int
    amounts: UnitAmounts

    @property
    def remote_id(self) -> str:
        return unit_id(self.line.line_id, self.n)


@dataclass(frozen=True)
class OrderDraft:
    """An order that lacks only what Omnitron must be asked for: customer, addresses, products."""

    number: str
    parcel: Parcel
    units: tuple[UnitDraft, ...]
    amounts: OrderAmounts
    cargo: int


def number_of(settings: ChannelSettings, parcel: Parcel) -> str:
    """R2.24; ``OrderFault`` order.number_format."""
    try:
        return order_number(settings.order_number_format, parcel.order_number, parcel.number)
    except OrderFormatRefused as refused:
        raise OrderFault(
            "order.number_format", {"reason": refused.reason, "format": refused.text[:200]}
        ) from refused


def draft(settings: ChannelSettings, parcel: Parcel, lines: tuple[LineUnits, ...]) -> OrderDraft:
    """Amounts, number and carrier of the units to write; ``OrderFault`` names what is wrong."""
    return OrderDraft(
        number=number_of(settings, parcel),
        parcel=parcel,
        units=(units := _units(lines)),
        amounts=order_amounts([unit.amounts for unit in units], parcel.shipping_total),
        cargo=_cargo(settings, parcel),
    )


def check(parcel: Parcel) -> None:
    """What makes a package unfit before anything is asked: no lines, currency, sums."""
    if not parcel.lines or not parcel.order_number:
        raise OrderFault(
            "remote.shape",
            {"side": "hepsiburada", "service": "oms", "endpoint": "packages", "field": "items"},
        )
    for currency in (parcel.currency, *(line.currency for line in parcel.lines)):
        if omnitron_currency(currency) is None:
            raise OrderFault("order.currency", {"currency": currency})
    totals = [line.total for line in parcel.lines]
    if not amounts_agree(parcel.total, totals):
        params = {"lines": f"{sum(totals, Decimal(0)):f}", "total": f"{parcel.total:f}"}
        raise OrderFault("order.amount_mismatch", params)
    if any(line.total < 0 or line.quantity < 1 for line in parcel.lines):
        raise OrderFault("order.amount_mismatch", {"lines": "<0", "total": f"{parcel.total:f}"})


def _units(lines: tuple[LineUnits, ...]) -> tuple[UnitDraft, ...]:
    drafts: list[UnitDraft] = []
    for allotted in lines:
        line = allotted.line
        amounts = paid_amounts(
            total=line.total,
            quantity=line.quantity,
            vat_rate=line.vat_rate,
            hb_share=line.hb_share,
            merchant_share=line.merchant_share,
            vat=line.vat,
        )
        drafts += [
            UnitDraft(line, n, unit) for n, unit in zip(allotted.numbers, amounts, strict=False)
        ]
    return tuple(drafts)


def _cargo(settings: ChannelSettings, parcel: Parcel) -> int:
    found = cargo_company(settings.cargo_company_mapping, parcel.cargo, parcel.cargo_short)
    if found is None:
        raise OrderFault(
            "order.cargo_unmapped", {"cargo": parcel.cargo, "short": parcel.cargo_short}
        )
    return found


def order_body(
    order: OrderDraft,
    settings: ChannelSettings,
    *,
    customer: int,
    shipping_address: int,
    billing_address: int,
    billed_like_shipping: bool,
    label: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The ``order`` of O§6.2. label: the cargo label's fields, for its extra_field (R2.36)."""
    parcel, amounts = order.parcel, order.amounts
    extra: dict[str, Any] = {
        "id": parcel.number,
        "order_number": parcel.order_number,
        "barcode": parcel.barcode,
        "line_ids": list(dict.fromkeys(line.line_id for line in parcel.lines)),
        "totalHBDiscount": _sum(line.hb_share for line in parcel.lines),
        "totalMerchantDiscount": _sum(line.merchant_share for line in parcel.lines),
        "discountToBeBilledToHB": _sum(line.billed_to_hb for line in parcel.lines),
        "commission": _sum(line.unit_commission * line.quantity for line in parcel.lines),
        "dueDate": None if parcel.due_at is None else parcel.due_at.isoformat(),
        "isMicroExport": parcel.is_micro_export,
    }
    if settings.erp_code:
        extra["erp_code"] = settings.erp_code
    if billed_like_shipping:
        extra["invoice_address"] = _invoice_address(parcel)
    extra |= label or {}
    return {
        "number": order.number,
        "status": APPROVED,
        "customer": customer,
        "shipping_address": shipping_address,
        "billing_address": billing_address,
        "cargo_company": order.cargo,
        "currency": "try",
        "amount": amounts.amount,
        "shipping_amount": amounts.shipping_amount,
        "shipping_tax_rate": amounts.shipping_tax_rate,
        "discount_amount": amounts.discount_amount,
        "net_shipping_amount": amounts.net_shipping_amount,
        "date_placed": parcel.placed_at,
        "delivery_type": _DELIVERY.get(parcel.delivery_type.strip().lower()),
        "tracking_number": parcel.barcode if settings.use_hb_tracking_number else None,
        "notes": plain(parcel.note)[:_LONGEST_NOTES],
        "client_type": "default",
        "extra_field": plain(extra),
    }


def item_bodies(
    order: OrderDraft, products: dict[str, int], channel: ChannelFacts
) -> list[dict[str, Any]]:
    """The ``order_item`` of O§6.2; products: line id → product."""
    return [
        {
            "product": products[unit.line.line_id],
            "status": APPROVED,
            "price_currency": "try",
            "price": unit.amounts.price,
            "tax_rate": unit.amounts.tax_rate,
            "retail_price": unit.amounts.retail_price,
            "discount_amount": unit.amounts.discount_amount,
            "price_list": channel.price_list,
            "stock_list": channel.stock_list,
            "extra_field": {
                "id": unit.remote_id,
                "line_item_id": unit.line.line_id,
                "hb_discount": _text(unit.amounts.hb_share),
                "merchant_discount": _text(unit.amounts.merchant_share),
                "vat": _text(unit.amounts.vat),
            },
        }
        for unit in order.units
    ]


def _invoice_address(parcel: Parcel) -> dict[str, Any]:
    to: Destination = parcel.billing
    return {
        "name": to.name,
        "address": to.text,
        "country": to.country,
        "city": to.city,
        "town": to.town,
        "district": to.district,
        "postal_code": to.postcode,
        "company": parcel.buyer.company,
        "tax_office": parcel.buyer.tax_office,
        "tax_no": parcel.buyer.tax_no,
        "identity_no": parcel.buyer.identity_no,
    }


def _sum(amounts: Any) -> str:
    return _text(sum(amounts, Decimal(0)))


def _text(amount: Decimal) -> str:
    return f"{amount:f}"
