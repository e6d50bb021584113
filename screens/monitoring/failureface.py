"""The Failures part as it is drawn: causes, what they mean, their records, what is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from textual import events
from textual.app import ComposeResult
from textual.widget import Widget

from hbdash.domain.turkish import fold
from hbdash.store.queries.causes import Cause, open_causes
from hbdash.store.queries.failures import (
    Attempt,
    FailureRecord,
    Over,
    Records,
    attempts,
    over_since,
    records,
)
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.causes import cause as cause_words
from hbdash.texts.labels import flow_label
from screens.monitoring import failurerows as draw
from screens.monitoring.failurelayout import plan
from screens.monitoring.part import Part
from screens.widgets.line import Line, heading, line
from screens.widgets.lines import Lines
from screens.widgets.rows import RowList

_NONE = Records((), 0)


@dataclass(frozen=True)
class FailuresView:
    """Causes, the records of one of them, and what was cured or closed today."""

    causes: tuple[Cause, ...]
    of: str
    """Key of the cause whose records these are."""
    records: Records
    over: tuple[Over, ...]
    tries: tuple[Attempt, ...]


class FailuresFace(Part):
    """What was read of the failures, and how it looks."""

    part_id = "failures"

    def __init__(self) -> None:
        super().__init__(id="part-failures", classes="part")
        self.view: FailuresView | None = None
        self.word = ""
        """The filter."""
        self.sort = "n"
        self._cause_key = ""
        self._record_id = 0
        self._wanted: str | None = None
        self.causes = RowList[Cause](
            key=lambda cause: cause.key, draw_row=self._draw_cause, header=self._draw_header,
            empty=self._no_causes, marking=True, id="failures-causes",
        )  # fmt: skip
        self.words = Lines(draw=self._draw_words, id="failures-words")
        self.records = RowList[FailureRecord](
            key=lambda record: str(record.id), draw_row=self._draw_record,
            header=draw.records_header, marking=True, idle_cursor=False,
            id="failures-records",
        )  # fmt: skip
        self.over = RowList[Over](
            key=lambda over: over.key, draw_row=self._draw_over, title=_("Over today"),
            empty=self._none_over, idle_cursor=False, id="failures-over",
        )  # fmt: skip
        self.tries = Lines(draw=self._draw_tries, id="failures-tries")

    def compose(self) -> ComposeResult:
        yield self.causes
        yield self.words
        yield self.records
        yield self.over
        yield self.tries

    def main(self) -> Widget:
        return self.causes

    def load(self, connection: Connection) -> FailuresView:
        owner = self.host
        channel, now = owner.channel, owner.now()
        causes = open_causes(connection, channel.id)
        wanted = self._cause_key
        here = next((one for one in causes if one.key == wanted), None)
        if here is None and causes:
            here = self._sorted(causes)[0]
        found = _NONE if here is None else records(
            connection, channel.id, here.flow, here.fingerprint
        )  # fmt: skip
        midnight = now.astimezone(channel.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        record = self._record_id or (found.rows[0].id if found.rows else 0)
        return FailuresView(
            causes=causes,
            of=here.key if here is not None else "",
            records=found,
            over=over_since(connection, channel.id, midnight.astimezone(now.tzinfo)),
            tries=attempts(connection, record, 12) if record else (),
        )

    def show(self, view: FailuresView) -> None:
        self.view = view
        self._place()
        shown = self._sorted([one for one in view.causes if self._matches(one)])
        self.causes.show_rows(shown)
        if self._wanted is not None:
            if self.causes.move_to(self._wanted):
                self._cause_key = self._wanted
            self._wanted = None
        self._show_records(view)
        cured = [one for one in view.over if one.state == "cured"]
        self.over.show_rows(view.over, note=_over_note(view.over, cured))
        self.words.redraw()
        self.tries.redraw()

    def _show_records(self, view: FailuresView) -> None:
        here = self.causes.selected
        if here is not None and here.key == view.of:
            self.records.show_rows(view.records.rows)
        elif here is not None:
            self.records.show_rows(())
            self._cause_key, self._record_id = here.key, 0
            self.host.read_again()
        else:
            self.records.show_rows(())

    def _sorted(self, causes: Any) -> list[Cause]:
        key: Callable[[Cause], Any] = draw.SORTS[self.sort]
        return sorted(causes, key=key)

    def _matches(self, one: Cause) -> bool:
        words = f"{cause_words(one.code, one.params)} {flow_label(one.flow)} {one.code}"
        return all(word in fold(words) for word in fold(self.word).split())

    def on_resize(self, event: events.Resize) -> None:
        """Other breakpoints may hold."""
        self.call_after_refresh(self._place)

    def _place(self) -> None:
        size = self.size
        if not size.width or self.wide < 80 or self.tall < 24 or self.view is None:
            return
        view = self.view
        places = plan(
            size.width, size.height, self.wide, self.tall, len(view.causes), len(view.over)
        )
        for name in ("causes", "words", "records", "over", "tries"):
            widget = self.query_one(f"#failures-{name}")
            region = places.get(name)
            widget.display = region is not None
            if region is not None:
                widget.styles.offset = (region.x, region.y)
                widget.styles.width, widget.styles.height = region.width, region.height

    def _draw_header(self, width: int) -> Line:
        return line(" ") + draw.causes_header(width - 1, self.sort)

    def _draw_cause(self, one: Cause, width: int) -> Line:
        return draw.cause_row(one, width, self.host.now(), self.host.channel.zone)

    def _draw_record(self, one: FailureRecord, width: int) -> Line:
        return draw.record_row(one, width, self.host.now(), self.host.channel.zone)

    def _draw_over(self, one: Over, width: int) -> Line:
        return draw.over_row(one, width, self.host.now(), self.host.channel.zone)

    def _draw_words(self, width: int) -> list[Line]:
        here = self.causes.selected
        if here is None:
            return []
        owner, inner = self.host, width - 2
        note = draw.cause_note(here, owner.now(), owner.channel.zone)
        words = cause_words(here.code, here.params)
        lines = [
            heading(words, note, self._how_many(), width=inner, focused=self.records.has_focus)
        ]
        lines += draw.cause_lines(here, inner, long=self.wide >= 180)
        keys = line(("o", "accent bold"), f" {_('cure')}   ", ("R", "accent bold"),
                    f" {_('retry')}   ", ("C", "accent bold"), f" {_('close')}   ",
                    ("m", "accent bold"), f" {_('ticket')}")  # fmt: skip
        if self.wide >= 120:
            lines = [*lines[: self.words.size.height - 1], keys]
        return [line(" ") + one for one in lines[: self.words.size.height]]

    def _how_many(self) -> str:
        """How many of the records are listed, and how many of those are marked."""
        view, here = self.view, self.causes.selected
        if view is None or here is None or here.key != view.of:
            return ""
        shown, total = len(view.records.rows), view.records.total
        text = fmt.n_of_m(shown, total)
        if shown < total:
            text = _("{part}; on the cause R and C take all").format(part=text)
        marked = len(self.records.marks)
        if marked:
            text += ", " + _("{n} marked").format(n=fmt.number(marked))
        return text

    def _draw_tries(self, width: int) -> list[Line]:
        record, view = self.records.selected, self.view
        if record is None or view is None:
            return []
        owner = self.host
        title = heading(_("Attempts"), record.key, width=width - 2)
        rows = [
            draw.attempt_line(one, width - 2, owner.now(), owner.channel.zone) for one in view.tries
        ]
        return [line(" ") + one for one in [title, *rows]]

    def _no_causes(self, width: int) -> list[Line]:
        if self.view is None:
            return [line("  ", (_("Reading …"), "muted"))]
        if self.word and self.view.causes:
            n = len(self.view.causes)
            text = ngettext(
                "No cause matches “{word}”; without it there is {n}.",
                "No cause matches “{word}”; without it there are {n}.", n,
            ).format(word=self.word, n=fmt.number(n))  # fmt: skip
            return [line("  ", text, "   ", ("c", "accent bold"), f" {_('clear')}")]
        return [line("  ", ("✓", "success"), (f" {_('Nothing is wrong now.')}", "muted"))]

    def _none_over(self, width: int) -> list[Line]:
        return [line(" ", (_("Nothing was cured or closed today."), "muted"))]


def _over_note(over: tuple[Over, ...], cured: list[Over]) -> str:
    if not over:
        return ""
    alone = sum(one.count for one in cured if one.by is None)
    return _("{n} cured, {alone} of them without a person; {closed} closed").format(
        n=fmt.number(sum(one.count for one in cured)),
        alone=fmt.number(alone),
        closed=fmt.number(sum(one.count for one in over) - sum(one.count for one in cured)),
    )
