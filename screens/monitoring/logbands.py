"""Bands of the log: the chips, how much there is, and how the tail stands."""

from __future__ import annotations

from datetime import datetime, tzinfo

from hbdash.store.log.reader import Count
from hbdash.texts import _
from hbdash.texts import formats as fmt
from screens.monitoring.chips import Query
from screens.monitoring.reading import LogView
from screens.monitoring.segment import Segment
from screens.widgets.line import BLANK, Line, line


def chips(query: Query, now: datetime, zone: tzinfo) -> Line:
    """``filter  today ×  !Category ×``."""
    result = line((_("filter"), "muted"), " ")
    if not query.chips:
        return result + line(" ", (_("none: everything that is kept"), "muted"))
    for chip in query.chips:
        label = chip.label(now, zone)
        result = result + line(" ", (f" {label} ", "/selection"), ("× ", "muted /selection"))
    return result


def counts(view: LogView, segment: Segment, *, wide: bool) -> Line:
    """``8,214 of 12,310 today, 4,105,882 kept``: the size is never hidden."""
    shown = exactly(view.shown, segment)
    whole = view.kept if view.asked.query.span is None else view.of
    filtered = [chip for chip in view.asked.query.chips if chip.kind != "time"]
    if filtered:
        result = line((number(shown), "bold"), (" " + _("of {n}").format(n=number(whole)), "muted"))
    else:
        result = line((number(shown), "bold"), (" " + _("lines"), "muted"))
    if wide and view.asked.query.span is not None:
        kept = _(", {n} kept").format(n=number(view.kept))
        result = result + line((kept, "muted"))
    if wide:
        result = result + line("   ", ("/", "accent bold"), f" {_('add')}  ",
                               ("c", "accent bold"), f" {_('clear')}")  # fmt: skip
    return result


def exactly(shown: Count, segment: Segment) -> Count:
    """How many fit: known for certain where all of them are in memory."""
    here = len(segment.rows) + segment.dropped
    if segment.whole:
        return Count(here, exact=True)
    return shown if shown.exact else Count(max(shown.n, here), exact=False)


def number(count: Count) -> str:
    """``8,214``, ``1,000+``."""
    return fmt.number(count.n) + ("" if count.exact else "+")


def joined(start: Line, end: Line, width: int) -> Line:
    """Chips at the left, counts at the right; the chips are cut first, never the counts."""
    end = end.cut(width - 12) + line(" ")
    start = (line(" ") + start).cut(max(width - end.width - 1, 1))
    return start.fit(width - end.width) + end


def position(place: int, shown: Count, segment: Segment) -> str:
    """``7 of 8,214``; nothing where the list did not begin at the newest line."""
    total = exactly(shown, segment)
    if not segment.at_head and not segment.dropped:
        return ""
    if not total.exact:
        return _("{n} of {total}").format(n=fmt.number(place), total=number(total))
    return fmt.n_of_m(place, max(total.n, place))


def state(
    view: LogView | None, now: datetime, zone: tzinfo, *, paused: bool, waiting: Count,
    searching: bool, searched_to: datetime | None, wide: bool,
) -> Line:  # fmt: skip
    """``► live, last line 14:32:04   88 lines/min``; paused, what waits; how far a search is."""
    if view is None:
        return BLANK
    new = line()
    if waiting.n:
        new = line("   ", (_("{n} new").format(n=number(waiting)), "accent bold"), " ",
                   (_("g shows them"), "muted"))  # fmt: skip
    if searched_to is not None:
        back = _time(searched_to, now, zone)
        text = _("searched back to {time}").format(time=back)
        if searching:
            return line(("… ", "accent"), (text, "accent"), "  ", ("esc", "accent bold"),
                        f" {_('stops')}")  # fmt: skip
        return line((text, "warning"), "  ", ("↓", "accent bold"), f" {_('goes on')}") + new
    if searching:
        return line(("… ", "accent"), (_("searching"), "accent"), "  ", ("esc", "accent bold"),
                    f" {_('stops')}")  # fmt: skip
    last = "" if view.newest_at is None else _time(view.newest_at, now, zone)
    if paused:
        return line(("║ ", "warning"), (_("paused"), "warning"), "  ", ("p", "accent bold"),
                    f" {_('goes on')}") + new  # fmt: skip
    if not last:
        return line((_("no line yet"), "muted"))
    if not wide:
        return (line(("► ", "accent"), _("live {time}").format(time=last)) if not waiting.n
                else line(*new.spans[1:]))  # fmt: skip
    rate = ""
    if view.rate is not None:
        rate = "   " + _("{n} lines/min").format(n=fmt.number(view.rate))
    words = _("live, last line {time}").format(time=last)
    return line(("► ", "accent"), words, (rate, "muted")) + new


def _time(moment: datetime, now: datetime, zone: tzinfo) -> str:
    return fmt.time(moment, now, zone, seconds=True)
