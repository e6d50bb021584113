"""Sentences about products that leave the catalogue, and come back."""

from __future__ import annotations

from hbdash.texts.formats import number
from hbdash.texts.translate import _, ngettext


def removals_begun(n: int) -> str:
    """Some products go off sale."""
    text = ngettext(
        "{n} product left the catalogue: its listing goes off sale",
        "{n} products left the catalogue: their listings go off sale",
        n,
    )
    return text.format(n=number(n))


def zero_sent(rows: int, tracking_id: str) -> str:
    """Stock 0 went out for products that left."""
    text = ngettext(
        "stock 0 sent for {n} removed product, upload {tracking}",
        "stock 0 sent for {n} removed products, upload {tracking}",
        rows,
    )
    return text.format(n=number(rows), tracking=tracking_id)


def off_sale(had_listing: bool) -> str:
    """A removal is done."""
    if had_listing:
        return _("off sale at Hepsiburada: stock 0, not salable")
    return _("Hepsiburada has no listing of it: nothing to take off sale")


def sku_taken_over() -> str:
    """Another product of the catalogue has this SKU now."""
    return _("its SKU belongs to another product now: the listing stays on sale")


def on_sale_again() -> str:
    """A product that came back is on sale."""
    return _("on sale again at Hepsiburada")


def not_gone(sku: str) -> str:
    """By hand for a SKU that is in the catalogue."""
    return _("{sku} has not left the catalogue, or is off sale already").format(sku=sku)


def would_remove() -> str:
    """Dry run."""
    return _("would take it off sale: stock 0, then deactivated")


def would_hold(n: int) -> str:
    """Dry run, the guard."""
    return _("would hold {n} removals and ask a person").format(n=number(n))
