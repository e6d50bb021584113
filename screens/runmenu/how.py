"""How a flow is run by hand: all that is due, for given keys, or for a past window; dry or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from textual import events
from textual.binding import Binding
from textual.message import Message

from hbdash.domain.flowspec import FlowSpec
from hbdash.texts import N_, _
from hbdash.texts import formats as fmt
from screens.widgets.line import Line, line
from screens.widgets.lines import Lines

_KEYS = re.compile(r"[,;\s]+")
_TIME = re.compile(r"(?:(\d{4}-\d{2}-\d{2})[ T])?(\d{1,2}):(\d{2})$")
_KINDS = {
    "sku": N_("SKUs"), "order": N_("order or package numbers"), "claim": N_("claim numbers"),
    "package": N_("package numbers"), "category": N_("category ids"),
}  # fmt: skip


@dataclass(frozen=True)
class How:
    """The choice."""

    mode: str = "due"
    """``due``, ``keys`` or ``window``."""
    keys: tuple[str, ...] = ()
    window: tuple[datetime, datetime] | None = None
    dry_run: bool = False


class HowList(Lines):
    """The choices, with a cursor of its own; reached by tab."""

    BINDINGS = [
        Binding("up,k", "step(-1)", show=False),
        Binding("down,j", "step(1)", show=False),
        Binding("space", "choose", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Chosen(Message):
        """A line was chosen: ``due``, ``keys``, ``window`` or ``dry``."""

        def __init__(self, choice: str) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self) -> None:
        super().__init__(ground="panel", focusable=True, id="how")
        self.how = How()
        self._spec: FlowSpec | None = None
        self._index = 0

    def choices(self) -> list[str]:
        """What this flow can be run for."""
        spec = self._spec
        result = ["due"]
        if spec is not None and spec.key_kind:
            result.append("keys")
        if spec is not None and spec.windowed:
            result.append("window")
        return [*result, "dry"]

    def for_flow(self, spec: FlowSpec) -> None:
        """Another flow: its choices, all that is due."""
        if spec is not self._spec:
            self._spec = spec
            self.how = How(dry_run=self.how.dry_run)
            self._index = 0
            self.draw_choices()

    def set(self, how: How) -> None:
        """The choice was made elsewhere."""
        self.how = how
        self.draw_choices()

    def draw_choices(self) -> None:
        """Draw what differs."""
        self.show([self._line(n, choice) for n, choice in enumerate(self.choices())])

    def _line(self, number: int, choice: str) -> Line:
        here = self.has_focus and number == self._index
        if choice == "dry":
            mark = "[x]" if self.how.dry_run else "[ ]"
            on = self.how.dry_run
        else:
            mark = "(•)" if self.how.mode == choice else "( )"
            on = self.how.mode == choice
        text = line((mark, "accent bold" if on else "muted"), " ", (self._words(choice), ""))
        gutter = line(("▌", "accent")) if here else line(("│", "rule"))
        return (gutter + line(" ") + text).on("selection" if here else "")

    def _words(self, choice: str) -> str:
        how = self.how
        if choice == "due":
            return _("all that is due")
        if choice == "keys":
            if how.mode == "keys" and how.keys:
                return _("for {n} given: {keys}").format(n=len(how.keys), keys=", ".join(how.keys))
            return _("for given {kind} …").format(kind=kind_words(self._spec))
        if choice == "window":
            if how.mode == "window" and how.window is not None:
                begin, end = how.window
                return _("for {span} of the past").format(span=fmt.duration(end - begin))
            return _("for a past window …")
        return _("dry run: says, sends nothing")

    def action_step(self, step: int) -> None:
        """Up and down."""
        self._index = max(0, min(self._index + step, len(self.choices()) - 1))
        self.draw_choices()

    def action_choose(self) -> None:
        """Take the line under the cursor."""
        choice = self.choices()[self._index]
        if choice == "dry":
            self.set(replace(self.how, dry_run=not self.how.dry_run))
        elif choice == "due":
            self.set(replace(self.how, mode="due"))
        self.post_message(self.Chosen(choice))

    def on_focus(self, event: events.Focus) -> None:
        """Show the cursor."""
        self.draw_choices()

    def on_blur(self, event: events.Blur) -> None:
        """Hide the cursor."""
        self.draw_choices()

    def window_line(self, y: int) -> Line:
        return self._lines[y] if y < len(self._lines) else line(("│", "rule"))


def kind_words(spec: FlowSpec | None) -> str:
    """What the flow's keys are."""
    kind = spec.key_kind if spec is not None else ""
    return _(_KINDS[kind]) if kind in _KINDS else _("keys")


def keys_of(text: str) -> tuple[str, ...]:
    """Keys from what was typed or pasted: separated by blanks, commas or lines, each once."""
    return tuple(dict.fromkeys(key for key in _KEYS.split(text.strip()) if key))


def window_of(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """A window from ``10:00 - 12:00``, ``2026-11-22 10:00 – 14:00`` or ``6h``; None if it is none.

    Times are of the channel's zone; a window must lie in the past and begin before it ends.
    """
    text = text.strip()
    hours = re.fullmatch(r"(\d{1,4})\s*(?:h|sa)", text)
    if hours:
        return (now - timedelta(hours=int(hours[1])), now)
    sides: Sequence[str] = re.split(r"\s+[-–]\s+|\s*–\s*", text)
    if len(sides) != 2:
        return None
    begin = _moment(sides[0], now, zone, None)
    end = _moment(sides[1], now, zone, begin) if begin is not None else None
    if begin is None or end is None or not begin < end <= now:
        return None
    return (begin, end)


def _moment(text: str, now: datetime, zone: ZoneInfo, after: datetime | None) -> datetime | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    day = (after or now).astimezone(zone).date()
    try:
        if found[1]:
            day = datetime.fromisoformat(found[1]).date()
        moment = datetime(day.year, day.month, day.day, int(found[2]), int(found[3]), tzinfo=zone)
    except ValueError:
        return None
    return moment.astimezone(UTC)
