"""The right side of the menu: what the flow does, may it run, its last runs."""

from __future__ import annotations

from datetime import datetime, tzinfo

from hbdash.domain.flowspec import Direction, FlowSpec
from hbdash.domain.states import RunState, look_of
from hbdash.store.queries.flows import RunLine
from hbdash.texts import _
from hbdash.texts import formats as fmt
from hbdash.texts.labels import flow_description, flow_label, run_state
from hbdash.texts.runs import reason
from screens.runmenu.data import FlowGate, MenuSnapshot
from screens.widgets.line import BLANK, Line, line, wrap, wrap_spans

_GATES = {"passed": ("✓", "success"), "stopped": ("×", "error"), "not_looked": ("–", "muted")}


def detail(
    spec: FlowSpec, data: MenuSnapshot | None, width: int, room: int, now: datetime, zone: tzinfo
) -> list[Line]:
    """At most ``room`` lines. Shorter, the last runs go first, then the gates that are open."""
    top = [line((flow_label(spec.id), "bold"), "  ", (direction(spec), "muted")).cut(width)]
    top += wrap(flow_description(spec.id), width, "muted")
    top.append(BLANK)
    if data is None or data.flow != spec.id:
        return top
    verdict = _verdict(spec, data, width)
    gates = [BLANK, line((_("Before it can run"), "bold"))] + [
        _gate(gate, width) for gate in data.gates
    ]
    runs = [BLANK, line((_("Last runs"), "bold"))]
    runs += [_run(run, width, now, zone) for run in data.runs] or [
        line((_("It never ran."), "muted"))
    ]
    lines = top + verdict
    for section in (gates, runs):
        if len(lines) + len(section) <= room:
            lines = lines + section
        elif room - len(lines) >= 4:
            lines = lines + section[: room - len(lines)]
            break
    return lines[:room]


def direction(spec: FlowSpec) -> str:
    """Where data go."""
    if spec.direction is Direction.OUTBOUND:
        return "Omnitron → Hepsiburada"
    if spec.direction is Direction.INBOUND:
        return "Hepsiburada → Omnitron"
    return _("within hbdash")


def _verdict(spec: FlowSpec, data: MenuSnapshot, width: int) -> list[Line]:
    gate = data.stopped_by
    if gate is None:
        words = _("Can run now.")
        lines = wrap_spans(line(("✓", "success"), f" {words}"), width)
        if data.waiting is not None:
            text = _("{n} values wait to be sent.").format(n=fmt.number(data.waiting))
            lines += wrap(text, width, "muted")
        return lines
    lines = wrap_spans(
        line(("■", "warning"), " ", (_("Can’t run now:"), "warning bold"), f" {gate.text}"), width
    )
    return lines + (wrap(gate.way_out, width, "muted") if gate.way_out else [])


def _gate(gate: FlowGate, width: int) -> Line:
    sign, style = _GATES[gate.state]
    text_style = "muted" if gate.state == "not_looked" else ""
    return line((sign, style), " ", (gate.text, text_style)).cut(width)


def _run(run: RunLine, width: int, now: datetime, zone: tzinfo) -> Line:
    look = look_of(run.state)
    parts = [run_state(run.state)]
    if run.ok or run.failed:
        counts = [(run.ok, _("{n} ok")), (run.failed, _("{n} failed"))]
        parts += [text.format(n=fmt.number(n)) for n, text in counts if n]
    if run.reason_id:
        parts.append(reason(run.reason_id, run.reason_params, zone))
    if run.duration_ms is not None and run.state is not RunState.REFUSED:
        parts.append(fmt.duration(run.duration_ms / 1000))
    if run.dry_run:
        parts.append(_("dry run"))
    if run.started_by != "schedule":
        parts.append(run.started_by)
    return line(
        (fmt.time(run.started_at, now, zone), "muted"), " ", (look.sign, look.colour), " ",
        ", ".join(parts),
    ).cut(width)  # fmt: skip
