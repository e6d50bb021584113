"""What every picture needs: an app at a size, and what is pressed before it is taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from textual.pilot import Pilot

from tests.support.dashboards import app_of, press, shown, until

SMALL, MIDDLE, LARGE, HUGE = (80, 24), (120, 40), (160, 45), (200, 60)


def before(
    *keys: str, then: Callable[[Pilot[Any]], Awaitable[None]] | None = None
) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Wait until the page is filled, press ``keys``, do ``then``, and wait for overlays."""

    async def run(pilot: Pilot[Any]) -> None:
        await shown(pilot)
        await press(pilot, *keys)
        if then is not None:
            await then(pilot)
        screen = app_of(pilot).screen
        for name in ("why", "_data"):
            if hasattr(screen, name):
                await until(pilot, lambda name=name: getattr(screen, name) is not None, name)
        await pilot.pause()

    return run
