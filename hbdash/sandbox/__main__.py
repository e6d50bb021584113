"""``python -m hbdash.sandbox``: the sandbox alone."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from hbdash.sandbox.options import DEFAULT_PORT, DEFAULT_SEED, DEFAULT_SKUS, SandboxOptions
from hbdash.sandbox.server import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; 1 when the port is taken, 2 for wrong arguments."""
    parser = argparse.ArgumentParser(prog="python -m hbdash.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
    parser.add_argument("--skus", type=int, default=DEFAULT_SKUS)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--file", type=Path, help="keep the data here; without it, in memory")
    parser.add_argument(
        "--activity", type=float, default=4.0, help="seconds between two acts, 0 for none"
    )
    parser.add_argument("--write-config", type=Path, help="write a ready config.toml here")
    given = parser.parse_args(arguments)
    try:
        options = SandboxOptions(**vars(given))
    except ValueError as error:
        parser.error(str(error))
    try:
        serve(options, ready=announce)
    except OSError as error:
        sys.stderr.write(f"sandbox: {given.host}:{given.port}: {error.strerror or error}\n")
        return 1
    return 0


def announce(url: str) -> None:
    """The one line the sandbox prints."""
    sys.stdout.write(f"sandbox listening on {url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
