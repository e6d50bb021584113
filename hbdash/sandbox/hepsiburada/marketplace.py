"""What customers and Hepsiburada do by themselves."""

from __future__ import annotations

from hbdash.sandbox.hepsiburada.listing import uploads
from hbdash.sandbox.world import World


def tick(world: World) -> None:
    """Let everything happen whose time has come."""
    uploads.advance(world)
