"""Pausing a flow from the menu: until when, and why; or letting it go on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hbdash.actions.actor import Refused
from hbdash.store.queries.flows import FlowState
from hbdash.texts import _
from hbdash.texts import formats as fmt
from hbdash.texts.labels import flow_label
from hbdash.texts.refusals import refusal
from screens.face import host
from screens.widgets.dialog import AskDialog, ConfirmDialog

if TYPE_CHECKING:
    from screens.runmenu.menu import RunMenu

_SPAN = re.compile(r"(\d{1,3})\s*(h|sa|min|dk)\b")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\b")


def pause_or_resume(menu: RunMenu, state: FlowState) -> None:
    """Ask for the end and the reason, or whether to resume."""
    if state.pause is not None and state.pause.scope == "flow":
        _resume(menu, state)
    else:
        _pause(menu, state)


def until_of(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, str] | None:
    """End and reason from ``17:00 carrier changes`` or ``2h carrier changes``; None if neither.

    A clock time that has passed today means tomorrow.
    """
    text = text.strip()
    found = _SPAN.match(text)
    if found:
        hours = found[2] in ("h", "sa")
        span = timedelta(hours=int(found[1])) if hours else timedelta(minutes=int(found[1]))
        return (now + span, text[found.end() :].strip())
    found = _CLOCK.match(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    local = now.astimezone(zone)
    until = local.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    if until <= local:
        until += timedelta(days=1)
    return (until.astimezone(UTC), text[found.end() :].strip())


def _pause(menu: RunMenu, state: FlowState) -> None:
    owner = host(menu)
    name = flow_label(state.id)

    def check(text: str) -> str | None:
        found = until_of(text, owner.now(), owner.channel.zone)
        if found is None:
            return _("Begin with an end: 17:00, or 2h.")
        return None if found[1] else _("Say why: it is shown wherever the pause is.")

    def take(text: str | None) -> None:
        found = until_of(text, owner.now(), owner.channel.zone) if text else None
        if found is not None:
            _do(menu, state, *found)

    body = _(
        "Until when, and why: 17:00 carrier changes, or 2h carrier changes. It ends by itself; "
        "the first run after it covers the gap. The flag in Omnitron stays as it is."
    )
    menu.app.push_screen(
        AskDialog(_("Pause {flow}").format(flow=name), body, deed=_("pause"), check=check), take
    )


def _do(menu: RunMenu, state: FlowState, until: datetime, why: str) -> None:
    from hbdash.actions.pauses import pause

    owner = host(menu)
    try:
        pause(
            owner.face.db, owner.face.clock, owner.face.actor, owner.channel.id,
            "flow", state.id, until, why,
        )  # fmt: skip
    except Refused as refused:
        owner.say(refusal(refused.id, refused.params), "error")
        return
    time = fmt.time(until, owner.now(), owner.channel.zone)
    owner.say(_("{flow} is paused until {time}.").format(flow=flow_label(state.id), time=time))
    owner.read_again()


def _resume(menu: RunMenu, state: FlowState) -> None:
    from hbdash.actions.pauses import resume

    owner = host(menu)
    held = state.pause
    assert held is not None
    until = fmt.time(held.until, owner.now(), owner.channel.zone)
    dialog = ConfirmDialog(
        _("Resume {flow}?").format(flow=flow_label(state.id)),
        [
            _("Paused by {who} until {until}: {why}").format(
                who=held.by, until=until, why=held.why or "–"
            ),
            _("It runs when it is due next, and covers the gap."),
        ],
        deed=_("Resume"),
        key="P",
    )

    def answered(yes: bool | None) -> None:
        if not yes:
            return
        try:
            resume(owner.face.db, owner.face.clock, owner.face.actor, owner.channel.id,
                   "flow", state.id)  # fmt: skip
        except Refused as refused:
            owner.say(refusal(refused.id, refused.params), "error")
            return
        owner.say(_("{flow} goes on.").format(flow=flow_label(state.id)))
        owner.read_again()

    menu.app.push_screen(dialog, answered)
