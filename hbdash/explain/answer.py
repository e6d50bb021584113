"""What ``why KEY`` answers, whatever the key is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gate:
    """One gate in words; ``state``: passed, stopped or not_looked."""

    id: str
    gate: str
    state: str
    text: str


@dataclass(frozen=True)
class Why:
    """What stops a record, the sum behind each number, and what cures it."""

    key: str
    kind: str
    """``sku``, ``order``, ``claim``, or ``unknown``."""
    title: str
    product: str
    known: bool
    verdict: str
    stopped: bool
    stopped_by: str | None
    """Id of the first gate that stops it."""
    gates: tuple[Gate, ...]
    sums: tuple[str, ...]
    what_to_do: str
    action: str | None = None
