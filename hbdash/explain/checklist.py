"""The set-up sequence of the guide (R4): what is done, what is open, and what only people see."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from hbdash.domain.settings import FLAGS, ChannelSettings, setting
from hbdash.flows.registry import FLOWS
from hbdash.store.bulk import table_of
from hbdash.store.tables import EngineRequest, FlowRun
from hbdash.texts.setup import step_text
from hbdash.texts.translate import _

DONE, OPEN, WAITING, BY_HAND = "done", "open", "waiting", "by_hand"
_GOOD = ("done", "partly_done", "nothing_due")


@dataclass(frozen=True)
class Step:
    """One step. state: done, open, waiting (asked for, or running), or by_hand (people's own)."""

    id: str
    """R-number."""
    state: str
    text: str
    hint: str = ""


def checklist(
    connection: Connection, channel_id: int, settings: ChannelSettings, *, is_active: bool
) -> tuple[Step, ...]:
    """All steps in the order of the guide, from the settings as they were just read."""
    return (
        _step("R4.1", DONE),
        _settings(settings),
        _step("R4.3", DONE if is_active else OPEN),
        _ran(connection, channel_id, "R4.4", "category_node"),
        _ran(connection, channel_id, "R4.5", "category_attributes"),
        _ran(connection, channel_id, "R4.6", "default_attributes"),
        _step("R4.7", BY_HAND),
        _step("R4.8", BY_HAND),
        _step("R4.9", DONE if settings.cargo_company_mapping else OPEN),
        _store_carrier(settings),
        _flags(settings),
        _step("R4.12", BY_HAND),
    )


def _step(id: str, state: str, hint: str = "") -> Step:
    return Step(id, state, step_text(id), hint)


def _settings(settings: ChannelSettings) -> Step:
    labels = [setting(problem.key).label for problem in settings.problems]
    return _step("R4.2", OPEN if labels else DONE, ", ".join(labels))


def _store_carrier(settings: ChannelSettings) -> Step:
    if not settings.automatic_packing:
        return _step("R4.10", DONE, _("not needed: Automatic Packing is off"))
    return _step("R4.10", DONE if settings.store_account_cargo_company else OPEN)


def _flags(settings: ChannelSettings) -> Step:
    on = [flag.name for flag in FLAGS if settings.flags.is_on(flag.name)]
    hint = _("{n} of {all} on").format(n=len(on), all=len(FLAGS))
    return _step("R4.11", DONE if on else OPEN, hint)


def _ran(connection: Connection, channel_id: int, id: str, flow: str) -> Step:
    """Whether the flow has succeeded once; the log is where the guide looks, too (R4.5)."""
    if not FLOWS[flow].built:
        return _step(id, OPEN, _("this version does not have the flow yet"))
    runs, asked = table_of(FlowRun), table_of(EngineRequest)
    states = set(
        connection.execute(
            select(runs.c.state).where(runs.c.channel_id == channel_id, runs.c.flow == flow)
        ).scalars()
    )
    if states & set(_GOOD):
        return _step(id, DONE)
    waits = connection.execute(
        select(asked.c.id).where(
            asked.c.channel_id == channel_id,
            asked.c.flow == flow,
            asked.c.state.in_(("waiting", "taken")),
        )
    ).first()
    if waits is not None or "running" in states:
        return _step(id, WAITING, _("asked for; it runs as soon as an engine does"))
    return _step(id, OPEN, f"hbdash flows run {flow}")
