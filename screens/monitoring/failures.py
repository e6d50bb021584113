"""Failures: how many problems are there really? Causes, not lines; below, what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from textual import on

from hbdash.store.queries.causes import Cause
from hbdash.store.queries.failures import (
    open_ids,
)
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.causes import cause as cause_words
from hbdash.texts.causes import meaning
from hbdash.texts.labels import flow_label
from screens.actions import Action
from screens.monitoring import failurerows as draw
from screens.monitoring.curing import cure
from screens.monitoring.failuredoing import Chosen, ask_close, ask_retry, flows_of
from screens.monitoring.failureface import FailuresFace, FailuresView
from screens.monitoring.part import Part
from screens.widgets.dialog import AskDialog
from screens.widgets.line import BLANK, Line, line
from screens.widgets.rows import RowList


class FailuresPart(FailuresFace):
    """Open failures by cause, and what their keys do."""

    def open(self, **target: Any) -> None:
        """``cause``: the key of a cause; the cursor goes there once it is read."""
        wanted = target.get("cause")
        if isinstance(wanted, str):
            self.word = ""
            self._wanted = self._cause_key = wanted
            self._record_id = 0
            if self.causes.move_to(wanted):
                self._wanted = None
            self.host.read_again()

    @on(RowList.Moved, "#failures-causes")
    def _cause_moved(self, event: RowList.Moved) -> None:
        event.stop()
        here = self.causes.selected
        if here is not None and here.key != self._cause_key:
            self._cause_key, self._record_id = here.key, 0
            self.records.marks.clear()
            if self.view is not None:
                self._show_records(self.view)
            self.host.read_again()
        self.words.redraw()
        self.changed()

    @on(RowList.Moved, "#failures-records")
    def _record_moved(self, event: RowList.Moved) -> None:
        event.stop()
        record = self.records.selected
        if record is not None and record.id != self._record_id and self.tries.display:
            self._record_id = record.id
            self.host.read_again()
        self.words.redraw()
        self.changed()

    @on(RowList.Opened, "#failures-causes")
    def _cause_opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.records.focus()

    @on(RowList.Opened, "#failures-records")
    def _record_opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.act_story()

    @on(RowList.Opened, "#failures-over")
    def _over_opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.lead("log", flow=event.row.flow)

    def title(self) -> Line:
        frame = self.owner.frame
        if self.view is None or frame is None:
            return BLANK
        n = len(self.view.causes)
        total = fmt.number(sum(one.count for one in self.view.causes))
        text = ngettext("{total} in {n} cause", "{total} in {n} causes", n)
        text = text.format(total=total, n=fmt.number(n))
        if self.word:
            shown = len(self.causes.rows)
            text = _("filter “{word}”: {part}").format(word=self.word, part=fmt.n_of_m(shown, n))
        if self.wide >= 120:
            text = _("{text}, {n} need a person, sorted by {column}").format(
                text=text, n=fmt.number(sum(one.need_person for one in self.view.causes)),
                column=_(draw.SORT_NAMES[self.sort]),
            )  # fmt: skip
        return line((text, "muted"))

    def own_keys(self) -> list[tuple[str, str]]:
        keys = [("↑↓", _("move"))]
        if self.records.has_focus:
            keys += [("enter", _("story")), ("space", _("mark")), ("w", _("why"))]
        elif self.causes.selected is not None:
            keys += [("enter", _("records")), ("space", _("mark")), ("o", _("cure"))]
        return [*keys, *self._writing()]

    def _writing(self) -> list[tuple[str, str]]:
        from hbdash.actions.actor import Role

        if not self.host.face.actor.may(Role.OPERATOR):
            return []
        return [("R", _("retry")), ("C", _("close"))]

    def why_not(self, action: Action) -> str | None:
        needs_cause = ("failure.retry", "failure.close", "cure", "ticket", "list.copy")
        if action.id in needs_cause and self.causes.selected is None:
            return _("There is no failure under the cursor.")
        if action.id == "story" and not self.key_under_cursor():
            return _("Put the cursor on a record first: enter.")
        if action.id in ("list.clear", "list.unfilter") and not self.word:
            return _("No filter is on.")
        return None

    def step_back(self) -> bool:
        if self.records.has_focus or self.over.has_focus:
            self.causes.focus()
            return True
        if self.word:
            self.act_list_clear()
            return True
        return False

    def key_under_cursor(self) -> str | None:
        record = self.records.selected
        alone = self.view is not None and self.view.records.total == 1
        if record is None or not (self.records.has_focus or alone):
            return None
        return record.key or None

    def act_list_filter(self) -> None:
        """Only causes with a word."""

        def filtered(word: str | None) -> None:
            if word is not None:
                self.word = word.strip()
                self._again()

        dialog = AskDialog(
            _("Find"), _("A word of the cause or the flow."), value=self.word, deed=_("find")
        )
        self.host.open_overlay(dialog, filtered)

    def act_list_clear(self) -> None:
        """All causes again."""
        self.word = ""
        self._again()

    def act_list_unfilter(self) -> None:
        """There is one filter only."""
        self.act_list_clear()

    def act_list_sort(self) -> None:
        """By the next column."""
        names = list(draw.SORTS)
        self.sort = names[(names.index(self.sort) + 1) % len(names)]
        # An order that was asked for holds at once, wherever the cursor is.
        self.causes.action_edge(0)
        self._again()

    def _again(self) -> None:
        if self.view is not None:
            self.show(self.view)
        self.changed()

    def act_list_mark(self) -> None:
        """Mark what is under the cursor."""
        (self.records if self.records.has_focus else self.causes).toggle_mark()
        self.words.redraw()

    def act_list_mark_all(self) -> None:
        """Mark all that are shown; again: none."""
        if self.records.has_focus:
            keys = {str(one.id) for one in self.records.rows}
            self.records.marks = set() if self.records.marks == keys else keys
            self.records.refresh_changed()
        else:
            causes = {one.key for one in self.causes.rows}
            self.causes.marks = set() if self.causes.marks == causes else causes
            self.causes.refresh_changed()
        self.words.redraw()

    def act_failure_retry(self) -> None:
        """Try all of the cause again, or what is marked."""
        self._with_chosen(ask_retry)

    def act_failure_close(self) -> None:
        """Close all of the cause, or what is marked, with a reason."""
        self._with_chosen(ask_close)

    def _with_chosen(self, ask: Callable[[Part, Chosen, Callable[[], None]], None]) -> None:
        """Freeze the ids of what was chosen, then ask."""
        here = self.causes.selected
        if here is None:
            return
        if self.records.has_focus:
            picked = self.records.marked or [r for r in [self.records.selected] if r is not None]
            if picked:
                ids = tuple(one.id for one in picked)
                ask(self, Chosen(ids, 1, (here.flow,), bool(here.need_person)), self._unmark)
            return
        causes = self.causes.marked or [here]
        db, channel_id = self.host.face.db, self.host.channel.id
        named = [(one.flow, one.fingerprint) for one in causes]
        flows = flows_of([one.flow for one in causes])
        person = any(one.need_person for one in causes)

        def work(_stopped: Callable[[], bool]) -> tuple[int, ...]:
            with db.read() as connection:
                return tuple(open_ids(connection, channel_id, named))

        def done(ids: tuple[int, ...]) -> None:
            if not ids:
                self.host.say(_("None of these is open any more."), "warning")
                self.host.read_again()
                return
            ask(self, Chosen(ids, len(named), flows, person), self._unmark)

        self.in_thread("freeze", work, done)

    def _unmark(self) -> None:
        self.records.marks.clear()
        self.causes.marks.clear()

    def act_cure(self) -> None:
        """To where the cause is cured."""
        here = self.causes.selected
        if here is not None:
            key = self.key_under_cursor() or ""
            cure(self, here.code, here.params, key, ticket=self.act_ticket)

    def act_story(self) -> None:
        """The story of the record in the log; of a whole flow its lines of today."""
        record = self.records.selected
        if record is None:
            return
        if record.key:
            self.lead("log", key=record.key)
        else:
            self.lead("log", flow=record.flow)

    def act_list_copy(self) -> None:
        """The record or the cause under the cursor."""
        here, record = self.causes.selected, self.records.selected
        if here is None:
            return
        words = cause_words(here.code, here.params)
        text = f"{here.count} × {words} ({flow_label(here.flow)})"
        if self.records.has_focus and record is not None:
            text = f"{record.key} {words}: {record.remote_text}"
        self.app.copy_to_clipboard(text)
        self.host.say(_("Copied: {text}").format(text=text[:60]))

    def act_ticket(self) -> None:
        """A text for support about the cause and its records."""
        here, view = self.causes.selected, self.view
        if here is None or view is None:
            return
        text = _ticket(here, view, self.host.channel.brand, self.host.now(), self.host.channel.zone)
        self.app.copy_to_clipboard(text)
        self.host.say(_("Copied: the text of a ticket, {n} letters, without personal data").format(
            n=fmt.number(len(text))))  # fmt: skip


def _ticket(cause: Cause, view: FailuresView, brand: str, now: datetime, zone: Any) -> str:
    keys = [one.key for one in view.records.rows[:20] if one.key]
    lines = [
        f"{brand}: {cause_words(cause.code, cause.params)} ({cause.code})",
        meaning(cause.code, cause.params),
        _("Flow: {flow}, {n} records, since {first}, last {last}").format(
            flow=flow_label(cause.flow), n=fmt.number(cause.count),
            first=f"{cause.first_at.astimezone(zone):%Y-%m-%d %H:%M}",
            last=f"{cause.last_at.astimezone(zone):%Y-%m-%d %H:%M}",
        ),
        "",
        cause.remote_text[:6_000],
        "",
        _("Records: {keys}").format(keys=", ".join(keys)),
    ]  # fmt: skip
    left = cause.count - len(keys)
    if left > 0 and keys:
        lines.append(_("and {n} more").format(n=fmt.number(left)))
    return "\n".join(lines) + "\n"
