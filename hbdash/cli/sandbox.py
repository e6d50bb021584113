"""``hbdash sandbox``: the stand-in alone."""

from __future__ import annotations

import argparse
import os
import signal
import threading
import time
from pathlib import Path

from hbdash.cli.common import DONE, FAILED, WRONG_USE, CommandFailed
from hbdash.sandbox.options import DEFAULT_PORT, DEFAULT_SEED, DEFAULT_SKUS, SandboxOptions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
    parser.add_argument("--skus", type=int, default=DEFAULT_SKUS)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--file", type=Path, help="keep the data here; without it, in memory")
    parser.add_argument(
        "--activity", type=float, default=4.0, help="seconds between two acts, 0 for none"
    )
    parser.add_argument("--write-config", type=Path, help="write a ready config.toml here")
    parser.add_argument("--parent", type=int, help="stop when this process, the parent, is gone")


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from hbdash.sandbox.__main__ import announce
    from hbdash.sandbox.server import serve

    names = ("host", "port", "skus", "seed", "file", "activity", "write_config")
    try:
        options = SandboxOptions(**{name: getattr(args, name) for name in names})
    except ValueError as error:
        raise CommandFailed(str(error), WRONG_USE) from error
    if args.parent is not None:
        threading.Thread(target=_stop_with, args=(args.parent,), daemon=True).start()
    try:
        serve(options, ready=announce)
    except OSError as error:
        raise CommandFailed(
            f"{args.host}:{args.port}: {error.strerror or error}", FAILED
        ) from error
    return DONE


def _stop_with(parent: int) -> None:
    """A demo that was killed must not leave a sandbox behind, at work on the same file."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
