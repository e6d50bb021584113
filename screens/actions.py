"""Every action of the screens, declared once.

From this table come the bindings, the footer, the help, the palette and the key table of the
manual, so they can't drift apart. Lower case looks, upper case changes something and asks first
(exceptions by old habit: G, E). Keys follow look section 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textual.binding import Binding

from hbdash.actions.actor import Role
from hbdash.texts import N_, _

EVERYWHERE = "*"
"""On every page."""
LISTS = "lists"
"""Group of actions that pages with a list share; shown as "In lists" in the help."""

_SHOWN = {
    "question_mark": "?", "slash": "/", "colon": ":", "exclamation_mark": "!", "asterisk": "*",
    "less_than_sign": "<", "greater_than_sign": ">", "left_square_bracket": "[",
    "right_square_bracket": "]", "space": "space", "escape": "esc", "delete": "del",
    "backspace": "bksp", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "f1": "F1", "f2": "F2", "f3": "F3", "f4": "F4", "f9": "F9",
}  # fmt: skip


@dataclass(frozen=True)
class Action:
    """One thing a key does. The page (or the frame) does it in ``act_<id with _>``."""

    id: str
    """Stable: what a keymap in the configuration names."""
    keys: tuple[str, ...]
    """Textual names; the first is shown, the others work too."""
    label: str
    """Word of the footer, a short infinitive."""
    about: str
    """One line of the help and the palette."""
    where: tuple[str, ...] = (EVERYWHERE,)
    """Page ids."""
    role: Role = Role.VIEWER
    """Who may: writing actions need more than a look."""
    dangerous: bool = False
    """Sale or money: the dialog asks for a typed word."""
    footer: int = 0
    """Place in the footer from the left; 0 is not shown there."""
    listed: bool = True
    """In the help and the palette; plain movement is told in one line instead."""
    group: str = ""
    """``lists`` gathers it under "In lists"."""

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.role > Role.VIEWER

    @property
    def method(self) -> str:
        """Name of the method that does it."""
        return "act_" + self.id.replace(".", "_")

    def is_on(self, page_id: str) -> bool:
        """Whether the page has it."""
        return EVERYWHERE in self.where or page_id in self.where


_D, _M, _A, _R = "dashboard", "monitoring", "alarms", "refunds"
_TABLES = (_M, _A, _R)

ACTIONS: tuple[Action, ...] = (
    # --- everywhere
    Action("page.1", ("1",), N_("Dashboard"), N_("the dashboard"), listed=False),
    Action("page.2", ("2",), N_("Monitoring"), N_("monitoring: log and failures"), listed=False),
    Action("page.3", ("3",), N_("Alarms"), N_("alarms and their rules"), listed=False),
    Action("page.4", ("4",), N_("Reject refund"), N_("claims to decide"), listed=False),
    Action("urgent.next", ("n",), N_("next urgent"), N_("next urgent thing"),
           footer=30),
    Action("why", ("w",), N_("why"), N_("why: any SKU, order, claim"), footer=20),
    Action("flow.menu", ("t",), N_("run"), N_("run a flow"), footer=40),
    Action("data.read", ("r",), N_("read again"), N_("read again now")),
    Action("history.back", ("less_than_sign", "left_square_bracket"), N_("back"),
           N_("back in history")),
    Action("history.forward", ("greater_than_sign", "right_square_bracket"), N_("forth"),
           N_("forth in history")),
    Action("palette", ("colon", "ctrl+p"), N_("commands"), N_("all commands, by name"),
           footer=80),
    Action("messages", (), N_("messages"), N_("messages said so far")),
    Action("theme.next", (), N_("theme"), N_("next colour theme")),
    Action("channel.next", ("0",), N_("channel"), N_("next channel")),
    Action("help", ("question_mark", "f1"), N_("help"), N_("this help; again: all keys"),
           footer=90),
    Action("back", ("q",), N_("back"), N_("one step back; then quit"), footer=99),
    Action("escape", ("escape",), N_("back"), N_("one step back, never quits"), listed=False),
    # --- lists
    Action("list.filter", ("slash",), N_("find"), N_("filter: word, !not"), where=_TABLES,
           footer=60, group=LISTS),
    Action("list.filter_cell", ("f",), N_("filter by this"), N_("filter by this cell (adds)"),
           where=(_M,), footer=50, group=LISTS),
    Action("list.errors", ("exclamation_mark",), N_("errors only"),
           N_("errors only, all again"), where=(_M,), footer=52, group=LISTS),
    Action("list.clear", ("c",), N_("clear"), N_("clear all filters"), where=_TABLES,
           group=LISTS),
    Action("list.unfilter", ("backspace",), N_("last filter off"), N_("take the last filter off"),
           where=_TABLES, group=LISTS),
    Action("list.sort", ("s",), N_("sort"), N_("sort by the next column"), where=(_M, _R),
           group=LISTS),
    Action("list.mark", ("space",), N_("mark"), N_("mark one"), where=(_M,), group=LISTS),
    Action("list.mark_all", ("asterisk",), N_("mark all"), N_("mark all that match"),
           where=(_M,), group=LISTS),
    Action("list.copy", ("y",), N_("copy"), N_("copy the line"), where=_TABLES, group=LISTS),
    # --- monitoring
    Action("log.pause", ("p",), N_("pause"), N_("pause the live tail, go on"), where=(_M,),
           footer=56),
    Action("log.error_next", ("e",), N_("next error"), N_("next error"), where=(_M,), footer=54),
    Action("log.error_previous", ("E",), N_("previous error"), N_("previous error"),
           where=(_M,)),
    Action("cure", ("o",), N_("cure"), N_("cure what the line says"), where=(_M, _A, _R),
           footer=58),
    Action("story", ("h",), N_("story"), N_("story of this key"), where=(_M, _R), footer=59),
    Action("ticket", ("m",), N_("ticket"), N_("ticket text for support"), where=(_M,)),
    Action("failure.retry", ("R",), N_("retry"), N_("retry the failure, or all marked"),
           where=(_M,), role=Role.OPERATOR, footer=45),
    Action("failure.close", ("C",), N_("close"), N_("close the failure with a reason"),
           where=(_M,), role=Role.OPERATOR, footer=46),
    Action("penalty.lift", ("L",), N_("lift"), N_("lift the penalty, or all marked"),
           where=(_M,), role=Role.OPERATOR, footer=47),
    Action("penalty.list", ("B",), N_("lift a list"), N_("lift the penalties of a file or of keys"),
           where=(_M,), role=Role.OPERATOR),
    # --- products
    Action("product.trigger", ("P",), N_("trigger"), N_("send new products now (create only)"),
           where=(_D,), role=Role.OPERATOR),
    Action("product.touch", ("U",), N_("send again"),
           N_("send products again: a file or SKUs (touches their version)"),
           where=(_D, _M), role=Role.OPERATOR),
    # --- alarms
    Action("alarm.acknowledge", ("K",), N_("acknowledge"), N_("acknowledge the alarm: I have it"),
           where=(_A,), role=Role.OPERATOR, footer=10),
    Action("alarm.silence", ("H",), N_("hush"), N_("hush the rule for a while"), where=(_A,),
           role=Role.OPERATOR, footer=12),
    Action("alarm.new", ("N",), N_("new rule"), N_("new rule"), where=(_A,), role=Role.OPERATOR,
           footer=14),
    Action("alarm.delete", ("D",), N_("delete"), N_("delete the rule"), where=(_A,),
           role=Role.OPERATOR, footer=16),
    Action("alarm.preview", ("v",), N_("preview"), N_("what the rule would have done in 24 h"),
           where=(_A,), footer=18),
    # --- reject refund
    Action("claim.reject", ("X",), N_("reject"), N_("reject the claim"), where=(_R,),
           role=Role.OPERATOR, footer=10),
    Action("claim.approve", ("A",), N_("approve"), N_("approve the claim: refund the customer"),
           where=(_R,), role=Role.OPERATOR, footer=12),
    Action("claim.photo", ("x",), N_("photo"), N_("copy the address of the next photo"),
           where=(_R,), footer=14),
    Action("claim.photo_add", ("f3",), N_("add photo"), N_("in the form: add a photo"),
           where=(_R,), role=Role.OPERATOR),
    Action("claim.photo_drop", ("delete",), N_("drop photo"), N_("in the form: drop the photo"),
           where=(_R,), role=Role.OPERATOR),
    Action("claim.send", ("f9",), N_("send"), N_("in the form: check, and send"), where=(_R,),
           role=Role.OPERATOR),
)  # fmt: skip
"""In the order of the help."""

BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}


def actions_of(page_id: str) -> list[Action]:
    """Actions of a page, its own first."""
    own = [a for a in ACTIONS if EVERYWHERE not in a.where and a.is_on(page_id)]
    return own + [a for a in ACTIONS if EVERYWHERE in a.where]


def bindings_of(page_id: str, keymap: Mapping[str, str] | None = None) -> list[Binding]:
    """Textual's bindings of a page. ``keymap`` replaces keys by action id."""
    result: list[Binding] = []
    for action in actions_of(page_id):
        keys = keys_of(action, keymap)
        if keys:
            result.append(
                Binding(
                    ",".join(keys), f"act('{action.id}')", _(action.label), show=False,
                    id=action.id,
                )
            )  # fmt: skip
    return result


def keys_of(action: Action, keymap: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Textual names of an action's keys; quitting always stays bound."""
    replaced = (keymap or {}).get(action.id)
    if replaced is None:
        return action.keys
    keys = tuple(key.strip() for key in replaced.split(",") if key.strip())
    return (*keys, *action.keys[:1]) if action.id == "back" and action.keys[0] not in keys else keys


def key_text(action: Action, keymap: Mapping[str, str] | None = None) -> str:
    """The first key as people read it."""
    keys = keys_of(action, keymap)
    return shown(keys[0]) if keys else ""


def shown(key: str) -> str:
    """A Textual key name as people read it."""
    return _SHOWN.get(key, key)


def key_table(actions: Iterable[Action] = ACTIONS) -> str:
    """The key table of the manual, in Markdown."""
    rows = ["| keys | action | where | what it does | who |", "| --- | --- | --- | --- | --- |"]
    for action in actions:
        keys = " ".join(f"`{shown(key)}`" for key in action.keys) or "`:`"
        where = _("everywhere") if EVERYWHERE in action.where else ", ".join(action.where)
        rows.append(
            f"| {keys} | `{action.id}` | {where} | {_(action.about)} | {action.role.name.lower()} |"
        )
    return "\n".join(rows) + "\n"
