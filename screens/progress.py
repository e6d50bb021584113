"""The run that was started here, followed in one line above the footer."""

from __future__ import annotations

from datetime import datetime

from hbdash.domain.states import RunState
from hbdash.store.queries.flows import Asked, RunLine
from hbdash.texts import _
from hbdash.texts import formats as fmt
from hbdash.texts.labels import flow_label, run_state
from hbdash.texts.refusals import refusal
from hbdash.texts.runs import reason
from screens.widgets.bars import progress_bar
from screens.widgets.line import Line, line

_BAR = 15
_KINDS = {
    RunState.DONE: "success", RunState.NOTHING_DUE: "success", RunState.PARTLY_DONE: "warning",
}  # fmt: skip


def is_over(asked: Asked) -> bool:
    """Whether nothing more will happen to it."""
    if asked.run is not None:
        return asked.run.state is not RunState.RUNNING
    return asked.state in ("refused", "failed", "done")


def progress_line(asked: Asked, now: datetime) -> Line:
    """What, n of m, bar, time left, ok, failed."""
    name = flow_label(asked.flow or "")
    run = asked.run
    if run is None:
        words = _("handed to the engine") if asked.state == "waiting" else _("about to begin")
        return line(" ", ("►", "accent"), f" {name} ", (words, "muted"))
    done = run.ok + run.failed + run.skipped
    parts = line(" ", ("►", "accent"), " ", (name, "bold"), f" {fmt.number(done)}")
    if run.total:
        parts = parts + line(f" / {fmt.number(run.total)}  ") + progress_bar(done, run.total, _BAR)
        parts = parts + line(f"  {fmt.percent(min(done * 100 // run.total, 100))}")
        left = _left(run, done, now)
        if left:
            parts = parts + line(("  " + left, "muted"))
    parts = parts + line(("  " + _("{n} ok").format(n=fmt.number(run.ok)), "success"))
    if run.failed:
        parts = parts + line((" " + _("{n} failed").format(n=fmt.number(run.failed)), "error"))
    return parts + line("  ", ("esc", "accent bold"), f" {_('stop')}")


def _left(run: RunLine, done: int, now: datetime) -> str:
    if not done or not run.total or done >= run.total:
        return ""
    passed = (now - run.started_at).total_seconds()
    return _("{span} left").format(span=fmt.duration(passed * (run.total - done) / done))


def outcome(asked: Asked) -> tuple[str, str]:
    """The toast at the end: (words, kind)."""
    name = flow_label(asked.flow or "")
    run = asked.run
    if run is None:
        code = str(asked.answer.get("id", ""))
        params = asked.answer.get("params") or {}
        why = reason(code, params) if code.startswith("run.") else refusal(code, params)
        return (f"{name}: {why}", "error")
    parts = [run_state(run.state)]
    counts = [(run.ok, _("{n} ok")), (run.failed, _("{n} failed"))]
    parts += [text.format(n=fmt.number(n)) for n, text in counts if n]
    if run.reason_id:
        parts.append(reason(run.reason_id, run.reason_params))
    if run.dry_run:
        parts.append(_("dry run, nothing sent"))
    return (f"{name}: {', '.join(parts)}", _KINDS.get(run.state, "error"))
