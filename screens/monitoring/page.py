"""Monitoring: Log, Failures, Reports, Penalties. The page shows one part and asks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from textual.app import ComposeResult

from hbdash.store.queries.penalties import count_penalties
from hbdash.texts import N_, _
from hbdash.texts import formats as fmt
from screens.actions import Action
from screens.frame import Page
from screens.monitoring.chips import Query
from screens.monitoring.failures import FailuresPart
from screens.monitoring.log import LogPart
from screens.monitoring.part import Part
from screens.monitoring.penalties import PenaltiesPart
from screens.monitoring.reportdata import figures
from screens.monitoring.reports import ReportsPart
from screens.widgets.line import BLANK, Line, line, spread
from screens.widgets.lines import Lines

_NAMES = {
    "log": N_("Log"), "failures": N_("Failures"), "reports": N_("Reports"),
    "penalties": N_("Penalties"),
}  # fmt: skip
_EVERYWHERE = ("list.copy",)


@dataclass(frozen=True)
class MonitoringView:
    """What was read: of the part that is shown, and what stands on the line of parts."""

    part: str
    view: Any
    reports: int | None
    penalties: int = 0


class MonitoringPage(Page[MonitoringView]):
    """The parts, gone through by the digit of the page."""

    page_id = "monitoring"
    parts = ("log", "failures", "reports", "penalties")

    def __init__(self) -> None:
        super().__init__()
        self.log_part = LogPart()
        self.failures_part = FailuresPart()
        self.reports_part = ReportsPart()
        self.penalties_part = PenaltiesPart()
        self.all_parts: tuple[Part, ...] = (
            self.log_part, self.failures_part, self.reports_part, self.penalties_part,
        )  # fmt: skip
        for part in self.all_parts:
            part.draw_parts, part.lead = self._draw_line, self.lead
        self._came: tuple[str, Query] | None = None
        """From which part a key led into the log, and what the log showed before."""
        self._shown = "log"
        self._parts = Lines(draw=self._draw_parts, id="parts")

    def body(self) -> ComposeResult:
        yield self._parts
        yield from self.all_parts

    def on_mount(self) -> None:
        """The part that was asked for has the focus."""
        self._show_part()

    @property
    def shown(self) -> Part:
        """The part that is shown."""
        return next(part for part in self.all_parts if part.part_id == self._shown)

    def _show_part(self) -> None:
        for part in self.all_parts:
            part.display = part is self.shown
        self.shown.main().focus()

    def lead(self, part_id: str, **target: Any) -> None:
        """Into the log (or another part), from which esc comes back."""
        came = (self._shown, self.log_part.query_now)
        self._turn_to(part_id)
        self.shown.open(**target)
        self._came = came

    def _turn_to(self, part_id: str) -> None:
        self._came = None
        self._shown = part_id
        if self.is_mounted:
            self._show_part()
            self.host.read_again()
            self.draw_frame()

    # --- live

    def load(self, connection: Connection) -> MonitoringView:
        part = self.shown
        known = figures(connection, self.host.channel.id).values()
        reports = (
            sum(n for n in known if n is not None) if any(n is not None for n in known) else None
        )
        punished = count_penalties(connection, self.host.channel.id, self.host.now()).total
        return MonitoringView(part.part_id, part.load(connection), reports, punished)

    def show(self, snapshot: MonitoringView) -> None:
        if snapshot.part == self._shown:
            self.shown.show(snapshot.view)

    def draw_frame(self) -> None:
        super().draw_frame()
        if self.is_mounted:
            height = 1 if self.wide < 120 else 2
            if self._parts.styles.height is None or self._parts.styles.height.value != height:
                self._parts.styles.height = height
            self._draw_line()

    def _draw_line(self) -> None:
        self._parts.redraw()

    def _draw_parts(self, width: int) -> list[Line]:
        result = line(" " * self.margin)
        for part in self.all_parts:
            name = f" {_(_NAMES[part.part_id])} "
            shown = part.part_id == self._shown
            result = result + line((name, "reverse" if shown else ""))
            count = self._count(part.part_id)
            if count is not None:
                result = result + line((fmt.number(count), "bold" if count else "muted"), " ")
            result = result + line(" ")
        end = self.shown.title() + line(" " * self.margin)
        return [spread(result, end, width), BLANK]

    def _count(self, part_id: str) -> int | None:
        if part_id == "failures" and self.frame is not None:
            return self.frame.open_failures
        if part_id == "reports" and self.snapshot is not None:
            return self.snapshot.reports
        if part_id == "penalties" and self.snapshot is not None:
            return self.snapshot.penalties
        return None

    # --- frame

    def open(self, **target: Any) -> None:
        """``part``, and what the part understands: key, flow, cause, report …"""
        wanted = str(target.pop("part", self._shown))
        if any(part.part_id == wanted for part in self.all_parts):
            self._turn_to(wanted)
        self.shown.open(**target)

    def part(self) -> str:
        return self._shown

    def action_report(self, step: int) -> None:
        """Left and right in the reports: the other lists."""
        self.reports_part.turn(step)

    def action_penalty_state(self, step: int) -> None:
        """Left and right in the penalties: the other states."""
        self.penalties_part.turn(step)

    def next_part(self) -> None:
        ids = [part.part_id for part in self.all_parts]
        self._turn_to(ids[(ids.index(self._shown) + 1) % len(ids)])

    def step_back(self) -> bool:
        if self.shown.step_back():
            return True
        if self._came is None:
            return False
        part_id, query = self._came
        self.log_part.ask(query)
        self._turn_to(part_id)
        return True

    def key_under_cursor(self) -> str | None:
        return self.shown.key_under_cursor()

    def own_keys(self) -> list[tuple[str, str]]:
        return self.shown.own_keys()

    def offers(self, action: Action) -> bool:
        if self.log_part.line.display:
            return False  # letters are typed now
        return hasattr(self.shown, action.method) or not self._of_a_part(action)

    def why_not(self, action: Action) -> str | None:
        if self._of_a_part(action) and not hasattr(self.shown, action.method):
            names = [
                _(_NAMES[one.part_id]) for one in self.all_parts if hasattr(one, action.method)
            ]
            return _("That is done in the part {part}: 2.").format(part=", ".join(names))
        return self.shown.why_not(action)

    def handler(self, action: Action) -> Any:
        for part in (self.shown, *self.all_parts):
            found = getattr(part, action.method, None)
            if found is not None:
                return found
        return super().handler(action)

    def _of_a_part(self, action: Action) -> bool:
        return any(hasattr(part, action.method) for part in self.all_parts)
