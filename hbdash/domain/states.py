"""States: one sign, one word, everywhere the same (look section 4).

The words are in `hbdash.texts.labels`. A sign repeats only across kinds that never share a column.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

MUTED, TEXT, ACCENT = "text-muted", "text", "accent"
SUCCESS, WARNING, ERROR = "success", "warning", "error"


class RunState(StrEnum):
    """How a run stands or ended (design section 3)."""

    RUNNING = "running"
    DONE = "done"
    PARTLY_DONE = "partly_done"
    NOTHING_DUE = "nothing_due"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    LOST = "lost"
    PAUSED = "paused"
    """Shown for a flow that does not run now; no run ends in it."""


class FailureState(StrEnum):
    """Where a failure stands (design section 3)."""

    OPEN = "open"
    RETRYING = "retrying"
    ENDED = "ended"
    CURED = "cured"
    CLOSED = "closed"


class OfferState(StrEnum):
    """Where a sent value stands: wanted, sent, confirmed (design section 3)."""

    WAITING = "waiting"
    SENT = "sent"
    AWAITING_RESULT = "awaiting_result"
    SUPERSEDED = "superseded"
    SKIPPED = "skipped"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class ClaimState(StrEnum):
    """A claim as the Reject refund screen shows it."""

    TO_DECIDE = "to_decide"
    REASON_NEEDED = "reason_needed"
    SENDING = "sending"
    AWAITING = "awaiting"
    WON = "won"
    LOST = "lost"
    PORTAL_ONLY = "portal_only"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class DeadlineState(StrEnum):
    """How near a deadline is."""

    FAR = "far"
    TODAY = "today"
    SOON = "soon"
    NOW = "now"
    MISSED = "missed"


class DataState(StrEnum):
    """How fresh what is on the screen is."""

    LIVE = "live"
    PAUSED = "paused"
    STALE = "stale"
    RECONNECTING = "reconnecting"
    VIEWER = "viewer"


State = RunState | FailureState | OfferState | ClaimState | DeadlineState | DataState


@dataclass(frozen=True)
class StateLook:
    """sign and its ASCII twin: one cell each; colour: a theme token without `$`."""

    sign: str
    ascii: str
    colour: str
    bold: bool = False


_RUN = {
    RunState.RUNNING: StateLook("►", ">", ACCENT),
    RunState.DONE: StateLook("✓", "+", SUCCESS),
    RunState.PARTLY_DONE: StateLook("▲", "!", WARNING),
    RunState.NOTHING_DUE: StateLook("·", ".", MUTED),
    RunState.FAILED: StateLook("×", "x", ERROR),
    RunState.REFUSED: StateLook("■", "#", MUTED),
    RunState.CANCELLED: StateLook("□", "-", MUTED),
    RunState.LOST: StateLook("?", "?", ERROR),
    RunState.PAUSED: StateLook("║", "=", WARNING),
}
_FAILURE = {
    FailureState.OPEN: StateLook("×", "x", ERROR),
    FailureState.RETRYING: StateLook("»", "&", WARNING),
    FailureState.ENDED: StateLook("■", "#", ERROR),
    FailureState.CURED: StateLook("✓", "+", SUCCESS),
    FailureState.CLOSED: StateLook("□", "-", MUTED),
}
_OFFER = {
    OfferState.WAITING: StateLook("○", "o", TEXT),
    OfferState.SENT: StateLook("→", ">", TEXT),
    OfferState.AWAITING_RESULT: StateLook("…", "~", ACCENT),
    OfferState.SUPERSEDED: StateLook("↑", "^", MUTED),
    OfferState.SKIPPED: StateLook("–", "-", MUTED),
    OfferState.CONFIRMED: StateLook("✓", "+", SUCCESS),
    OfferState.FAILED: StateLook("×", "x", ERROR),
    OfferState.UNKNOWN: StateLook("?", "?", WARNING),
}
_CLAIM = {
    ClaimState.TO_DECIDE: StateLook("○", "o", TEXT),
    ClaimState.REASON_NEEDED: StateLook("▲", "!", WARNING),
    ClaimState.SENDING: StateLook("►", ">", ACCENT),
    ClaimState.AWAITING: StateLook("…", "~", ACCENT),
    ClaimState.WON: StateLook("✓", "+", SUCCESS),
    ClaimState.LOST: StateLook("×", "x", ERROR),
    ClaimState.PORTAL_ONLY: StateLook("■", "#", MUTED),
    ClaimState.ACCEPTED: StateLook("✓", "+", SUCCESS),
    ClaimState.CLOSED: StateLook("□", "-", MUTED),
    ClaimState.UNKNOWN: StateLook("?", "?", WARNING),
}
_DEADLINE = {
    DeadlineState.FAR: StateLook("·", ".", MUTED),
    DeadlineState.TODAY: StateLook("○", "o", TEXT),
    DeadlineState.SOON: StateLook("▲", "!", WARNING, bold=True),
    DeadlineState.NOW: StateLook("▲", "!", ERROR, bold=True),
    DeadlineState.MISSED: StateLook("×", "x", ERROR),
}
_DATA = {
    DataState.LIVE: StateLook(" ", " ", MUTED),
    DataState.PAUSED: StateLook("║", "=", WARNING),
    DataState.STALE: StateLook("▲", "!", WARNING),
    DataState.RECONNECTING: StateLook("▲", "!", WARNING),
    DataState.VIEWER: StateLook(" ", " ", WARNING),
}


def look_of(state: State) -> StateLook:
    """Sign, ASCII sign and colour of a state."""
    match state:
        case RunState():
            return _RUN[state]
        case FailureState():
            return _FAILURE[state]
        case OfferState():
            return _OFFER[state]
        case ClaimState():
            return _CLAIM[state]
        case DeadlineState():
            return _DEADLINE[state]
        case DataState():
            return _DATA[state]


def deadline_state(left: timedelta) -> DeadlineState:
    """Over 24 h, under 24 h, under 4 h, under 1 h, missed."""
    if left <= timedelta(0):
        return DeadlineState.MISSED
    if left < timedelta(hours=1):
        return DeadlineState.NOW
    if left < timedelta(hours=4):
        return DeadlineState.SOON
    return DeadlineState.TODAY if left < timedelta(hours=24) else DeadlineState.FAR
