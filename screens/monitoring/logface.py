"""The Log part as it is drawn: its state, its widgets, and what each of them shows."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Input

from hbdash.store.log.reader import Count, LogFilter, LogRow
from hbdash.texts import _
from screens.monitoring import emptiness, histogram, logbands, logdetail
from screens.monitoring.chips import TODAY, Query
from screens.monitoring.loglayout import LogPlan, plan
from screens.monitoring.loglist import LogList
from screens.monitoring.part import Part
from screens.monitoring.reading import (
    Asked,
    LineDetail,
    LogReading,
    LogView,
)
from screens.widgets.line import BLANK, Line, beside, heading, line
from screens.widgets.lines import Lines

_NOTHING = Count(0, exact=True)


class LogFace(Part):
    """What the log is asked, what was read, and how it looks."""

    part_id = "log"

    def __init__(self) -> None:
        super().__init__(id="part-log", classes="part")
        self.query_now = Query((TODAY,))
        self.paused = False
        self.view: LogView | None = None
        self.searching = False
        """Whether a search for words is on in a thread."""
        self.searched_to: Any = None
        """How far a search that was not finished has looked."""
        self._halted = False
        self._reading = LogReading()
        self._serial = 1
        self._head = 0
        self._fresh = True
        self._bars = 78
        self._plan: LogPlan | None = None
        self._asked = Asked(self.query_now, 0, True, True, self._bars, 1)
        self._before: list[Query] = []
        self._rest_until = 0.0
        self._pending: LogView | None = None
        self._found: LineDetail | None = None
        self._resting: Timer | None = None
        self.chips = Lines(draw=self._draw_chips, id="log-chips")
        self.line = Input(id="log-line", compact=True)
        self.chart = Lines(draw=self._draw_chart, id="log-chart")
        self.rows = LogList(self._draw_empty, id="log-list")
        self.detail = Lines(draw=self._draw_detail, id="log-detail")

    def compose(self) -> ComposeResult:
        yield self.chips
        yield self.line
        yield self.chart
        yield self.rows
        yield self.detail

    def on_mount(self) -> None:
        """The filter line comes with /."""
        self.line.display = False

    def main(self) -> LogList:
        return self.rows

    def ask(self, query: Query, *, remember: bool = False) -> None:
        """Show what fits ``query``; ``remember`` lets esc come back to what was shown."""
        if remember and query != self.query_now:
            self._before = [*self._before[-20:], self.query_now]
        self.stop_thread("older")
        self.stop_thread("jump")
        self.query_now = query
        self.searching = self._halted = False
        self.searched_to = None
        self._pending = None
        self._serial += 1
        self._fresh, self._head = True, 0
        self._ask()
        self.chips.redraw()
        self.changed()
        self.host.read_again()

    def _ask(self) -> None:
        """Say what the reader thread is to read next."""
        self._asked = Asked(
            self.query_now,
            self._head,
            self._fresh,
            self.rows.on_top and not self.paused,
            self._bars,
            self._serial,
            rate=self.wide >= 120,
            empty=not self.rows.segment.rows and self.rows.segment.whole,
        )

    def _filter(self) -> LogFilter:
        owner = self.host
        return self.query_now.filter(owner.channel.id, owner.now(), owner.channel.zone)

    def _waiting(self) -> Count:
        """New lines that are not in the list."""
        if self.view is None or self._asked.follow:
            return _NOTHING
        return self.view.waiting

    def on_resize(self, event: events.Resize) -> None:
        """Other breakpoints may hold."""
        self.call_after_refresh(self._place)

    def _place(self) -> None:
        size = self.size
        if not size.width or self.wide < 80 or self.tall < 24:
            return
        self._plan = plan(size.width, size.height, self.wide, self.tall)
        for name, region in self._plan.places.items():
            widget = self.query_one(f"#log-{name}")
            widget.styles.offset = (region.x, region.y)
            widget.styles.width, widget.styles.height = region.width, region.height
        chips = self._plan.places["chips"]
        self.line.styles.offset = (chips.x, chips.y)
        self.line.styles.width = chips.width
        bars = self._plan.places["chart"].width - 2
        if bars != self._bars:
            self._bars = bars
            self._ask()
            self.host.read_again()

    def _draw_chips(self, width: int) -> list[Line]:
        owner = self.host
        now, zone = owner.now(), owner.channel.zone
        start = logbands.chips(self.query_now, now, zone)
        current = self.view is not None and self.view.asked.serial == self._serial
        end = BLANK
        if self.view is not None and current:
            end = logbands.counts(self.view, self.rows.segment, wide=self.wide >= 120)
        return [logbands.joined(start, end, width)]

    def _draw_chart(self, width: int) -> list[Line]:
        if self.view is None or self._plan is None:
            return []
        owner = self.host
        lines = histogram.chart(
            self.view.bars, self._plan.bars, width - 2, owner.channel.zone, self.view.until,
            colours=owner.palette.mode != "none",
        )  # fmt: skip
        return [line(" ") + one for one in lines]

    def _draw_empty(self, width: int) -> list[Line]:
        owner = self.host
        if self.view is None or self.view.asked.serial != self._serial:
            return [BLANK, line(" ", (_("Reading …"), "muted"))]
        return emptiness.lines(
            self.view, self.query_now, width, owner.now(), owner.channel.zone,
            searching=self.searching, searched_to=self.searched_to,
        )  # fmt: skip

    def _draw_detail(self, width: int) -> list[Line]:
        row, owner = self.rows.selected, self.host
        if row is None or self._plan is None:
            return []
        now, zone, height = owner.now(), owner.channel.zone, self.detail.size.height
        inner = width - 2
        known = self._found
        failure = known.failure if known is not None else None
        note = logdetail.note(row, failure)
        head = [heading(logdetail.title(row), note, self._position(), width=inner)]
        if self._plan.split:
            body = self._tall_detail(row, inner, height - 1)
        elif inner >= 100:
            body = self._wide_detail(row, inner, height - 1)
        else:
            body = logdetail.message_lines(row, inner, 2)
            body += logdetail.about_lines(
                row, failure, inner, now, zone, long=False, read=known is not None
            )
            body = [*body[: height - 2], logdetail.key_line(row)]
        return [line(" ") + one for one in [*head, *body][:height]]

    def _wide_detail(self, row: LogRow, width: int, height: int) -> list[Line]:
        """Words at the left, request and response at the right."""
        owner = self.host
        half = (width - 4) // 2
        start = self._words(row, half, height, owner.now())
        end = logdetail.exchange_lines(self._found, width - half - 4)[:height]
        if len(start) < height:
            start += [BLANK] * (height - len(start))
        end += [BLANK] * (len(start) - len(end))
        widths = (half, width - half - 4)
        return [beside(pair, widths, 4) for pair in zip(start, end, strict=False)]

    def _tall_detail(self, row: LogRow, width: int, height: int) -> list[Line]:
        """Everything below each other, the story last."""
        owner = self.host
        now, zone = owner.now(), owner.channel.zone
        lines = [*self._words(row, width, max(height // 2, 12), now), BLANK]
        story = min(max(height // 4, 6), 14) if height >= 30 else 0
        bodies = logdetail.exchange_lines(self._found, width)
        lines += bodies[: max(height - len(lines) - story, 0)]
        told = logdetail.story_lines(self._found, width, now, zone, height - len(lines) - 1)
        return [*lines, BLANK, *told] if told else lines

    def _words(self, row: LogRow, width: int, height: int, now: Any) -> list[Line]:
        zone = self.host.channel.zone
        failure = self._found.failure if self._found is not None else None
        about = logdetail.about_lines(
            row, failure, width, now, zone, long=True, read=self._found is not None
        )
        room = max(height - len(about) - 2, 1)
        message = logdetail.message_lines(row, width, room)
        lines = [*message, BLANK, *about] if len(message) + len(about) + 2 <= height else [
            *message, *about]  # fmt: skip
        return [*lines[: height - 1], logdetail.key_line(row)]

    def _position(self) -> str:
        if self.view is None:
            return ""
        return logbands.position(self.rows.number, self.view.shown, self.rows.segment)
