"""Dashboard: is everything all right? Verdict, figures, flows, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from textual import events, on
from textual.app import ComposeResult

from hbdash.store.queries.causes import Cause
from hbdash.store.queries.day import Day, day
from hbdash.store.queries.deadlines import Deadline
from hbdash.store.queries.flows import FlowState
from hbdash.store.queries.overview import FiringAlarm, Overview, overview
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from screens import levers
from screens.dashboard import figures, flows, large, lists
from screens.dashboard.drill import target_of
from screens.dashboard.layout import PARTS, plan
from screens.dashboard.verdict import verdict, viewer
from screens.frame import Page
from screens.threads import InThreads
from screens.widgets.cells import Cells
from screens.widgets.line import BLANK, Line, line
from screens.widgets.lines import Lines
from screens.widgets.rows import RowList


@dataclass(frozen=True)
class Board:
    """What the dashboard read: always the overview, the day only where there is room for it."""

    overview: Overview
    day: Day | None = None


class DashboardPage(Page[Board]):
    """Figures with trend and age, the 18 flows, open failures, deadlines, alarms."""

    page_id = "dashboard"

    def __init__(self) -> None:
        super().__init__()
        self.figures = Cells[figures.Cell](
            key=lambda cell: cell.name, draw_cell=figures.draw, id="figures"
        )
        self.flows = Cells[FlowState](
            key=lambda state: state.id, draw_cell=self._draw_flow, down=True, id="flows"
        )
        self.causes = RowList[Cause](
            key=lambda cause: cause.key, draw_row=self._draw_cause, title=_("Open failures"),
            empty=self._no_failures, idle_cursor=False, id="causes",
        )  # fmt: skip
        self.deadlines = RowList[Deadline](
            key=lambda one: f"{one.kind} {one.key}", draw_row=self._draw_deadline,
            title=_("Nearest deadlines"), empty=self._no_deadlines, idle_cursor=False,
            id="deadlines",
        )  # fmt: skip
        self.alarms = RowList[FiringAlarm](
            key=lambda alarm: str(alarm.id), draw_row=self._draw_alarm, title=_("Alarms"),
            empty=self._no_alarms, idle_cursor=False, id="alarms",
        )  # fmt: skip

        self.today = Lines(draw=self._draw_today, id="today")
        self.engine = Lines(draw=self._draw_engine, id="engine")
        self.lag = Lines(draw=self._draw_lag, id="lag")
        self.latest = Lines(draw=self._draw_latest, id="latest")
        self.threads = InThreads(id="threads")

    def body(self) -> ComposeResult:
        yield self.figures
        yield self.flows
        yield self.causes
        yield self.deadlines
        yield self.alarms
        yield from (self.today, self.engine, self.lag, self.latest)
        yield self.threads

    def on_mount(self) -> None:
        """The cursor begins on the nearest deadline."""
        self.deadlines.focus()

    # --- live

    def load(self, connection: Connection) -> Board:
        channel, now = self.host.channel, self.host.now()
        whole = overview(connection, channel.id, now, channel.zone)
        if self.wide < 180 or self.tall < 50:
            return Board(whole)
        midnight = now.astimezone(channel.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return Board(whole, day(connection, channel.id, now, midnight))

    def show(self, snapshot: Board) -> None:
        data = snapshot.overview
        zone, now = self.host.channel.zone, self.host.now()
        self._place()
        self.figures.show_items(
            figures.cells_of(data, now, zone, stale=self.stale),
            note=_("change since yesterday, trend of 48 h"),
        )
        run_key = line(("t", "accent bold"), (" " + _("run a flow"), "muted"))
        end = run_key if self.wide >= 120 else line((_("last run"), "muted"))
        self.flows.show_items(data.flows, note=flows.summary(data.flows), end=end)
        total = data.frame.open_failures
        n = len(data.causes)
        note = ngettext("{total} in {n} cause", "{total} in {n} causes", n)
        self.causes.show_rows(
            data.causes, note=note.format(total=fmt.number(total), n=n) if n else ""
        )
        all_of = _("{n} in all").format(n=fmt.number(data.deadlines.total))
        self.deadlines.show_rows(
            data.deadlines.nearest, note=all_of if self.wide >= 120 and n else ""
        )
        ringing = _("{n} firing").format(n=fmt.number(len(data.alarms)))
        self.alarms.show_rows(data.alarms, note=ringing if data.alarms else "")
        for part in (self.today, self.engine, self.lag, self.latest):
            part.redraw()

    def verdict(self) -> list[Line]:
        if self.snapshot is None:
            return [line((_("Reading …"), "muted")), BLANK]
        zone, now = self.host.channel.zone, self.host.now()
        here = self.host.face.engine_here()
        data = self.snapshot.overview
        first = verdict(data, now, zone, engine_here=here, wide=self.wide >= 120)
        lease = data.frame.lease
        if not here and lease is not None and lease.alive:
            return [first, viewer(lease, now, zone, wide=self.wide >= 120)]
        return [first, BLANK]

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        if self.snapshot is not None:
            self.call_after_refresh(self.show, self.snapshot)
            if self.snapshot.day is None:
                self.host.read_again()

    def _place(self) -> None:
        """Put each part where this window has room for it."""
        if self.snapshot is None or self.wide < 80 or self.tall < 24:
            return
        data = self.snapshot.overview
        size = self.app.size
        notice = 2 if self.wide < 120 else 3
        places = plan(
            size.width, size.height - 3 - notice, self.wide, self.tall,
            len(data.causes), len(data.deadlines.nearest), len(data.alarms),
        )  # fmt: skip
        for name in PARTS:
            for widget in self.query(f"#{name}"):
                region = places.places.get(name)
                widget.display = region is not None
                if region is not None:
                    widget.styles.offset = (region.x, region.y)
                    widget.styles.width, widget.styles.height = region.width, region.height
        self.figures.lay_out(
            4, places.figure_heights, gap=places.figure_gap,
            title=_("In step?") if places.figure_title else "",
        )  # fmt: skip
        rows = len(data.flows) // places.flow_columns
        self.flows.lay_out(
            places.flow_columns, (1,) * rows,
            title=_("{n} flows").format(n=len(data.flows)),
            header=flows.header if places.flow_header else None,
        )  # fmt: skip

    # --- rows

    def _draw_flow(self, state: FlowState, width: int, height: int) -> Any:
        day = self.snapshot.day if self.snapshot is not None else None
        marks = day.marks.get(state.id, ()) if day is not None else None
        return flows.draw(state, width, self.host.now(), self.host.channel.zone, marks)

    def _draw_cause(self, cause: Cause, width: int) -> Line:
        return lists.cause_row(cause, width, self.host.now(), self.host.channel.zone)

    def _draw_deadline(self, deadline: Deadline, width: int) -> Line:
        return lists.deadline_row(deadline, width, self.host.now())

    def _draw_alarm(self, alarm: FiringAlarm, width: int) -> Line:
        zone = self.host.channel.zone
        return lists.alarm_row(alarm, width, self.host.now(), zone)

    def _draw_today(self, width: int) -> list[Line]:
        day = self.snapshot.day if self.snapshot is not None else None
        return large.today(day.today, width) if day is not None else []

    def _draw_engine(self, width: int) -> list[Line]:
        if self.snapshot is None:
            return []
        zone, now = self.host.channel.zone, self.host.now()
        return large.engine(self.snapshot.overview, now, zone, width)

    def _draw_lag(self, width: int) -> list[Line]:
        board = self.snapshot
        if board is None or board.day is None:
            return []
        zone, now, height = self.host.channel.zone, self.host.now(), self.lag.size.height
        return large.lag(board.overview, board.day, now, zone, width, height)

    def _draw_latest(self, width: int) -> list[Line]:
        day = self.snapshot.day if self.snapshot is not None else None
        if day is None:
            return []
        zone, now = self.host.channel.zone, self.host.now()
        return large.latest(day.latest, now, zone, width, self.latest.size.height)

    def _no_failures(self, width: int) -> list[Line]:
        return [self._nothing(_("Nothing is wrong now."))]

    def _no_deadlines(self, width: int) -> list[Line]:
        return [self._nothing(_("Nothing to decide or to ship."))]

    def _no_alarms(self, width: int) -> list[Line]:
        return [self._nothing(_("Nothing rings."))]

    def _nothing(self, words: str) -> Line:
        """Good news, but only where somebody looked."""
        data = self.snapshot.overview if self.snapshot is not None else None
        if data is None or data.frame.lease is None:
            return line(" ", ("○", "muted"), (" " + _("Nothing was read yet."), "muted"))
        return line(" ", ("✓", "success"), (f" {words}", "muted"))

    # --- products

    def act_product_trigger(self) -> None:
        """Product Create for some SKUs, now (R7.1.9)."""
        levers.ask_trigger(self.host, self.threads.in_thread)

    def act_product_touch(self) -> None:
        """Some products once more, as updates (R7.5.1)."""
        levers.ask_list(self.host, self.threads.in_thread, levers.touch(self.host), lambda: None)

    # --- going deeper

    def key_under_cursor(self) -> str | None:
        if self.focused is self.deadlines and self.deadlines.selected is not None:
            return self.deadlines.selected.key
        return None

    @on(Cells.Opened)
    def _cell_opened(self, event: Cells.Opened) -> None:
        self._go_deeper(event.item)

    @on(RowList.Opened)
    def _row_opened(self, event: RowList.Opened) -> None:
        self._go_deeper(event.row)

    def _go_deeper(self, item: object) -> None:
        page_id, target = target_of(item)
        self.host.go(page_id, **target)
