"""Sentences about runs: the log line of each, and why one was refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Protocol

from hbdash.domain.clock import TURKEY
from hbdash.domain.failures import FAILURES
from hbdash.domain.states import RunState
from hbdash.texts.causes import cause
from hbdash.texts.formats import number
from hbdash.texts.labels import flow_label, run_state
from hbdash.texts.translate import N_, _


class Counts(Protocol):
    """What a run counted."""

    ok: int
    failed: int
    skipped: int
    note: dict[str, Any]


_REASONS = {
    "run.paused": N_("paused by {by} until {until}: {why}"),
    "run.not_built": N_("this version does not have the flow yet"),
    "run.remote_waiting": N_("waits for {side}: {service} has not answered"),
    "run.all_failed": N_("all {n} records failed"),
    "run.cancelled": N_("cancelled at a safe point"),
    "run.shutdown": N_("stopped with the engine at a safe point"),
    "run.lost": N_("its engine died; last sign of life {last_seen}"),
    "run.already_running": N_("a run of this flow is on or waits already"),
    "run.not_running": N_("no run of this flow is on"),
    "request.unknown": N_("this engine does not know the request “{kind}”"),
}


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def reason(code: str, params: Mapping[str, Any], zone: tzinfo = TURKEY) -> str:
    """Why a run ended as it did, in half a sentence; any failure id or ``run.…`` id.

    Moments among the parameters (ISO 8601, as a run keeps them) are shown in ``zone``, by the day.
    """
    if code in _REASONS:
        shown = {name: _moment(value, zone) for name, value in params.items()}
        return _(_REASONS[code]).format_map(_Lenient(shown))
    if code in FAILURES:
        return cause(code, params)
    return code


def _moment(value: Any, zone: tzinfo) -> Any:
    """A moment as people read it; anything else as it is."""
    if not isinstance(value, str) or "T" not in value:
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return value if moment.tzinfo is None else f"{moment.astimezone(zone):%d.%m. %H:%M}"


def run_line(
    flow: str,
    state: RunState,
    code: str | None,
    params: Mapping[str, Any],
    *,
    progress: Counts | None = None,
    zone: tzinfo = TURKEY,
) -> str:
    """The line a run leaves: state, counts, reason, and what it asked (design rule 13)."""
    parts = [f"{flow_label(flow)}: {run_state(state)}"]
    if progress is not None:
        counts = [
            (progress.ok, _("{n} ok")),
            (progress.failed, _("{n} failed")),
            (progress.skipped, _("{n} skipped")),
        ]
        parts.extend(text.format(n=number(n)) for n, text in counts if n)
    if code is not None:
        parts.append(reason(code, params, zone))
    if progress is not None and progress.note:
        parts.append(_note(progress.note))
    return ", ".join(part for part in parts if part)


def _note(note: Mapping[str, Any]) -> str:
    said = []
    if "window" in note:
        begin, end = (datetime.fromisoformat(m) for m in note["window"])
        said.append(
            _("asked {begin} to {end} UTC").format(
                begin=f"{begin:%d.%m. %H:%M}", end=f"{end:%H:%M}"
            )
        )
    if note.get("budget_used_up"):
        said.append(_("the rest goes in the next run"))
    if "waiting" in note:
        said.append(_("{n} wait to be sent").format(n=number(note["waiting"])))
    return ", ".join(said)
