"""Tests of the causes of this family's failures."""

from __future__ import annotations

from hbdash.runs.watching import Tester

TESTERS: dict[str, Tester] = {}
