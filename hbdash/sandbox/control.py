"""``/control``."""

from __future__ import annotations

from starlette.applications import Starlette

from hbdash.sandbox.activity import Activity
from hbdash.sandbox.world import World


def app(world: World, activity: Activity) -> Starlette:
    return Starlette(routes=[])
