"""Claims and their decisions."""

from __future__ import annotations

from hbdash.texts.causes.model import CauseText
from hbdash.texts.translate import N_

TEXTS: dict[str, CauseText] = {
    "claim.item_unknown": CauseText(
        N_("No item for the claim"),
        N_("Omnitron has no item of the claim’s line, so no refund request could be made."),
        N_("Pull the order, then the claim again. The claim can be decided here meanwhile."),
    ),
    "claim.disagree": CauseText(
        N_("Its requests disagree"),
        N_(
            "Some units of the claim were approved, others rejected; Hepsiburada takes one "
            "decision for all."
        ),
        N_("Decide the claim on the Reject refund screen."),
    ),
    "claim.not_open": CauseText(
        N_("Claim no longer open"),
        N_("Hepsiburada no longer awaits a decision for it."),
        N_("Nothing: see what became of it on the Reject refund screen."),
    ),
    "claim.portal_only": CauseText(
        N_("Only in the portal"),
        N_(
            "A claim for a missing invoice can be accepted in Hepsiburada’s merchant portal "
            "alone, as the invoice is uploaded there."
        ),
        N_("Decide it in the merchant portal before its deadline."),
    ),
    "claim.refused": CauseText(
        N_("Decision refused there"),
        N_("Hepsiburada did not take the decision: {text}"),
        N_("The draft is kept; mend what it names and send it again."),
    ),
    "claim.expired": CauseText(
        N_("Claim past its deadline"),
        N_("Without a decision Hepsiburada closes a claim for the customer."),
        N_("Nothing can be decided any more; the draft is kept."),
    ),
    "claim.decided": CauseText(
        N_("Decided elsewhere"),
        N_("The claim was decided in the portal or by somebody else meanwhile."),
        N_("Nothing: the draft is kept, the outcome is shown."),
    ),
    "claim.foreign_request": CauseText(
        N_("Approved, claim unknown"),
        N_("Request {request} was approved in Omnitron, and no claim here belongs to it."),
        N_(
            "Pull the claim with the flow Order Refund; if there is none, another program made "
            "the request, and it is decided in Hepsiburada’s merchant portal."
        ),
    ),
}
