"""Reading on: pages older and newer, the ends, errors, and the line under the cursor."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from textual import on

from hbdash.store.log import reader
from hbdash.store.log.reader import LogPage, LogRow
from hbdash.texts import _
from screens.monitoring.logface import LogFace
from screens.monitoring.loglist import LogList
from screens.monitoring.reading import (
    LineDetail,
    around,
    line_detail,
    newer_page,
    oldest_page,
    pages,
)
from screens.monitoring.segment import Segment
from screens.threads import Answer

_STEP_S = 0.2
"""How far a search has come is told so often, while it finds nothing."""
_DETAIL_S = 0.08
"""A line's bodies are read when the cursor has rested on it for so long."""


class LogPages(LogFace):
    """What is read in threads as the cursor goes."""

    @on(LogList.Wanted)
    def _wanted(self, event: LogList.Wanted) -> None:
        event.stop()
        match event.what:
            case "older":
                if not self.searching and (not self._halted or self.rows.on_last):
                    self._halted = False
                    self._read_older()
            case "newer":
                self._read_newer()
            case "newest":
                self._to_newest()
            case "oldest":
                self._to_oldest()

    def _read_older(self) -> None:
        """Read on where the list ends; a search for words step by step, shown as it goes."""
        segment = self.rows.segment
        before = segment.older
        wanted, db = self._filter(), self.host.face.db
        self.searching = True

        def work(stopped: Callable[[], bool]) -> None:
            last, waiting = 0.0, None
            for page in pages(db, wanted, before, stopped):
                waiting = page
                if page.rows or time.monotonic() - last >= _STEP_S:
                    last, waiting = time.monotonic(), None
                    self.post_message(Answer(partial(self._add_older, segment, page)))
            if waiting is not None and not stopped():
                self.post_message(Answer(partial(self._add_older, segment, waiting)))

        self.in_thread("older", work, lambda _none: self._searched(segment))
        self.changed()

    def _add_older(self, segment: Segment, page: LogPage) -> None:
        if segment is not self.rows.segment or not self.searching:
            return  # the list began anew meanwhile, or esc stopped it
        self.searched_to = page.searched_to
        dropped = segment.add_older(page.rows, page.cursor)
        self.rows.grown(0, at_top=dropped == 0, dropped=dropped)
        self.chips.redraw()
        self.changed()

    def _searched(self, segment: Segment) -> None:
        if segment is self.rows.segment:
            self.searching = False
            self.chips.redraw()
            self.rows.refresh_changed()
            self.changed()

    def _halt(self) -> None:
        """Stop the search; what was found stays."""
        self.stop_thread("older")
        self.searching, self._halted = False, True
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
        if not self.rows.segment.at_head or (self.view is not None and self.view.waiting.n):
            self.ask(self.query_now)

    def _to_oldest(self) -> None:
        serial, wanted, db = self._serial, self._filter(), self.host.face.db

        def work(stopped: Callable[[], bool]) -> LogPage:
            return oldest_page(db, wanted, stopped)

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

    @on(LogList.Moved)
    def _moved(self, event: LogList.Moved) -> None:
        event.stop()
        row = self.rows.selected
        if self._found is not None and (row is None or self._found.detail.row.id != row.id):
            self._found = None
        followed = self._asked.follow
        self._ask()
        if self._asked.follow and not followed and self.view is not None and self.view.waiting.n:
            # Back on top: what waited comes at once.
            self._rest_until = 0.0
            self.host.read_again()
        self.detail.redraw()
        self.changed()
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
