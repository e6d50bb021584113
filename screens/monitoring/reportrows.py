"""Rows of the Reports part."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from hbdash.domain.failures import FAILURES
from hbdash.domain.turkish import sort_key_tr
from hbdash.reports.differences import DifferenceRow
from hbdash.reports.not_on_sale import NotOnSale
from hbdash.texts import N_, _
from hbdash.texts import formats as fmt
from hbdash.texts.causes import cause as cause_words
from hbdash.texts.causes import remedy
from hbdash.texts.gates import condition_label, condition_remedy
from hbdash.texts.offers import value
from screens.monitoring.reportdata import SALEABLE
from screens.widgets.line import Line, left, line, middle, right, safe

NAMES = {
    "not-on-sale": N_("Not on sale"), "price": N_("Price differs"), "stock": N_("Stock differs"),
}  # fmt: skip
MISSING_SORTS: dict[str, Callable[[NotOnSale], Any]] = {
    "stake": lambda row: (-row.at_stake, row.sku_key),
    "stock": lambda row: (-(row.stock or 0), row.sku_key),
    "missing": lambda row: (missing(row), -row.at_stake),
    "sku": lambda row: sort_key_tr(row.sku_key),
}
DIFFERING_SORTS: dict[str, Callable[[DifferenceRow], Any]] = {
    "since": lambda row: (row.found_at, row.sku_key),
    "difference": lambda row: (-abs(row.theirs - row.ours), row.sku_key),
    "sku": lambda row: sort_key_tr(row.sku_key),
}
_PRODUCT = 48
"""Cells of a product's name at most: columns do not stretch."""
_REASONS = {
    "never_sent": N_("not sent yet"),
    "not_salable": N_("listed, not for sale"),
    SALEABLE: N_("saleable in Omnitron"),
}
_REASON_CURES = {
    "never_sent": N_("nothing: Product Create sends it"),
    "not_salable": N_("see why SKU (w)"),
    SALEABLE: N_("see why SKU (w)"),
}


def reason_words(reason: str) -> str:
    """A missing condition or a reason, as short as a column."""
    if reason in _REASONS:
        return _(_REASONS[reason])
    if reason in FAILURES:
        return cause_words(reason, {})
    if reason.startswith("locked: "):
        return _("locked: {what}").format(what=reason.removeprefix("locked: "))
    return condition_label(reason)


def reason_cure(reason: str) -> str:
    """What mends it, in a few words."""
    if reason in _REASON_CURES:
        return _(_REASON_CURES[reason])
    if reason in FAILURES:
        return remedy(reason, {})
    if reason.startswith("locked: "):
        return _("see why SKU (w)")
    return condition_remedy(reason)


def missing(row: NotOnSale) -> str:
    """What keeps it off sale."""
    return ", ".join(reason_words(one) for one in row.conditions or (row.reason,))


# Not on sale ----------------------------------------------------------------------------------


def _widths(width: int) -> tuple[int, int, int]:
    """Cells of SKU, product, and what is missing."""
    sku, what = (18, 30) if width >= 100 else (14, 18)
    return (sku, min(max(width - sku - what - 2 - 8 - 14, 10), _PRODUCT), what)


def missing_header(width: int, sort: str) -> Line:
    """Names of the columns; the one that sorts is bold."""
    sku, product, what = _widths(width)

    def name(column: str, text: str) -> tuple[str, str]:
        return (text, "bold" if column == sort else "muted")

    return line(
        name("sku", left(_("SKU"), sku)), " ", name("", left(_("product"), product)), " ",
        name("missing", left(_("missing"), what)), name("stock", right(_("stock"), 8)),
        name("stake", right(_("at stake"), 14)),
    )  # fmt: skip


def missing_row(row: NotOnSale, width: int) -> Line:
    """``LZR-51002-MRC  Şönil Kilim 80×150 cm Mer…  no price  42  ₺37,758.00``."""
    sku, product, what = _widths(width)
    stock = fmt.number(row.stock) if row.stock is not None else fmt.UNKNOWN
    stake = fmt.money(row.at_stake) if row.price is not None else fmt.UNKNOWN
    return line(
        left(middle(safe(row.sku_key), sku), sku), " ",
        (left(safe(row.name[:400]), product), "muted"), " ", left(missing(row), what),
        (right(stock, 8), "muted"), right(stake, 14),
    )  # fmt: skip


def condition_row(condition: str, count: int, most: int, width: int) -> Line:
    """``no price  214  ▀▀▀▀▀▀▀  add a price in Omnitron``."""
    bar = max(round(count * 40 / most), 1) if most else 0
    room = 42 if width >= 100 else 16
    start = line(left(reason_words(condition), 31), (right(fmt.number(count), 7), "bold"), "  ")
    bars = line(("▀" * min(bar * room // 42, room), "chart")).fit(room)
    return (start + bars + line((reason_cure(condition), "muted"))).cut(width)


# Differences ----------------------------------------------------------------------------------


def _difference_widths(width: int) -> tuple[int, int]:
    sku = 18 if width >= 100 else 14
    return (sku, min(max(width - sku - 2 - 13 - 14 - 13 - 10, 6), _PRODUCT))


def differing_header(width: int, sort: str) -> Line:
    """Names of the columns; the one that sorts is bold."""
    sku, product = _difference_widths(width)

    def name(column: str, text: str) -> tuple[str, str]:
        return (text, "bold" if column == sort else "muted")

    return line(
        name("sku", left(_("SKU"), sku)), " ", name("", left(_("product"), product)), " ",
        name("", right("Omnitron", 13)), name("", right("Hepsiburada", 14)),
        name("difference", right(_("difference"), 13)), name("since", right(_("since"), 10)),
    )  # fmt: skip


def differing_row(row: DifferenceRow, kind: str, width: int, now: datetime, zone: tzinfo) -> Line:
    """``LZR-20418-İND  Dokuma …  ₺299.00  ₺349.00  +₺50.00  13:40``."""
    sku, product = _difference_widths(width)
    change = row.theirs - row.ours
    sign = "+" if change > 0 else "−"
    return line(
        left(middle(safe(row.sku_key), sku), sku), " ",
        (left(safe(row.name[:400]), product), "muted"), " ",
        right(value(kind, row.ours), 13), (right(value(kind, row.theirs), 14), "bold"),
        (right(sign + value(kind, abs(change)), 13), "warning"),
        (right(fmt.time(row.found_at, now, zone), 10), "muted"),
    )  # fmt: skip
