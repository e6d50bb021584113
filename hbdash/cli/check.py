"""``hbdash check``: every dependency, credential, flag and prerequisite, with the remedy."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from hbdash.cli.checks import Check, all_checks
from hbdash.cli.checks.model import SIGNS
from hbdash.cli.common import DONE, FAILED, UNAVAILABLE
from hbdash.cli.output import print_json, print_table
from hbdash.cli.session import channel_argument, session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    channel_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 all well, 4 when only a remote side is out of reach, else 1."""
    with session(args, create=True) as on:
        checks = list(all_checks(on))
    if args.json:
        print_json({"checks": [check_document(one) for one in checks],
                    "ok": all(one.ok for one in checks)})  # fmt: skip
    else:
        print_table(
            ("", "what", "found", "what to do"),
            [(SIGNS[one.severity], one.name, one.found, one.remedy) for one in checks],
            on.zone,
            empty="",
        )
    return code_of(checks)


def code_of(checks: Sequence[Check]) -> int:
    """The exit code of what was found."""
    bad = [one for one in checks if not one.ok]
    if not bad:
        return DONE
    return UNAVAILABLE if all(one.is_remote for one in bad) else FAILED


def check_document(check: Check) -> dict[str, Any]:
    """Keys of docs/cli-json.md."""
    return {
        "name": check.name,
        "ok": check.ok,
        "severity": check.severity,
        "found": check.found,
        "remedy": check.remedy,
        "is_remote": check.is_remote,
    }
