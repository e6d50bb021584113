"""The two sides of the sandbox, wired to one world: tables, seed, apps, ticks."""

from __future__ import annotations

import importlib
from typing import Any

from starlette.applications import Starlette

from hbdash.sandbox import files
from hbdash.sandbox.seed.catalogue import products
from hbdash.sandbox.world import World


def _side(package: str, module: str) -> Any:
    """A side, while the two are being built: None until it can be imported whole."""
    try:
        side = importlib.import_module(f"hbdash.sandbox.{package}")
        acts = importlib.import_module(f"hbdash.sandbox.{package}.{module}")
    except ImportError:
        return None, None
    return (
        (side, acts) if hasattr(side, "seed") and hasattr(side, "create_schema") else (None, None)
    )


omnitron, backoffice = _side("omnitron", "backoffice")
hepsiburada, marketplace = _side("hepsiburada", "marketplace")


def prepare(world: World) -> bool:
    """Make the tables, and seed them if the database is new; True when it was seeded."""
    for side in filter(None, (omnitron, hepsiburada)):
        side.create_schema(world.db)
    if world.meta("seeded") is not None:
        return False
    for side in filter(None, (omnitron, hepsiburada)):
        side.seed(world, products(world.seed, world.skus))
    for key in ("seed", "skus"):
        world.set_meta(key, str(getattr(world, key)))
    world.set_meta("seeded", world.clock.now().isoformat())
    world.commit()
    return True


def apps(world: World) -> dict[str, Starlette]:
    """Every service by the first segment of its path."""
    found = {"files": files.app(world)}
    if omnitron:
        found["omnitron"] = omnitron.app(world)
    if hepsiburada:
        found |= hepsiburada.apps(world)
    return found


def tick(world: World) -> None:
    """Let time do its work on both sides, and commit it."""
    try:
        for side in filter(None, (backoffice, marketplace)):
            side.tick(world)
    except BaseException:
        world.rollback()
        raise
    world.commit()


def open_orders_and_claims(world: World) -> None:
    """What waits for the merchant when the sandbox starts."""


def announce_address(world: World) -> None:
    """Tell the channel's settings where the sandbox listens now."""
