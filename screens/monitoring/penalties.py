"""Penalties: which records are not sent now, until when, and the levers that change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import Region
from textual.widget import Widget

from hbdash.actions.actor import Role
from hbdash.store.queries.penalties import (
    PenaltyCounts,
    PenaltyFilter,
    PenaltyLine,
    PenaltyPage,
    count_penalties,
    penalties,
)
from hbdash.texts import _
from hbdash.texts import formats as fmt
from hbdash.texts.causes import cause as cause_words
from screens import levers
from screens.actions import Action
from screens.monitoring import penaltyrows as draw
from screens.monitoring.curing import cure
from screens.monitoring.part import Part
from screens.widgets.dialog import AskDialog
from screens.widgets.line import BLANK, Line, line
from screens.widgets.lines import Lines
from screens.widgets.rows import RowList


@dataclass(frozen=True)
class PenaltiesView:
    """What fits the filter, what fits it in each state, and how many there are at all."""

    asked: PenaltyFilter
    page: PenaltyPage
    counts: PenaltyCounts
    total: int


class PenaltyList(RowList[PenaltyLine]):
    """The rows; left and right go through the states."""

    BINDINGS = [
        Binding("left", "screen.penalty_state(-1)", show=False),
        Binding("right", "screen.penalty_state(1)", show=False),
    ]


class PenaltiesPart(Part):
    """The records under a penalty, ended ones first, and what their keys do."""

    part_id = "penalties"

    def __init__(self) -> None:
        super().__init__(id="part-penalties", classes="part")
        self.view: PenaltiesView | None = None
        self.asked = PenaltyFilter()
        self.all_marked = False
        """All that match, the ones that are not listed too."""
        self.bar = Lines(draw=self._draw_bar, id="penalties-bar")
        self.rows = PenaltyList(
            key=lambda one: str(one.id), draw_row=self._draw_row, header=draw.header,
            empty=self._draw_empty, marking=True, id="penalties-rows",
        )  # fmt: skip
        self.words = Lines(draw=self._draw_words, id="penalties-words")

    def compose(self) -> ComposeResult:
        yield self.bar
        yield self.rows
        yield self.words

    def main(self) -> Widget:
        return self.rows

    # --- live

    def load(self, connection: Connection) -> PenaltiesView:
        channel, now, asked = self.host.channel.id, self.host.now(), self.asked
        every_state = PenaltyFilter(word=asked.word, code=asked.code)
        return PenaltiesView(
            asked,
            penalties(connection, channel, now, asked),
            count_penalties(connection, channel, now, every_state),
            count_penalties(connection, channel, now).total,
        )

    def show(self, view: PenaltiesView) -> None:
        if view.asked != self.asked:
            return
        self.view = view
        self._place()
        self.rows.show_rows(view.page.rows)
        self.bar.redraw()
        self.words.redraw()

    def on_resize(self, event: events.Resize) -> None:
        """Other breakpoints may hold."""
        self.call_after_refresh(self._place)

    def _place(self) -> None:
        size = self.size
        if not size.width or self.wide < 80 or self.tall < 24:
            return
        margin = 0 if self.wide < 120 else 1
        inner, below = size.width - 2 * margin, 8 if self.tall >= 34 else 6
        top = 2 if self.wide >= 120 else 1
        places = {
            "bar": Region(margin, 0, inner, 1),
            "rows": Region(margin, top, inner, max(size.height - top - below - 1, 4)),
            "words": Region(margin, size.height - below, inner, below),
        }
        for name, region in places.items():
            widget = self.query_one(f"#penalties-{name}")
            widget.styles.offset = (region.x, region.y)
            widget.styles.width, widget.styles.height = region.width, region.height

    def open(self, **target: Any) -> None:
        """``key``: a record; ``state``: waiting, due or ended; ``code``: a cause."""
        self._ask(
            PenaltyFilter(
                word=str(target.get("key", "")), state=str(target.get("state", "")),
                code=str(target.get("code", "")),
            )
        )  # fmt: skip

    def turn(self, step: int) -> None:
        """To the next or previous state."""
        place = draw.STATES.index(self.asked.state) + step
        state = draw.STATES[place % len(draw.STATES)]
        self._ask(PenaltyFilter(word=self.asked.word, code=self.asked.code, state=state))

    def _ask(self, wanted: PenaltyFilter) -> None:
        if wanted != self.asked:
            self.asked, self.all_marked = wanted, False
            self.rows.marks.clear()
            self.rows.action_edge(0)
        self.host.read_again()
        self.bar.redraw()
        self.changed()

    # --- drawn

    def _draw_bar(self, width: int) -> list[Line]:
        counts = self.view.counts if self.view is not None else None
        result = line(" ")
        for state in draw.STATES:
            shown = "accent bold underline" if state == self.asked.state else ""
            result = result + line((_(draw.STATE_NAMES[state]), shown))
            if counts is not None:
                n = getattr(counts, state) if state else counts.total
                result = result + line(f" {fmt.number(n)}")
            result = result + line("  ")
        for chip in self._chips():
            result = result + line((f" {chip} ", "/selection"), ("× ", "muted /selection"), " ")
        return [result.cut(width)]

    def _chips(self) -> list[str]:
        chips = [cause_words(self.asked.code, {})] if self.asked.code else []
        return [*chips, f"“{self.asked.word}”"] if self.asked.word else chips

    def _draw_row(self, one: PenaltyLine, width: int) -> Line:
        return draw.row(one, width, self.host.now(), self.host.channel.zone)

    def _draw_words(self, width: int) -> list[Line]:
        one, view = self.rows.selected, self.view
        if one is None or view is None:
            return []
        room = self.words.size.height - 2
        lines = draw.words(one, width - 2, self.host.now(), self.host.channel.zone)[:room]
        lines += [BLANK] * (room - len(lines))
        return [line(" ") + each for each in [BLANK, *lines, line((self._how_many(view), "muted"))]]

    def _how_many(self, view: PenaltiesView) -> str:
        text = fmt.n_of_m(len(view.page.rows), view.page.total)
        if self.all_marked:
            return (
                text
                + ", "
                + _("all {n} that match are marked").format(n=fmt.number(view.page.total))
            )
        if self.rows.marks:
            marked = fmt.number(len(self.rows.marks))
            return text + ", " + _("{n} marked").format(n=marked)
        return text

    def _draw_empty(self, width: int) -> list[Line]:
        if self.view is None or self.view.asked != self.asked:
            return [line(" ", (_("Reading …"), "muted"))]
        if self.view.total:
            n = fmt.number(self.view.total)
            text = _("Nothing matches; without the filter there are {n}.").format(n=n)
            return [BLANK, line(" ", text, "   ", ("c", "accent bold"), f" {_('clear')}")]
        words = _("No record serves a penalty.")
        return [BLANK, line(" ", ("✓", "success"), (f" {words}", "muted"))]

    def title(self) -> Line:
        if self.view is None or self.wide < 120:
            return BLANK
        counts = self.view.counts
        text = _("{ended} used up their tries, {waiting} wait")
        return line(
            (text.format(ended=fmt.number(counts.ended), waiting=fmt.number(counts.waiting)),
             "muted")
        )  # fmt: skip

    # --- keys

    def own_keys(self) -> list[tuple[str, str]]:
        keys = [("↑↓", _("move")), ("←→", _("list"))]
        if self.rows.selected is not None:
            keys += [("space", _("mark"))]
            if self.host.face.actor.may(Role.OPERATOR):
                keys += [("L", _("lift"))]
            keys += [("w", _("why")), ("h", _("story"))]
        if self.host.face.actor.may(Role.OPERATOR):
            keys += [("B", _("lift a list"))]
        return keys

    def why_not(self, action: Action) -> str | None:
        needs_row = ("penalty.lift", "cure", "story", "list.copy", "list.filter_cell", "list.mark")
        if action.id in needs_row and self.rows.selected is None:
            return _("There is no record under the cursor.")
        if action.id in ("list.clear", "list.unfilter") and self.asked.is_empty:
            return _("No filter is on.")
        return None

    def step_back(self) -> bool:
        if self.asked.is_empty:
            return False
        self.act_list_clear()
        return True

    def key_under_cursor(self) -> str | None:
        one = self.rows.selected
        return one.key if one is not None else None

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.words.redraw()
        self.changed()

    @on(RowList.Opened)
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        handler: Any = self.app
        handler.open_why(event.row.key)

    def act_list_filter(self) -> None:
        """Only keys with a word."""

        def filtered(word: str | None) -> None:
            if word is not None:
                code, state = self.asked.code, self.asked.state
                self._ask(PenaltyFilter(word=word.strip(), code=code, state=state))

        body = _("A part of the SKU, order or claim number.")
        dialog = AskDialog(_("Find"), body, value=self.asked.word, deed=_("find"))
        self.host.open_overlay(dialog, filtered)

    def act_list_filter_cell(self) -> None:
        """Only the same cause."""
        one = self.rows.selected
        if one is not None and one.code:
            word, state = self.asked.word, self.asked.state
            self._ask(PenaltyFilter(word=word, code=one.code, state=state))

    def act_list_clear(self) -> None:
        """All of them again."""
        self._ask(PenaltyFilter())

    def act_list_unfilter(self) -> None:
        """The last filter goes."""
        asked = self.asked
        if asked.word:
            self._ask(PenaltyFilter(code=asked.code, state=asked.state))
        elif asked.code:
            self._ask(PenaltyFilter(state=asked.state))
        else:
            self._ask(PenaltyFilter())

    def act_list_mark(self) -> None:
        """Mark what is under the cursor."""
        self.all_marked = False
        self.rows.toggle_mark()
        self.words.redraw()

    def act_list_mark_all(self) -> None:
        """Mark all that match, listed or not; again: none."""
        self.all_marked = not self.all_marked
        self.rows.marks = {str(one.id) for one in self.rows.rows} if self.all_marked else set()
        self.rows.refresh_changed()
        self.words.redraw()

    def act_list_copy(self) -> None:
        """The key under the cursor."""
        one = self.rows.selected
        if one is not None:
            self.app.copy_to_clipboard(one.key)
            self.host.say(_("Copied: {text}").format(text=one.key[:60]))

    def act_story(self) -> None:
        """What happened to the record, in all flows."""
        one = self.rows.selected
        if one is not None:
            self.lead("log", key=one.key)

    def act_cure(self) -> None:
        """To where the cause is cured."""
        one = self.rows.selected
        if one is not None:
            cure(self, one.code, one.params, one.key, ticket=self.act_story)

    def act_penalty_lift(self) -> None:
        """Lift what is marked, or what is under the cursor; the list is frozen when asked."""
        one = self.rows.selected
        if one is None:
            return
        picked = [row.id for row in self.rows.marked] or [one.id]
        wanted = self.asked if self.all_marked else None
        ids = () if self.all_marked else tuple(picked)
        host = self.host

        def planned(plan: Any) -> None:
            levers.ask_plan(host, self.in_thread, levers.lift(host), plan, self._unmark)

        def work(_stopped: Callable[[], bool]) -> Any:
            return levers.penalties_of(host, wanted, ids)

        self.in_thread("plan", work, planned)

    def act_penalty_list(self) -> None:
        """Lift the penalties of a list: a file, or keys."""
        levers.ask_list(self.host, self.in_thread, levers.lift(self.host), self._unmark)

    def act_product_touch(self) -> None:
        """Send products again: a file, or SKUs."""
        levers.ask_list(self.host, self.in_thread, levers.touch(self.host), self._unmark)

    def _unmark(self) -> None:
        self.all_marked = False
        self.rows.marks.clear()
        self.words.redraw()
