"""``hbdash guide [ID|TEXT]``: the error guide; works without a configuration, in English then."""

from __future__ import annotations

import argparse
from contextlib import suppress
from dataclasses import asdict

from hbdash.cli.common import DONE, FAILED, CommandFailed, own_configuration
from hbdash.cli.output import print_json, print_text
from hbdash.explain.guide import Entry, entries, look_up

_IN_FULL = 3
"""So many entries are printed whole; more of them a line each."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "text", nargs="*", metavar="ID|TEXT",
        help="an id, a number like R8.1, an error name, or a line of a log; without it everything",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="JSON, with the keys of the docs")


def run(args: argparse.Namespace) -> int:
    """Exit code 1 when the guide has nothing of the kind."""
    with suppress(CommandFailed):  # only its language is wanted
        own_configuration(args)
    text = " ".join(args.text)
    found = look_up(text) if text.strip() else entries()
    if args.json:
        print_json({"count": len(found), "entries": [asdict(one) for one in found]})
        return DONE if found else FAILED
    if not found:
        raise CommandFailed(f"the guide has nothing about “{text}”; hbdash guide lists it", FAILED)
    if text.strip() and len(found) <= _IN_FULL:
        for place, one in enumerate(found):
            print_text([""] if place else [])
            print_text(_whole(one))
        return DONE
    width = max(len(one.id) for one in found)
    print_text([f"{one.id:<{width}}  {one.cause:<30}  {one.command or ''}".rstrip()
                for one in found])  # fmt: skip
    return DONE


def _whole(one: Entry) -> list[str]:
    lines = [f"{one.cause}  ({one.id}{', ' + one.source if one.source else ''})"]
    lines += [f"  {one.meaning}", f"  {one.what_to_do}"]
    if one.command:
        after = "after that" if one.elsewhere else "do it"
        lines.append(f"  {after}: {one.command}")
    if one.watched:
        lines.append("  hbdash looks by itself whether the cause is gone, and goes on then")
    lines += [f"  also: {spelling}" for spelling in one.wording]
    return lines
