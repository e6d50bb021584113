"""Sentences about claims: log lines of both flows, notes, and why a rejection is not sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from hbdash.domain.claims import CANCELLED, IN_DISPUTE
from hbdash.domain.clock import TURKEY
from hbdash.texts.formats import money, number
from hbdash.texts.reasons import claim_type_label, customer_reason, rejection_reason
from hbdash.texts.translate import N_, _, ngettext

#: Refusals of actions on claims; rendered by ``texts.refusals.refusal``.
CLAIM_REFUSALS = {
    "claim.unknown": N_("Claim {claim} is not known here; pull it first."),
    "reject.reason_missing": N_("Choose a reason."),
    "reject.reason_wrong": N_(
        "“{reason}” is no reason that Hepsiburada takes for a claim of the type “{type}”."
    ),
    "reject.statement_missing": N_("Write an explanation: Hepsiburada demands one."),
    "reject.statement_long": N_("The explanation has {n} letters; at most {most} are sent."),
    "reject.expired": N_(
        "The claim’s deadline passed at {at}; Hepsiburada closes it for the customer. The draft is "
        "kept."
    ),
    "reject.decided": N_(
        "The claim was decided elsewhere meanwhile: at Hepsiburada it is {status}. The draft is "
        "kept."
    ),
    "reject.sent": N_("The claim was decided here by {by} at {at}."),
    "reject.portal_only": N_(
        "A claim for a missing invoice can be decided in Hepsiburada’s merchant portal alone."
    ),
    "reject.pre_approval": N_(
        "The claim waits for its inspection to be confirmed in Hepsiburada’s merchant portal; only "
        "then can it be decided."
    ),
    "reject.flag_off": N_(
        "Rejections are switched off: the flag Reject_refund of the channel is false."
    ),
    "approve.flag_off": N_(
        "Approvals are switched off: the flag approve_refund of the channel is false."
    ),
    "photo.unreadable": N_("{name} can’t be read: {why}."),
    "photo.no_image": N_("{name} is no JPEG or PNG picture, or it is damaged."),
    "photo.too_large": N_("{name} has {size}; one photo may have at most {most_size}."),
    "photo.too_many": N_("That would be {n} photos; at most {most} are sent."),
}

_NOTES = {
    "claim.item_unknown": N_("no request in Omnitron: it has no item of this line"),
    "claim.portal_only": N_("no request in Omnitron: only the merchant portal can accept it"),
    "claim.before_start": N_("no request in Omnitron: older than the Refund Start Date"),
    "claim.too_old": N_("no request in Omnitron: ordered longer ago than Orders Refundable Days"),
    "claim.request_refused": N_("no request in Omnitron: it refused one"),
}


def claim_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a refusal as people read them: bytes as MB, times of day, words for ids."""
    shown = dict(params)
    for name in ("size", "most_size"):
        if isinstance(shown.get(name), int):
            # Rounded up, so that a photo just over the limit does not show the limit's own size.
            shown[name] = megabytes(shown[name], up=name == "size")
    if isinstance(shown.get("at"), datetime):
        shown["at"] = f"{shown['at'].astimezone(TURKEY):%d.%m. %H:%M}"
    if "reason" in shown and "type" in shown:
        shown["reason"] = rejection_reason(str(shown["reason"]))
        shown["type"] = claim_type_label(str(shown["type"]))
    if "status" in shown:
        shown["status"] = market_status(str(shown["status"]))
    return shown


def megabytes(size: int, *, up: bool = False) -> str:
    """`2.7 MB`; small ones `12 kB`. size in bytes; `up` rounds to the next digit shown."""
    step = 1000 if size < 100_000 else 100_000
    steps = -(-size // step) if up else (size + step // 2) // step
    if step == 1000:
        return f"{number(max(steps, 1))} kB"
    return f"{number(Decimal(steps) / 10, 1)} MB"


_STATUSES = {
    "NewRequest": N_("on its way back"),
    "AwaitingAction": N_("awaiting a decision"),
    "AwaitingPreApproval": N_("awaiting inspection"),
    "InDispute": N_("in dispute"),
    "Accepted": N_("accepted"),
    "Refunded": N_("refunded"),
    "Rejected": N_("rejected"),
    "Cancelled": N_("withdrawn by the customer"),
}


def market_status(status: str) -> str:
    """Hepsiburada's status in words; an unknown one as it came (H§17.8)."""
    return _(_STATUSES[status]) if status in _STATUSES else status


def note(note_id: str | None) -> str:
    """Why a claim has no request in Omnitron; empty when there is nothing to say."""
    return _(_NOTES[note_id]) if note_id in _NOTES else ""


def claim_opened(claim_type: str, reason: str, quantity: int, amount: Decimal) -> str:
    """A claim was seen for the first time."""
    return _("claim: {type}, {reason}, {n} pcs, {amount}").format(
        type=claim_type_label(claim_type),
        reason=customer_reason(reason),
        n=number(quantity),
        amount=money(amount),
    )


def claim_moved(status: str) -> str:
    """Hepsiburada or the customer moved it on."""
    if status == CANCELLED:
        return _("the customer withdrew the claim")
    if status == IN_DISPUTE:
        return _("rejected; Hepsiburada decides the dispute")
    return _("at Hepsiburada: {status}").format(status=market_status(status))


def claim_ended(won: bool) -> str:
    """A dispute of ours was decided."""
    if won:
        return _("dispute won: the rejection stands")
    return _("dispute lost: Hepsiburada refunds the customer")


def requests_made(count: int) -> str:
    """Requests of a claim were written to Omnitron."""
    return ngettext("{n} refund request made", "{n} refund requests made", count).format(
        n=number(count)
    )


def request_adopted(remote_id: str) -> str:
    """A request whose answer was lost was found in Omnitron."""
    return _("request {id} was there already: its answer had been lost").format(id=remote_id)


def request_status(remote_id: str, status: str) -> str:
    """A request has an unusual or a new status in Omnitron."""
    return _("request {id} is “{status}” in Omnitron").format(id=remote_id, status=status)


def request_unsure(remote_id: str) -> str:
    """Nobody knows whether a request was written; it is looked for."""
    return _("request {id}: no answer from Omnitron; it is looked for before another try").format(
        id=remote_id
    )


def would_request(count: int) -> str:
    """Dry run of order_refund."""
    return ngettext(
        "would make {n} refund request", "would make {n} refund requests", count
    ).format(n=number(count))


def claim_not_found(claim: str) -> str:
    """A number asked for by hand that no list of Hepsiburada has."""
    return _("{claim}: Hepsiburada’s lists of the last {n} days have no such claim").format(
        claim=claim, n=90
    )


def would_reject(reason: str, photos: int) -> str:
    """Dry run of reject_refund."""
    text = ngettext(
        "would reject: {reason}, with {n} photo", "would reject: {reason}, with {n} photos", photos
    )
    return text.format(reason=rejection_reason(reason), n=number(photos))


def rejection_taken(reason: str, photos: int) -> str:
    """Hepsiburada took the rejection."""
    text = ngettext(
        "rejected at Hepsiburada: {reason}, with {n} photo",
        "rejected at Hepsiburada: {reason}, with {n} photos",
        photos,
    )
    return text.format(reason=rejection_reason(reason), n=number(photos))


def rejection_found() -> str:
    """A rejection whose answer was lost was found there."""
    return _("the rejection had arrived at Hepsiburada; its answer was lost")


def approval_taken() -> str:
    """Hepsiburada took the approval."""
    return _("accepted at Hepsiburada: the customer is refunded")


def approval_found() -> str:
    """It was refunded already, by a call whose answer was lost or by somebody else."""
    return _("the claim is accepted at Hepsiburada already; nothing was sent")


def approval_done(count: int) -> str:
    """Hepsiburada shows the claim as accepted or refunded; that many requests are closed."""
    if not count:
        return _("approval complete: Hepsiburada shows the claim as accepted")
    return ngettext(
        "approval complete, {n} request of Omnitron closed",
        "approval complete, {n} requests of Omnitron closed",
        count,
    ).format(n=number(count))


def approval_unseen() -> str:
    """Accepted a while ago, and still listed as open."""
    return _("accepted at Hepsiburada, which still shows it as open; it is looked at once more")


def would_accept() -> str:
    """Dry run of approve_refunds."""
    return _("would accept: the customer is refunded")


def rejection_unsure() -> str:
    """Nobody knows yet whether the rejection arrived."""
    return _("no answer from Hepsiburada; the claim is looked up before anything is sent again")


def rejection_refused(text: str) -> str:
    """Hepsiburada said no."""
    return _("Hepsiburada did not take the rejection: {text}").format(text=text)


def rejection_done(count: int) -> str:
    """Omnitron's side is done."""
    if not count:
        return _("rejection complete; Omnitron has no request of this claim")
    return ngettext(
        "rejection complete, {n} request rejected in Omnitron",
        "rejection complete, {n} requests rejected in Omnitron",
        count,
    ).format(n=number(count))


def rejection_pending() -> str:
    """Rejected there, Omnitron does not answer."""
    return _("rejected at Hepsiburada; Omnitron is told again in a minute")


def no_decision(claim: str) -> str:
    """A number given by hand for which nothing was decided."""
    return _("{claim}: nothing was decided here that could be sent").format(claim=claim)
