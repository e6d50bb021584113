"""An empty log says why it is empty: which filter hides how much, or what is paused."""

from __future__ import annotations

from datetime import datetime, tzinfo

from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from screens.monitoring.chips import Query, labels
from screens.monitoring.logbands import number
from screens.monitoring.reading import LogView
from screens.widgets.line import BLANK, Line, left, line, wrap

_KINDS = {
    "flows": ("flow",), "not_flows": ("!flow",), "levels": ("level",), "statuses": ("status",),
    "key": ("key",), "text": ("word",), "not_text": ("!word",), "time": ("time",),
    "run": ("run",),
}  # fmt: skip


def lines(
    view: LogView, query: Query, width: int, now: datetime, zone: tzinfo, *, searching: bool,
    searched_to: datetime | None,
) -> list[Line]:  # fmt: skip
    """What would be here, and the keys that bring it back."""
    inset = max((width - 62) // 2, 1)
    if searching:
        text = _("Searching …")
        if searched_to is not None:
            back = fmt.time(searched_to, now, zone, seconds=True)
            text = _("Searching … back to {time}, nothing yet.").format(time=back)
        return _placed([line((text, "accent"), "   ", ("esc", "accent bold"), f" {_('stops')}")],
                       inset)  # fmt: skip
    if not query.chips:
        first = wrap(_("No line yet. The first ones come when a flow runs."), 60, "muted")
        return _placed([*first, BLANK, line(("t", "accent bold"), f" {_('run a flow')}")], inset)
    found = [line((_headline(view, query, now, zone), "bold")), BLANK]
    for part, count in view.relaxations:
        words = without(query, part, now, zone)
        n = ngettext("{n} line", "{n} lines", count.n).format(n=number(count))
        found.append(line((left(words, 34), ""), ("  " + n, "muted")))
    if view.relaxations:
        found.append(BLANK)
    keys = line(("backspace", "accent bold"), f" {_('takes off the last one')}   ")
    found.append(keys + line(("c", "accent bold"), f" {_('clears all')}"))
    if view.paused is not None:
        until = fmt.time(view.paused.until, now, zone)
        text = _("It is paused by {who} until {time}, so no new lines come before that.").format(
            who=view.paused.by, time=until
        )
        found += [BLANK, *wrap(text, 60, "warning")]
    return _placed(found, inset)


def _headline(view: LogView, query: Query, now: datetime, zone: tzinfo) -> str:
    n = len(query.chips)
    if n == 1:
        return _("Nothing matches the filter “{filter}”.").format(
            filter=labels(query.chips, now, zone)[0]
        )
    return _("Nothing matches these {n} filters together.").format(n=fmt.number(n))


def without(query: Query, part: str, now: datetime, zone: tzinfo) -> str:
    """``without errors``, ``of all days``."""
    if part == "time":
        return _("of all days")
    named = [
        chip.label(now, zone) for chip in query.chips if chip.kind in _KINDS.get(part, (part,))
    ]
    return _("without {filter}").format(filter=", ".join(named))


def _placed(found: list[Line], inset: int) -> list[Line]:
    return [BLANK, *(line(" " * inset) + one for one in found)]
