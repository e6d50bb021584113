"""The question before a run, with what it will do in numbers."""

from __future__ import annotations

from datetime import datetime, tzinfo

from hbdash.domain.flowspec import Direction, FlowSpec
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.labels import flow_description, flow_label
from screens.runmenu.data import MenuSnapshot
from screens.runmenu.how import How, kind_words
from screens.widgets.dialog import TYPED_FROM, ConfirmDialog


def confirm_dialog(
    spec: FlowSpec, data: MenuSnapshot, how: How, now: datetime, zone: tzinfo
) -> ConfirmDialog:
    """Cancel first; over 500 given keys the number must be typed."""
    name = flow_label(spec.id)
    question = (_("Try {flow} without sending?") if how.dry_run else _("Run {flow}?")).format(
        flow=name
    )
    body = [flow_description(spec.id), _scope(spec, data, how, now, zone)]
    if how.dry_run:
        body.append(_("Dry run: it reads and says what it would do; nothing is written there."))
    elif spec.direction is Direction.OUTBOUND:
        body.append(_("What was sent can’t be called back; the next change is sent over it."))
    else:
        body.append(_("What is known already is left alone, so running it twice does no harm."))
    if data.lease is not None and data.lease.alive:
        body.append(
            _("The engine on {host} takes it within a second.").format(host=data.lease.host)
        )
    else:
        body.append(_("It waits until an engine runs."))
    many = len(how.keys) > TYPED_FROM
    return ConfirmDialog(
        question,
        body,
        deed=_("Dry run") if how.dry_run else _("Run"),
        key="R",
        note=name,
        typed=str(len(how.keys)) if many else "",
    )


def _scope(spec: FlowSpec, data: MenuSnapshot, how: How, now: datetime, zone: tzinfo) -> str:
    if how.mode == "keys":
        n = len(how.keys)
        shown = ", ".join(how.keys[:5]) + (" …" if n > 5 else "")
        return _("For {n} {kind}: {keys}").format(
            n=fmt.number(n), kind=kind_words(spec), keys=shown
        )
    if how.mode == "window" and how.window is not None:
        begin, end = how.window
        return _("For what happened from {begin} to {end}.").format(
            begin=fmt.time(begin, now, zone), end=fmt.time(end, now, zone)
        )
    if data.waiting is not None:
        text = ngettext("{n} value waits to be sent.", "{n} values wait to be sent.", data.waiting)
        return text.format(n=fmt.number(data.waiting))
    last = next((run for run in data.runs if run.ended_at is not None and not run.dry_run), None)
    if last is not None:
        return _("All that is due; the last run had {n} records.").format(
            n=fmt.number(last.ok + last.failed + last.skipped)
        )
    return _("All that is due; how much that is, it finds out itself.")
