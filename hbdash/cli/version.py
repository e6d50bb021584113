"""``hbdash version``: hbdash and what it stands on."""

from __future__ import annotations

import argparse
import platform
import sys
from importlib.metadata import version

import hbdash
from hbdash.cli.common import DONE
from hbdash.store.migrations import HEAD

_PACKAGES = ("textual", "httpx", "sqlmodel", "sqlalchemy", "apscheduler", "pydantic")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """Print them."""
    from hbdash.store.database import sqlite_module

    versions = {
        "hbdash": hbdash.__version__,
        "schema": HEAD,
        "python": platform.python_version(),
        "sqlite": sqlite_module().sqlite_version,
        **{name: version(name) for name in _PACKAGES},
    }
    if args.json:
        import json

        sys.stdout.write(json.dumps(versions, indent=2, sort_keys=True) + "\n")
    else:
        sys.stdout.write("".join(f"{name:<12}{value}\n" for name, value in versions.items()))
    return DONE
