"""The live log: what the reader thread found is put into the list, as often as the wire bears."""

from __future__ import annotations

import time

from sqlalchemy import Connection

from hbdash.store.log.reader import LogPage
from screens.monitoring.logpages import LogPages
from screens.monitoring.reading import (
    LogView,
)
from screens.monitoring.segment import Segment

_TAIL_S = 1.0
"""The live tail is drawn at most so often."""
_WIRE = 8_000
"""Bytes a second that the tail may cost: a redraw rests for as long as it cost at this rate."""


class LogLive(LogPages):
    """Head of the list, counts and histogram follow the database."""

    _reads_again = False

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
        if view.again_in > 0 and not self._reads_again:
            # What rests would stay as it is until somebody writes the next line.
            self._reads_again = True
            self.set_timer(view.again_in, self._read_rested)
        self.chips.redraw()
        self.chart.redraw()
        self.rows.refresh_changed()
        self.detail.redraw()
        self._ask()

    def _read_rested(self) -> None:
        self._reads_again = False
        if self.is_attached:
            self.host.read_again()

    def _take(self, view: LogView, *, first: bool) -> bool:
        """Put what was read into the list; whether the tail moved on."""
        segment = self.rows.segment
        if view.asked.fresh != first or view.asked.newest != self._head:
            return False  # an answer to an older question
        if view.page is not None:
            self._head, self._fresh = view.newest, False
            self._begin(view.page)
            if not view.page.complete and view.page.cursor is not None:
                self._read_older()
            return not first and bool(view.page.rows)
        if view.newer and self.rows.on_top and not self.paused:
            self._head = view.newest
            added = segment.add_newer(view.newer, at_head=True)
            self.rows.grown(added, at_top=True)
            return added > 0
        return False

    def _begin(self, page: LogPage) -> None:
        self.stop_thread("older")
        self.searching = self._halted = False
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
