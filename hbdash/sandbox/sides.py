"""The two sides of the sandbox, wired to one world: tables, seed, apps, acts, ticks."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
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
    """Make the tables and seed them if the database is new; True when it was seeded.

    Seeding is one transaction as far as the sides let it be; a file whose seeding was cut short
    is emptied and seeded again.
    """
    if world.meta("seeded") is not None:
        return False
    _empty(world)
    for side in filter(None, (omnitron, hepsiburada)):
        side.create_schema(world.db)
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


def snapshots(world: World) -> dict[str, Any]:
    """What each side counts of itself."""
    return {
        "omnitron": backoffice.snapshot(world),
        "hepsiburada": marketplace.snapshot(world),
    }


def actions() -> dict[str, Callable[..., Any]]:
    """What people and time do on both sides, by name: every public function of the two modules
    that takes the world first."""
    found: dict[str, Callable[..., Any]] = {}
    for module in filter(None, (backoffice, marketplace)):
        for name, act in inspect.getmembers(module, inspect.isfunction):
            first = next(iter(inspect.signature(act).parameters), None)
            if first == "world" and not name.startswith("_") and name not in ("tick", "snapshot"):
                found[name] = act
    return found


def announce_address(world: World) -> None:
    """Put the address that the sandbox listens on into the channel's settings.

    A sandbox restarted from a file may listen on another port than before.
    """
    kept = world.meta("base_url")
    if kept not in (None, world.base_url):
        conf_text = world.db.execute("SELECT conf FROM om_channel").fetchone()["conf"]
        world.db.execute(
            "UPDATE om_channel SET conf = ?", (conf_text.replace(kept, world.base_url),)
        )
    world.set_meta("base_url", world.base_url)
    world.commit()


def _empty(world: World) -> None:
    rows = world.db.execute(
        "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view')"
        " AND (name LIKE 'om\\_%' ESCAPE '\\' OR name LIKE 'hb\\_%' ESCAPE '\\')"
    ).fetchall()
    for row in rows:
        world.db.execute(f"DROP {row['type']} IF EXISTS {row['name']}")
    world.db.execute("DELETE FROM sb_effect")
