"""``make bench``: every measurement, or those named: ``python -m benchmarks keys idle``."""

from __future__ import annotations

import sys

from benchmarks import commands, idle, keys

MEASUREMENTS = {"keys": keys.measure, "idle": idle.measure, "commands": commands.measure}


def main() -> None:
    """Print a table each; nothing is asserted."""
    for name in sys.argv[1:] or MEASUREMENTS:
        MEASUREMENTS[name]().print()


if __name__ == "__main__":
    main()
