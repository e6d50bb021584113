"""What alarms must know of a flow, from the registry: its direction, and whether it can run."""

from __future__ import annotations

from hbdash.flows.registry import FLOWS

_HELPERS = frozenset({"cause_watch"})
"""Runs once a minute on our own rows only; that it stands still shows in what it should cure."""


def direction_of(flow: str) -> str:
    """``inbound``, ``outbound`` or ``internal``: what a pause of a direction names (rule 10)."""
    return FLOWS[flow].direction.value if flow in FLOWS else ""


def known_flows() -> tuple[str, ...]:
    """Flows that a rule may name, in the order of the dashboard: those this version has."""
    return tuple(flow for flow, spec in FLOWS.items() if spec.built and flow not in _HELPERS)
