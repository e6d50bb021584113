"""Orders: numbers, units, names, amounts and addresses (flows §6, design rule 2)."""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hbdash.domain.money import round2, split_amount

DEFAULT_ORDER_NUMBER = "{orderNumber}-{id}"
#: Longest order number of Omnitron (R2.39).
LONGEST_NUMBER = 128
_PLACEHOLDERS = frozenset({"orderNumber", "id"})

#: Longest address line and notes of Omnitron (O§4.5).
LONGEST_LINE, LONGEST_NOTES = 255, 512

#: Omnitron takes so many items in one cancellation: our reading of the setup guide's "maximum of 6
#: cancellation plan numbers" (R6.2, A5, O§6.9).
CANCEL_ITEMS_AT_ONCE = 6

#: Omnitron's status of an item (O§6.1).
CANCELLATION_WAITING, CANCELLED, APPROVED = 50, 100, 400
SHIPPED, ATTEMPTED, DELIVERED = 500, 540, 550
_STATUS_NAMES = {
    "cancellation_waiting": 50, "canceled": 100, "cancelled": 100, "waiting": 200,
    "payment_waiting": 300, "confirmation_waiting": 350, "approved": 400, "preparing": 450,
    "shipped": 500, "shipped_and_informed": 510, "ready_for_pickup": 520, "attempted_delivery": 540,
    "review_started": 544, "review_waiting": 545, "delivered": 550, "refunded": 600,
}  # fmt: skip

#: Our own domain; `.invalid` can never receive mail (RFC 2606).
CUSTOMER_DOMAIN = "hepsiburada.invalid"


class OrderFormatRefused(ValueError):
    """An order number format that would lose orders, or a number that Omnitron can't keep.

    reason: "no_id" (a second package would get the first one's number), "unknown_part", "broken"
    or "too_long".
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(f"{reason}: {text[:200]!r}")
        self.reason = reason
        self.text = text


def check_order_format(format: str) -> None:
    """Raise `OrderFormatRefused` unless it has {id} and nothing but {orderNumber} besides."""
    try:
        parts = list(string.Formatter().parse(format))
    except ValueError as fault:
        raise OrderFormatRefused("broken", format) from fault
    names = {name for _, name, _, _ in parts if name is not None}
    if names - _PLACEHOLDERS or any(spec or conversion for _, _, spec, conversion in parts):
        raise OrderFormatRefused("unknown_part", format)
    if "id" not in names:
        raise OrderFormatRefused("no_id", format)


def order_number(format: str, order_number: str, package_number: str) -> str:
    """The number of the order in Omnitron (R2.24): {id} is the package number.

    An empty format means `{orderNumber}-{id}`. Raises OrderFormatRefused.
    """
    chosen = format.strip() or DEFAULT_ORDER_NUMBER
    check_order_format(chosen)
    number = chosen.format(orderNumber=order_number, id=package_number)
    if len(number) > LONGEST_NUMBER:
        raise OrderFormatRefused("too_long", number)
    return number


def unit_id(line_id: str, n: int) -> str:
    """Remote id of the n-th unit of a line (from 1): `{lineItemId}-{n}`."""
    if n < 1:
        raise ValueError(f"units are counted from 1, not {n}")
    return f"{line_id}-{n}"


def free_units(
    line_quantity: int,
    package_quantity: int,
    held: Collection[int],
    cancelled: Collection[int] = (),
) -> list[int]:
    """Units of a line that a package makes order items for, lowest first.

    held: units that a live Omnitron item holds; cancelled: units cancelled at Hepsiburada. At most
    `package_quantity` of the line's units 1…`line_quantity` are free; [] makes no order.
    """
    taken = {*held, *cancelled}
    free = [n for n in range(1, line_quantity + 1) if n not in taken]
    return free[: max(package_quantity, 0)]


def item_status(text: str | None) -> int:
    """The code of an item's status, which Omnitron gives as a code or as a name (O§6.1).

    0 for a word that is not known: it stands before every other one.
    """
    word = (text or "").strip().lower()
    return int(word) if word.isascii() and word.isdigit() else _STATUS_NAMES.get(word, 0)


def person_names(full: str | None) -> tuple[str, str]:
    """First and last name: the last word is the last name, one word fills both, none is `-`."""
    words = (full or "").split()
    if not words:
        return "-", "-"
    return " ".join(words[:-1]) or words[0], words[-1]


@dataclass(frozen=True)
class UnitAmounts:
    """Amounts of one unit as one Omnitron item carries them, in lira.

    price: paid. retail_price: before the shares that Hepsiburada and the merchant gave.
    """

    price: Decimal
    discount_amount: Decimal
    retail_price: Decimal
    tax_rate: Decimal
    hb_share: Decimal
    merchant_share: Decimal
    vat: Decimal


def paid_amounts(
    *,
    total: Decimal,
    quantity: int,
    vat_rate: Decimal,
    hb_share: Decimal = Decimal(0),
    merchant_share: Decimal = Decimal(0),
    vat: Decimal = Decimal(0),
) -> list[UnitAmounts]:
    """A package line's totals over its units: price is what the customer paid (flows §6 [our]).

    All arguments but `vat_rate` (percent) are totals of the line. discount_amount is 0: the other
    reading (price before discount) would be a change here and nowhere else.
    """
    units = zip(
        split_amount(total, quantity),
        split_amount(hb_share, quantity),
        split_amount(merchant_share, quantity),
        split_amount(vat, quantity),
        strict=True,
    )
    return [
        UnitAmounts(
            price=price,
            discount_amount=Decimal("0.00"),
            retail_price=price + hb + merchant,
            tax_rate=vat_rate,
            hb_share=hb,
            merchant_share=merchant,
            vat=vat_part,
        )
        for price, hb, merchant, vat_part in units
    ]


@dataclass(frozen=True)
class OrderAmounts:
    """Amounts of the order itself, in lira; shipping_tax_rate in percent."""

    amount: Decimal
    discount_amount: Decimal
    shipping_amount: Decimal
    shipping_tax_rate: Decimal
    net_shipping_amount: Decimal


def order_amounts(
    units: Sequence[UnitAmounts], shipping_total: Decimal | None = None
) -> OrderAmounts:
    """The order's sums over the units it is made of.

    shipping_total: shippingTotalPrice, tax included; its rate is the highest of the units.
    """
    shipping = round2(shipping_total or Decimal(0))
    rate = max((unit.tax_rate for unit in units), default=Decimal(0))
    return OrderAmounts(
        amount=sum((unit.price for unit in units), Decimal("0.00")) + shipping,
        discount_amount=Decimal("0.00"),
        shipping_amount=shipping,
        shipping_tax_rate=rate,
        net_shipping_amount=round2(shipping * 100 / (100 + rate)),
    )


def amounts_agree(package_total: Decimal, line_totals: Sequence[Decimal]) -> bool:
    """False if lines and package are apart by more than half a kuruş per line (flows §6)."""
    apart = abs(sum(line_totals, Decimal(0)) - package_total)
    return apart <= Decimal("0.005") * max(len(line_totals), 1)


def omnitron_currency(code: str | None) -> str | None:
    """`TRY` → `try`; None for any other currency (`order.currency`)."""
    return "try" if (code or "").strip().upper() in ("TRY", "TL") else None


def customer_email(customer_id: str) -> str:
    """The key of a customer in Omnitron, made of Hepsiburada's customerId (design rule 2).

    Every package carries the same relay address, which must never be the key.
    """
    local = re.sub(r"[^A-Za-z0-9._-]+", "-", customer_id.strip()).strip(".-").lower()
    if not local:
        raise ValueError("no customer id")
    return f"{local}@{CUSTOMER_DOMAIN}"


def address_lines(text: str | None) -> tuple[str, str]:
    """An address in one line of at most 255 letters, and the rest for the notes (512).

    Line breaks become blanks; the cut falls between words where there is a blank. What is beyond
    the notes is lost, so the caller logs it when `notes` is full.
    """
    line = " ".join((text or "").split())
    if len(line) <= LONGEST_LINE:
        return line, ""
    cut = line.rfind(" ", 0, LONGEST_LINE + 1)
    if cut <= 0:
        cut = LONGEST_LINE
    return line[:cut].rstrip(), line[cut:].strip()[:LONGEST_NOTES]
