"""What R and C do: ask in numbers over a frozen list, then hand the list over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hbdash.actions.actor import Refused
from hbdash.actions.failures import close_failures, request_retry
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.labels import flow_label
from hbdash.texts.refusals import refusal
from screens.monitoring.part import Part
from screens.widgets.dialog import TYPED_FROM, AskDialog, ConfirmDialog

_LONGEST_REASON = 500


@dataclass(frozen=True)
class Chosen:
    """The records that something is done to; frozen when it is asked."""

    ids: tuple[int, ...]
    causes: int
    """Of how many causes."""
    flows: tuple[str, ...]
    need_person: bool
    """Whether their cause waits for a person's cure."""


def ask_retry(part: Part, chosen: Chosen, done: Callable[[], None]) -> None:
    """Ask, then have all of them tried again."""
    owner, n = part.host, len(chosen.ids)
    body = [_frozen(part, chosen), ""]
    flows = ", ".join(flow_label(flow) for flow in chosen.flows)
    body.append(
        ngettext(
            "Its penalty is lifted, then {flows} runs for it.",
            "Their penalties are lifted, then {flows} runs for them.",
            n,
        ).format(flows=flows)
    )
    if chosen.need_person:
        body.append(_("The cause is not known to be gone: what fails again stays in the list."))
    else:
        body.append(_("What fails again stays in the list."))
    body += _no_engine(part)
    number = fmt.number(n)
    dialog = ConfirmDialog(
        ngettext("Retry {n} record?", "Retry {n} records?", n).format(n=number),
        body,
        deed=_("Retry {n}").format(n=number),
        key="R",
        typed=str(n) if n > TYPED_FROM else "",
    )

    def deed(_stopped: Callable[[], bool]) -> tuple[str, str]:
        face = owner.face
        return _said(
            lambda: request_retry(face.db, face.clock, face.actor, owner.channel.id, chosen.ids),
            "{n} record is tried again, in the next seconds.",
            "{n} records are tried again, in the next seconds.",
        )

    _confirmed(part, dialog, deed, done)


def ask_close(part: Part, chosen: Chosen, done: Callable[[], None]) -> None:
    """Ask for a reason, then once more, then close all of them."""
    owner, n = part.host, len(chosen.ids)
    number = fmt.number(n)
    question = ngettext("Close {n} record?", "Close {n} records?", n).format(n=number)

    def reasoned(reason: str | None) -> None:
        if not reason:
            return
        body = [
            _frozen(part, chosen),
            _("They leave the list and are not counted any more. A new failure opens anew."),
            "",
            _("Reason: “{reason}”, by {who}").format(reason=reason, who=owner.face.actor.name),
        ]
        dialog = ConfirmDialog(
            question,
            body,
            deed=_("Close {n}").format(n=number),
            key="C",
            typed=str(n) if n > TYPED_FROM else "",
        )

        def deed(_stopped: Callable[[], bool]) -> tuple[str, str]:
            face = owner.face
            return _said(
                lambda: close_failures(
                    face.db, face.clock, face.actor, owner.channel.id, chosen.ids, reason
                ),
                "{n} record closed.",
                "{n} records closed.",
            )

        _confirmed(part, dialog, deed, done)

    ask = AskDialog(
        question,
        _("Why? The reason is kept with your name: “taken out of the season”."),
        deed=_("go on"),
        check=_wrong_reason,
    )
    owner.open_overlay(ask, reasoned)


def _wrong_reason(text: str) -> str | None:
    if not text:
        return _("A reason is needed.")
    if len(text) > _LONGEST_REASON:
        return _("At most {n} letters.").format(n=_LONGEST_REASON)
    return None


def _frozen(part: Part, chosen: Chosen) -> str:
    owner, n = part.host, len(chosen.ids)
    at = fmt.time(owner.now(), owner.now(), owner.channel.zone)
    records = ngettext("{n} record", "{n} records", n).format(n=fmt.number(n))
    causes = ngettext("{n} cause", "{n} causes", chosen.causes).format(n=fmt.number(chosen.causes))
    return _("{records} of {causes}, frozen at {time}; none is added.").format(
        records=records, causes=causes, time=at
    )


def _no_engine(part: Part) -> list[str]:
    frame = part.owner.frame
    if part.host.face.engine_here() or (
        frame is not None and frame.lease is not None and frame.lease.alive
    ):
        return []
    return [_("No engine runs now: it is done when one starts.")]


def _said(deed: Callable[[], int], one: str, many: str) -> tuple[str, str]:
    """(words, kind) of what was done, or of why not."""
    try:
        n = deed()
    except Refused as refused:
        return (refusal(refused.id, refused.params), "error")
    return (ngettext(one, many, n).format(n=fmt.number(n)), "success")


def _confirmed(
    part: Part,
    dialog: ConfirmDialog,
    deed: Callable[[Callable[[], bool]], tuple[str, str]],
    done: Callable[[], None],
) -> None:
    """Open the dialog; after a yes do the deed in a thread and say what came of it."""

    def shown(said: tuple[str, str]) -> None:
        part.host.say(*said)
        if said[1] == "success":
            done()
        part.host.read_again()

    def answered(yes: bool | None) -> None:
        if yes:
            part.in_thread("deed", deed, shown)

    part.host.open_overlay(dialog, answered)


def flows_of(flows: Sequence[str]) -> tuple[str, ...]:
    """Each flow once, in order."""
    return tuple(dict.fromkeys(flows))
