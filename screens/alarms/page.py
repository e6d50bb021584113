"""Alarms: what rings and who has it; the rules as sentences; what rang before."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from textual import events, on
from textual.app import ComposeResult

from hbdash.actions import alarms as doing_alarms
from hbdash.domain.turkish import fold
from hbdash.store.queries.alarms import AlarmsView, PastAlarm, RuleRow, alarms_view
from hbdash.store.queries.ringing import FiringRow
from hbdash.texts import _
from hbdash.texts import formats as fmt
from screens.actions import Action
from screens.alarms import doing, rows
from screens.alarms.form import RuleForm
from screens.alarms.layout import heights
from screens.alarms.target import target_of
from screens.alarms.trial import TrialOverlay
from screens.alarms.words import firing_note, firing_words, past_words, rule_words, rules_note
from screens.frame import Page
from screens.widgets.dialog import AskDialog
from screens.widgets.line import BLANK, Line, line
from screens.widgets.lines import Lines
from screens.widgets.rows import RowList

_NEEDS_FIRING = ("alarm.acknowledge",)
_NEEDS_RULE = ("alarm.silence", "alarm.delete", "alarm.preview")


class AlarmsPage(Page[AlarmsView]):
    """Firing first with its owner, what is behind it, then rules, then the past."""

    page_id = "alarms"
    parts = ("firing", "rules", "past")

    def __init__(self) -> None:
        super().__init__()
        self.word = ""
        """The filter."""
        self._wanted: int | None = None
        """An alarm that another page pointed at, until it is there."""
        self.firing = RowList[FiringRow](
            key=lambda row: str(row.alarm.id), draw_row=self._draw_firing, title=_("Firing"),
            header=self._firing_header, idle_cursor=False, id="firing",
        )  # fmt: skip
        self.behind = Lines(draw=self._draw_behind, id="behind")
        self.rules = RowList[RuleRow](
            key=lambda rule: str(rule.id), draw_row=self._draw_rule, title=_("Rules"),
            header=rows.rules_header, empty=self._no_rules, idle_cursor=False, id="rules",
        )  # fmt: skip
        self.past = RowList[PastAlarm](
            key=lambda past: str(past.id), draw_row=self._draw_past, title=_("Past"),
            empty=self._no_past, idle_cursor=False, id="past",
        )  # fmt: skip

    def body(self) -> ComposeResult:
        yield self.firing
        yield self.behind
        yield self.rules
        yield self.past

    def on_mount(self) -> None:
        """The cursor begins where something rings."""
        self.firing.focus()

    # --- live

    def load(self, connection: Connection) -> AlarmsView:
        return alarms_view(connection, self.host.channel.id, self.host.now())

    def show(self, snapshot: AlarmsView) -> None:
        firing = [row for row in snapshot.firing if self._matches(firing_words(row))]
        rules = [rule for rule in snapshot.rules if self._matches(rule_words(rule))]
        past = [one for one in snapshot.past if self._matches(past_words(one))]
        # Heights first: the lists place their cursors by the room they have.
        self._place(len(firing), len(past))
        self.firing.show_rows(firing, note=firing_note(snapshot, len(firing)))
        self.rules.show_rows(
            rules, note=rules_note(snapshot, len(rules), self.word, self.host.now())
        )
        total = snapshot.past_total
        note = fmt.n_of_m(len(past), total) if len(past) < total else fmt.number(total)
        self.past.show_rows(past, note=note if total else "")
        if self._wanted is not None and self.firing.move_to(str(self._wanted)):
            self._wanted = None
            self.firing.focus()
        self.behind.redraw()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        if self.snapshot is not None:
            self.call_after_refresh(self.show, self.snapshot)

    def _place(self, firing: int, past: int) -> None:
        """Give each part the lines it needs, as far as there are any."""
        notice = 1 if self.wide >= 120 else 0
        rules = len(self.snapshot.rules) if self.snapshot is not None else 0
        lines = self.app.size.height - 3 - notice
        room = heights(lines, firing, rules, past, tall=self.tall >= 34)
        side = self.margin - 1
        for part, height, below in (
            (self.firing, room.firing, 1),
            (self.behind, room.behind, 0),
            (self.rules, room.rules, 1 if room.past else 0),
            (self.past, room.past, 0),
        ):
            part.display = height > 0
            part.styles.height = height
            part.styles.margin = (0, side, below, side)

    # --- rows

    def _draw_firing(self, row: FiringRow, width: int) -> Line:
        return rows.firing_line(row, width, self.host.now(), self.host.channel.zone)

    def _draw_rule(self, rule: RuleRow, width: int) -> Line:
        return rows.rule_line(rule, width, self.host.now(), self.host.channel.zone)

    def _draw_past(self, past: PastAlarm, width: int) -> Line:
        return rows.past_line(past, width, self.host.now(), self.host.channel.zone)

    def _draw_behind(self, width: int) -> list[Line]:
        row = self.firing.selected
        if row is None:
            return []
        return [line(" ") + rows.behind_line(row, self.host.now(), self.host.channel.zone), BLANK]

    def _firing_header(self, width: int) -> Line:
        """The names of the columns; where nothing rings, that good news in their place."""
        if self.firing.rows:
            return rows.firing_header(width)
        words = _("No alarm is firing.")
        if self.snapshot is not None and self.snapshot.firing:
            words = _("No alarm that is firing matches “{word}”.").format(word=self.word)
        return line(("✓", "success"), (f" {words}", "muted"))

    def _no_rules(self, width: int) -> list[Line]:
        if self.snapshot is not None and self.snapshot.rules:
            words = _("No rule matches “{word}”.").format(word=self.word)
            return [line(" ", (words, "muted"), "   ", ("c", "accent bold"), " ", _("clear"))]
        words = _("There are no rules, so nothing can ring.")
        return [line(" ", (words, "muted"), "   ", ("N", "accent bold"), " ", _("new rule"))]

    def _no_past(self, width: int) -> list[Line]:
        return [line(" ", (_("Nothing rang before."), "muted"))]

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        self.behind.redraw()
        self.draw_footer()

    # --- frame

    def open(self, **target: Any) -> None:
        """``alarm``: put the cursor on that alarm once it is there."""
        wanted = target.get("alarm")
        self._wanted = wanted if isinstance(wanted, int) else None
        if self._wanted is not None and self.firing.move_to(str(self._wanted)):
            self._wanted = None

    def part(self) -> str:
        focused = self.focused
        return focused.id or "" if focused in (self.firing, self.rules, self.past) else ""

    def next_part(self) -> None:
        lists = [one for one in (self.firing, self.rules, self.past) if one.display]
        here = lists.index(self.focused) if self.focused in lists else -1
        lists[(here + 1) % len(lists)].focus()

    def step_back(self) -> bool:
        if not self.word:
            return False
        self.act_list_clear()
        return True

    def key_under_cursor(self) -> str | None:
        row = self.firing.selected
        if self.focused is not self.firing or row is None:
            return None
        known = row.alarm.metric in ("claim_deadline", "order_deadline")
        return row.alarm.subject if known else None

    def own_keys(self) -> list[tuple[str, str]]:
        keys = [("↑↓", _("move")), ("tab", _("part"))]
        if self.focused is self.rules and self.rules.selected is not None:
            return [*keys, ("enter", _("change"))]
        if self.focused is self.firing and self.firing.selected is not None:
            return [*keys, ("enter", _("open"))]
        return keys

    def why_not(self, action: Action) -> str | None:
        if action.id in _NEEDS_FIRING and self._alarm() is None:
            return _("No alarm is firing here; there is nothing to acknowledge.")
        if action.id in _NEEDS_RULE and self._rule() is None:
            return _("Put the cursor on a rule first: tab.")
        return None

    # --- what is under the cursor

    def _alarm(self) -> FiringRow | None:
        """The firing under the cursor; on a rule that rings once, its firing."""
        if self.focused is not self.rules:
            return self.firing.selected
        rule = self.rules.selected
        mine = [row for row in self.firing.rows if rule and row.rule_id == rule.id]
        return mine[0] if len(mine) == 1 else None

    def _rule(self) -> RuleRow | None:
        """The rule under the cursor, or that of the firing under it."""
        if self.focused is self.rules:
            return self.rules.selected
        row = self.firing.selected
        if self.focused is not self.firing or row is None or self.snapshot is None:
            return None
        return next((rule for rule in self.snapshot.rules if rule.id == row.rule_id), None)

    # --- actions

    @on(RowList.Opened, "#firing")
    def _open_firing(self, event: RowList.Opened) -> None:
        page_id, target = target_of(event.row)
        self.host.go(page_id, **target)

    @on(RowList.Opened, "#rules")
    def _open_rule(self, event: RowList.Opened) -> None:
        self.act_alarm_edit()

    def act_alarm_acknowledge(self) -> None:
        """Take the alarm under the cursor."""
        row = self._alarm()
        if row is not None:
            doing.acknowledge(self.host, row)

    def act_alarm_silence(self) -> None:
        """Hush the rule under the cursor, or let it tell again."""
        rule = self._rule()
        if rule is not None:
            doing.hush(self.host, rule)

    def act_alarm_delete(self) -> None:
        """Delete the rule under the cursor, after asking."""
        rule = self._rule()
        if rule is not None:
            doing.delete(self.host, rule)

    def act_alarm_new(self) -> None:
        """A form for a new rule."""
        doing.open_overlay(self.host, RuleForm(), self._saved)

    def act_alarm_edit(self) -> None:
        """The form of the rule under the cursor."""
        rule = self._rule()
        if rule is not None:
            doing.open_overlay(self.host, RuleForm(rule), self._saved)

    def _saved(self, rule_id: int | None) -> None:
        if rule_id is not None:
            self.rules.focus()
            self.host.read_again()

    def act_alarm_preview(self) -> None:
        """What the rule under the cursor would have done."""
        rule = self._rule()
        if rule is None:
            return

        def deed() -> None:
            db, clock, _actor, channel_id = doing.place(self.host)
            trial = doing_alarms.test_rule(db, clock, channel_id, rule.id)
            self.app.call_later(doing.open_overlay, self.host, TrialOverlay(trial))

        self.run_worker(
            deed, thread=True, exclusive=True, exit_on_error=False, group="trial",
            description="try the rule",
        )  # fmt: skip

    def act_cure(self) -> None:
        """Run or pause the flow behind the firing."""
        row = self.firing.selected
        if row is not None and row.alarm.flow is not None:
            handler: Any = self.app
            handler.act_flow_menu(row.alarm.flow)
        elif row is not None:
            page_id, target = target_of(row)
            self.host.go(page_id, **target)

    # --- filter

    def _matches(self, words: str) -> bool:
        return fold(self.word) in fold(words)

    def act_list_filter(self) -> None:
        """Only what holds a word."""
        dialog = AskDialog(
            _("Find"), _("A word of the alarm or the rule."), value=self.word, deed=_("find")
        )
        doing.open_overlay(self.host, dialog, self._filter)

    def _filter(self, word: str | None) -> None:
        if word is not None:
            self.word = word.strip()
            self._again()

    def act_list_clear(self) -> None:
        """Everything again."""
        self.word = ""
        self._again()

    def act_list_unfilter(self) -> None:
        """There is one filter only."""
        self.act_list_clear()

    def _again(self) -> None:
        if self.snapshot is not None:
            self.show(self.snapshot)
            self.draw_frame()

    def act_list_copy(self) -> None:
        """The sentence under the cursor into the terminal's clipboard."""
        words = ""
        if self.focused is self.rules and self.rules.selected is not None:
            words = rule_words(self.rules.selected)
        elif self.focused is self.past and self.past.selected is not None:
            words = past_words(self.past.selected)
        elif self.firing.selected is not None:
            words = firing_words(self.firing.selected)
        if words:
            self.app.copy_to_clipboard(words)
            self.host.say(_("Copied: {text}").format(text=words))
