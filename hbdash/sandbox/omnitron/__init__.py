"""Omnitron's side of the sandbox: the back office that owns catalogue, prices, stock and orders."""

from hbdash.sandbox.omnitron.app import app
from hbdash.sandbox.omnitron.schema import create_schema
from hbdash.sandbox.omnitron.seed import seed

__all__ = ["app", "create_schema", "seed"]
