"""Claims: where one stands for us, and what keeps a rejection from being sent (flows §7, H§13).

Asked by the list, by the form, by the action behind its button, and once more by the flow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default
from datetime import datetime, timedelta
from typing import Any

from hbdash.domain.reasons import portal_only, rejection_reasons
from hbdash.domain.states import ClaimState

#: Hepsiburada's words (H§17.8).
AWAITING_ACTION = "AwaitingAction"
AWAITING_PRE_APPROVAL = "AwaitingPreApproval"
IN_DISPUTE = "InDispute"
REJECTED = "Rejected"
ACCEPTED = "Accepted"
REFUNDED = "Refunded"
CANCELLED = "Cancelled"
NEW_REQUEST = "NewRequest"

#: Statuses of a claim that is over.
CLOSED = (REJECTED, ACCEPTED, REFUNDED, CANCELLED)
#: States of a decision that stands; a refused one leaves the claim to be decided again.
IN_FORCE = ("waiting", "sending", "unknown", "there", "done")
#: States of a decision that Hepsiburada has taken.
TAKEN = ("there", "done")


def claim_state(
    *,
    status: str,
    claim_type: str,
    verdict: str | None = None,
    decision: str | None = None,
    rejected_in_omnitron: bool = False,
    our_statement: str | None = None,
    deadline: datetime | None = None,
    changed_at: datetime | None = None,
) -> ClaimState:
    """How the claim stands for us.

    status: Hepsiburada's word. verdict, decision: of the decision row, None without one.
    our_statement: merchantRejectionStatement as read. changed_at: when the claim left
    AwaitingAction, as far as it is known; after its deadline Hepsiburada closed it (48 h, H§13.2).
    """
    rejected = (verdict == "reject" and decision in TAKEN) or bool(our_statement)
    if status == IN_DISPUTE:
        return ClaimState.AWAITING
    if status == REJECTED:
        return ClaimState.WON
    if status in (ACCEPTED, REFUNDED):
        if rejected:
            return ClaimState.LOST
        by_us = verdict == "accept" and decision in TAKEN
        late = deadline is not None and changed_at is not None and changed_at >= deadline
        return ClaimState.CLOSED if late and not by_us else ClaimState.ACCEPTED
    if status == CANCELLED:
        return ClaimState.CLOSED
    return _open_state(claim_type, verdict, decision, rejected_in_omnitron)


def _open_state(
    claim_type: str, verdict: str | None, decision: str | None, rejected_in_omnitron: bool
) -> ClaimState:
    match decision:
        case "waiting" | "sending":
            return ClaimState.SENDING
        case "unknown":
            return ClaimState.UNKNOWN
        case "there" | "done":
            return ClaimState.AWAITING if verdict == "reject" else ClaimState.ACCEPTED
    if portal_only(claim_type):
        return ClaimState.PORTAL_ONLY
    return ClaimState.REASON_NEEDED if rejected_in_omnitron else ClaimState.TO_DECIDE


@dataclass(frozen=True)
class RejectionLimits:
    """Our own limits: Hepsiburada's are not published (H§13.2)."""

    photo_max_bytes: int
    photo_max_count: int
    statement_max: int

    @classmethod
    def of(cls, refunds: Any) -> RejectionLimits:
        """From the section [refunds] of the configuration; limits pass unchanged."""
        if isinstance(refunds, cls):
            return refunds
        return cls(
            photo_max_bytes=int(refunds.photo_max_mb * 1_000_000),
            photo_max_count=refunds.photo_max_count,
            statement_max=refunds.statement_max,
        )


@dataclass(frozen=True)
class Problem:
    """What keeps a rejection from being sent. field: "reason", "statement", "photos" or "claim"."""

    field: str
    id: str
    params: Mapping[str, Any] = with_default(default_factory=dict)


@dataclass(frozen=True)
class ClaimFacts:
    """What of a claim decides whether it can be rejected."""

    status: str
    claim_type: str
    deadline: datetime | None
    settled: bool = False
    decision: str | None = None
    """State of its decision row, None without one."""
    decided_by: str = ""
    decided_at: datetime | None = None


def claim_problems(claim: ClaimFacts, now: datetime) -> list[Problem]:
    """What forbids any rejection of this claim, whatever is written in the form."""
    if claim.decision in IN_FORCE:
        params = {"by": claim.decided_by, "at": claim.decided_at}
        return [Problem("claim", "reject.sent", params)]
    if claim.status == AWAITING_PRE_APPROVAL:
        return [Problem("claim", "reject.pre_approval")]
    if claim.settled or claim.status != AWAITING_ACTION:
        return [Problem("claim", "reject.decided", {"status": claim.status})]
    if portal_only(claim.claim_type):
        return [Problem("claim", "reject.portal_only")]
    if claim.deadline is not None and claim.deadline <= now:
        return [Problem("claim", "reject.expired", {"at": claim.deadline})]
    return []


def text_problems(
    claim_type: str, reason: str, statement: str, limits: RejectionLimits
) -> list[Problem]:
    """What is wrong with reason and explanation (H§17.11)."""
    problems = []
    if not reason:
        problems.append(Problem("reason", "reject.reason_missing"))
    elif reason not in rejection_reasons(claim_type):
        problems.append(
            Problem("reason", "reject.reason_wrong", {"reason": reason, "type": claim_type})
        )
    letters = len(statement.strip())
    if not letters:
        problems.append(Problem("statement", "reject.statement_missing"))
    elif letters > limits.statement_max:
        params = {"n": letters, "most": limits.statement_max}
        problems.append(Problem("statement", "reject.statement_long", params))
    return problems


def photo_problems(photos: Sequence[tuple[str, int]], limits: RejectionLimits) -> list[Problem]:
    """What is wrong with the photos picked so far; each is (name, bytes)."""
    problems: list[Problem] = []
    if len(photos) > limits.photo_max_count:
        params = {"n": len(photos), "most": limits.photo_max_count}
        problems.append(Problem("photos", "photo.too_many", params))
    for name, size in photos:
        if size > limits.photo_max_bytes:
            sizes = {"size": size, "most_size": limits.photo_max_bytes}
            problems.append(Problem("photos", "photo.too_large", {"name": name, **sizes}))
    return problems


def refundable(
    claimed_at: datetime,
    ordered_at: datetime | None,
    start: datetime | None,
    refundable_days: int,
) -> str | None:
    """Why no request is made for a claim: None, "claim.before_start" (R2.19) or
    "claim.too_old" (R2.20)."""
    if start is not None and claimed_at < start:
        return "claim.before_start"
    if ordered_at is not None and claimed_at > ordered_at + timedelta(days=refundable_days):
        return "claim.too_old"
    return None


def request_id(number: str, k: int) -> str:
    """Remote id of the k-th request (from 1) of a claim: `{number}-{k}`."""
    return f"{number}-{k}"


def description(number: str, explanation: str) -> str:
    """What a request says; the number lets one whose answer was lost be recognised."""
    return f"[{number}] {explanation.strip()}".rstrip()


def is_about(number: str, text: str) -> bool:
    """Whether a request's description is that of this claim."""
    return text.lstrip().startswith(f"[{number}]")


def same_statement(ours: str, theirs: str | None) -> bool:
    """Whether an explanation that was read back is ours; blanks don't count."""
    return " ".join(ours.split()) == " ".join((theirs or "").split())


def short_name(full: str) -> str:
    """`Nazlı Tekin` → `Nazlı T.`; a single name stays."""
    words = full.split()
    if len(words) < 2:
        return full.strip()
    return f"{' '.join(words[:-1])} {words[-1][0]}."
