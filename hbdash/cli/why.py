"""``hbdash why SKU``: each gate in order up to the first that stops it."""

from __future__ import annotations

import argparse

from hbdash.cli.common import DONE, FAILED
from hbdash.cli.documents import why_document
from hbdash.cli.output import print_json, print_text
from hbdash.cli.session import channel_argument, session
from hbdash.explain.why import why

_SIGNS = {"passed": "✓", "stopped": "×", "not_looked": "·"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("key", metavar="KEY", help="a SKU, or an order, package or claim number")
    channel_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when nothing stops it, 1 when a gate does or nobody knows it."""
    with session(args) as on, on.db.read() as connection:
        answer = why(connection, on.channel_id, args.key, on.now())
    if args.json:
        print_json(why_document(answer))
    else:
        lines = [f"{answer.title}  {answer.product}".rstrip(), answer.verdict, ""]
        lines += [f"  {_SIGNS[g.state]} {g.gate:<12} {g.text}" for g in answer.gates]
        lines += ["", *(f"  {text}" for text in answer.sums)] if answer.sums else []
        lines += ["", answer.what_to_do]
        print_text(lines)
    return FAILED if answer.stopped or not answer.known else DONE
