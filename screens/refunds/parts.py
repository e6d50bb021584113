"""The line of parts above the list, and the line of counts below it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from hbdash.store.queries.claims import ClaimRow
from hbdash.texts import N_, _, ngettext
from hbdash.texts import formats as fmt
from screens.refunds.columns import columns_of
from screens.refunds.data import PARTS, RefundsView
from screens.widgets.line import Line, heading, line, spread

_TITLES = {
    "decide": N_("To decide"),
    "market": N_("At the marketplace"),
    "closed": N_("Closed"),
}
SORTS = {
    "decide": ("deadline", "amount", "product"),
    "market": ("changed", "amount", "product"),
    "closed": ("changed", "amount", "product"),
}
"""Orders of each list, gone through by ``s``; the first is the usual one."""


def parts_line(
    view: RefundsView, part: str, width: int, now: datetime, zone: tzinfo, *, wide: bool
) -> Line:
    """Name and count of each part; when the claims were pulled."""
    start = line()
    for name in PARTS:
        title = _(_TITLES[name])
        count = fmt.number(view.total(name))
        if name == part:
            start = start + line((f" {title} {count} ", "bold reverse"), " ")
        else:
            start = start + line((f" {title} ", "muted"), (count, ""), "  ")
    counts = view.counts
    if counts.pulled_at is None:
        words = _("not pulled yet")
    elif wide and counts.next_pull is not None:
        words = _("pulled from Hepsiburada {time}, next {next}").format(
            time=fmt.time(counts.pulled_at, now, zone), next=fmt.time(counts.next_pull, now, zone)
        )
    else:
        words = _("pulled {time}").format(time=fmt.time(counts.pulled_at, now, zone))
    return spread(start, line((words, "muted"), " "), width)


def count_line(view: RefundsView, shown: int, word: str) -> Line:
    """How much of how much, what hides the rest, and what happens by itself."""
    total = view.total(view.part)
    text = fmt.n_of_m(shown, total) + "."
    if word:
        start = line((text, "bold"), " ", (_("Filter “{word}”").format(word=word), "warning"))
        return start + line("   ", ("c", "accent bold"), f" {_('clear')}")
    if view.part == "decide":
        text += " " + _("Without a decision Hepsiburada closes a claim for the customer.")
        n = view.counts.pre_approval
        if n:
            more = ngettext("{n} more awaits inspection.", "{n} more await inspection.", n)
            text += " " + more.format(n=fmt.number(n))
    elif view.part == "closed" and shown < total:
        text += " " + _("Older ones come at the end of the list.")
    return line((text, "muted"))


def sorted_rows(rows: Sequence[ClaimRow], sort: str) -> list[ClaimRow]:
    """In the order of ``sort``; the rows come in the usual one."""
    if sort == "amount":
        return sorted(rows, key=lambda row: (-row.amount, row.number))
    if sort == "product":
        from hbdash.domain.turkish import sort_key_tr

        return sorted(rows, key=lambda row: (sort_key_tr(row.product), row.number))
    return list(rows)


def empty_lines(view: RefundsView | None, part: str, word: str, width: int) -> list[Line]:
    """What would be here, what empties it, and the key for it."""
    if view is None:
        return [line(" ", (_("Reading …"), "muted"))]
    if word and view.total(part):
        hidden = fmt.number(len(view.rows))
        words = _("No claim matches “{word}”; {n} are hidden.").format(word=word, n=hidden)
        return [line(" ", words, "   ", ("c", "accent bold"), f" {_('clear')}").cut(width)]
    if part == "decide":
        words = _("Nothing to decide.")
        result = line(" ", ("✓", "success"), f" {words}")
        more = _("New claims are pulled every 5 min; each stands here for its 48 h.")
        return [result, line("   ", (more, "muted")).cut(width)]
    words = (
        _("No rejection is with Hepsiburada now.") if part == "market"
        else _("No claim is closed yet.")
    )  # fmt: skip
    return [line(" ", (words, "muted"))]


def decided_lines(rows: Sequence[ClaimRow], width: int, now: datetime, zone: tzinfo) -> list[Line]:
    """What became of earlier decisions, one line each."""
    if not rows:
        return []
    key = line(("4", "accent bold"))
    title, note = _("What became of earlier decisions"), _("rejected, with Hepsiburada or closed")
    result = [line(" ") + heading(title, note, key, width=width - 1)]
    columns = columns_of("market", rows, width - 1, now, zone, "changed")
    return result + [line(" ") + columns.row(row, now, zone).cut(width - 1) for row in rows]
