"""Reports: what is not on sale, and what does that cost? And where the two sides differ."""

from __future__ import annotations

from typing import Any

from textual import on

from hbdash.reports.not_on_sale import NotOnSale
from hbdash.texts import _
from hbdash.texts import formats as fmt
from screens.actions import Action
from screens.monitoring import reportrows as draw
from screens.monitoring.reportdata import KINDS
from screens.monitoring.reportface import ReportsFace
from screens.widgets.dialog import AskDialog
from screens.widgets.line import BLANK, Line, line
from screens.widgets.rows import RowList


class ReportsPart(ReportsFace):
    """The three lists behind the figures, and what their keys do."""

    def open(self, **target: Any) -> None:
        """``report``: not-on-sale, price or stock; ``condition``: only what misses it."""
        wanted = target.get("report")
        if wanted in KINDS:
            self.kind = str(wanted)
            self.word = ""
            self.condition = str(target.get("condition", ""))
            self._again()

    def turn(self, step: int) -> None:
        """To the next or previous list."""
        self.kind = KINDS[(KINDS.index(self.kind) + step) % len(KINDS)]
        self.condition = self.word = ""
        self._again()

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.cure.redraw()
        self.changed()

    @on(RowList.Opened, "#reports-rows")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        handler: Any = self.app
        handler.open_why(event.row.sku_key)

    @on(RowList.Opened, "#reports-conditions")
    def _condition_opened(self, event: RowList.Opened) -> None:
        event.stop()
        condition = event.row[0]
        self.condition = "" if self.condition == condition else condition
        self._again()

    def title(self) -> Line:
        view, owner = self.view, self.host
        if view is None or view.reading.at is None:
            return BLANK
        now, zone = owner.now(), owner.channel.zone
        text = _("true at {time}").format(time=fmt.time(view.reading.at, now, zone))
        if view.reading.next_at is not None:
            text += _(", next {time}").format(time=fmt.time(view.reading.next_at, now, zone))
        return line((text, "muted"))

    def own_keys(self) -> list[tuple[str, str]]:
        keys = [("↑↓", _("move")), ("←→", _("list"))]
        if self.conditions.has_focus:
            return [*keys, ("enter", _("filter by this"))]
        if self.rows.selected is None:
            return keys
        return [*keys, ("w", _("why")), ("f", _("filter by this")), ("s", _("sort")),
                ("/", _("find")), ("h", _("story"))]  # fmt: skip

    def why_not(self, action: Action) -> str | None:
        needs_row = ("list.filter_cell", "list.copy", "story")
        if action.id in needs_row and self.rows.selected is None:
            return _("There is no SKU under the cursor.")
        if action.id == "list.filter_cell" and self.kind != "not-on-sale":
            return _("These rows have no condition to filter by; / finds a word.")
        if action.id in ("list.clear", "list.unfilter") and not (self.condition or self.word):
            return _("No filter is on.")
        return None

    def step_back(self) -> bool:
        if self.conditions.has_focus:
            self.rows.focus()
            return True
        if self.condition or self.word:
            self.act_list_unfilter()
            return True
        return False

    def key_under_cursor(self) -> str | None:
        row = self.rows.selected
        return row.sku_key if row is not None else None

    def act_list_filter(self) -> None:
        """Only SKUs with a word in key or name."""

        def filtered(word: str | None) -> None:
            if word is not None:
                self.word = word.strip()
                self._again()

        dialog = AskDialog(
            _("Find"), _("Words of the SKU or of the product's name."), value=self.word,
            deed=_("find"),
        )  # fmt: skip
        self.host.open_overlay(dialog, filtered)

    def act_list_filter_cell(self) -> None:
        """Only what misses the same."""
        row = self.rows.selected
        if isinstance(row, NotOnSale):
            self.condition = (row.conditions or (row.reason,))[0]
            self._again()

    def act_list_clear(self) -> None:
        """All rows again."""
        self.condition = self.word = ""
        self._again()

    def act_list_unfilter(self) -> None:
        """The last filter goes."""
        if self.word:
            self.word = ""
        else:
            self.condition = ""
        self._again()

    def act_list_sort(self) -> None:
        """By the next column."""
        missing = self.kind == "not-on-sale"
        names = list(draw.MISSING_SORTS if missing else draw.DIFFERING_SORTS)
        self.sorts[self.kind] = names[(names.index(self.sorts[self.kind]) + 1) % len(names)]
        self._again()

    def act_list_copy(self) -> None:
        """The SKU under the cursor."""
        row = self.rows.selected
        if row is not None:
            self.app.copy_to_clipboard(row.sku_key)
            self.host.say(_("Copied: {text}").format(text=row.sku_key))

    def act_story(self) -> None:
        """What happened to the SKU, in all flows."""
        row = self.rows.selected
        if row is not None:
            self.lead("log", key=row.sku_key)
