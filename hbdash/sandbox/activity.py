"""Live activity."""

from __future__ import annotations

import asyncio

from hbdash.sandbox.world import World


class Activity:
    def __init__(self, world: World, seconds: float) -> None:
        self.world = world
        self.seconds = seconds

    async def run(self) -> None:
        await asyncio.Event().wait()
