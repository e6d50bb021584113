"""Sentences about new products on their way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hbdash.texts.causes import log_text
from hbdash.texts.formats import number
from hbdash.texts.runs import reason
from hbdash.texts.translate import N_, _, ngettext

#: State in Hepsiburada's catalogue (H§17.1) → its words.
_STATUSES = {
    "WAITING": N_("in review"),
    "IN_EXTERNAL_PROGRESS": N_("in work at Hepsiburada"),
    "MISSING_INFO": N_("information missing"),
    "PRE_MATCHED": N_("match proposed"),
    "MATCHED": N_("ready for sale"),
    "MATCHED_WITH_STAGED": N_("matched with a product in review"),
    "CREATED": N_("created"),
    "REJECTED": N_("rejected"),
    "BLOCKED": N_("blocked"),
}
_NOT_DUE = {
    "sent_before": N_("it was sent before, so it now counts as an update"),
    "being_sent": N_("it is being sent right now"),
    "penalty": N_("it failed and waits until {until}"),
    "penalty_ended": N_("it failed and its tries are used up"),
    "not_active": N_("it is not active in Omnitron"),
    "not_simple": N_("it is no simple product"),
}


#: Why a person's word on a product is not taken.
PRODUCT_REFUSALS = {
    "prematch.none": N_("Hepsiburada proposes no match for {sku}."),
    "prematch.decided": N_("{who} has decided about {sku} already."),
    "removal.none_held": N_("None of these is held any more."),
}


def product_status(code: str) -> str:
    """A product's state in Hepsiburada's catalogue; an unknown code as it is."""
    return _(_STATUSES[code]) if code in _STATUSES else code


def would_import(price: str, stock: str) -> str:
    """Dry run, good product."""
    return _("would send as new: price {price}, stock {stock}").format(price=price, stock=stock)


def would_adopt() -> str:
    """Dry run, a product that Hepsiburada has."""
    return _("would not send: Hepsiburada has it already")


def would_not_import(causes: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Dry run, faulty product: everything that is wrong."""
    why = "; ".join(reason(code, params) for code, params in causes)
    return _("would not send: {why}").format(why=why)


def adopted(status: str) -> str:
    """A product that needs no import."""
    return _("Hepsiburada has it already ({status}): nothing to send").format(
        status=product_status(status)
    )


def import_sent(rows: int, tracking_id: str) -> str:
    """One import went out."""
    what = ngettext("{n} new product sent", "{n} new products sent", rows)
    return _("{what}, import {tracking}").format(
        what=what.format(n=number(rows)), tracking=tracking_id
    )


def product_sent(tracking_id: str) -> str:
    """One product of it."""
    return _("sent as new, import {tracking}").format(tracking=tracking_id)


def import_halved(rows: int, why: str) -> str:
    """A whole file was refused."""
    return _("Hepsiburada refused an import of {n}: {why}; its halves are sent apart").format(
        n=number(rows), why=why
    )


def import_sought(rows: int) -> str:
    """A lost answer, not found yet."""
    text = ngettext(
        "The answer to an import of {n} product was lost; it is looked for at Hepsiburada",
        "The answer to an import of {n} products was lost; it is looked for at Hepsiburada",
        rows,
    )
    return text.format(n=number(rows))


def import_found(rows: int, tracking_id: str) -> str:
    """A lost answer was found."""
    text = ngettext(
        "The import of {n} product whose answer was lost did arrive: {tracking}",
        "The import of {n} products whose answer was lost did arrive: {tracking}",
        rows,
    )
    return text.format(n=number(rows), tracking=tracking_id)


def import_lost(rows: int) -> str:
    """A lost import never arrived."""
    text = ngettext(
        "The import of {n} product never arrived; it is sent again",
        "The import of {n} products never arrived; they are sent again",
        rows,
    )
    return text.format(n=number(rows))


def taken_in(status: str) -> str:
    """Hepsiburada took a product in."""
    return _("taken in by Hepsiburada: {status}").format(status=product_status(status) or "?")


def matched(hb_sku: str, name: str) -> str:
    """Hepsiburada proposes a product of its own."""
    return _(
        "Hepsiburada proposes to match it with {sku} {name}: approve or reject it in the portal"
    ).format(sku=hb_sku, name=name)


def queue_reason(reason_id: str, until: str) -> str:
    """Why a SKU is not due as a new product."""
    return _(_NOT_DUE[reason_id]).format(until=until)


def not_in_queue(why: str) -> str:
    """The guide's refusal word for word (R8.8), and the true reason."""
    return f"{log_text('product.not_in_queue', {})}: {why}"
