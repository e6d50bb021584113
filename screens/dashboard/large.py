"""The parts that only a large window shows: today, engine, lag, latest lines, flow history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from hbdash.store.log.lines import LogRow
from hbdash.store.queries.day import LAG_SPAN, Day, Today
from hbdash.store.queries.overview import LeaseState, Overview
from hbdash.texts import _
from hbdash.texts import formats as fmt
from hbdash.texts.labels import flow_label
from screens.widgets.bars import bars
from screens.widgets.line import BLANK, Line, heading, left, line, right, spread

_MARKS = {
    "failed": ("×", "error"), "partly_done": ("▲", "warning"), "refused": ("■", "muted"),
    "cancelled": ("□", "muted"), "done": ("▄", "chart"), "nothing": ("▄", "chart"),
}  # fmt: skip
_LAG_BAD_S = 1800


def marks(states: Sequence[str]) -> Line:
    """A flow's last 18 hours, a mark each half hour."""
    return line(*(_MARKS[state] if state else ("·", "rule") for state in states))


def today(data: Today, width: int) -> list[Line]:
    """Counts since midnight."""
    rows = [
        (_("Orders in"), data.orders_in,
         _("{n} not in Omnitron").format(n=fmt.number(data.not_in_omnitron))
         if data.not_in_omnitron else ""),
        (_("Packages handed over"), data.handed_over, ""),
        (_("Claims in"), data.claims_in,
         _("{n} to decide").format(n=fmt.number(data.to_decide)) if data.to_decide else ""),
        (_("Claims decided"), data.claims_decided, ""),
        (_("Stock sent"), data.stock_sent, ""),
        (_("Prices sent"), data.prices_sent, ""),
    ]  # fmt: skip
    lines = [line(" ") + heading(_("Today"), width=width - 1)]
    for label, value, note in rows:
        lines.append(
            line(" ", (left(label, 22), "muted"), (right(fmt.number(value), 10), "bold"), "  ",
                 (note, "muted"))
        )  # fmt: skip
    return lines


def engine(data: Overview, now: datetime, zone: tzinfo, width: int) -> list[Line]:
    """Who runs the flows, and that he lives."""
    lease: LeaseState | None = data.frame.lease
    if lease is None:
        note, words = "", line(("○", ""), " ", _("no engine yet"))
    else:
        note = _("{host}, pid {pid}, {who}").format(
            host=lease.host, pid=lease.pid, who=lease.username
        )
        since = fmt.since(lease.taken_at, now, zone)
        if lease.alive:
            words = line(("✓", "success"), " ", _("alive, {since}").format(since=since))
        else:
            since = fmt.since(lease.renewed_at, now, zone)
            words = line(("×", "error"), " ", (_("silent, {since}").format(since=since), "error"))
    waiting = data.stock_lag.waiting + data.price_lag.waiting
    return [
        line(" ") + heading(_("Engine"), note, width=width - 1),
        line(" ") + words,
        line("   ", (_("{n} values wait to be sent").format(n=fmt.number(waiting)), "muted")),
    ]


def lag(data: Overview, day: Day, now: datetime, zone: tzinfo, width: int, height: int
        ) -> list[Line]:  # fmt: skip
    """The lag of price over six hours, that of stock in words; what is too late in red."""
    now_words = _("stock now {stock}   price now {price}").format(
        stock=fmt.duration(data.stock_lag.now_s), price=fmt.duration(data.price_lag.now_s)
    )
    note = _("change in Omnitron to confirmation there, last 6 h")
    lines = [line(" ") + heading(_("Lag"), note, now_words, width=width - 1)]
    worst = [
        max((v for v in pair if v is not None), default=None)
        for pair in zip(day.lag["stock"], day.lag["price"], strict=True)
    ]
    rows = height - 2
    known = [value for value in worst if value is not None]
    if rows < 2 or not known:
        return [*lines, line("  ", (_("Nothing was sent in that time."), "muted"))]
    top = max(*known, 60)
    room = min(width - 10, len(worst))
    # The scale begins at zero: a lag of nothing must look like nothing.
    drawn = bars([0, *worst][-room - 1 :], room + 1, rows, last="chart")
    shown = [0, *worst][-room - 1 :]
    for number, one in enumerate(drawn):
        label = fmt.duration(top) if number == 0 else ("0" if number == rows - 1 else "")
        cells = [
            (letter, "error" if (value or 0) >= _LAG_BAD_S else "chart")
            for letter, value in zip(one.text.ljust(room + 1), shown, strict=False)
        ][1:]
        lines.append(line(" ", (right(label, 7), "muted"), " ", *cells))
    begin, middle_at = now - LAG_SPAN, now - LAG_SPAN / 2
    axis = [fmt.time(at, now, zone) for at in (begin, middle_at, now - timedelta(0))]
    axis_line = spread(line((axis[0], "muted")), line((axis[2], "muted")), room)
    half = line((" " * (room // 2 - 2) + axis[1], "muted")).fit(room)
    lines.append(line(" " * 9) + _over(axis_line, half))
    return lines


def _over(under: Line, over: Line) -> Line:
    text = "".join(b if b != " " else a for a, b in zip(under.text, over.text, strict=False))
    return line((text, "muted"))


def latest(rows: Sequence[LogRow], now: datetime, zone: tzinfo, width: int, height: int
           ) -> list[Line]:  # fmt: skip
    """The newest lines of the log."""
    lines = [
        line(" ") + heading(
            _("Latest"), _("2 opens the log"), line(("► ", "accent"), (_("live"), "muted")),
            width=width - 1,
        )
    ]  # fmt: skip
    signs = {"error": ("×", "error"), "warning": ("▲", "warning")}
    for row in rows[: height - 1]:
        good = row.level not in signs
        lines.append(
            line(
                " ", (fmt.time(row.at, now, zone, seconds=True), "muted"), " ",
                signs.get(row.level, ("·", "muted")), " ", left(flow_label(row.flow), 15), " ",
                left(row.key, 14), " ", (row.message, "muted" if good else ""),
            ).cut(width - 1)
        )  # fmt: skip
    return lines if rows else [*lines, line("  ", (_("No lines yet."), "muted")), BLANK]
