"""How a claim stands, in one or two sentences: sent, there, refused, unknown, won."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from hbdash.domain.claims import AWAITING_ACTION, AWAITING_PRE_APPROVAL, IN_DISPUTE
from hbdash.domain.states import ClaimState, look_of
from hbdash.store.queries.claims import ClaimDetail, DecisionLine
from hbdash.store.queries.flows import Asked
from hbdash.texts import _
from hbdash.texts import formats as fmt
from hbdash.texts.causes import meaning
from hbdash.texts.claims import market_status
from hbdash.texts.claims import note as note_words
from hbdash.texts.labels import claim_state
from hbdash.texts.refusals import refusal
from screens.progress import is_over, outcome
from screens.widgets.line import Line, line, wrap

ON_ITS_WAY = ("waiting", "sending", "unknown")
"""States of a decision whose outcome is still to come."""


@dataclass(frozen=True)
class Standing:
    """A sign, its colour, and what it says."""

    sign: str
    colour: str
    text: str

    def lines(self, width: int) -> list[Line]:
        """Wrapped, the sign in front."""
        head = line((self.sign, f"{self.colour} bold"), " ")
        style = "" if self.colour in ("accent", "success", "muted") else "bold"
        first, *rest = wrap(self.text, max(width - 2, 10), style)
        return [head + first, *(line("  ") + one for one in rest)]


def standing(
    detail: ClaimDetail, now: datetime, zone: tzinfo, *, engine: bool, asked: Asked | None = None
) -> Standing | None:
    """What there is to say about the claim; None for one that simply waits for a decision.

    engine: whether one runs. asked: what became of the request to it, where that is known.
    """
    row, decision = detail.row, detail.decision
    if decision is not None and row.status == AWAITING_ACTION:
        return of_decision(decision, now, zone, engine=engine, asked=asked)
    if row.status == AWAITING_PRE_APPROVAL:
        return Standing("■", "muted", refusal("reject.pre_approval"))
    if row.state is ClaimState.PORTAL_ONLY:
        return Standing("■", "muted", refusal("reject.portal_only"))
    if row.status == AWAITING_ACTION and row.deadline is not None and row.deadline <= now:
        return Standing("×", "error", refusal("reject.expired", {"at": row.deadline}))
    if row.state is ClaimState.REASON_NEEDED:
        text = _("Rejected in Omnitron itself. Hepsiburada demands a reason and an explanation: X.")
        return Standing("▲", "warning", text)
    if row.status == AWAITING_ACTION:
        words = note_words(row.note_id)
        return Standing("·", "muted", f"{words[:1].upper()}{words[1:]}.") if words else None
    look = look_of(row.state)
    since = fmt.since(row.changed_at, now, zone)
    if row.status == IN_DISPUTE:
        text = _("Rejected; Hepsiburada decides the dispute, {since}.").format(since=since)
    elif row.state in (ClaimState.WON, ClaimState.LOST, ClaimState.CLOSED, ClaimState.ACCEPTED):
        word = claim_state(row.state)
        text = f"{word[:1].upper()}{word[1:]}, {since}."
    else:
        text = _("At Hepsiburada: {status}, {since}.").format(
            status=market_status(row.status), since=since
        )
    return Standing(look.sign, look.colour.removeprefix("text-"), text)


def of_decision(
    decision: DecisionLine, now: datetime, zone: tzinfo, *, engine: bool, asked: Asked | None = None
) -> Standing:
    """Where a decision of ours stands."""
    accepts = decision.verdict == "accept"
    at = fmt.time(decision.decided_at, now, zone)
    match decision.state:
        case "waiting" if asked is not None and is_over(asked):
            text = _("Not sent yet. {why}").format(why=outcome(asked)[0])
            return Standing("▲", "warning", text)
        case "waiting" if not engine:
            text = _(
                "Kept, not sent yet: no engine runs now. It is sent as soon as one does "
                "(hbdash worker)."
            )
            return Standing("▲", "warning", text)
        case "waiting":
            text = _("Handed to the engine at {time} by {who}; it is sent next.")
            return Standing("►", "accent", text.format(time=at, who=decision.decided_by))
        case "sending":
            text = _("Being sent to Hepsiburada; {who} decided at {time}.")
            return Standing("►", "accent", text.format(time=at, who=decision.decided_by))
        case "unknown":
            text = _(
                "No answer from Hepsiburada: whether it arrived is asked at {time}. Nothing is "
                "sent twice."
            )
            return Standing("?", "warning", text.format(time=fmt.time(decision.ask_at, now, zone)))
        case "there" | "done" if accepts:
            text = _("Accepted at Hepsiburada at {time}: the customer is refunded.")
            there = fmt.time(decision.there_at or decision.decided_at, now, zone)
            return Standing("✓", "success", text.format(time=there))
        case "there":
            text = _("Rejected at Hepsiburada at {time}; Omnitron is told next.")
            there = fmt.time(decision.there_at or decision.decided_at, now, zone)
            return Standing("…", "accent", text.format(time=there))
        case "done":
            text = _("Rejected at Hepsiburada and in Omnitron at {time}; Hepsiburada decides now.")
            done = fmt.time(decision.done_at or decision.decided_at, now, zone)
            return Standing("✓", "success", text.format(time=done))
        case _:
            return Standing("×", "error", refused_words(decision))


def refused_words(decision: DecisionLine) -> str:
    """Their own text first, unchanged, then ours."""
    said = str(decision.refusal.get("text") or "").strip()
    id = str(decision.refusal.get("id") or "claim.refused")
    params = decision.refusal.get("params") or {}
    if said:
        head = _("Hepsiburada refused it: “{text}”.").format(text=said)
    else:
        head = meaning(id, params) or refusal(id, params)
    if decision.verdict == "accept":
        return f"{head} {_('The claim can be decided anew.')}"
    return f"{head} {_('The draft is kept: mend it and send it again.')}"
