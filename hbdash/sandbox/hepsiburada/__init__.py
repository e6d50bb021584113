"""Hepsiburada's side of the sandbox: catalogue, listings, orders, claims, shipping.

Each service is its own application with its own error forms, as on the real hosts.
"""

from __future__ import annotations

from starlette.applications import Starlette

from hbdash.sandbox.hepsiburada import listing, mpop, oms, shipping
from hbdash.sandbox.hepsiburada.schema import create_schema
from hbdash.sandbox.hepsiburada.seed import seed
from hbdash.sandbox.world import World

__all__ = ["apps", "create_schema", "seed"]


def apps(world: World) -> dict[str, Starlette]:
    """The services by the first segment under which each is mounted."""
    return {
        "mpop": mpop.app(world),
        "listing": listing.app(world),
        "oms": oms.app(world),
        "shipping": shipping.app(world),
    }
