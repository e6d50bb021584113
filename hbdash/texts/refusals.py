"""Why something a person asked for is not done: what, why, and what helps (look section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hbdash.texts.claims import CLAIM_REFUSALS, claim_params
from hbdash.texts.formats import number
from hbdash.texts.levers import LEVER_REFUSALS
from hbdash.texts.products import PRODUCT_REFUSALS
from hbdash.texts.setup import SETUP_REFUSALS
from hbdash.texts.translate import N_, _
from hbdash.texts.trigger import TRIGGER_REFUSALS

_TEXTS = {
    **CLAIM_REFUSALS,
    **LEVER_REFUSALS,
    **TRIGGER_REFUSALS,
    **SETUP_REFUSALS,
    **PRODUCT_REFUSALS,
    # Anything that writes.
    "action.read_only": N_("Started read-only: nothing can be changed here."),
    "action.not_allowed": N_(
        "This needs the role {needed}; {who} has {role}. An admin gives it in [operators] of the "
        "configuration."
    ),
    # Runs and pauses.
    "flow.unknown": N_("There is no flow “{flow}”."),
    "flow.no_keys": N_("This flow can't be run for given keys."),
    "flow.many_keys": N_("{n} keys are too many at once; {most} at most."),
    "flow.no_window": N_("This flow has no window; it reads all that is due."),
    "flow.window_order": N_("The window must begin before it ends."),
    "pause.past": N_("A pause must end in the future."),
    "pause.long": N_("A pause lasts {most} days at most."),
    "pause.unknown": N_("There is nothing called “{name}” to pause."),
    # Failures.
    "failure.no_reason": N_("Closing a failure needs a reason."),
    "failure.none_open": N_("None of these is open any more."),
    # Alarms.
    "alarm.unknown": N_("That alarm is not there any more."),
    "alarm.ended": N_("That alarm is over; there is nothing to acknowledge."),
    "alarm.rule_unknown": N_("That rule is not there any more: someone deleted it."),
    "alarm.metric_unknown": N_("There is nothing called “{metric}” that could be watched."),
    "alarm.limit_range": N_("The limit must lie between {least} and {most}."),
    "alarm.window_range": N_("The window must lie between {least} and {most} minutes."),
    "alarm.flow_needed": N_("Say which flow is to be watched."),
    "alarm.flow_unknown": N_("There is no flow “{flow}” that could be watched."),
    "alarm.severity_unknown": N_("The severity is critical, warning or notice, not “{severity}”."),
    "alarm.name_long": N_("The name may have at most {most} letters."),
    "alarm.name_taken": N_("There is a rule called “{name}” already; give another name."),
    "alarm.silence_past": N_("A rule can only be hushed until a time that is still to come."),
    "alarm.silence_long": N_(
        "A rule can be hushed for {most} days at most; delete it if it is not wanted."
    ),
}


def known(id: str) -> bool:
    """Whether the refusal has a text here; other ids are run reasons or causes."""
    return id in _TEXTS


def refusal(id: str, params: Mapping[str, Any] | None = None) -> str:
    """The refusal in words. Ids of runs and of failures are rendered as those are elsewhere."""
    given = {
        key: number(v) if type(v) is int else v for key, v in claim_params(params or {}).items()
    }
    if id in _TEXTS:
        return _(_TEXTS[id]).format_map(_Lenient(given))
    from hbdash.texts.runs import reason

    return reason(id, params or {})


class _Lenient(dict[str, Any]):
    """A parameter that an older row does not have must not hide the text."""

    def __missing__(self, key: str) -> str:
        return "?"
