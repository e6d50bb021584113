"""Sentences about calls of other systems to the trigger endpoint (R9)."""

from __future__ import annotations

from hbdash.texts.translate import N_, _

#: Refusals of a call, by id; the caller reads them in the answer's ``message``.
TRIGGER_REFUSALS: dict[str, str] = {
    "trigger.unknown_flow": N_("There is no flow “{flow}”."),
    "trigger.unknown_slug": N_("No channel answers under “{slug}”."),
    "trigger.payload": N_("The payload can’t be understood: {why}"),
    "trigger.stopped": N_("The flow can’t run now: {why}. {way_out}"),
    "trigger.differs": N_(
        "This event was delivered before with another payload; correlation id {correlation_id}."
    ),
    "trigger.token": N_("The token is missing or wrong."),
    "trigger.signature": N_("The signature is missing or wrong."),
    "trigger.method": N_("Only POST is understood here."),
    "trigger.path": N_("The address is /flow-trigger/SLUG/FLOW."),
    "trigger.media_type": N_("The body must be application/json."),
    "trigger.too_large": N_("The body may have {most} bytes at most."),
    "trigger.json": N_("The body is no JSON."),
    "trigger.slow": N_("The body did not arrive within {seconds} seconds."),
    "trigger.busy": N_("The database does not answer; the same call again later is right."),
}


def accepted_line(event_type: str, correlation_id: str) -> str:
    """The log's line about a call that was stored."""
    if event_type:
        return _("{event} accepted as {id}").format(event=event_type, id=correlation_id)
    return _("call of another system accepted as {id}").format(id=correlation_id)
