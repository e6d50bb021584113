"""The figures of the dashboard as cells: value, change since yesterday, trend, age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from hbdash.store.queries.overview import Overview
from hbdash.store.queries.trends import FigureState, Lag
from hbdash.texts import N_, _
from hbdash.texts import formats as fmt
from screens.widgets.bars import bars
from screens.widgets.line import Line, line, spread

LABELS = {
    "open_failures": N_("Open failures"),
    "stock_lag": N_("Stock lag"),
    "price_lag": N_("Price lag"),
    "penalties": N_("Penalties"),
    "sku_total": N_("SKUs in catalogue"),
    "sku_on_sale": N_("SKUs on sale"),
    "sku_not_on_sale": N_("Not on sale"),
    "price_differs": N_("Price differs"),
    "stock_total": N_("Stock in catalogue"),
    "stock_on_sale": N_("Stock on sale"),
    "stock_not_on_sale": N_("Stock not on sale"),
    "stock_differs": N_("Stock differs"),
}

_LESS_IS_BETTER = {"sku_not_on_sale", "price_differs", "stock_not_on_sale", "stock_differs"}
_LAG_WARNING_S, _LAG_ERROR_S = 600, 1800


@dataclass(frozen=True)
class Cell:
    """One figure, ready to be drawn."""

    name: str
    value: str
    style: str
    note: str = ""
    change: str = ""
    change_style: str = "muted"
    age: str = ""
    trend: tuple[int | None, ...] = ()
    last: str = "text"
    stale: bool = False

    @property
    def label(self) -> str:
        """Its name."""
        return _(LABELS[self.name])


def cells_of(data: Overview, now: datetime, zone: tzinfo, *, stale: bool) -> list[Cell]:
    """The twelve cells: failures, lags and penalties, then the eight figures of R7.1."""
    frame = data.frame
    first = [
        Cell(
            "open_failures", fmt.number(frame.open_failures),
            "error bold" if frame.open_failures else "bold",
            _("{n} need a person").format(n=fmt.number(frame.need_person))
            if frame.need_person else "", stale=stale,
        ),
        _lag_cell("stock_lag", data.stock_lag, stale=stale),
        _lag_cell("price_lag", data.price_lag, stale=stale),
        Cell(
            "penalties", fmt.number(data.penalties), "bold",
            _("{n} ended").format(n=fmt.number(data.penalties_ended))
            if data.penalties_ended else "", stale=stale,
        ),
    ]  # fmt: skip
    return first + [_figure_cell(figure, now, zone, stale=stale) for figure in data.figures]


def _lag_cell(name: str, lag: Lag, *, stale: bool) -> Cell:
    if lag.now_s is None:
        return Cell(name, "?", "bold", _("nothing sent yet"), stale=stale)
    style = "bold"
    if lag.now_s >= _LAG_WARNING_S:
        style = "error bold" if lag.now_s >= _LAG_ERROR_S else "warning bold"
    note = ""
    if lag.worst_today_s is not None and lag.worst_today_s > lag.now_s:
        note = _("worst today {span}").format(span=fmt.duration(lag.worst_today_s))
    elif lag.waiting:
        note = _("{n} waiting").format(n=fmt.number(lag.waiting))
    return Cell(name, fmt.duration(lag.now_s), style, note, stale=stale)


def _figure_cell(figure: FigureState, now: datetime, zone: tzinfo, *, stale: bool) -> Cell:
    worse = figure.name in _LESS_IS_BETTER and (figure.change or 0) > 0
    jumped = worse and figure.name.endswith("differs")
    style = "warning bold" if jumped else "bold"
    change_style = "muted"
    if figure.name in _LESS_IS_BETTER and figure.change:
        change_style = "success" if figure.change < 0 else ("warning" if jumped else "muted")
    return Cell(
        figure.name,
        fmt.number(figure.value),
        style,
        change=fmt.change(figure.change) if figure.change is not None else "",
        change_style=change_style,
        age=fmt.time(figure.at, now, zone) if figure.at is not None else "",
        trend=figure.trend if any(v is not None for v in figure.trend) else (),
        last="warning" if jumped else "text",
        stale=stale,
    )


def draw(cell: Cell, width: int, height: int) -> Sequence[Line]:
    """A cell in 1, 2 or 3 lines: narrower, it leaves out the age, then the trend."""
    value_style = "muted bold" if cell.stale else cell.style
    value = line((cell.value, value_style))
    label = line((cell.label, "muted"))
    if height == 1:
        return [label.cut(width - value.width - 1) + line(" ") + value]
    if not cell.trend and not cell.age:
        return [label, value + line(" ", (cell.note, "muted"))]
    change = line(" ", (cell.change, "muted" if cell.stale else cell.change_style))
    if height >= 3:
        return _tall(cell, label, value, change, width, height)
    top = spread(label, line((cell.age, "muted")), width) if width >= 24 else label
    numbers = value + (change if cell.change else line())
    room = max(min(width - 13, 13), min(width - numbers.width - 1, 13)) if width >= 24 else 7
    room = min(room, width - numbers.width - 1)
    if room < 3 or not cell.trend:
        return [top, numbers]
    return [top, spread(numbers, _trend(cell, room, 1)[0], width)]


def _tall(
    cell: Cell, label: Line, value: Line, change: Line, width: int, height: int
) -> list[Line]:
    text = [label, value, change.cut(12) + line(" ", (cell.age, "muted"))]
    text[2] = Line(text[2].spans[1:]) if text[2].spans and text[2].text.startswith(" ") else text[2]
    room = min(max(width - 20, 0), 26)
    if room < 6 or not cell.trend:
        return text
    chart = _trend(cell, room, height)
    return [spread(one.cut(width - room - 1), part, width)
            for one, part in zip(text, chart, strict=True)]  # fmt: skip


def _trend(cell: Cell, room: int, height: int) -> list[Line]:
    if cell.stale:
        return bars(cell.trend, room, height, style="rule", last="rule")
    style = "warning" if cell.last == "warning" else "chart"
    return bars(cell.trend, room, height, style=style, last=cell.last)
