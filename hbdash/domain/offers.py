"""What Hepsiburada should show: stock, price, and the most that one may buy (flows §5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from hbdash.domain.money import round2
from hbdash.domain.states import OfferState

__all__ = [
    "OfferState",
    "StockSum",
    "explain_stock",
    "max_quantity",
    "wanted_price",
    "wanted_stock",
]

Number = int | Decimal


@dataclass(frozen=True)
class StockSum:
    """The sum behind a stock: stock 10 − buffer 3 − held 2 = 5.

    stock: what Omnitron has, as it counts (adjusted, whole). stopped: a stop of sale is on.
    """

    stock: int
    buffer: int
    held: int
    stopped: bool
    adjusted: bool

    @property
    def wanted(self) -> int:
        """Never below 0, and 0 while sale is stopped."""
        return 0 if self.stopped else max(self.stock - self.buffer - self.held, 0)


def explain_stock(
    stock: Number | None,
    adjusted: Number | None,
    buffer: int = 0,
    held: int = 0,
    stopped: bool = False,
) -> StockSum:
    """Omnitron's stock less the buffer (R2.28) less the held units (design rule 12).

    adjusted: adjusted_stock, which counts if there is one. held: units ordered at Hepsiburada
    that are no item in Omnitron yet. A fraction of a piece can't be sold. No stock record is 0.
    """
    counts = stock if adjusted is None else adjusted
    whole = int(Decimal(counts or 0).to_integral_value(ROUND_FLOOR))
    return StockSum(whole, buffer, held, stopped, adjusted is not None)


def wanted_stock(
    stock: Number | None,
    adjusted: Number | None,
    buffer: int = 0,
    held: int = 0,
    stopped: bool = False,
) -> int:
    """The stock to send; see `explain_stock` for the sum."""
    return explain_stock(stock, adjusted, buffer, held, stopped).wanted


def wanted_price(price: Decimal | None, adjusted: Decimal | None = None) -> Decimal | None:
    """The price to send in lira, two decimals, half up; None if there is none above 0.

    adjusted: adjusted_price, which counts if there is one.
    """
    counts = price if adjusted is None else adjusted
    if counts is None:
        return None
    rounded = round2(counts)
    return rounded if rounded > 0 else None


def max_quantity(extra_field: object) -> int | None:
    """maximumPurchasableQuantity of a stock's extra_field (R6.12), None where there is none.

    Takes the object or its JSON text, the key in any case, the number as number or text.
    """
    if isinstance(extra_field, str):
        try:
            extra_field = json.loads(extra_field)
        except (ValueError, RecursionError):
            return None
    if not isinstance(extra_field, Mapping):
        return None
    for key, value in extra_field.items():
        if str(key).lower() == "maximumpurchasablequantity":
            return _whole(value)
    return None


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        number = int(str(value).strip().removesuffix(".0"))
    except ValueError:
        return None
    return number if 0 <= number < 2**31 else None
