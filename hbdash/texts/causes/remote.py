"""Calls that did not come through, and faults of our own (flows §11, first group)."""

from __future__ import annotations

from hbdash.texts.causes.model import CauseText
from hbdash.texts.translate import N_

TEXTS: dict[str, CauseText] = {
    "remote.unreachable": CauseText(
        N_("No answer: {service}"),
        N_("{side}’s {service} can’t be reached; the flows that need it wait."),
        N_(
            "Nothing: it is tried again by itself. If it lasts, check the network and the "
            "address in Settings."
        ),
    ),
    "remote.timeout": CauseText(
        N_("{service} is too slow"),
        N_("{side}’s {service} did not answer in time."),
        N_("Nothing: it is tried again by itself."),
    ),
    "remote.rate": CauseText(
        N_("{side} asks to slow down"),
        N_("{side} takes fewer calls per second than were made."),
        N_("Nothing: the calls slow down by themselves."),
    ),
    "remote.server": CauseText(
        N_("{service} answers {status}"),
        N_("{side} has a fault of its own."),
        N_("Nothing: it is tried again by itself. If it lasts, report it to {side}."),
    ),
    "remote.auth": CauseText(
        N_("{side} refuses our login"),
        N_("User, password or User Agent are not accepted by {side}."),
        N_(
            "Check Username, Password and User Agent in Settings. A new permission takes up "
            "to 2 hours."
        ),
    ),
    "remote.auth#omnitron": CauseText(
        N_("Omnitron refuses our login"),
        N_("User, password or token in config.toml are not accepted by Omnitron."),
        N_("Mend omnitron = { … } of the channel in config.toml, then run hbdash check."),
    ),
    "remote.wall": CauseText(
        N_("{side}’s wall blocks us"),
        N_("The firewall in front of {side} answered with a page instead of data."),
        N_(
            "Send the ticket text with the correlation id to {side}’s support; check from "
            "which address the calls go out."
        ),
    ),
    "remote.shape": CauseText(
        N_("{side}: answer unreadable"),
        N_("An answer of {endpoint} has another form than agreed: {field}."),
        N_("For the developer: the raw answer is in the log."),
    ),
    "remote.refused": CauseText(
        N_("{side} refused the call"),
        N_("{side} said: {text}"),
        N_("Read its answer in the log; the cause is named there."),
    ),
    "import.bad_number": CauseText(
        N_("Number misread in import"),
        N_("Hepsiburada read a price or stock of the import as 0."),
        N_("For the developer: nothing more is sent for this product."),
    ),
    "internal.error": CauseText(
        N_("Fault in hbdash: {error}"),
        N_("The program made a mistake; the record was left as it was."),
        N_("For the developer: copy the ticket text with m."),
    ),
}
