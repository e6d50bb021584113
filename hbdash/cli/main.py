"""``hbdash``: one command a module, imported only when it is the one that was asked for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from hbdash.cli.common import CommandFailed

#: Command → module of hbdash.cli and one line of help.
COMMANDS: dict[str, tuple[str, str]] = {
    "dashboard": ("dashboard", "open the dashboard (also without any command)"),
    "demo": ("demo", "the sandbox and the dashboard on it"),
    "worker": ("worker", "the engine without a screen, for a service manager"),
    "sandbox": ("sandbox", "a strict local stand-in for both APIs"),
    "status": ("status", "is everything in step?"),
    "why": ("why", "why a SKU is not on sale, gate by gate"),
    "report": ("report", "not-on-sale, price or stock differences"),
    "flows": ("flows", "list flows, run one, show its history"),
    "logs": ("logs", "the log, filtered"),
    "failures": ("failures", "open failures by cause"),
    "alarms": ("alarms", "firing alarms; acknowledge one"),
    "refunds": ("refunds", "claims that await a decision; reject one"),
    "settings": ("settings", "the channel's settings and flags"),
    "check": ("check", "every dependency, credential, flag and prerequisite"),
    "version": ("version", "versions of hbdash and what it stands on"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code (design section 5)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser(_asked_for(given))
    args = parser.parse_args(given if _asked_for(given) or _wants_help(given) else
                             ["dashboard", *given])  # fmt: skip
    try:
        return int(args.run(args))
    except CommandFailed as failure:
        sys.stderr.write(f"hbdash: {failure}\n")
        return failure.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has enough.
        sys.stderr.close()
        return 0


def _asked_for(given: Sequence[str]) -> str | None:
    for word in given:
        if word in COMMANDS:
            return word
    return None


def _wants_help(given: Sequence[str]) -> bool:
    return any(word in ("-h", "--help") for word in given)


def _parser(command: str | None) -> argparse.ArgumentParser:
    """A parser that knows all names but only the asked command's arguments."""
    parser = argparse.ArgumentParser(
        prog="hbdash", description="Runs a brand's Hepsiburada business from the terminal."
    )
    sub = parser.add_subparsers(metavar="COMMAND", required=True)
    wanted = command or "dashboard"
    for name, (module, line) in COMMANDS.items():
        one = sub.add_parser(name, help=line, description=line)
        if name == wanted:
            loaded = import_module(f"hbdash.cli.{module}")
            one.add_argument("--config", metavar="FILE", help="configuration file")
            loaded.add_arguments(one)
            one.set_defaults(run=loaded.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
