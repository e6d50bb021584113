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


def ticket_sent(rows: int, tracking_id: str) -> str:
    """Changes of products in the catalogue went out."""
    what = ngettext("{n} changed product sent", "{n} changed products sent", rows)
    return _("{what}, ticket {tracking}").format(
        what=what.format(n=number(rows)), tracking=tracking_id
    )


def change_sent(tracking_id: str) -> str:
    """One product of it."""
    return _("change sent, ticket {tracking}").format(tracking=tracking_id)


def ticket_halved(rows: int, why: str) -> str:
    """A whole ticket was refused."""
    return _("Hepsiburada refused a ticket of {n}: {why}; its halves are sent apart").format(
        n=number(rows), why=why
    )


def ticket_sought(rows: int) -> str:
    """A lost answer, not found yet."""
    return _("The answer to a ticket of {n} was lost; it is looked for at Hepsiburada").format(
        n=number(rows)
    )


def ticket_found(rows: int, tracking_id: str) -> str:
    """A lost answer was found."""
    return _("The ticket of {n} whose answer was lost did arrive: {tracking}").format(
        n=number(rows), tracking=tracking_id
    )


def ticket_lost(rows: int) -> str:
    """A lost ticket never arrived."""
    return _("The ticket of {n} never arrived; its changes are sent again").format(n=number(rows))


def change_taken() -> str:
    """Every field of a change was approved."""
    return _("change approved by Hepsiburada")


def change_in_review() -> str:
    """A change is looked at for longer than a result may take."""
    return _("change still in review at Hepsiburada; it is asked for daily")


def change_given_up() -> str:
    """After 30 days nobody asks any more."""
    return _("change still in review after 30 days; it is not asked for any more")


def nothing_changed() -> str:
    """An update without a difference."""
    return _("nothing of it differs from what was sent last")


def not_an_update(reason_id: str) -> str:
    """By hand: no update can be sent of it."""
    if reason_id == "being_sent":
        return _("not sent: it is on its way right now")
    return _("not sent: it was never sent as new, so there is nothing to update")


def would_change(fields: Sequence[str]) -> str:
    """Dry run, a product in the catalogue."""
    return _("would send the change of: {fields}").format(fields=", ".join(fields))


def would_import_again(price: str, stock: str) -> str:
    """Dry run, a product that may still be imported anew."""
    return _("would send again: price {price}, stock {stock}").format(price=price, stock=stock)


def status_changed(before: str, after: str) -> str:
    """A product moved on in Hepsiburada's catalogue."""
    return _("{before} → {after} at Hepsiburada").format(
        before=product_status(before) or "?", after=product_status(after) or "?"
    )


def prematch_sent(verdict: str, hb_sku: str, who: str) -> str:
    """A person's word on a proposed match was carried out."""
    if verdict == "approve":
        return _("match with {sku} approved, as {who} decided").format(sku=hb_sku, who=who)
    return _("match with {sku} rejected, as {who} decided").format(sku=hb_sku, who=who)


def prematch_overtaken(status: str) -> str:
    """The product is not proposed any more, or another product is."""
    return _("decision not sent: the proposal is not the one decided on ({status})").format(
        status=product_status(status) or "?"
    )


def prematch_sought() -> str:
    """The answer to a decision was lost."""
    return _("the answer to the decision was lost; the state there is asked for again")


def would_decide(verdict: str, hb_sku: str) -> str:
    """Dry run of a decision."""
    if verdict == "approve":
        return _("would approve the match with {sku}").format(sku=hb_sku)
    return _("would reject the match with {sku}").format(sku=hb_sku)


def is_back() -> str:
    """A product that had left the catalogue is in it again."""
    return _("back in the catalogue: goes on sale once price and stock are there")


def taken_in(status: str) -> str:
    """Hepsiburada took a product in."""
    return _("taken in by Hepsiburada: {status}").format(status=product_status(status) or "?")


def matched(hb_sku: str, name: str) -> str:
    """Hepsiburada proposes a product of its own."""
    return _(
        "Hepsiburada proposes to match it with {sku} {name}: it waits for a person to approve or "
        "reject it"
    ).format(sku=hb_sku, name=name)


def queue_reason(reason_id: str, until: str) -> str:
    """Why a SKU is not due as a new product."""
    return _(_NOT_DUE[reason_id]).format(until=until)


def not_in_queue(why: str) -> str:
    """The guide's refusal word for word (R8.8), and the true reason."""
    return f"{log_text('product.not_in_queue', {})}: {why}"
