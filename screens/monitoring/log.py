"""Log: what happened, and why? Chips, histogram, the live list, and the line in full."""

from __future__ import annotations

import time
from functools import partial
from typing import Any, Literal

from sqlalchemy import Connection
from textual import events, on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Input

from hbdash.store.log import reader
from hbdash.store.log.reader import Count, LogFilter, LogPage, LogRow
from hbdash.texts import _
from hbdash.texts import formats as fmt
from screens.actions import Action
from screens.monitoring import emptiness, histogram, logbands, logdetail
from screens.monitoring.chips import ERRORS, TODAY, Chip, Query
from screens.monitoring.curing import cure
from screens.monitoring.filterline import Wrong, combined, parse
from screens.monitoring.lineview import LineView
from screens.monitoring.logcells import chip_of
from screens.monitoring.loglayout import LogPlan, plan
from screens.monitoring.loglist import LogList
from screens.monitoring.part import Part
from screens.monitoring.reading import (
    Asked,
    LineDetail,
    LogReading,
    LogView,
    around,
    line_detail,
    newer_page,
    pages,
)
from screens.monitoring.segment import PAGE, Segment
from screens.monitoring.threads import Answer
from screens.monitoring.ticket import ticket_text
from screens.widgets.line import BLANK, Line, beside, heading, line
from screens.widgets.lines import Lines

_TAIL_S = 1.0
"""The live tail is drawn at most so often."""
_WIRE = 8_000
"""Bytes a second that the tail may cost: a redraw rests for as long as it cost at this rate."""
_DETAIL_S = 0.08
"""A line's bodies are read when the cursor has rested on it for so long."""
_NOTHING = Count(0, exact=True)


class LogPart(Part):
    """The log of the channel."""

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
        self._bars = 78
        self._plan: LogPlan | None = None
        self._asked = Asked(self.query_now, 0, True, self._bars, 1)
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

    # --- live

    def load(self, connection: Connection) -> LogView:
        owner = self.host
        channel = owner.channel
        return self._reading.view(connection, channel.id, self._asked, owner.now(), channel.zone)

    def show(self, view: LogView) -> None:
        """Show it now; or, where only the tail moved on, when the last redraw has rested."""
        if view.asked.serial != self._serial:
            return
        before = self.view.asked if self.view is not None else None
        live = before is not None and (before.serial, before.bars) == (
            self._serial,
            view.asked.bars,
        )
        wait = self._rest_until - time.monotonic()
        if live and wait > 0 and self.view is not view:
            if self._pending is None:
                self.set_timer(wait, self._show_pending)
            self._pending = view
            return
        self._apply(view)

    def _show_pending(self) -> None:
        view, self._pending = self._pending, None
        if view is not None and view.asked.serial == self._serial:
            self._apply(view)

    def _apply(self, view: LogView) -> None:
        first = self.view is None or self.view.asked.serial != self._serial
        moved = self._take(view, first=first)
        self.view = view
        if moved:
            self._rest_until = time.monotonic() + max(_TAIL_S, self._cost() / _WIRE)
        self.chips.redraw()
        self.chart.redraw()
        self.rows.refresh_changed()
        self.detail.redraw()
        self._ask()

    def _take(self, view: LogView, *, first: bool) -> bool:
        """Put what was read into the list; whether the tail moved on."""
        segment = self.rows.segment
        if view.page is not None and view.asked.newest == (0 if first else segment.newest_id):
            self._begin(view.page)
            if not view.page.complete and view.page.cursor is not None:
                self._read_older()
            return not first and bool(view.page.rows)
        if view.newer and self.rows.on_top and not self.paused:
            added = segment.add_newer(view.newer, at_head=True)
            self.rows.grown(added, at_top=True)
            return added > 0
        return False

    def _begin(self, page: LogPage) -> None:
        self.searched_to = page.searched_to
        self.rows.dated = self._is_dated()
        self.rows.begin(Segment(list(page.rows), older=page.cursor))

    def _is_dated(self) -> bool:
        span = self.query_now.span
        return span is None or span.kind in ("last", "day", "yesterday") or span.day is not None

    def _cost(self) -> int:
        """Bytes that a redraw of list and detail takes, about: letters and changes of colour."""
        listed = min(self.rows.room, len(self.rows.segment.rows)) * (self.rows.size.width + 170)
        return listed + self.detail.size.height * (self.detail.size.width // 2 + 40)

    def _ask(self) -> None:
        """Say what the reader thread is to read next."""
        self._asked = Asked(
            self.query_now,
            self.rows.segment.newest_id,
            self.rows.on_top and not self.paused,
            self._bars,
            self._serial,
            rate=self.wide >= 120,
        )

    def _waiting(self) -> Count:
        """New lines that are not in the list."""
        if self.view is None or self._asked.follow:
            return _NOTHING
        return self.view.waiting

    # --- asking something else

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
        self._asked = Asked(
            query, 0, not self.paused, self._bars, self._serial, rate=self.wide >= 120
        )
        self.chips.redraw()
        self.changed()
        self.host.read_again()

    def _filter(self) -> LogFilter:
        owner = self.host
        return self.query_now.filter(owner.channel.id, owner.now(), owner.channel.zone)

    def open(self, **target: Any) -> None:
        """``key``, ``flow``, ``run`` or ``level`` alone; without any, the log as it was left."""
        chips: list[Chip] = []
        if target.get("key"):
            chips.append(Chip("key", (str(target["key"]),)))
        if target.get("run"):
            chips.append(Chip("run", (str(int(target["run"])),)))
        if target.get("flow"):
            chips += [TODAY, Chip("flow", (str(target["flow"]),))]
        if target.get("level"):
            chips.append(Chip("level", (str(target["level"]),)))
        if chips:
            self.ask(Query(tuple(chips)), remember=True)

    # --- reading on

    @on(LogList.Wanted)
    def _wanted(self, event: LogList.Wanted) -> None:
        event.stop()
        match event.what:
            case "older":
                if not self.searching and not self._halted:
                    self._read_older()
            case "newer":
                self._read_newer()
            case "newest":
                self._to_newest()
            case "oldest":
                self._to_oldest()

    def _read_older(self) -> None:
        """Read on where the list ends; a search for words step by step, shown as it goes."""
        serial, before = self._serial, self.rows.segment.older
        wanted, db = self._filter(), self.host.face.db
        self.searching = True

        def work(stopped: Any) -> None:
            for page in pages(db, wanted, before, stopped):
                self.post_message(Answer(partial(self._add_older, serial, page)))

        self.in_thread("older", work, lambda _none: self._searched(serial))
        self.changed()

    def _add_older(self, serial: int, page: LogPage) -> None:
        if serial != self._serial:
            return
        self.searched_to = page.searched_to
        dropped = self.rows.segment.add_older(page.rows, page.cursor)
        self.rows.grown(0, at_top=dropped == 0, dropped=dropped)
        self.chips.redraw()
        self.changed()

    def _searched(self, serial: int) -> None:
        if serial == self._serial:
            self.searching = False
            self.chips.redraw()
            self.rows.refresh_changed()
            self.changed()

    def _read_newer(self) -> None:
        serial, wanted, db = self._serial, self._filter(), self.host.face.db
        after = self.rows.segment.newest_id

        def done(page: LogPage) -> None:
            if serial == self._serial and self.rows.segment.newest_id == after:
                added = self.rows.segment.add_newer(page.rows, at_head=page.cursor is None)
                self.rows.grown(added, at_top=False)
                self._ask()

        self.in_thread("newer", lambda _stopped: newer_page(db, wanted, after), done)

    def _to_newest(self) -> None:
        """Take what waits; where the list has lost its head, begin anew."""
        if not self.rows.segment.at_head:
            self.ask(self.query_now)
            return
        self._ask()
        self._rest_until = 0.0
        self.host.read_again()

    def _to_oldest(self) -> None:
        serial, wanted, db = self._serial, self._filter(), self.host.face.db

        def work(_stopped: Any) -> LogPage:
            with db.read() as connection:
                return reader.page(connection, wanted, after=0, limit=PAGE)

        def done(page: LogPage) -> None:
            if serial == self._serial and page.rows:
                segment = Segment(list(page.rows), at_head=page.cursor is None, older=None)
                self._ask_from(segment, page.rows[-1].id)

        self.in_thread("jump", work, done)

    def _ask_from(self, segment: Segment, log_id: int) -> None:
        """Show another stretch of the same, the cursor on a line of it."""
        self.rows.begin(segment, on=log_id)
        self._ask()
        self.changed()

    # --- where the cursor is

    @on(LogList.Moved)
    def _moved(self, event: LogList.Moved) -> None:
        event.stop()
        row = self.rows.selected
        if self._found is not None and (row is None or self._found.detail.row.id != row.id):
            self._found = None
        self._ask()
        self.detail.redraw()
        self.owner.draw_frame()
        if row is not None and self._found is None:
            if self._resting is not None:
                self._resting.stop()
            self._resting = self.set_timer(_DETAIL_S, self._read_detail)

    def _read_detail(self) -> None:
        row = self.rows.selected
        if row is None:
            return
        db, channel_id = self.host.face.db, self.host.channel.id
        story = self._plan is not None and self._plan.split

        def done(found: LineDetail | None) -> None:
            here = self.rows.selected
            if found is not None and here is not None and here.id == found.detail.row.id:
                self._found = found
                self.detail.redraw()

        self.in_thread(
            "detail", lambda _stopped: line_detail(db, channel_id, row, story=story), done
        )

    @on(LogList.Opened)
    def _opened(self, event: LogList.Opened) -> None:
        event.stop()
        row = self.rows.selected
        if row is not None:
            self.host.open_overlay(LineView(row, self._found), self._after_view)

    def _after_view(self, action: str | None) -> None:
        if action:
            self.owner.action_act(action)

    # --- drawing

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
        lines = [*self._words(row, width, height // 2, now), BLANK]
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

    # --- frame

    def title(self) -> Line:
        owner = self.host
        return logbands.state(
            self.view, owner.now(), owner.channel.zone, paused=self.paused,
            waiting=self._waiting(), searching=self.searching and self.query_now.by_text,
            searched_to=self.searched_to, wide=self.wide >= 120,
        )  # fmt: skip

    def key_under_cursor(self) -> str | None:
        row = self.rows.selected
        return row.key or None if row is not None else None

    def own_keys(self) -> list[tuple[str, str]]:
        if self.line.display:
            return [("enter", _("add")), ("esc", _("leave"))]
        if self.rows.selected is None:
            return [("/", _("find")), ("bksp", _("last filter off")), ("c", _("clear"))]
        return [
            ("↑↓", _("move")), ("f", _("filter by this")), ("!", _("errors only")),
            ("e", _("next error")), ("p", _("go on") if self.paused else _("pause")),
            ("enter", _("open")), ("h", _("story")), ("o", _("cure")), ("/", _("find")),
        ]  # fmt: skip

    def why_not(self, action: Action) -> str | None:
        row = self.rows.selected
        needs_line = ("list.filter_cell", "list.copy", "cure", "story", "ticket",
                      "log.error_next", "log.error_previous")  # fmt: skip
        if action.id in needs_line and row is None:
            return _("There is no line under the cursor.")
        if action.id == "story" and row is not None and not row.key:
            return _("This line is about no single record; put the cursor on one with a key.")
        if action.id in ("list.clear", "list.unfilter") and not self.query_now.chips:
            return _("No filter is on.")
        return None

    def step_back(self) -> bool:
        if self.line.display:
            self._close_line()
            return True
        if self.searching and self.query_now.by_text:
            self._halt()
            return True
        if self._before:
            query = self._before.pop()
            self.ask(query)
            return True
        return False

    def _halt(self) -> None:
        """Stop the search; what was found stays."""
        self.stop_thread("older")
        self.searching, self._halted = False, True
        self.chips.redraw()
        self.rows.refresh_changed()
        self.changed()

    # --- actions

    def act_log_pause(self) -> None:
        """Pause the tail, or go on with what came meanwhile."""
        self.paused = not self.paused
        if not self.paused:
            self._rest_until = 0.0
        self._ask()
        self.host.read_again()
        self.changed()

    def act_list_errors(self) -> None:
        """Errors only; again: all."""
        if self.query_now.errors_only:
            self.ask(self.query_now.without("level"))
        else:
            self.ask(self.query_now.add(ERRORS))

    def act_list_clear(self) -> None:
        """Everything that is kept."""
        self.ask(Query())

    def act_list_unfilter(self) -> None:
        """The chip that was added last goes."""
        self.ask(self.query_now.less)

    def act_list_filter_cell(self) -> None:
        """Only what has the same in the column that is marked."""
        row = self.rows.selected
        if row is None:
            return
        chip = chip_of(row, self.rows.column_id, self.host.channel.zone)
        if isinstance(chip, str):
            self.host.say(chip, "warning")
        elif chip not in self.query_now.chips:
            self.ask(self.query_now.add(chip))

    def act_list_filter(self) -> None:
        """Open the filter line."""
        self.line.display = True
        self.chips.display = False
        self.line.value = ""
        self.line.placeholder = _(
            "word  !word  flow:stock  level:error  key:…  14:00-14:30  2h  today"
        )
        self.line.focus()
        self.changed()

    def _close_line(self) -> None:
        self.line.display = False
        self.chips.display = True
        self.rows.focus()
        self.changed()

    @on(Input.Submitted, "#log-line")
    def _line_entered(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            chips = combined(parse(event.value))
        except Wrong as wrong:
            self.host.say(str(wrong), "error")
            return
        self._close_line()
        if chips:
            self.ask(self.query_now.add(*chips))

    @on(events.Key)
    def _line_key(self, event: events.Key) -> None:
        """The keys of the page are letters while the filter line is open."""
        if self.line.has_focus and event.key == "escape":
            event.stop()
            self._close_line()

    def act_log_error_next(self) -> None:
        """The next error down the list: an older one."""
        self._to_error("older")

    def act_log_error_previous(self) -> None:
        """The next error up the list: a newer one."""
        self._to_error("newer")

    def _to_error(self, direction: Literal["older", "newer"]) -> None:
        row = self.rows.selected
        if row is None:
            return
        rows, place = self.rows.segment.rows, self.rows.segment.place_of(row.id) or 0
        near = rows[place + 1 :] if direction == "older" else rows[:place][::-1]
        found = next((one for one in near if one.level == "error"), None)
        if found is not None:
            self.rows.move_to(found.id)
            return
        serial, wanted, db, start = self._serial, self._filter(), self.host.face.db, row.id

        def work(_stopped: Any) -> tuple[LogRow, tuple[LogPage, LogPage]] | None:
            with db.read() as connection:
                error = reader.next_error(connection, wanted, start, direction)
            return None if error is None else (error, around(db, wanted, error.id))

        def done(answer: tuple[LogRow, tuple[LogPage, LogPage]] | None) -> None:
            if serial != self._serial:
                return
            if answer is None:
                which = _("older") if direction == "older" else _("newer")
                self.host.say(_("No {which} error fits the filters.").format(which=which))
                return
            error, (newer, older) = answer
            segment = Segment(
                [*newer.rows, *older.rows], at_head=newer.cursor is None, older=older.cursor
            )
            self._ask_from(segment, error.id)

        self.in_thread("jump", work, done)

    def act_story(self) -> None:
        """Everything about this key, in all flows."""
        row = self.rows.selected
        if row is not None and row.key:
            self.ask(Query((Chip("key", (row.key,)),)), remember=True)

    def act_cure(self) -> None:
        """To where the cause of this line is cured."""
        row = self.rows.selected
        if row is not None:
            cure(self, row.code, row.params, row.key, ticket=self.act_ticket)

    def act_list_copy(self) -> None:
        """The line into the terminal's clipboard."""
        row = self.rows.selected
        if row is not None:
            at = row.at.astimezone(self.host.channel.zone)
            words = (f"{at:%Y-%m-%d %H:%M:%S}", row.flow, row.key, row.code, row.message)
            self.app.copy_to_clipboard(" ".join(word for word in words if word))
            self.host.say(_("Copied: the line of {time}").format(time=f"{at:%H:%M:%S}"))

    def act_ticket(self) -> None:
        """A text for the support of the other side, into the clipboard."""
        row = self.rows.selected
        if row is None:
            return
        db, owner = self.host.face.db, self.host
        zone, channel = owner.channel.zone, owner.channel

        def done(found: LineDetail | None) -> None:
            text = ticket_text(row, found, channel.brand, channel.name, zone)
            self.app.copy_to_clipboard(text)
            owner.say(_("Copied: the text of a ticket, {n} letters, without personal data").format(
                n=fmt.number(len(text))))  # fmt: skip

        self.in_thread(
            "ticket", lambda _stopped: line_detail(db, channel.id, row, story=True), done
        )
