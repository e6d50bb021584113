"""Sentences of set-up: the web hook, settings that are written, the checklist (R1, R4, R9)."""

from __future__ import annotations

from collections.abc import Mapping

from hbdash.texts.causes import meaning
from hbdash.texts.translate import N_, _

#: Refusals of set-up actions, by id.
SETUP_REFUSALS: dict[str, str] = {
    "webhook.no_address": N_(
        "Nothing listens for calls: fill listen, token and public_url under [trigger] of the "
        "configuration."
    ),
    "webhook.no_channel": N_("The order system has no channel for Omnitron’s channel {channel}."),
    "webhook.exists": N_("There is a web hook for this event already; `hbdash webhook repair`."),
    "webhook.absent": N_("There is no web hook to mend; `hbdash webhook create` makes one."),
    "settings.unknown": N_("There is no setting or flag called “{key}”."),
    "settings.fixed": N_("{key} must not be changed."),
    "settings.not_conf": N_("{key} is a field of the channel itself; change it in Omnitron."),
    "settings.bad_value": N_("{key} can’t be {value}: {why}"),
    "settings.changed_meanwhile": N_(
        "Somebody changed {keys} in Omnitron meanwhile; nothing was written. Look, and try again."
    ),
    "settings.not_taken": N_("Omnitron took the change but still shows {keys} as before."),
}

_DIFFERENCES = {
    "inactive": N_("it is inactive"),
    "target_url": N_("it leads to another address"),
    "token": N_("it carries another token"),
    "signing_secret": N_("it signs with another secret"),
    "retry": N_("its retries are not 120 s apart"),
}


def webhook_difference(id: str) -> str:
    """What is wrong with the web hook, in half a sentence."""
    return _(_DIFFERENCES[id])


def obstacle_text(id: str, params: Mapping[str, str]) -> str:
    """What stands in a flow's way (`domain.settings.obstacles`), whole: a list cuts a cause."""
    if id == "setting.missing":
        return _("{label} is empty").format(label=params.get("label") or params.get("key", "?"))
    return meaning(id, params).rstrip(".")


_STEPS = {
    "R4.1": N_("Installed, with database and channel"),
    "R4.2": N_("Settings of the channel filled"),
    "R4.3": N_("Channel active in Omnitron"),
    "R4.4": N_("Category tree pulled"),
    "R4.5": N_("Attributes and values pulled"),
    "R4.6": N_("Default attributes prepared"),
    "R4.7": N_("Categories and attributes mapped in the Mapper, and checked"),
    "R4.8": N_("Every product in exactly one category of the channel’s tree"),
    "R4.9": N_("Shipping companies mapped (Cargo Company Mapping)"),
    "R4.10": N_("Carrier of the store account for automatic packing"),
    "R4.11": N_("Flags on, one by one, each after its prerequisites"),
    "R4.12": N_("To know: the product trigger creates only; an update is forced by touching"),
}


def step_text(id: str) -> str:
    """A step of the set-up sequence."""
    return _(_STEPS[id])
