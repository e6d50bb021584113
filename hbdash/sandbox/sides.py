"""The two sides of the sandbox, wired to one world: tables, seed, apps, acts, ticks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette

from hbdash.sandbox import files, hepsiburada, omnitron
from hbdash.sandbox.hepsiburada import marketplace
from hbdash.sandbox.hepsiburada.mpop import changes
from hbdash.sandbox.omnitron import backoffice, erp, shelves, splitting
from hbdash.sandbox.seed.catalogue import products
from hbdash.sandbox.world import World


def prepare(world: World) -> bool:
    """Make the tables and seed them if the database is new; True when it was seeded.

    Seeding is one transaction as far as the sides let it be; a file whose seeding was cut short
    is emptied and seeded again.
    """
    if world.meta("seeded") is not None:
        return False
    _empty(world)
    omnitron.create_schema(world.db)
    hepsiburada.create_schema(world.db)
    omnitron.seed(world, products(world.seed, world.skus))
    hepsiburada.seed(world, products(world.seed, world.skus))
    for key in ("seed", "skus"):
        world.set_meta(key, str(getattr(world, key)))
    world.set_meta("seeded", world.clock.now().isoformat())
    world.commit()
    return True


def apps(world: World) -> dict[str, Starlette]:
    """Every service by the first segment of its path."""
    services = {"files": files.app(world), "omnitron": omnitron.app(world)}
    return services | hepsiburada.apps(world)


def tick(world: World) -> None:
    """Let time do its work on both sides, and commit it."""
    try:
        backoffice.tick(world)
        marketplace.tick(world)
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
    """What people and time do on both sides, by name: every public function of these modules that
    takes the world first."""
    found: dict[str, Callable[..., Any]] = {}
    for module in (backoffice, erp, shelves, splitting, marketplace, changes):
        for name, act in inspect.getmembers(module, inspect.isfunction):
            first = next(iter(inspect.signature(act).parameters), None)
            if first == "world" and not name.startswith("_") and name not in ("tick", "snapshot"):
                found[name] = act
    return found


def _empty(world: World) -> None:
    rows = world.db.execute(
        "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view')"
        " AND (name LIKE 'om\\_%' ESCAPE '\\' OR name LIKE 'hb\\_%' ESCAPE '\\')"
    ).fetchall()
    for row in rows:
        world.db.execute(f"DROP {row['type']} IF EXISTS {row['name']}")
    world.books.begin()
