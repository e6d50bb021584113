"""Why a run ended, in half a sentence."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hbdash.texts.runs import reason

PAUSED = {"by": "ayse", "until": "2026-11-24T05:09:07.342995+00:00", "why": "stock take"}


def test_moments_are_told_in_the_zone_of_the_channel() -> None:
    assert reason("run.paused", PAUSED) == "paused by ayse until 24.11. 08:09: stock take"
    told = reason("run.paused", PAUSED, ZoneInfo("Europe/London"))
    assert told == "paused by ayse until 24.11. 05:09: stock take"


def test_what_only_looks_like_a_moment_stays_as_it_is() -> None:
    assert reason("run.paused", {**PAUSED, "why": "T-shirts"}).endswith(": T-shirts")
