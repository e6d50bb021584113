"""Levers on many records: a list is typed or read from a file, shown in numbers, then asked for.

Nothing is done before the plan was seen: how many rows, and each line that leads to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from hbdash.actions.actor import Refused
from hbdash.actions.lists import Unusable, read_file
from hbdash.actions.penalties import LiftPlan, plan_lift, request_lift
from hbdash.actions.product_trigger import trigger_products
from hbdash.actions.products_touch import TouchPlan, plan_touch, request_touch
from hbdash.domain.csvkeys import MOST_BYTES, KeyFile
from hbdash.store.queries.penalties import PenaltyFilter
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.levers import lift_question, touch_question, unusable
from hbdash.texts.refusals import refusal
from screens.face import Host
from screens.widgets.dialog import TYPED_FROM, AskDialog, ConfirmDialog
from screens.widgets.line import safe

SHOWN_LINES = 6
"""Unusable lines in the dialog; the command prints them all."""

Plan = TypeVar("Plan", LiftPlan, TouchPlan)
InThread = Callable[[str, Callable[[Callable[[], bool]], Any], Callable[[Any], None]], Any]


@dataclass(frozen=True)
class Lever(Generic[Plan]):
    """What can be done to a list of records."""

    title: str
    body: str
    deed: Callable[[int], str]
    key: str
    plan: Callable[[Connection, Sequence[str], KeyFile | None], Plan]
    question: Callable[[Plan], str]
    request: Callable[[Plan], int]
    command: str
    """Command that prints every unusable line."""


def lift(host: Host) -> Lever[LiftPlan]:
    """Lift penalties (R8.6)."""
    face, channel = host.face, host.channel.id

    def plan(connection: Connection, keys: Sequence[str], file: KeyFile | None) -> LiftPlan:
        return plan_lift(connection, channel, face.clock.now(), keys=keys, file=file)

    return Lever(
        _("Lift penalties"),
        _("A file with a key a row (CSV, any spelling), or keys with blanks between them."),
        lambda n: _("Lift {n}").format(n=fmt.number(n)),
        "L",
        plan,
        lambda found: lift_question(found.total, found.waiting, found.ended),
        lambda found: request_lift(face.db, face.clock, face.actor, channel, found),
        "hbdash penalties lift --csv",
    )


def touch(host: Host) -> Lever[TouchPlan]:
    """Touch versions, so that products are sent again (R4.12, R7.5.1)."""
    face, channel = host.face, host.channel.id

    def plan(connection: Connection, keys: Sequence[str], file: KeyFile | None) -> TouchPlan:
        return plan_touch(connection, channel, keys=keys, file=file)

    return Lever(
        _("Send products again"),
        _("A file with a SKU a row (CSV, any spelling), or SKUs with blanks between them."),
        lambda n: _("Touch {n}").format(n=fmt.number(n)),
        "U",
        plan,
        lambda found: touch_question(found.total, found.unlisted, found.penalised),
        lambda found: request_touch(face.db, face.clock, face.actor, channel, found),
        "hbdash products touch --csv",
    )


def ask_list(host: Host, in_thread: InThread, lever: Lever[Plan], done: Callable[[], None]) -> None:
    """Ask for a file or keys, show what they come to, and hand it over after a yes."""

    def typed(text: str | None) -> None:
        if not text:
            return

        def work(_stopped: Callable[[], bool]) -> Plan | Refused:
            try:
                keys, file = _read(text)
                with host.face.db.read() as connection:
                    return lever.plan(connection, keys, file)
            except Refused as refused:
                return refused

        def planned(found: Plan | Refused) -> None:
            if isinstance(found, Refused):
                host.say(refusal(found.id, found.params), "error")
            else:
                ask_plan(host, in_thread, lever, found, done)

        in_thread("plan", work, planned)

    host.open_overlay(AskDialog(lever.title, lever.body, deed=_("look"), check=_missing), typed)


def ask_plan(
    host: Host, in_thread: InThread, lever: Lever[Plan], plan: Plan, done: Callable[[], None]
) -> None:
    """Say what will happen in numbers, Cancel first; then ask the engine for it."""
    if not plan.total:
        words = [_("Nothing can be done with this list.")]
        words += [line for line in _unusable(plan.unusable, lever.command) if line][:2]
        host.say(" ".join(words), "warning")
        return
    body = [lever.question(plan), *_unusable(plan.unusable, lever.command)]
    n = plan.total
    dialog = ConfirmDialog(
        lever.title + "?", body, deed=lever.deed(n), key=lever.key,
        typed=str(n) if n > TYPED_FROM else "",
    )  # fmt: skip

    def work(_stopped: Callable[[], bool]) -> tuple[str, str]:
        try:
            lever.request(plan)
        except Refused as refused:
            return (refusal(refused.id, refused.params), "error")
        return (_("Asked for; each record has a line in the log."), "success")

    def said(found: tuple[str, str]) -> None:
        host.say(*found)
        if found[1] == "success":
            done()
        host.read_again()

    def answered(yes: bool | None) -> None:
        if yes:
            in_thread("lever", work, said)

    host.open_overlay(dialog, answered)


def ask_trigger(host: Host, in_thread: InThread) -> None:
    """Ask for SKUs and have Product Create sent for them (R7.1.9: create only)."""
    face, channel = host.face, host.channel.id

    def typed(text: str | None) -> None:
        if not text:
            return
        skus = keys_in(text)

        def work(_stopped: Callable[[], bool]) -> tuple[str, str]:
            try:
                trigger_products(face.db, face.clock, face.actor, channel, skus)
            except Refused as refused:
                return (refusal(refused.id, refused.params), "error")
            n = fmt.number(len(skus))
            said = ngettext(
                "Product Create was asked for {n} SKU; the log says what became of it.",
                "Product Create was asked for {n} SKUs; the log says what became of each.",
                len(skus),
            )
            return (said.format(n=n), "success")

        in_thread("trigger", work, lambda found: host.say(*found))

    body = _("SKUs with blanks between them. New products only: what was sent is an update (U).")
    host.open_overlay(AskDialog(_("Trigger products"), body, deed=_("send")), typed)


def penalties_of(host: Host, wanted: PenaltyFilter | None, ids: Iterable[int]) -> LiftPlan:
    """The plan for what matches, or for these ids, frozen now."""
    with host.face.db.read() as connection:
        return plan_lift(connection, host.channel.id, host.face.clock.now(), ids=ids, wanted=wanted)


def keys_in(text: str) -> list[str]:
    """Keys that were typed or pasted: blanks, commas and semicolons lie between them."""
    return text.replace(",", " ").replace(";", " ").split()


def _read(text: str) -> tuple[list[str], KeyFile | None]:
    path = Path(text).expanduser()
    if not _is_file(path):
        return (keys_in(text), None)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Refused("file.large")
        return ([], read_file(path.read_bytes()))
    except OSError as error:
        raise Refused("file.unreadable", {"path": text, "error": error.strerror}) from error


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _missing(text: str) -> str | None:
    """A path that leads nowhere is not a key."""
    if not text:
        return _("Name a file, or keys.")
    looks_like_path = text.startswith(("/", "~", "./", "../")) or text.lower().endswith(".csv")
    if looks_like_path and not _is_file(Path(text).expanduser()):
        return _("There is no such file here.")
    return None


def _unusable(lines: Sequence[Unusable], command: str) -> list[str]:
    if not lines:
        return []
    n = len(lines)
    said = ngettext(
        "{n} line can’t be used:", "{n} lines can’t be used:", n
    ).format(n=fmt.number(n))  # fmt: skip
    result = ["", said]
    for one in lines[:SHOWN_LINES]:
        where = _("line {n}").format(n=fmt.number(one.line)) + ": " if one.line else ""
        result.append(f"  {where}{safe(one.text)[:40]}: {unusable(one.reason, one.first)}")
    if n > SHOWN_LINES:
        result.append(_("  … and more; “{command} FILE” prints all.").format(command=command))
    return result
