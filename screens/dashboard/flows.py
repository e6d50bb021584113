"""The strip of 18 flows: always all of them, in fixed order, quiet ones with the time only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from hbdash.domain.flowspec import OnDemand
from hbdash.domain.states import RunState, look_of
from hbdash.store.queries.day import MARKS
from hbdash.store.queries.flows import FlowState
from hbdash.texts import N_, _
from hbdash.texts import formats as fmt
from hbdash.texts.labels import flow_label, run_state
from hbdash.texts.runs import reason
from screens.dashboard.large import marks
from screens.widgets.line import BLANK, Line, left, line, right, spread

QUIET = (RunState.DONE, RunState.NOTHING_DUE)
_SHORT = {
    "category_attributes": N_("Cat. Attributes"),
    "default_attributes": N_("Def. Attributes"),
    "compare_attributes": N_("Cmp. Attributes"),
}
"""Names that are too long for the strip at 80 columns."""


def sign(state: FlowState) -> tuple[str, str]:
    """Sign and its style."""
    if state.state is None:
        return ("–", "muted")
    look = look_of(state.state)
    return (look.sign, look.colour)


def word(state: FlowState) -> tuple[str, str]:
    """State in a word, and its style; muted where nothing is wrong."""
    if state.state is None:
        return (_("never ran") if state.spec.built else _("not yet"), "muted")
    text = _("partly") if state.state is RunState.PARTLY_DONE else run_state(state.state)
    return (text, look_of(state.state).colour)


def result(state: FlowState, now: datetime, zone: tzinfo) -> tuple[str, str]:
    """What came of the last run, in a few words."""
    run = state.run
    if state.pause is not None:
        return (_("by {who}").format(who=state.pause.by), "muted")
    if run is None:
        shut = state.obstacle
        if shut is None:
            return ("", "muted")
        text = _("flag off") if shut.id == "flag.off" else reason(shut.id, shut.params, zone)
        return (text, "muted")
    if run.state is RunState.RUNNING:
        done = run.ok + run.failed + run.skipped
        if run.total is None:
            return (fmt.number(done), "muted")
        return (f"{fmt.number(done)}/{fmt.number(run.total)}", "muted")
    if state.failing_since is not None:
        return (fmt.since(state.failing_since, now, zone), "error")
    if run.state is RunState.REFUSED and run.reason_id == "flag.off":
        return (_("flag off"), "muted")
    if run.state is RunState.REFUSED and run.reason_id is not None:
        return (reason(run.reason_id, run.reason_params, zone), "muted")
    if run.failed:
        return (_("{n} failed").format(n=fmt.number(run.failed)), "warning")
    if run.ok:
        return (_("{n} ok").format(n=fmt.number(run.ok)), "muted")
    return ("", "muted")


def next_time(state: FlowState, now: datetime, zone: tzinfo) -> str:
    """When it runs next: a time, or in words when nobody knows."""
    if state.next_due is not None:
        return fmt.time(state.next_due, now, zone)
    if isinstance(state.spec.schedule, OnDemand):
        return _("by hand") if state.id == "reject_refund" else _("on call")
    return fmt.NOT_APPLICABLE


def name_style(state: FlowState) -> str:
    """Bold where one should look, muted where there is nothing yet."""
    if state.state is None:
        return "muted"
    if state.state in QUIET:
        return ""
    return "bold"


def draw(
    state: FlowState,
    width: int,
    now: datetime,
    zone: tzinfo,
    history: Sequence[str] | None = None,
) -> Sequence[Line]:
    """One flow in ``width`` cells, as much of it as fits; ``history`` are its last 18 hours."""
    if history is not None and width >= 90:
        room = width - MARKS - 1
        (short,) = draw(state, room, now, zone)
        return [short.fit(room) + line(" ") + marks(history or [""] * MARKS)]
    mark = line(sign(state), " ")
    words, words_style = word(state)
    name = flow_label(state.id)
    if width < 40:
        name = _(_SHORT[state.id]) if state.id in _SHORT else name
        end = line((words, words_style))
        if state.state in QUIET and state.run is not None:
            end = line((fmt.time(state.run.started_at, now, zone), "muted"))
        elif state.state is RunState.REFUSED and state.run is not None:
            off = state.run.reason_id == "flag.off"
            end = line((_("off") if off else words, "muted"))
        elif state.state is None:
            end = line(("–", "muted"))
        return [mark + spread(line((name, name_style(state))), end, width - 2)]
    when = fmt.time(state.run.started_at, now, zone) if state.run is not None else "–"
    start = mark + line(
        (left(name, 20), name_style(state)), (right(when, 6), "muted"), " ", (words, words_style)
    )
    text, style = result(state, now, zone)
    if text:
        start = start + line(" ", (text, style))
    return [spread(start, line((right(next_time(state, now, zone), 8), "muted")), width)]


def header(width: int) -> Line:
    """Names of the columns."""
    if width < 40:
        return BLANK
    if width >= 90:
        end = line((_("last 18 h, a mark each half hour"), "muted")).fit(MARKS)
        return header(width - MARKS - 1).fit(width - MARKS - 1) + line(" ") + end
    start = line("  ", (left(_("flow"), 20), "muted"), (f"  {_('last state and result')}", "muted"))
    return spread(start, line((_("next"), "muted")), width - 1)


def summary(states: Sequence[FlowState]) -> str:
    """What is not quiet, in numbers: ``1 failing, 2 partly, 1 paused``."""
    failing = sum(1 for s in states if s.failing)
    partly = sum(1 for s in states if s.state is RunState.PARTLY_DONE)
    paused = sum(1 for s in states if s.pause is not None)
    running = sum(1 for s in states if s.state is RunState.RUNNING and not s.failing)
    missing = sum(1 for s in states if s.state is None)
    parts = [
        (failing, _("{n} failing")),
        (partly, _("{n} partly")),
        (paused, _("{n} paused")),
        (running, _("{n} running")),
        (missing, _("{n} never ran")),
    ]
    said = [text.format(n=fmt.number(n)) for n, text in parts if n]
    return ", ".join(said) if said else _("all well")
