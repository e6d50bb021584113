"""Fault rules: what the sandbox does wrong on purpose, settable while it runs.

This module holds the rules and decides which apply to a request; ``misbehaviour.py`` carries
them out.
"""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import dataclass, field, fields
from typing import Any

SERVICES = ("mpop", "listing", "oms", "shipping", "omnitron", "files")

KINDS: dict[str, str] = {
    "latency": "waits `seconds` (plus up to `jitter`) before anything else",
    "status": "answers `status` with `body` and `headers`",
    "rate_limit": "answers 429 with the X-RateLimit headers",
    "wall": "answers 403 with the gzip HTML page of the firewall",
    "timeout": "never answers, until the client gives up or `seconds` have passed",
    "half": "sends the head and half of the body, then closes the connection",
    "malformed": "answers JSON that does not parse, with the right content type",
    "html": "answers 200 with an HTML page",
    "empty": "answers 200 with an empty body",
    "drop": "closes the connection before the request has any effect",
    "lost_answer": "lets the request take effect, then closes the connection without an answer",
    "drip": "sends the body in `pieces` with `seconds` between them",
    "duplicate": "repeats rows of lists in the answer",
    "shuffle": "puts rows of lists in the answer out of order",
}

_SECONDS = {"latency": 1.0, "timeout": 600.0, "drip": 0.2}


@dataclass
class FaultRule:
    """One fault and the requests it meets.

    ``service``, ``method`` and ``path`` (a regular expression searched in the path after the
    service's prefix) narrow it down; left out they match all, never the control endpoint.
    ``probability`` is per request, ``count`` the number of requests still to be met (None:
    until it is deleted). ``after_effect`` runs the request first for the kinds that replace the
    answer (status, rate_limit, wall, html, empty, timeout).
    """

    kind: str
    service: str | None = None
    method: str | None = None
    path: str | None = None
    probability: float = 1.0
    count: int | None = None
    after_effect: bool = False
    seconds: float | None = None
    jitter: float = 0.0
    pieces: int = 10
    status: int = 500
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    id: int = 0
    met: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(KINDS)}")
        if self.service is not None and self.service not in SERVICES:
            raise ValueError(f"unknown service {self.service!r}; known: {', '.join(SERVICES)}")
        if not 0 <= self.probability <= 1:
            raise ValueError("probability must lie between 0 and 1")
        if self.count is not None and self.count < 1:
            raise ValueError("count must be at least 1, or left out")
        if not 100 <= self.status <= 599:
            raise ValueError("status must be an HTTP status")
        if self.seconds is None:
            self.seconds = _SECONDS.get(self.kind, 0.0)
        if self.seconds < 0 or self.jitter < 0 or self.pieces < 1:
            raise ValueError("seconds and jitter must not be negative, pieces at least 1")
        try:
            self._path = re.compile(self.path) if self.path is not None else None
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from error

    def meets(self, service: str, method: str, path: str) -> bool:
        return (
            (self.service is None or self.service == service)
            and (self.method is None or self.method.upper() == method)
            and (self._path is None or self._path.search(path) is not None)
        )

    def as_json(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


class Faults:
    """The rules in force. ``rng`` decides over probabilities, so a seeded run repeats."""

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.Random(0)
        self._rules: dict[int, FaultRule] = {}
        self._numbers = itertools.count(1)

    def add(self, **settings: Any) -> FaultRule:
        """Add a rule; ValueError says in words what is wrong with the settings."""
        known = {f.name for f in fields(FaultRule)} - {"id", "met"}
        unknown = sorted(set(settings) - known)
        if unknown:
            raise ValueError(f"unknown setting {unknown[0]!r}; known: {', '.join(sorted(known))}")
        if "kind" not in settings:
            raise ValueError(f"kind is missing; known: {', '.join(KINDS)}")
        try:
            rule = FaultRule(**settings)
        except TypeError as error:
            raise ValueError(f"a setting has the wrong type: {error}") from error
        rule.id = next(self._numbers)
        self._rules[rule.id] = rule
        return rule

    def remove(self, rule_id: int) -> bool:
        return self._rules.pop(rule_id, None) is not None

    def clear(self) -> None:
        self._rules.clear()

    def rules(self) -> list[FaultRule]:
        return list(self._rules.values())

    def for_request(self, service: str, method: str, path: str) -> list[FaultRule]:
        """The rules that strike this request, oldest first; each one's count goes down."""
        if not self._rules:
            return []
        struck = []
        for rule in list(self._rules.values()):
            if not rule.meets(service, method, path):
                continue
            if rule.probability < 1 and self._rng.random() >= rule.probability:
                continue
            rule.met += 1
            if rule.count is not None:
                rule.count -= 1
                if rule.count == 0:
                    del self._rules[rule.id]
            struck.append(rule)
        return struck
