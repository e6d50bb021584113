"""``hbdash``: one command a module, imported only when it is the one that was asked for."""

from __future__ import annotations

import argparse
import os
import sys

from hbdash.cli.common import WRONG_USE, CommandFailed, plain_text

TYPE_CHECKING = False  # importing it from typing costs as much as `status` itself

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Command → one line of help; the module of hbdash.cli has the command's name.
COMMANDS: dict[str, str] = {
    "dashboard": "open the dashboard (also without any command)",
    "demo": "the sandbox and the dashboard on it",
    "worker": "the engine without a screen, for a service manager",
    "sandbox": "a strict local stand-in for both APIs",
    "status": "is everything in step?",
    "why": "why a SKU is not on sale, gate by gate",
    "guide": "the error guide: what it means, what to do, which command does it",
    "report": "not-on-sale, price or stock differences",
    "flows": "list flows, run one, show its history, pause and resume",
    "logs": "the log, filtered",
    "failures": "open failures by cause; retry or close them",
    "alarms": "firing alarms and the rules; acknowledge one",
    "penalties": "records that wait for their next try or have none left; lift them",
    "products": "trigger, touch; proposed matches and removals that wait for a word",
    "orders": "split a package, and what became of such requests",
    "catalogue": "Hepsiburada's categories and attributes, and what changed in them",
    "refunds": "claims that await a decision; reject or approve one",
    "settings": "the channel's settings and flags",
    "init": "set up a channel: asks, tests, writes config.toml",
    "webhook": "the order system's web hook that asks for split packages",
    "check": "every dependency, credential, flag and prerequisite",
    "version": "versions of hbdash and what it stands on",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code (design section 5)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        command, rest = _split(given)
        if command is None:
            sys.stdout.write(_overview())
            return 0
        return _run(command, rest)
    except CommandFailed as failure:
        sys.stderr.write("hbdash: " + plain_text(str(failure), keep="\n") + "\n")
        return failure.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has enough; nothing more may be written at the exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(command: str, rest: list[str]) -> int:
    from importlib import import_module

    module = import_module(f"hbdash.cli.{command}")
    parser = argparse.ArgumentParser(
        prog=f"hbdash {command}",
        description=f"{COMMANDS[command]}.",
        formatter_class=_Help,
        allow_abbrev=False,
    )
    parser.add_argument("--config", metavar="FILE", help="configuration file")
    module.add_arguments(parser)
    code = int(module.run(parser.parse_args(rest)))
    sys.stdout.flush()
    return code


def _split(given: list[str]) -> tuple[str | None, list[str]]:
    """The command and its arguments; None when help is asked for.

    Options may stand before the command, ``--config`` anywhere: argparse would know it only before
    a subcommand.
    """
    first: list[str] = []
    rest: list[str] = []
    command = ""
    words = iter(given)
    for word in words:
        if word == "--config":
            first += [word, next(words, "")]
        elif word.startswith("--config="):
            first.append(word)
        elif command or word.startswith("-"):
            if not command and word in ("-h", "--help"):
                return None, []
            if not command and word == "--version":
                command = "version"
                continue
            rest.append(word)
        elif word in COMMANDS:
            command = word
        else:
            known = ", ".join(COMMANDS)
            raise CommandFailed(f"there is no command {word!r}; there are {known}", WRONG_USE)
    return command or "dashboard", first + rest


def _overview() -> str:
    wide = max(map(len, COMMANDS))
    return "\n".join(
        (
            "usage: hbdash [--config FILE] [COMMAND] [options]",
            "",
            "Runs a brand's Hepsiburada business from the terminal.",
            "",
            *(f"  {name:<{wide}}  {line}" for name, line in COMMANDS.items()),
            "",
            "`hbdash COMMAND --help` tells a command's options.",
            "Exit codes: 0 done, 1 failed, 2 wrong use, 3 not allowed, 4 out of reach.",
            "",
        )
    )


class _Help(argparse.HelpFormatter):
    """Measures the terminal itself: argparse loads shutil for it at the first option it is told."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    try:
        return int(os.environ.get("COLUMNS", "")) or 80
    except ValueError:
        pass
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


if __name__ == "__main__":
    sys.exit(main())
