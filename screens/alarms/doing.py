"""What the keys of the Alarms page do: take, hush, delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from hbdash.actions import alarms
from hbdash.actions.actor import Refused
from hbdash.store.queries.alarms import RuleRow
from hbdash.store.queries.ringing import FiringRow
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.alarms import firing_title, rule_sentence
from hbdash.texts.refusals import refusal
from screens.face import Host
from screens.runmenu.pausing import until_of
from screens.widgets.dialog import AskDialog, ConfirmDialog, Overlay, environment_line

if TYPE_CHECKING:
    from hbdash.actions.actor import Actor
    from hbdash.domain.clock import Clock
    from hbdash.store.database import Database


def place(host: Host) -> tuple[Database, Clock, Actor, int]:
    """Where and as whom an action is done."""
    face = host.face
    return (face.db, face.clock, face.actor, host.channel.id)


def attempt(host: Host, deed: Callable[[], str]) -> bool:
    """Do it and say what was done, or why not; whether it was done."""
    try:
        said = deed()
    except Refused as refused:
        host.say(refusal(refused.id, refused.params), "error")
        host.read_again()
        return False
    host.say(said)
    host.read_again()
    return True


def open_overlay(
    host: Host, overlay: Overlay[Any], done: Callable[[Any], None] | None = None
) -> None:
    """Open a dialog over the page; what lies behind loses its colour."""
    cast(Any, host).open_overlay(overlay, done)


def acknowledge(host: Host, row: FiringRow) -> None:
    """One key, no question: nothing is lost by it."""
    alarm = row.alarm

    def deed() -> str:
        taken = alarms.acknowledge(*place(host), alarm.id)
        name = firing_title(alarm.metric, alarm.flow, alarm.limit, alarm.subject)
        if not taken.already:
            return _("You have it: {alarm}").format(alarm=name)
        if taken.by == host.face.actor.name:
            return _("You have it already.")
        since = fmt.since(taken.at, host.now(), host.channel.zone)
        return _("{who} has it, {since}.").format(who=taken.by, since=since)

    attempt(host, deed)


def hush(host: Host, rule: RuleRow) -> None:
    """Ask until when the rule tells nobody; a rule that is hushed is asked whether to go on."""
    if rule.state(host.now()) == "silenced":
        _let_tell(host, rule)
        return
    now, channel = host.now(), host.channel
    zone = channel.zone
    dialog = AskDialog(
        _("Hush: {rule}").format(rule=_sentence(rule)),
        _(
            "Until when: 17:00, or 2h. It goes on being watched and shown here; nobody is told "
            "until then."
        )
        + f"\n{environment_line(channel.environment, f'{channel.brand} · {channel.name}').text}",
        deed=_("hush"),
        check=lambda text: _wrong(text, now, zone),
    )

    def answered(text: str | None) -> None:
        found = until_of(text, host.now(), zone) if text else None
        if found is None:
            return
        until = found[0]

        def deed() -> str:
            alarms.silence(*place(host), rule.id, until)
            time = fmt.time(until, host.now(), zone)
            return _("Hushed to {time}: {rule}").format(time=time, rule=_sentence(rule))

        attempt(host, deed)

    open_overlay(host, dialog, answered)


def _wrong(text: str, now: datetime, zone: ZoneInfo) -> str | None:
    return None if until_of(text, now, zone) is not None else _("Not an end: 17:00, or 2h.")


def _let_tell(host: Host, rule: RuleRow) -> None:
    now, zone = host.now(), host.channel.zone
    dialog = ConfirmDialog(
        _("Let it tell again?"),
        [
            _sentence(rule),
            _("{who} hushed it to {time}.").format(
                who=rule.silenced_by or "?", time=fmt.time(rule.silenced_until, now, zone)
            ),
        ],
        deed=_("Let it tell"),
        key="H",
    )

    def answered(yes: bool | None) -> None:
        if yes:
            attempt(host, deed)

    def deed() -> str:
        alarms.silence(*place(host), rule.id, None)
        return _("It tells again: {rule}").format(rule=_sentence(rule))

    open_overlay(host, dialog, answered)


def delete(host: Host, rule: RuleRow) -> None:
    """Ask, then delete a rule."""
    body = [_sentence(rule)]
    if rule.firing:
        ends = ngettext("{n} alarm that rings now ends.", "{n} alarms that ring now end.",
                        rule.firing)  # fmt: skip
        body.append(ends.format(n=fmt.number(rule.firing)))
    body.append(_("What it rang stays in the past alarms. It is not made again by itself."))
    dialog = ConfirmDialog(_("Delete this rule?"), body, deed=_("Delete"), key="D")

    def answered(yes: bool | None) -> None:
        if yes:
            attempt(host, deed)

    def deed() -> str:
        alarms.delete_rule(*place(host), rule.id)
        return _("Deleted: {rule}").format(rule=_sentence(rule))

    open_overlay(host, dialog, answered)


def _sentence(rule: RuleRow) -> str:
    return rule_sentence(rule.metric, rule.flow, rule.limit)
