"""The Reports part as it is drawn: the lists, the conditions, the sums."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import Region
from textual.widget import Widget

from hbdash.domain.turkish import fold
from hbdash.reports.differences import DifferenceRow
from hbdash.reports.not_on_sale import NotOnSale
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.offers import value
from screens.monitoring import reportrows as draw
from screens.monitoring.part import Part
from screens.monitoring.reportdata import KINDS, ReportReading, ReportsView, has, total
from screens.widgets.line import BLANK, Line, line
from screens.widgets.lines import Lines
from screens.widgets.rows import RowList

Row = NotOnSale | DifferenceRow


class ReportList(RowList[Row]):
    """The rows; left and right go to the other lists."""

    BINDINGS = [
        Binding("left", "screen.report(-1)", show=False),
        Binding("right", "screen.report(1)", show=False),
    ]


class ReportsFace(Part):
    """What was read of the reports, and how it looks."""

    part_id = "reports"

    def __init__(self) -> None:
        super().__init__(id="part-reports", classes="part")
        self.view: ReportsView | None = None
        self.kind = KINDS[0]
        self.condition = ""
        """Only rows that miss this."""
        self.word = ""
        self.sorts = {"not-on-sale": "stake", "price": "since", "stock": "since"}
        self._reading = ReportReading()
        self._made: tuple[Any, ...] = ()
        self._rows: list[Row] = []
        self.bar = Lines(draw=self._draw_bar, id="reports-bar")
        self.rows = ReportList(
            key=lambda row: row.sku_key, draw_row=self._draw_row, header=self._draw_header,
            footer=self._draw_sum, empty=self._draw_empty, keep_order=False, id="reports-rows",
        )  # fmt: skip
        self.conditions = RowList[tuple[str, int]](
            key=lambda one: one[0], draw_row=self._draw_condition,
            title=_("By missing condition"), idle_cursor=False, id="reports-conditions",
        )  # fmt: skip
        self.cure = Lines(draw=self._draw_cure, id="reports-cure")

    def compose(self) -> ComposeResult:
        yield self.bar
        yield self.rows
        yield self.conditions
        yield self.cure

    def main(self) -> Widget:
        return self.rows

    def load(self, connection: Connection) -> ReportsView:
        return self._reading.view(connection, self.host.channel.id, self.kind)

    def show(self, view: ReportsView) -> None:
        if view.report.kind != self.kind:
            return
        self.view = view
        self._place()
        made = (view.report, self.condition, self.word, self.sorts[self.kind])
        if made != self._made:
            self._made = made
            self._rows = self._chosen(view)
            self.rows.show_rows(self._rows)
        self.conditions.show_rows(view.report.conditions, note=_("enter on a line filters by it"))
        for widget in (self.bar, self.cure):
            widget.redraw()

    def _chosen(self, view: ReportsView) -> list[Row]:
        words = fold(self.word).split()
        sort = self.sorts[self.kind]
        if self.kind == "not-on-sale":
            missing = [
                row
                for row in view.report.not_on_sale
                if (not self.condition or has(row, self.condition)) and _matches(row, words)
            ]
            missing.sort(key=draw.MISSING_SORTS[sort])
            return [*missing]
        differing = [row for row in view.report.differing if _matches(row, words)]
        differing.sort(key=draw.DIFFERING_SORTS[sort])
        return [*differing]

    def _again(self) -> None:
        """Show what is known already, and read the list that is shown now."""
        view = self.view
        if view is not None and view.report.kind == self.kind:
            self.show(view)
        else:
            self._made = ()
            self.rows.show_rows(())
            self.bar.redraw()
        self.host.read_again()
        self.changed()

    def on_resize(self, event: events.Resize) -> None:
        """Other breakpoints may hold."""
        self.call_after_refresh(self._place)

    def _place(self) -> None:
        size = self.size
        if not size.width or self.wide < 80 or self.tall < 24:
            return
        margin = 0 if self.wide < 120 else 1
        inner = size.width - 2 * margin
        gap = 1 if self.wide >= 120 else 0
        missing = self.kind == "not-on-sale"
        bar = 2 if missing and self.tall < 34 else 1
        known = len(self.view.report.conditions) if self.view is not None else 0
        below = min(known, 6) + 1 if missing and self.tall >= 34 and known else 0
        top = bar + gap
        bottom = below + gap if below else 0
        places = {
            "bar": Region(margin, 0, inner, bar),
            "rows": Region(margin, top, inner, max(size.height - top - bottom - 1, 4)),
            "cure": Region(margin, size.height - 1 - bottom, inner, 1),
            "conditions": Region(margin, size.height - below, inner, below) if below else None,
        }
        for name, region in places.items():
            widget = self.query_one(f"#reports-{name}")
            widget.display = region is not None
            if region is not None:
                widget.styles.offset = (region.x, region.y)
                widget.styles.width, widget.styles.height = region.width, region.height

    def _draw_bar(self, width: int) -> list[Line]:
        view = self.view
        names = line(" ")
        for kind in KINDS:
            shown = kind == self.kind
            n = view.sizes.get(kind) if view is not None else None
            names = names + line((_(draw.NAMES[kind]), "accent bold underline" if shown else ""))
            names = names + line(f" {fmt.number(n)}", ("  ", "")) if n is not None else (
                names + line("  "))  # fmt: skip
        if self.condition or self.word:
            chips = [draw.reason_words(self.condition)] if self.condition else []
            chips += [f"“{self.word}”"] if self.word else []
            for chip in chips:
                names = names + line((f" {chip} ", "/selection"), ("× ", "muted /selection"), " ")
        summary = line(" ")
        if view is not None:
            for condition, n in view.report.conditions:
                bold = "bold" if condition == self.condition else ""
                summary = summary + line(
                    (fmt.number(n), "bold"), " ", (draw.reason_words(condition), bold or "muted"),
                    "  ",
                )  # fmt: skip
        return [names.cut(width), summary.cut(width)]

    def _draw_header(self, width: int) -> Line:
        sort = self.sorts[self.kind]
        if self.kind == "not-on-sale":
            return draw.missing_header(width - 1, sort)
        return draw.differing_header(width - 1, sort)

    def _draw_row(self, row: Row, width: int) -> Line:
        if isinstance(row, NotOnSale):
            return draw.missing_row(row, width - 1)
        owner = self.host
        return draw.differing_row(row, self.kind, width - 1, owner.now(), owner.channel.zone)

    def _draw_condition(self, one: tuple[str, int], width: int) -> Line:
        most = max((n for _c, n in self.view.report.conditions), default=1) if self.view else 1
        return draw.condition_row(one[0], one[1], most, width - 1)

    def _draw_sum(self, width: int) -> Line:
        view = self.view
        if view is None or view.report.kind != self.kind:
            return BLANK
        shown = fmt.n_of_m(len(self._rows), view.report.size)
        if self.kind != "not-on-sale":
            text = _("{shown}; both sides were asked again before a line stands here").format(
                shown=shown
            )
            return line((text, "muted")).cut(width - 1)
        rows = [row for row in self._rows if isinstance(row, NotOnSale)]
        pieces, money = total(rows)
        n = ngettext("{n} SKU", "{n} SKUs", len(rows)).format(n=fmt.number(len(rows)))
        text = _("{skus}, {pieces} pieces, {money} at stake").format(
            skus=n, pieces=fmt.number(pieces), money=fmt.money(money)
        )
        return line((f"{shown}   ", "muted"), text).cut(width - 1)

    def _draw_cure(self, width: int) -> list[Line]:
        row = self.rows.selected
        if row is None:
            return []
        if isinstance(row, NotOnSale):
            reasons = row.conditions or (row.reason,)
            text = "; ".join(
                cure for cure in dict.fromkeys(draw.reason_cure(one) for one in reasons) if cure
            )
        else:
            text = _("it is corrected by itself to {value}; w says what holds it").format(
                value=value(self.kind, row.ours)
            )
        start = line(" ", (_("Cure"), "muted"), "  ", text[:1].upper() + text[1:])
        return [start.cut(width - 1)]

    def _draw_empty(self, width: int) -> list[Line]:
        view = self.view
        if view is None or view.report.kind != self.kind:
            return [line(" ", (_("Reading …"), "muted"))]
        if view.report.size:
            n = fmt.number(view.report.size)
            text = _("Nothing matches; without the filter there are {n}.").format(n=n)
            return [BLANK, line(" ", text, "   ", ("c", "accent bold"), f" {_('clear')}")]
        words = {
            "not-on-sale": _("Everything in the catalogue is on sale."),
            "price": _("No price differs."),
            "stock": _("No stock differs."),
        }[self.kind]
        if view.reading.at is None:
            return [BLANK, line(" ", (_("Both sides have not been read yet."), "muted"))]
        return [BLANK, line(" ", ("✓", "success"), (f" {words}", "muted"))]


def _matches(row: Row, words: list[str]) -> bool:
    if not words:
        return True
    text = fold(f"{row.sku_key} {row.name}")
    return all(word in text for word in words)
