"""Log: what happened, and why? Chips, histogram, the live list, and the line in full."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.widgets import Input

from hbdash.texts import _
from hbdash.texts import formats as fmt
from screens.actions import Action
from screens.monitoring import logbands
from screens.monitoring.chips import ERRORS, TODAY, Chip, Query
from screens.monitoring.curing import cure
from screens.monitoring.filterline import Wrong, combined, parse
from screens.monitoring.lineview import LineView
from screens.monitoring.logcells import chip_of
from screens.monitoring.loglist import LogList
from screens.monitoring.loglive import LogLive
from screens.monitoring.reading import (
    LineDetail,
    line_detail,
)
from screens.monitoring.ticket import ticket_text
from screens.widgets.line import Line


class LogPart(LogLive):
    """The log of the channel, and what its keys do."""

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
            self._before = []
            self.ask(Query(tuple(chips)))

    @on(LogList.Opened)
    def _opened(self, event: LogList.Opened) -> None:
        event.stop()
        row = self.rows.selected
        if row is not None:
            self.host.open_overlay(LineView(row, self._found), self._after_view)

    def _after_view(self, action: str | None) -> None:
        if action:
            self.owner.action_act(action)

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

    def act_log_error_next(self) -> None:
        """The next error down the list: an older one."""
        self._to_error("older")

    def act_log_error_previous(self) -> None:
        """The next error up the list: a newer one."""
        self._to_error("newer")

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
