"""Is everything all right? The first line of the dashboard: one sentence, worst first."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from hbdash.store.queries.overview import LeaseState, Overview
from hbdash.texts import _, ngettext
from hbdash.texts import formats as fmt
from hbdash.texts.labels import flow_label, side_label
from screens.widgets.line import Line, line


def verdict(data: Overview, now: datetime, zone: tzinfo, *, engine_here: bool, wide: bool) -> Line:
    """What is wrong, since when, and how much needs a person; or that all is in step."""
    frame = data.frame
    lease = frame.lease
    if not engine_here and (lease is None or not lease.alive):
        return _no_engine(lease, now, zone)
    if frame.is_active is False:
        return line(
            ("■ ", "warning"),
            (_("The channel is inactive in Omnitron, so nothing runs."), "warning bold"), " ",
            (_("Activate it there; it is seen within a minute."), "muted"),
        )  # fmt: skip
    silent = sorted({n.partition("/")[0] for n, s in frame.connection.items() if _down(s)})
    parts: list[Line] = []
    for side in silent:
        text = _("{side} does not answer").format(side=side_label(side))
        parts.append(line((text, "error bold")))
    failing = [flow for flow in data.flows if flow.failing]
    if len(failing) == 1 and failing[0].failing_since is not None:
        since = fmt.since(failing[0].failing_since, now, zone)
        text = _("{flow} is failing {since}").format(flow=flow_label(failing[0].id), since=since)
        parts.append(line((text, "error bold")))
    elif failing:
        text = _("{n} flows are failing").format(n=fmt.number(len(failing)))
        parts.append(line((text, "error bold")))
    if frame.need_person:
        text = ngettext("{n} record needs a person", "{n} records need a person", frame.need_person)
        parts.append(line((text.format(n=fmt.number(frame.need_person)), "warning bold")))
    if not parts:
        return _well(data, now, zone)
    worst = "error" if silent or failing else "warning"
    mark = line(("×" if worst == "error" else "▲", worst), " ")
    sentence = mark
    for number, part in enumerate(parts):
        sentence = sentence + (line(_(" and ")) if number else line()) + part
    sentence = sentence + line((".", worst + " bold"))
    return sentence + line((" " + _("All else is in step."), "muted")) if wide else sentence


def _down(state: object) -> bool:
    return isinstance(state, dict) and state.get("phase") == "open"


def _no_engine(lease: LeaseState | None, now: datetime, zone: tzinfo) -> Line:
    if lease is None:
        return line(
            ("○ ", ""), (_("No engine yet: nothing is sent or read."), "warning bold"), " ",
            (_("hbdash worker starts one."), "muted"),
        )  # fmt: skip
    since = fmt.since(lease.renewed_at, now, zone)
    return line(
        ("× ", "error"),
        (_("No engine runs {since}: nothing is sent or read.").format(since=since), "error bold"),
        " ", (_("hbdash worker starts one."), "muted"),
    )  # fmt: skip


def _well(data: Overview, now: datetime, zone: tzinfo) -> Line:
    if not data.read_once:
        return line(
            ("○ ", ""), _("Waiting for the first reading of both sides."), " ",
            (_("It takes a minute or two; the figures fill by themselves."), "muted"),
        )  # fmt: skip
    sentence = line(("✓ ", "success"), _("All is in step."))
    if data.deadlines.nearest:
        first = data.deadlines.nearest[0]
        quiet = first.at - timedelta(hours=4)
        if quiet > now:
            text = _("Nothing needs you before {time}.").format(time=fmt.time(quiet, now, zone))
            return sentence + line((" " + text, "muted"))
        return sentence + line((" " + _("The nearest deadline is below."), "muted"))
    if data.frame.open_failures:
        text = _("{n} failures are tried again by themselves.")
        return sentence + line((" " + text.format(n=fmt.number(data.frame.open_failures)), "muted"))
    return sentence + line((" " + _("No open failures, no deadlines."), "muted"))


def viewer(lease: LeaseState, now: datetime, zone: tzinfo, *, wide: bool) -> Line:
    """Who runs the engine, when it is not this dashboard."""
    text = _("View only: the engine runs on {host} ({who}, {since}).").format(
        host=lease.host, who=lease.username, since=fmt.since(lease.taken_at, now, zone)
    )
    handed = (" " + _("What you start with t is handed to it."), "muted")
    return line((text, "warning"), *((handed,) if wide else ()))
