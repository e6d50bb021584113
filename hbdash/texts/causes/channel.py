"""The channel, its settings and its batches."""

from __future__ import annotations

from hbdash.texts.causes.model import CauseText
from hbdash.texts.translate import N_

TEXTS: dict[str, CauseText] = {
    "channel.unknown": CauseText(
        N_("Channel {channel} not found"),
        N_("Omnitron has no channel with this id, or this user may not see it."),
        N_("Mend remote_id in config.toml, then run hbdash check."),
    ),
    "channel.inactive": CauseText(
        N_("Channel is inactive"),
        N_("Nothing runs until the channel is active in Omnitron."),
        N_("Set Status to active in Omnitron’s channel settings; the next run goes."),
    ),
    "setting.missing": CauseText(
        N_("Setting missing: {label}"),
        N_("The flow can’t run without this setting."),
        N_("Fill {label} in Settings; it counts from the next run."),
    ),
    "setting.invalid": CauseText(
        N_("Setting unusable: {label}"),
        N_("The value of {label} can’t be read: {value} {parts}"),
        N_("Mend {label} in Settings; it counts from the next run."),
    ),
    "flag.off": CauseText(
        N_("Flag {flag} is off"),
        N_("The flow runs only with its flag on."),
        N_("Set {flag} to true in Settings, Flags."),
    ),
    "batch.locked": CauseText(
        N_("Batch locked: {content_type}"),
        N_("Omnitron takes one open batch of a kind at a time, and another one is open."),
        N_(
            "Nothing: it goes when the other one is closed. If it lasts, another program "
            "works on this channel."
        ),
        log="The batch request with {batch}",
    ),
}
