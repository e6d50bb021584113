"""``hbdash products prematch|removals|trigger|touch``: what a person does about products.

Further commands of the group stand in modules of their own, each with ``add_arguments(sub)`` and
``run(on, args)``, and are named in ``_GROUPS``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from hbdash.actions.actor import Role, require
from hbdash.actions.products import (
    decide_prematch,
    held_removals,
    keep_removals,
    release_removals,
)
from hbdash.cli import product_levers
from hbdash.cli.common import DONE, FAILED, CommandFailed, plain_text
from hbdash.cli.output import print_json, print_table, print_text
from hbdash.cli.session import Session, channel_argument, session
from hbdash.store.queries.prematches import prematches
from hbdash.store.queries.removals import count_removals, removals

_Run = Callable[[Session, argparse.Namespace], int]
#: States of a removal that lists show unless one is named.
_UNDER_WAY = ("held", "kept", "waiting", "zero_sent", "off_sale", "returning")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    sub = parser.add_subparsers(dest="what", required=True)
    _prematch_arguments(sub.add_parser("prematch", help="matches that Hepsiburada proposes"))
    _removal_arguments(sub.add_parser("removals", help="products that left the catalogue"))
    product_levers.add_arguments(sub)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with session(args) as on:
        return _GROUPS[args.what](on, args)


def _prematch_arguments(parser: argparse.ArgumentParser) -> None:
    sub = parser.add_subparsers(dest="verb", required=True)
    channel_argument(sub.add_parser("list", help="what waits for a person's word"))
    for verb, text in (
        ("approve", "it is the same product: sell it there"),
        ("reject", "it is another product"),
    ):
        one = sub.add_parser(verb, help=text)
        one.add_argument("sku")
        one.add_argument("--yes", action="store_true", help="do not ask")
        channel_argument(one)


def _removal_arguments(parser: argparse.ArgumentParser) -> None:
    sub = parser.add_subparsers(dest="verb", required=True)
    listing = sub.add_parser("list", help="held ones, and those on their way off sale")
    listing.add_argument("--state", choices=[*_UNDER_WAY, "removed"])
    channel_argument(listing)
    for verb, text in (
        ("release", "let what the guard holds go off sale"),
        ("keep", "throw what the guard holds away: it stays on sale"),
    ):
        one = sub.add_parser(verb, help=text)
        one.add_argument("sku", nargs="*", help="only these; without any, all that is held")
        one.add_argument("--yes", action="store_true", help="do not ask")
        channel_argument(one)


def _prematch(on: Session, args: argparse.Namespace) -> int:
    if args.verb == "list":
        return _list_prematches(on, args.json)
    require(on.actor, Role.OPERATOR)
    with on.db.read() as connection:
        found = {one.sku_key: one for one in prematches(connection, on.channel_id)}
    one = found.get("".join(args.sku.split()).upper())
    if one is not None and one.proposals and not args.yes:
        there = one.proposals[0]
        _ask(on, f"{args.verb} for {one.sku_key} ({one.name}): {there.hb_sku} {there.name}", "yes")
    request = decide_prematch(
        on.db, on.clock, on.actor, on.channel_id, args.sku, args.verb == "approve"
    )
    if args.json:
        print_json({"sku": args.sku, "decision": args.verb, "request": request})
    else:
        print_text(["decided; the engine sends it now"])
    return DONE


def _list_prematches(on: Session, as_json: bool) -> int:
    with on.db.read() as connection:
        rows = prematches(connection, on.channel_id)
    if as_json:
        print_json({"count": len(rows), "prematches": rows})
        return DONE
    print_table(
        ("sku", "since", "our product", "proposed", "its name", "brand", "decision"),
        [
            (r.sku_key, r.since, r.name, p.hb_sku, p.name, p.brand, r.decision or None)
            for r in rows
            for p in r.proposals
        ],
        on.zone,
        empty="No proposed match waits.",
    )
    return DONE


def _removals(on: Session, args: argparse.Namespace) -> int:
    if args.verb == "list":
        return _list_removals(on, args)
    require(on.actor, Role.OPERATOR)
    keys = list(args.sku) or held_removals(on.db, on.channel_id)
    if keys and not args.yes:
        what = "goes off sale" if args.verb == "release" else "stays on sale"
        _ask(on, f"{len(keys):,} products that left the catalogue: the listing {what}", "yes")
    act = release_removals if args.verb == "release" else keep_removals
    changed = act(on.db, on.clock, on.actor, on.channel_id, keys)
    if args.json:
        print_json({"changed": changed, "verb": args.verb})
    else:
        print_text([f"{changed:,} decided; the engine goes on now"])
    return DONE


def _list_removals(on: Session, args: argparse.Namespace) -> int:
    states = (args.state,) if args.state else _UNDER_WAY
    with on.db.read() as connection:
        rows = removals(connection, on.channel_id, states)
        held = count_removals(connection, on.channel_id, "held")
    if args.json:
        print_json({"count": len(rows), "held": held, "removals": rows})
        return DONE
    print_table(
        ("sku", "state", "product", "stock there", "on sale", "since", "by"),
        [
            (r.sku_key, r.state, r.name, r.stock,
             None if r.is_salable is None else "yes" if r.is_salable else "no",
             r.found_at, r.decided_by or None)
            for r in rows
        ],
        on.zone,
        empty="No product is on its way off sale.",
    )  # fmt: skip
    return DONE


def _ask(on: Session, what: str, word: str) -> None:
    sys.stderr.write(
        plain_text(f"{on.channel.environment.upper()}: {what}.") + f"\nType {word} to go on: "
    )
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != word:
        raise CommandFailed("nothing was done", FAILED)


_GROUPS: dict[str, _Run] = {
    "prematch": _prematch,
    "removals": _removals,
    "trigger": product_levers.trigger,
    "touch": product_levers.touch,
}
